import { phaseHours } from '#forecast/phasing.ts'
import { addDays, type Day, dayCount, daysBetween, earlier, later, weekday } from '#kernel/day.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { type CalendarRule, periodOf } from '#kernel/period.ts'
import { homeZone } from '#kernel/zone.ts'
import { Exact, type Formula, metricsIn, parse } from '../formula.ts'
import type { HoursOf } from '../hours.ts'
import { tableOf } from '../reach.ts'
import { type Known, type Vocabulary, vocabulary } from '../vocabulary.ts'
import type { TargetSetting, World } from '../world.ts'
import type { Reached } from './covers.ts'
import type { Resolved } from './resolve.ts'
import type { Scoped } from './scope.ts'
import { dense, type Window } from './window.ts'

type Decimal = InstanceType<typeof Exact>

/**
 * The targets of a question: which figure stands beside which row; null where none was set for just that. An hour has its
 * part of its day by `hoursOf`, which questions that reach hours need.
 */
export const targetsOf = (
  resolved: Resolved,
  window: Window,
  scoped: Pick<Scoped, 'stores' | 'currency'>,
  world: World,
  reached: Reached,
  hoursOf?: HoursOf,
) => {
  const everywhere = world.stores.every(s => scoped.stores.includes(s.store))
  const asked = world.stores.filter(s => scoped.stores.includes(s.store))
  const zone = homeZone(asked, world.currency)
  const home = asked.find(one => one.timezone === zone)?.store ?? ''

  const named = new Map<string, Map<string, TargetSetting[]>>()
  /** Targets of a name for a metric in a slice, found once. */
  const setFor = (name: string, metric: Known, slice: Readonly<Record<string, string>>): TargetSetting[] => {
    let all = named.get(name)
    if (!all) {
      all = Map.groupBy(
        world.targets.filter(t => t.name === name),
        t => placeOf(t.metric, t.slice ?? {}),
      )
      named.set(name, all)
    }
    const own = all.get(placeOf(metric.name, slice)) ?? []
    return metric.unit === 'money' ? own.filter(t => isIn(t, scoped.currency)) : inOne(own)
  }

  const forStores = (set: readonly TargetSetting[], metric: Known, stores: readonly string[]) => {
    const all =
      everywhere && stores.length === world.stores.length ? set.find(t => t.store === null) : undefined
    if (all) return [all]
    const own = stores.flatMap(store => set.find(t => t.store === store) ?? [])
    // The stores' own targets are the whole's only where each has one, and only amounts add up.
    return own.length === stores.length && (own.length === 1 || metric.additivity === 'additive') ? own : []
  }

  const byDay = new Map<TargetSetting, Map<Day, Decimal[]>>()
  /** What of a day's figure falls to each of its hours, worked out once for all of them; null where no hours were asked for. */
  const hoursIn = (target: TargetSetting, metric: Known, day: Day, amount: Decimal): Decimal[] | null => {
    if (!hoursOf) return null
    const days = byDay.get(target) ?? new Map<Day, Decimal[]>()
    byDay.set(target, days)
    const known = days.get(day)
    if (known) return known
    const places = metric.unit === 'money' ? minorUnits(target.currency ?? scoped.currency ?? '') : 4
    const ran = hoursOf(target.name, metric.name)
    const hours = phaseHours(amount.toFixed(), day, ran.counts, places, ran.weights).map(
      one => new Exact(one),
    )
    days.set(day, hours)
    return hours
  }

  let all: Vocabulary | undefined
  const metricNamed = (name: string) => {
    all ??= vocabulary(world.metrics, world)
    return all.get(name)
  }

  return (
    name: string,
    metric: Known,
    { bucket, hour }: Place,
    dimensions: Readonly<Record<string, string>>,
  ): Decimal | null => {
    const sliced = sliceAsked(resolved, dimensions)
    if (sliced === null) return null
    const { hour: ofDay, weekday: ofWeek, ...slice } = sliced
    if (hour !== null && ofDay !== undefined && Number(ofDay) !== hour) return null
    const cut: Cut = {
      ...(ofWeek !== undefined && { weekday: Number(ofWeek) }),
      ...((hour !== null || ofDay !== undefined) && { hour: hour ?? Number(ofDay) }),
    }
    const range = bucket === null ? window : window.buckets[bucket]
    if (!range) return null
    // Like for like, from where the data begin and to date; a period before them or still to come shows its whole target.
    const from = dataFrom(metric, range, reached)
    const to = !window.begun || range.from > window.elapsed ? range.to : earlier(range.to, window.elapsed)
    const stores = dimensions.store === undefined ? scoped.stores : [dimensions.store]
    const until = window.byDay.has(metric.name) || cut.hour !== undefined ? null : momentOf(window, to, home)
    const valueFor = (of: Known): Decimal | null => {
      const found = forStores(setFor(name, of, slice), of, stores)
      const values = found.map(target =>
        phased(target, from, to, window.rule, of, { ...cut, until: until?.(target.store) }, hoursIn),
      )
      if (values.length > 0 && values.every(v => v !== null))
        return values.reduce((sum: Decimal, v) => sum.plus(v as Decimal), new Exact(0))
      return of.additivity === 'ratio' ? ofParts(of, valueFor) : null
    }
    /** A ratio of targets is the ratio of what its parts are to be, where each of them has a target. */
    const ofParts = (of: Known, value: (part: Known) => Decimal | null): Decimal | null => {
      if (of.formula === '') return null
      const formula = parse(of.formula)
      if (metricsIn(formula).length === 0) return null
      return worked(formula, part => {
        const known = metricNamed(part)
        return known ? value(known) : null
      })
    }
    return valueFor(metric)
  }
}

/** Whether a target of money is in a currency: none is converted. */
export const isIn = ({ currency }: TargetSetting, asked: string | null): boolean =>
  !(currency && asked && currency !== asked)

const whole = new WeakMap<TargetSetting, TargetSetting>()

/** What is no money has one figure a day, whatever currency the line it came with names. */
function inOne(set: readonly TargetSetting[]): TargetSetting[] {
  if (!set.some(one => one.part)) return [...set]
  const alike = Map.groupBy(set, one => JSON.stringify([one.store, one.grain, one.part]))
  return [...alike.values()].flatMap(same => {
    const [first] = same
    if (!first?.part) return same
    const known = whole.get(first) ?? { ...first, values: Object.assign({}, ...same.map(one => one.values)) }
    whole.set(first, known)
    return [known]
  })
}

/** Where a row stands in time: its period, and of hours which of the day. Null: the whole. */
export interface Place {
  bucket: number | null
  hour: number | null
}

/**
 * The day from which all that has rows of every day is known of a metric, where that lies within the days asked for; else the
 * first of these. Media that were booked before the shop's first sale make no margin to hold against a target. Data that begin
 * within a week of a month's first day are of the whole month: a shop is shut for a few days, and plans count them.
 */
export function dataFrom(
  { aggregates }: Pick<Known, 'aggregates'>,
  { from, to }: { from: string; to: string },
  reached: Reached,
): string {
  const first = aggregates
    .flatMap(({ fact }) => (dense.has(tableOf(fact)) ? (reached(fact)?.from ?? []) : []))
    .map(day => (day <= `${day.slice(0, 8)}08` ? `${day.slice(0, 8)}01` : day))
    .reduce(later, from)
  return first > to ? from : first
}

/** Values of dimensions other than the store that a row stands for; null where it stands for no slice a target can have. */
const sliceAsked = (
  resolved: Resolved,
  dimensions: Readonly<Record<string, string>>,
): Record<string, string> | null => {
  const { store: _, ...slice }: Record<string, string> = dimensions
  for (const { dimension, is, not, contains } of resolved.filters) {
    // A row of its own value has passed the filter.
    if (dimensions[dimension.name] !== undefined) continue
    const [only, ...others] = is ?? []
    if (only === undefined || others.length > 0 || not?.length || contains || dimension.name === 'store')
      return null
    slice[dimension.name] = only
  }
  return slice
}

/** A metric in a slice as text, whatever order its dimensions are named in. */
const placeOf = (metric: string, slice: Readonly<Record<string, string>>): string =>
  JSON.stringify([metric, ...Object.entries(slice).sort(([a], [b]) => (a < b ? -1 : 1))])

/** A formula over metrics, each with the value given; aggregates have none. */
const worked = (formula: Formula, value: (metric: string) => Decimal | null): Decimal | null => {
  if (formula.is === 'number') return new Exact(formula.value)
  if (formula.is === 'metric') return value(formula.name)
  if (formula.is !== 'operation') return null
  const [left, right] = [worked(formula.left, value), worked(formula.right, value)]
  if (left === null || right === null) return null
  if (formula.sign === '+') return left.plus(right)
  if (formula.sign === '-') return left.minus(right)
  if (formula.sign === '*') return left.times(right)
  return right.isZero() ? null : left.div(right)
}

/** What of each day is asked for: an hour of it, and whether it counts at all. */
interface Cut {
  weekday?: number
  hour?: number
  /** Of days that are not over, the hours before this moment. */
  until?: { day: Day; hour: number } | null | undefined
}

/**
 * Up to which moment figures of a store are compared, of a run of days that ends where the data do; null where it ends
 * elsewhere, and of a store whose days are over. What is set for the company as one (null) runs by the company's clock:
 * `home` is a store on it.
 */
const momentOf = ({ moments, soldUntil }: Window, to: Day, home: string) =>
  moments.length === 0 || to !== soldUntil
    ? null
    : (store: string | null) =>
        moments.find(({ stores }) => stores === null || stores.includes(store ?? home)) ?? null

/**
 * A target over days: each period's value spread evenly over its days (amounts), the last period's (stocks), or the
 * day-weighted mean (ratios); of days that count, and of amounts only the hour asked for. A distinct count is known of just
 * the period it is set for: neither of a part of it nor of several, in which people come again.
 * Null unless every day has a target.
 */
const phased = (
  target: TargetSetting,
  from: string,
  to: string,
  rule: CalendarRule,
  metric: Known,
  cut: Cut,
  hoursIn: (target: TargetSetting, metric: Known, day: Day, amount: Decimal) => Decimal[] | null,
): Decimal | null => {
  let total = new Exact(0)
  let days = 0
  const grain = target.grain === 'hour' ? 'day' : target.grain
  const set = periodOf(rule, from, grain)
  const isJust = set.from === from && set.to === to && cut.weekday === undefined
  if (isDistinct(metric) && !isJust) return null
  let latest: Decimal | null = null
  for (let day = from; day <= to; ) {
    const period = periodOf(rule, day, grain)
    const text = target.values[period.from]
    if (text === undefined) return null
    const value = new Exact(text)
    const last = earlier(period.to, to)
    const own = cut.weekday === undefined ? null : weekdaysBetween(day, last, cut.weekday)
    const count = own?.length ?? dayCount(day, last)
    if (count > 0) latest = value
    if (metric.additivity !== 'additive') total = total.plus(value.times(count))
    else if (cut.hour === undefined)
      // Multiplied before it is divided, so that a month in full is its target to the penny.
      total = total.plus(value.times(count).div(dayCount(period.from, period.to)))
    else {
      const each = value.div(dayCount(period.from, period.to))
      for (const one of own ?? daysBetween(day, last)) {
        const hour = hoursIn(target, metric, one, each)?.[cut.hour]
        if (!hour) return null
        total = total.plus(hour)
      }
    }
    const { until } = cut
    if (until && metric.additivity === 'additive' && last >= until.day) {
      const each = value.div(dayCount(period.from, period.to))
      for (const one of (own ?? daysBetween(later(day, until.day), last)).filter(d => d >= until.day)) {
        const hours = hoursIn(target, metric, one, each) ?? []
        for (const hour of hours.slice(one === until.day ? until.hour : 0)) total = total.minus(hour)
      }
    }
    days += count
    day = addDays(last, 1)
  }
  if (days === 0) return null
  if (metric.additivity === 'semi_additive') return latest
  return metric.additivity === 'additive' ? total : total.div(days)
}

/** Whether a metric counts different people or things, and so neither adds up nor has a mean. */
const isDistinct = ({ additivity, unit, aggregates }: Known): boolean =>
  additivity === 'non_additive' && unit === 'count' && aggregates.some(one => one.kind === 'distinct')

const weekdaysBetween = (from: Day, to: Day, which: number): Day[] =>
  daysBetween(from, to).filter(day => weekday(day) === which)
