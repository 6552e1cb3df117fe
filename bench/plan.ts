/**
 * The plan room: working out a sheet of a million cells after an edit, opening a version, a simulation of 200 drivers. Each
 * beside the plain way of doing it, in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { sql } from 'drizzle-orm'
import type { Context } from '../src/features/context.ts'
import type { OpenShape } from '../src/features/plan/model.ts'
import { simulateApart } from '../src/features/plan/simulation.ts'
import { versionOperations } from '../src/features/plan/version-operations.ts'
import { civilYear } from '../src/kernel/period.ts'
import { calculate, type Input } from '../src/kernel/plan/calculate.ts'
import { rolled } from '../src/kernel/plan/roll.ts'
import { shownInputs } from '../src/kernel/plan/rows.ts'
import { type Line, sheetPeriods } from '../src/kernel/plan/sheet.ts'
import { simulate } from '../src/kernel/plan/simulate.ts'
import { openLedger } from '../src/postgres/open.ts'
import * as tables from '../src/postgres/tables/plan.ts'
import { median, peakMemory, seconds, table, times } from './measure.ts'

const stores = Array.from({ length: 20 }, (_, n) => `store ${n}`)
const categories = Array.from({ length: 40 }, (_, n) => `category ${n}`)
const line = (name: string, unit: string, formula: string | null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name,
  unit,
  formula,
  over: ['store', 'category'],
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2028-12-31'),
  dimensions: [
    { name: 'store', label: 'Store', members: stores },
    { name: 'category', label: 'Category', members: categories },
  ],
  lines: [
    line('growth', 'share', null, { over: [], roll: 'none' }),
    line('base', 'sessions', null),
    line('sessions', 'sessions', 'base * (1 + growth)'),
    line('conversion', 'orders/sessions', null, { roll: 'weighted', weight: 'sessions' }),
    line('orders', 'orders', 'sessions * conversion'),
    line('aov', 'money/orders', null, { roll: 'weighted', weight: 'orders' }),
    line('net_sales', 'money', 'orders * aov'),
    line('intake', 'money', null),
    line('stock_start', 'money', 'coalesce(stock_end[-1], 0)', { roll: 'none' }),
    line('stock_end', 'money', 'stock_start + intake - net_sales', { roll: 'last', negative: true }),
    ...Array.from({ length: 43 }, (_, n) => line(`cost_${n}`, 'money', `net_sales * 0.0${n + 1}`)),
    line('result', 'money', 'net_sales - cost_1 - cost_2', { over: [], negative: true }),
  ],
}
const inputs: Input[] = sheet.periods.flatMap(({ key: period }) => [
  { line: 'growth', slice: [], period, value: '0.05' },
  ...stores.flatMap(store =>
    categories.flatMap(category =>
      Object.entries({ base: '1000', conversion: '0.02', aov: '45.50', intake: '800' }).map(
        ([name, value]) => ({
          line: name,
          slice: [store, category],
          period,
          value,
        }),
      ),
    ),
  ),
])

const whole = await seconds(async () => calculate(sheet, inputs))
const plan = whole.result
const cells = sheet.lines.length * 800 * 24
let turn = 1000
const one = await times(async run => {
  turn += 1
  plan.set([
    {
      line: 'base',
      slice: ['store 3', 'category 7'],
      period: sheet.periods[(run + 24) % 24]?.key ?? '',
      value: String(turn),
    },
  ])
}, 40)
const all = await times(async run => {
  turn += 1
  plan.set([
    {
      line: 'growth',
      slice: [],
      period: sheet.periods[(run + 24) % 24]?.key ?? '',
      value: String(turn / 20_000),
    },
  ])
}, 8)
table(
  `A plan of ${(cells / 1e6).toFixed(2)} M cells (54 lines × 800 slices × 24 months)`,
  ['', 'ms'],
  [
    ['the plain way: worked out whole after each edit', whole.seconds * 1000],
    ['after an edit of one cell, median', median(one)],
    ['after an edit of one cell, slowest of 40', one.at(-1) ?? 0],
    ['after an edit that reaches every slice of a month, median', median(all)],
  ],
)

/** A version of ten thousand rows in the embedded ledger, opened as the server does and read as the browser does. */
const members = Array.from({ length: 1000 }, (_, n) => `product ${n}`)
const wide = {
  currency: 'GBP',
  periods: sheet.periods,
  dimensions: [{ name: 'product', label: 'Product', members }],
  lines: [
    ...Array.from({ length: 10 }, (_, n) => line(`input_${n}`, 'money', null, { over: ['product'] })),
    line('all', 'money', Array.from({ length: 10 }, (_, n) => `input_${n}`).join(' + '), { over: [] }),
  ],
}
const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-plan-'))
const open = await openLedger({ folder })
await open.ledger
  .insert(tables.versions)
  .values({ id: 'wide', name: 'Wide', kind: 'budget', sheet: wide, createdBy: 'bench' })
for (let n = 0; n < 10; n += 1)
  await open.ledger.insert(tables.rows).values(
    members.map((slice, m) => ({
      version: 'wide',
      line: `input_${n}`,
      slice,
      cells: Object.fromEntries(
        wide.periods.map(({ key }, at) => [key, [`${n}-${m}-${at}`, String((m % 97) + at)]]),
      ),
    })),
  )
const context = {
  ledger: open.ledger,
  actor: { kind: 'person', id: 'bench', name: 'Bench', role: 'director', stores: 'all' },
  clock: () => new Date(),
} as unknown as Context
const opened = await times(async () => call(versionOperations.open, { version: 'wide' }, { context }), 5)
const answer = await call(versionOperations.open, { version: 'wide' }, { context })
const text = JSON.stringify(answer)
const read = await times(async () => {
  const { sheet: found, rows } = JSON.parse(text) as ReturnType<typeof OpenShape.parse>
  calculate(found, shownInputs(found, rows))
}, 5)
await open.ledger.execute(
  sql`CREATE TABLE bench_cells AS SELECT line, slice, key AS period, value->>1 AS value FROM plan_rows, jsonb_each(cells)`,
)
const cellwise = await times(async () => open.ledger.execute(sql`SELECT * FROM bench_cells`), 3)
await open.close()
rmSync(folder, { recursive: true, force: true })
table(
  `Opening a version of 10,000 rows × 24 months (${(text.length / 1e6).toFixed(1)} MB of answer)`,
  ['', 'ms'],
  [
    ['read from the ledger and checked, median', median(opened)],
    ['taken apart and worked out as the browser does, median', median(read)],
    ['the plain way: a row of the ledger for each cell, read alone, median', median(cellwise)],
  ],
)

const drivers = Array.from({ length: 200 }, (_, n) => line(`driver_${n}`, 'money', null, { over: [] }))
const small = {
  ...sheet,
  periods: sheet.periods.slice(0, 12),
  lines: [
    ...drivers,
    ...drivers.map((_, n) =>
      line(`effect_${n}`, 'money', `driver_${n} * 1.1 - driver_${(n + 1) % 200} * 0.2`, {
        over: [],
        negative: true,
      }),
    ),
    line('total', 'money', drivers.map((_, n) => `effect_${n}`).join(' + '), { over: [], negative: true }),
  ],
}
const model = calculate(
  small,
  small.periods.flatMap(({ key: period }) =>
    drivers.map(({ name }) => ({ line: name, slice: [], period, value: '1000' })),
  ),
)
const asked = {
  drivers: drivers.map(({ name }) => ({ line: name, spread: { kind: 'normal' as const, sd: 0.1 } })),
  correlations: [{ a: 0, b: 1, r: 0.5 }],
  target: 'total',
  part: { members: {}, first: 0, last: 11 },
  runs: 10_000,
  seed: 1,
}
const drawn = await seconds(async () => simulate(model, asked))
let [last, lag] = [performance.now(), 0]
const beat = setInterval(() => {
  const now = performance.now()
  lag = Math.max(lag, now - last - 5)
  last = now
}, 5)
const apart = await seconds(() =>
  simulateApart({
    sheet: small,
    inputs: small.periods.flatMap(({ key: period }) =>
      drivers.map(({ name }) => ({ line: name, slice: [], period, value: '1000' })),
    ),
    simulation: asked,
  }),
)
clearInterval(beat)
const draws = 20
const plainly = await seconds(async () => {
  for (let n = 0; n < draws; n += 1) {
    model.set(
      small.periods.flatMap(({ key: period }) =>
        drivers.map(({ name }, at) => ({
          line: name,
          slice: [],
          period,
          value: String(1000 + ((n * 37 + at * 11) % 200) - 100),
        })),
      ),
    )
    rolled(model, 'total', asked.part)
  }
})
table(
  '10,000 draws of 200 drivers through 401 lines × 12 months',
  ['', 's'],
  [
    ['in one thread', drawn.seconds],
    ['apart, as the server does: the thread begun and the plan worked out included', apart.seconds],
    ['longest the server could not answer meanwhile', lag / 1000],
    [
      `the plain way: the exact plan for each draw (of ${draws}, times ${10_000 / draws})`,
      (plainly.seconds * 10_000) / draws,
    ],
  ],
)
console.log(`\npeak memory ${peakMemory().toFixed(0)} MB`)
