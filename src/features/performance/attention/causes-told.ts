import type { Context } from '#features/context.ts'
import type { StoreNames } from '#kernel/alert-words.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import type { Cause } from '#postgres/tables/watch.ts'
import { causesOf } from './causes.ts'
import { elsewhere, isBehind, narrowing, type UnitOf } from './elsewhere.ts'
import type { Found } from './find.ts'
import { ownMeasure, ratioCauses } from './ratio-causes.ts'

/** Explanations of an alert at most. */
const most = 6

interface Known {
  doubt: string | null
  /** The last day that is known. */
  day: Day
  /** The same matter as other rules see it. */
  others: readonly Found[]
  unitOf: UnitOf
  stores: StoreNames
}

/**
 * What likely stands behind a finding. Of most figures it is what moved net sales of its slice, the same way it went. A ratio
 * with money of its own (a price, a margin) is explained by its own parts, which add up; what else moved trade in those days
 * stands behind them without an amount, as it is none of it.
 */
export async function causesFor(context: Context, one: Found, known: Known): Promise<Cause[]> {
  const { doubt, day, others, unitOf, stores } = known
  const to = one.until ?? day
  const own = ownMeasure(one.metric) !== null
  const beside = elsewhere(one, others, unitOf, stores)
  // Whole weeks, so that weekdays meet weekdays, against the weeks before.
  const weeks = 7 * Math.ceil(dayCount(one.since, to) / 7)
  const traded = (
    await causesOf(context, {
      from: addDays(to, 1 - weeks),
      to,
      compare: 'previous_days',
      store: one.slice.store,
      within: Object.entries(one.slice).filter(([name]) => narrowing.includes(name)),
      doubt,
    })
  ).filter(cause => alongWith(one, cause) && isBehind(one, cause))
  // What merely crosses it comes behind what was measured in it.
  if (!own) return mostTold([...beside.parts, ...traded, ...beside.crossing])
  const worth = one.moneyPerDay === null || one.perDay === 0 ? null : one.moneyPerDay / one.perDay
  const parts = await ratioCauses(context, { ...one, to, worth })
  const reasons = traded.filter(({ kind }) => kind === 'data' || kind === 'event')
  return mostTold([
    ...parts,
    ...[...beside.parts, ...reasons, ...beside.crossing].map(cause => ({ ...cause, perDay: null })),
  ])
}

/** Whether a cause went the way of what it is to explain: what brought money is no cause of a loss. */
const alongWith = ({ moneyPerDay }: Found, { perDay }: Cause): boolean =>
  moneyPerDay === null || perDay === null || Math.sign(perDay) === Math.sign(moneyPerDay)

/** What is wrong with the data stays first; nothing is said twice. */
const mostTold = (causes: readonly Cause[]): Cause[] => {
  const data = causes.filter(one => one.kind === 'data')
  return [...data, ...causes.filter(one => one.kind !== 'data')].slice(0, most)
}
