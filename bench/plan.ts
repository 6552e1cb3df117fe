/** The plan room: working out a sheet of a million cells after an edit, opening a version, a simulation of 200 drivers. */
import { civilYear } from '../src/kernel/period.ts'
import { calculate, type Input } from '../src/kernel/plan/calculate.ts'
import { type Line, sheetPeriods } from '../src/kernel/plan/sheet.ts'
import { simulate } from '../src/kernel/plan/simulate.ts'
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
    ['worked out whole', whole.seconds * 1000],
    ['after an edit of one cell, median', median(one)],
    ['after an edit of one cell, slowest of 40', one.at(-1) ?? 0],
    ['after an edit that reaches every slice of a month, median', median(all)],
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
const drawn = await seconds(async () =>
  simulate(model, {
    drivers: drivers.map(({ name }) => ({ line: name, spread: { kind: 'normal', sd: 0.1 } })),
    correlations: [{ a: 0, b: 1, r: 0.5 }],
    target: 'total',
    part: { members: {}, first: 0, last: 11 },
    runs: 10_000,
    seed: 1,
  }),
)
table(
  '10,000 draws of 200 drivers through 401 lines × 12 months',
  ['', 's'],
  [['in one thread', drawn.seconds]],
)
console.log(`\npeak memory ${peakMemory().toFixed(0)} MB`)
