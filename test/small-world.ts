import { createEngine } from '#metrics/create-engine.ts'
import type { Scope } from '#metrics/engine.ts'
import type { Query } from '#metrics/query.ts'
import type { World } from '#metrics/world.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { deliverLines, type Line } from './small-ledger.ts'

export const shop = (store: string, currency = 'GBP') => ({
  store,
  name: store,
  currency,
  timezone: 'Europe/London',
  kind: 'both' as const,
})
export const plainWorld: World = {
  stores: [shop('shop')],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}
/** Who may see everything, some days after the lines of the tests. */
export const everyone: Scope = { stores: 'all', now: new Date('2011-12-20T12:00:00Z') }

/** A granary of these lines and the metrics over it. */
export const over = async (lines: Line[], world: Partial<World> = {}) => {
  const granary = await openDuckdb({ folder: ':memory:' })
  if (lines.length > 0) await deliverLines(granary, lines)
  const engine = createEngine({ granary, world: async () => ({ ...plainWorld, ...world }) })
  return { granary, engine, ask: (query: Query, scope = everyone) => engine.ask(query, scope) }
}
