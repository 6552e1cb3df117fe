import { addDays, dayCount, earlier } from '#kernel/day.ts'
import { type CalendarRule, periodOf } from '#kernel/period.ts'
import { Exact } from '../formula.ts'
import type { Known } from '../vocabulary.ts'
import type { TargetSetting, World } from '../world.ts'
import type { Resolved } from './resolve.ts'
import type { Scoped } from './scope.ts'
import type { Window } from './window.ts'

type Decimal = InstanceType<typeof Exact>

/** The targets of a question: which figure stands beside which row; null where none was set for just that. */
export const targetsOf = (
  resolved: Resolved,
  window: Window,
  scoped: Pick<Scoped, 'stores' | 'currency'>,
  world: World,
) => {
  const everywhere = world.stores.every(s => scoped.stores.includes(s.store))

  const forStores = (name: string, metric: Known, stores: readonly string[]): TargetSetting[] => {
    const set = world.targets.filter(
      t =>
        t.name === name &&
        t.metric === metric.name &&
        !(metric.unit === 'money' && t.currency && scoped.currency && t.currency !== scoped.currency),
    )
    const all =
      everywhere && stores.length === world.stores.length ? set.find(t => t.store === null) : undefined
    if (all) return [all]
    const own = stores.flatMap(store => set.find(t => t.store === store) ?? [])
    // The stores' own targets are the whole's only where each has one, and only amounts add up.
    return own.length === stores.length && (own.length === 1 || metric.additivity === 'additive') ? own : []
  }

  return (name: string, metric: Known, bucket: number | null, dimensions: Record<string, string>) => {
    const split = Object.keys(dimensions)
    if (resolved.filters.length > 0 || split.some(d => d !== 'store')) return null
    if (window.grain === 'hour' && bucket !== null) return null
    const range = bucket === null ? window : window.buckets[bucket]
    if (!range) return null
    // To date like for like; a period still to come shows its whole target.
    const to = range.from > window.until ? range.to : earlier(range.to, window.until)
    const stores = dimensions.store === undefined ? scoped.stores : [dimensions.store]
    const found = forStores(name, metric, stores)
    const values = found.map(target => phased(target, range.from, to, window.rule, metric))
    return values.length > 0 && values.every(v => v !== null)
      ? values.reduce((sum: Decimal, v) => sum.plus(v as Decimal), new Exact(0))
      : null
  }
}

/**
 * A target over days: each period's value spread evenly over its days (amounts), or the day-weighted mean (ratios).
 * Null unless every day has a target.
 */
const phased = (
  target: TargetSetting,
  from: string,
  to: string,
  rule: CalendarRule,
  metric: Known,
): Decimal | null => {
  let total = new Exact(0)
  let days = 0
  const grain = target.grain === 'hour' ? 'day' : target.grain
  for (let day = from; day <= to; ) {
    const period = periodOf(rule, day, grain)
    const value = target.values[period.from]
    if (value === undefined) return null
    const last = earlier(period.to, to)
    const count = dayCount(day, last)
    // Multiplied before it is divided, so that a month in full is its target to the penny.
    total = total.plus(
      metric.additivity === 'additive'
        ? new Exact(value).times(count).div(dayCount(period.from, period.to))
        : new Exact(value).times(count),
    )
    days += count
    day = addDays(last, 1)
  }
  if (days === 0) return null
  return metric.additivity === 'additive' ? total : total.div(days)
}
