import { type StoreNames, titleOf } from '#kernel/alert-words.ts'
import type { Unit } from '#kernel/format.ts'
import { showDay } from '#kernel/format.ts'
import type { Cause } from '#postgres/tables/watch.ts'
import type { Found } from './find.ts'

/** How the metric of a rule is called and shown; undefined of a rule that is gone. */
export type UnitOf = (rule: string) => { label: string; unit: Unit } | undefined

/** Explanations that other rules see, at most. */
const mostElsewhere = 2

/** What follows from what: a metric may be explained by those behind it, those before it are what it did. */
const downstream = [
  ['net_sales', 'gross_sales', 'sales_after_discounts', 'total_sales'],
  ['orders', 'units_sold', 'net_units', 'aov', 'revenue_per_session'],
  ['conversion_rate', 'orders_per_session', 'sessions'],
]
const depthOf = (metric: string): number => {
  const depth = downstream.findIndex(all => all.includes(metric))
  return depth < 0 ? downstream.length : depth
}

const keys = (slice: Readonly<Record<string, string>>) => Object.keys(slice)
const holds = (part: Found['slice'], whole: Found['slice']) =>
  keys(whole).every(key => part[key] === whole[key])

/** What stands where, by how much money a day. */
type Seen = Pick<Found, 'slice' | 'metric' | 'moneyPerDay'>

/**
 * Whether what is seen elsewhere explains an alert rather than following from it. A part of its slice does; its own slice by
 * a figure further up the driver tree; what merely crosses it where it is no larger; a wider slice never: that is what
 * the alert is seen as from further away.
 */
export function explains(one: Seen, other: Seen): boolean {
  const [part, whole] = [holds(other.slice, one.slice), holds(one.slice, other.slice)]
  if (part && whole) return depthOf(other.metric) > depthOf(one.metric)
  if (whole) return false
  return part || Math.abs(other.moneyPerDay ?? 0) <= Math.abs(one.moneyPerDay ?? 0)
}

/** Dimensions of a slice that net sales can be narrowed to as well. */
export const narrowing = ['product', 'category', 'brand']

/**
 * Whether a cause found in the net sales of an alert's store and products says more than the alert: a place it stands in
 * already, by a figure that follows from it, does not, nor one that lost more.
 */
export const isBehind = (one: Seen, { kind, where, rows, perDay }: Cause): boolean =>
  kind !== 'slice' ||
  explains(one, {
    slice: Object.fromEntries([
      ...Object.entries(one.slice).filter(([name]) => name === 'store' || narrowing.includes(name)),
      ...where.map(({ dimension, value }) => [dimension, value]),
    ]),
    metric: rows?.metric ?? 'net_sales',
    moneyPerDay: perDay,
  })

/**
 * What other rules see of the same matter, the strangest first: in parts of an alert's slice, as one device explains a
 * store, and in slices that merely cross it.
 */
export function elsewhere(
  one: Found,
  others: readonly Found[],
  unitOf: UnitOf,
  stores: StoreNames,
): { parts: Cause[]; crossing: Cause[] } {
  const told = others
    .filter(other => explains(one, other))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, mostElsewhere)
  const causes = (is: boolean) =>
    told.filter(other => holds(other.slice, one.slice) === is).map(other => causeOf(other, unitOf, stores))
  return { parts: causes(true), crossing: causes(false) }
}

function causeOf(other: Found, unitOf: UnitOf, stores: StoreNames): Cause {
  const { label, unit } = unitOf(other.rule) ?? {
    label: other.metric.replaceAll('_', ' '),
    unit: 'count' as const,
  }
  const told = { ...other, finding: { unit, ...other, causes: [], check: '' }, currency: '' }
  return {
    kind: 'slice',
    words: `${titleOf(told, label, stores)}, since ${showDay(other.since)}.`,
    evidence: other.judged,
    perDay: other.moneyPerDay,
    where: Object.entries(other.slice).map(([dimension, value]) => ({ dimension, value })),
  }
}
