/**
 * Plan against actual on ten million orders: each figure of a month and a year with its plan beside it, phased by day as a
 * version is carried, against the same question without the plan.
 */
import { join } from 'node:path'
import { createEngine } from '../src/metrics/create-engine.ts'
import type { Query } from '../src/metrics/query.ts'
import type { TargetSetting } from '../src/metrics/world.ts'
import { openDuckdb } from '../src/warehouse/duckdb.ts'
import { loadedGranary, world } from './granary.ts'
import { median, table, times } from './measure.ts'

const [folder = '', size = '40000000'] = process.argv.slice(2)
const runs = 9
const data = await loadedGranary(folder, Number(size))
const scope = { stores: 'all', now: new Date('2026-01-01T12:00:00Z') } as const

const days = Array.from({ length: 1096 }, (_, n) =>
  new Date(Date.UTC(2023, 0, 1 + n)).toISOString().slice(0, 10),
)
const planned = (metric: string, currency: string | null, value: (n: number) => string): TargetSetting => ({
  name: 'budget',
  metric,
  grain: 'day',
  store: null,
  currency,
  values: Object.fromEntries(days.map((day, n) => [day, value(n)])),
})
const targets = [
  planned('net_sales', 'GBP', n => `${100_000 + ((n * 7919) % 10_000)}.25`),
  planned('orders', null, n => `${9_000 + ((n * 7919) % 1000)}`),
  planned('units_sold', null, n => `${20_000 + ((n * 7919) % 1000)}`),
]
const month = { from: '2025-11-01', to: '2025-11-30' }
const year = { from: '2025-01-01', to: '2025-12-31' }
const metrics = ['net_sales', 'orders', 'units_sold']
const questions: [string, Query][] = [
  ['a month by day', { metrics, grain: 'day', ...month }],
  ['a month by hour', { metrics, grain: 'hour', ...month }],
  ['a month', { metrics, ...month }],
  ['a year by month', { metrics, grain: 'month', ...year }],
  ['three years by week', { metrics, grain: 'week', from: '2023-01-01', to: '2025-12-31' }],
]

const granary = await openDuckdb({ folder: join(data, 'granary'), threads: 2 })
const asked = async (query: Query): Promise<number> => {
  const engines = Array.from({ length: runs + 1 }, () =>
    createEngine({ granary, world: async () => ({ ...world, targets }) }),
  )
  for (const engine of engines) await engine.explain(query, scope)
  return median(await times(run => engines[run + 1]?.ask(query, scope) ?? Promise.resolve(), runs))
}
const rows: (string | number)[][] = []
for (const [name, query] of questions) {
  const [with_, without] = [await asked({ ...query, compare: ['plan.budget'] }), await asked(query)]
  rows.push([name, with_, without, `${(with_ / without).toFixed(2)} ×`])
}
table(
  `Plan against actual, ${Number(size).toLocaleString('en')} lines: median of ${runs} warm runs in ms, none from memory`,
  ['question', 'with the plan', 'without', 'ratio'],
  rows,
)
await granary.close()
