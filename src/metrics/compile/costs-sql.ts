import { earlier } from '#kernel/day.ts'
import type { CostBasis, Source } from '../fact.ts'
import { type CostActual, type CostRate, type RatedCost, ratedCosts, type World } from '../world.ts'
import type { Branch } from './source.ts'

/** Branches with their costs written out of the company's rates, and of the general ledger where its books are closed. */
export const withCosts = (branches: readonly Branch[], world: World): Branch[] =>
  branches.map(branch => {
    const { source } = branch
    return source.costs ? { ...branch, source: written(source, source.costs, world) } : branch
  })

const written = (source: Source, basis: CostBasis, world: World): Source => ({
  ...source,
  columns: {
    ...source.columns,
    ...Object.fromEntries(
      ratedCosts.flatMap(cost => {
        const cases = casesOf(cost, basis, source.day, world)
        const booked = (world.costActuals ?? []).filter(one => one.cost === cost)
        const shared = booked.filter(one => one.by === 'sales').map(one => bookedWhen(one, source.day))
        const rate = `CASE ${cases.map(one => `WHEN ${one.when} THEN ${one.amount}`).join(' ')} ELSE NULL END`
        return [
          [cost, withBooked(rate, booked, basis, source.day)],
          [
            `${cost}_gaps`,
            `CASE WHEN ${[...cases.map(one => one.when), ...shared, nothing(basis)].map(one => `(${one})`).join(' OR ')} THEN 0 ELSE 1 END`,
          ],
        ]
      }),
    ),
  },
})

const bookedWhen = ({ from, to, stores }: CostActual, day: string) =>
  [
    `f.${day} >= DATE ${quoted(from)}`,
    `f.${day} <= DATE ${quoted(to)}`,
    ...(stores ? [`f.store IN (${stores.map(quoted).join(', ')})`] : []),
  ].join(' AND ')

const factorOf = (factor: string) =>
  `CAST('${Number.isFinite(Number(factor)) ? factor : '0'}' AS DECIMAL(18,12))`

/** What the general ledger says in closed periods: the rate's amount, or the row's sales, times the period's factor. */
function withBooked(rate: string, booked: readonly CostActual[], basis: CostBasis, day: string): string {
  if (booked.length === 0) return rate
  const scaled = booked.filter(one => one.by === 'rate')
  const shared = booked.filter(one => one.by === 'sales')
  const times =
    scaled.length === 0
      ? rate
      : `CAST((CASE ${scaled.map(one => `WHEN ${bookedWhen(one, day)} THEN ${factorOf(one.factor)}`).join(' ')} ELSE CAST('1' AS DECIMAL(18,12)) END) * (${rate}) AS DECIMAL(20,8))`
  return shared.length === 0
    ? times
    : `CASE ${shared.map(one => `WHEN ${bookedWhen(one, day)} THEN CAST(${factorOf(one.factor)} * (${basis.sales}) AS DECIMAL(20,8))`).join(' ')} ELSE ${times} END`
}

/** A row that neither sells nor takes back costs nothing, whatever the rates. */
const nothing = (basis: CostBasis) =>
  Object.values(basis)
    .map(sql => `${sql} = 0`)
    .join(' AND ')

/** Newest first: the first that holds is the rate. One that never holds stands first, so that there is always a case. */
const casesOf = (cost: RatedCost, basis: CostBasis, day: string, world: World) => [
  { when: '1 = 0', amount: 'CAST(0 AS DECIMAL(20,8))' },
  ...world.stores.flatMap(store =>
    ratesFor(cost, store, world.costRates ?? []).map(rate => ({
      when: [
        `f.store = ${quoted(store.store)}`,
        `f.${day} >= DATE ${quoted(rate.from)}`,
        ...(hasAmounts(rate) ? [`f.currency = ${quoted(store.currency)}`] : []),
      ].join(' AND '),
      amount: amountOf(rate, basis),
    })),
  ),
]

/**
 * The rates of a cost that a store goes by, newest first: its own, and before the first of them the company's.
 * Amounts of another currency say nothing of a store.
 */
const ratesFor = (
  cost: RatedCost,
  store: { store: string; currency: string },
  rates: readonly CostRate[],
): CostRate[] => {
  const speaks = rates.filter(
    rate =>
      rate.cost === cost &&
      (rate.store === store.store || rate.store === null) &&
      (!hasAmounts(rate) || rate.currency === store.currency),
  )
  const own = speaks.filter(rate => rate.store !== null)
  const first = own.reduce((day, rate) => earlier(day, rate.from), '9999-12-31')
  const shared = speaks.filter(rate => rate.store === null && rate.from < first)
  return [...own, ...shared].toSorted((a, b) => (a.from < b.from ? 1 : -1))
}

const hasAmounts = (rate: CostRate) =>
  [rate.perOrder, rate.perUnit, rate.perReturn].some(one => Number(one) !== 0)

/** Eight decimals hold a rate of four times money of four exactly. */
const amountOf = (rate: CostRate, basis: CostBasis): string => {
  const terms = (
    [
      [rate.perOrder, basis.orders],
      [rate.perUnit, basis.units],
      [rate.ofSales, basis.sales],
      [rate.perReturn, basis.returned],
      [rate.ofReturns, basis.reversals],
    ] as const
  )
    .filter(([factor]) => Number(factor) !== 0)
    .map(([factor, sql]) => `CAST('${Number(factor)}' AS DECIMAL(13,4)) * (${sql})`)
  return `CAST(${terms.join(' + ') || '0'} AS DECIMAL(20,8))`
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '')}'`
