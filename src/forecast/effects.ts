import { addDays, type Day, dayCount, earlier, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { type Feast, feasts } from '#kernel/feasts.ts'
import type { Effects, Removed } from './automatic.ts'
import { countryOf, holidays, runUp } from './holidays.ts'
import { at, isSafelyPositive, median, quantile, ridge } from './numbers.ts'
import { periodStart, type Series } from './series.ts'

/** Something people do at times, and know ahead: all of one `series` are taken to have the same effect. */
export interface Promotion {
  series: string
  from: Day
  to: Day
  /** How strong beside others of its series: the discount, the budget. 1 when absent. */
  strength?: number
}

/** Something measured that moves the metric and is known or planned ahead: media, price, stock. */
export interface Driver {
  name: string
  /** One value for each value of the series and for each period ahead. */
  values: readonly number[]
  /**
   * What was planned beforehand for each value of the series, null where nothing was. Trials foretell by it, not by what
   * came: what follows demand is no help to who does not know demand. Absent: all was known ahead, as of a price list.
   */
  planned?: readonly (number | null)[]
  /** `log` where a percent more moves the metric by some percent, whatever the level (price, spend). `linear` when absent. */
  as?: 'linear' | 'log'
  /** The only side it can move the metric to; what speaks for the other is chance or another cause. Either when absent. */
  sign?: 1 | -1
}

/** What is known of the days. */
export interface Calendar {
  /** Whose public holidays count (`GB`, `GB-SCT`); the moving feasts of trade count always. */
  country?: string
  /** Where it is not said: the country is the one whose zone this is. */
  timezone?: string
  /** Days on which nothing can be sold. What they show in the past is not looked at; ahead they are 0. */
  closed?: readonly Day[]
  promotions?: readonly Promotion[]
  drivers?: readonly Driver[]
}

/** Whether the calendar closes a period of the series: all its days. */
export function isClosedIn(
  { start, cadence }: Series,
  calendar: Calendar | undefined,
): (t: number) => boolean {
  const closed = new Set(calendar?.closed ?? [])
  if (closed.size === 0) return () => false
  if (start === undefined) throw noStart()
  if (cadence !== 'day' && cadence !== 'hour') return () => false
  return t => closed.has(periodStart(start, cadence, t))
}

const noStart = () =>
  invalid(
    'a calendar means nothing to a series without a start',
    'give the series the first day of its first period as `start`',
  )

/** Feasts that move, and that trade feels before they come. */
const moving = new Set(feasts(2000).map(feast => feast.series))

interface Column {
  name: string
  /** One value for each kept period of the past and the future. */
  values: Float64Array
  /** What was known of each beforehand, where that is not what it was. */
  before?: Float64Array
  sign?: 1 | -1
  /** Something that happens now and then. */
  occurs?: true
}

/** The share of each period that a span of days covers, times `strength`, added to `values`. */
function cover(values: Float64Array, from: Day, to: Day, strength: number, spans: readonly [Day, Day][]) {
  spans.forEach(([first, last], t) => {
    const days = dayCount(later(first, from), earlier(last, to))
    if (days > 0) values[t] = at(values, t) + (strength * days) / dayCount(first, last)
  })
}

/** What the calendar adds to a series, to be estimated on any part of its past. */
export interface CalendarEffects extends Effects {
  remove(past: Float64Array): Removed & {
    /** The value `h` steps after the past without its effects. */
    take(value: number, h: number): number
    /** Whether something happens then that the past never saw, so that nobody can say what it does. */
    isNew(h: number): boolean
  }
}

/** Times of a day of the month that show whether it stands out, and the fewest; of them so many must. */
const [latestMonths, fewestMonths, mostOf] = [12, 3, 0.75]
/** How far from the same weekdays beside it: usual distances, and part of what they are. */
const [farOut, partOut] = [4, 0.5]

/** The last day of a month is one of its own, whatever its number: what falls due then. */
const monthDay = (day: Day): number => (addDays(day, 1).endsWith('-01') ? 0 : Number(day.slice(8)))

/**
 * Days of the month that stand out by much in nearly every month, against the same weekdays of the weeks beside them: when
 * subscriptions are charged, or invoices written. Each is a column, known from what is past alone.
 */
function monthlyIn(past: Float64Array, days: readonly Day[], week: number): Column[] {
  if (past.length < 28 * fewestMonths || week < 1) return []
  const apart = past.map((value, t) => {
    const beside = [-2, -1, 1, 2].flatMap(n => past[t + n * week] ?? [])
    return beside.length === 0 ? 0 : value - median(beside)
  })
  const usual = 1.4826 * median(apart.map(Math.abs))
  const standsOut = (t: number) =>
    Math.abs(at(apart, t)) > Math.max(farOut * usual, partOut * Math.abs(at(past, t) - at(apart, t)), 1e-9)
  const places = Map.groupBy(
    Array.from(past, (_, t) => t),
    t => monthDay(days[t] ?? ''),
  )
  return [...places].flatMap(([nth, all]): Column[] => {
    const seen = all.slice(-latestMonths)
    const out = seen.filter(standsOut)
    const side = out.filter(t => at(apart, t) > 0).length
    if (seen.length < fewestMonths || Math.max(side, out.length - side) < mostOf * seen.length) return []
    return [
      {
        name: nth === 0 ? 'last day of the month' : `day ${nth} of the month`,
        values: Float64Array.from(days, day => Number(monthDay(day) === nth)),
      },
    ]
  })
}

/** `kept` are the places in the series that the models see, past first. Undefined where there is nothing to estimate. */
export function effectsOf(
  series: Series,
  calendar: Calendar | undefined,
  kept: readonly number[],
  periods: readonly number[],
): CalendarEffects | undefined {
  if (calendar === undefined) return undefined
  const { start, cadence } = series
  if (start === undefined) throw noStart()
  const spans = kept.map((t): [Day, Day] => {
    const first = periodStart(start, cadence, t)
    return [first, cadence === 'hour' ? first : addDays(periodStart(start, cadence, t + 1), -1)]
  })
  const columns: Column[] = []
  const add = (name: string, spread: readonly { from: Day; to: Day; strength?: number }[]) => {
    const values = new Float64Array(kept.length)
    for (const { from, to, strength } of spread) cover(values, from, to, strength ?? 1, spans)
    // Days of two names are told once: each half of what they do would be doubted as if it were all.
    const isTold = columns.some(column => column.values.every((value, t) => value === at(values, t)))
    if (!isTold && values.some(value => value !== 0)) columns.push({ name, values, occurs: true })
  }
  const bounds = [spans[0]?.[0] ?? start, spans.at(-1)?.[1] ?? start] as const
  const fine = cadence === 'day' || cadence === 'hour'
  const zone = calendar.timezone
  const country = calendar.country ?? (zone === undefined ? undefined : countryOf(zone))
  const named = Map.groupBy(holidays(country, ...bounds), feast => feast.series)
  for (const [name, days] of named) {
    add(name, days)
    // Nobody buys ahead for a day off alone. What leads up to a feast only days can show.
    if (fine && moving.has(name))
      add(
        `${name} run-up`,
        days.map((day: Feast) => runUp(day)),
      )
  }
  for (const [name, spread] of Map.groupBy(calendar.promotions ?? [], one => one.series))
    add(`promotion ${name}`, spread)
  for (const driver of calendar.drivers ?? []) columns.push(driverColumn(driver, series, kept))
  const days = cadence === 'day' ? spans.map(([day]) => day) : []
  const week = Math.round(periods[0] ?? 7)
  if (columns.length === 0 && days.length === 0) return undefined
  return { remove: past => remove(past, columns, monthlyIn(past, days, week), periods) }
}

/** So far beyond what it was, as a share of its range, a driver is believed to go on doing what it did. */
const beyond = 0.25

function driverColumn(driver: Driver, series: Series, kept: readonly number[]): Column {
  const { name, values, as, sign } = driver
  const wanted = (kept.at(-1) ?? 0) + 1
  if (values.length < wanted || values.some(value => !Number.isFinite(value)))
    throw invalid(
      `the driver ${name} has ${values.length} values, and ${wanted} are needed: ${series.values.length} for the past and the others for what is ahead`,
      'give a plan of the driver for each period ahead',
    )
  const unit = median(values.filter(value => value !== 0).map(Math.abs)) || 1
  const shaped = (value: number) => (as === 'log' ? Math.log1p(Math.max(0, value) / unit) : value / unit)
  const own = Float64Array.from(kept, t => shaped(at(values, t)))
  const seen = own.subarray(0, kept.filter(t => t < series.values.length).length)
  const [least, most] = [quantile(seen, 0), quantile(seen, 1)]
  // What was never tried says nothing of what it would do.
  const held = (value: number) =>
    Math.min(most + beyond * (most - least), Math.max(least - beyond * (most - least), value))
  return {
    name: `driver ${name}`,
    values: own.map((value, i) => (i < seen.length ? value : held(value))),
    ...(driver.planned && {
      before: Float64Array.from(kept, t => held(shaped(driver.planned?.[t] ?? at(values, t)))),
    }),
    ...(sign && { sign }),
  }
}

/** Mean over a window centred on each value, cut at the ends. */
function slow(values: Float64Array, window: number): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let t = 0; t < values.length; t++) sums[t + 1] = at(sums, t) + at(values, t)
  const half = Math.floor(window / 2)
  return values.map((_, t) => {
    const reach = Math.min(half, Math.max(t, values.length - 1 - t))
    const from = Math.max(0, t - reach)
    const to = Math.min(values.length, t + reach + 1)
    return (at(sums, to) - at(sums, from)) / (to - from)
  })
}

/** Cosines and sines of a period over the values, few orders for a long one. */
function waves(length: number, period: number): Float64Array[] {
  const orders = Math.min(Math.floor(period / 2), period > 60 ? 3 : 6)
  return Array.from({ length: orders }, (_, order) => (2 * Math.PI * (order + 1)) / period).flatMap(step => [
    Float64Array.from({ length }, (_, t) => Math.cos(step * t)),
    Float64Array.from({ length }, (_, t) => Math.sin(step * t)),
  ])
}

/** One occurrence of an event counts as much as this prior that it does nothing. */
const scepticism = 0.3
/** Standard errors an event's effect stands out by, beyond which the prior that it does nothing loses its say. */
const standing = 3

/**
 * Estimates what each column adds to the past (on logarithms where the series is safely positive) by ridge regression after
 * the slow movement and the seasons are taken off both sides (Frisch & Waugh 1933), shrinks what chance might show, and
 * takes it off. The clearer an event stands out of the days about it, the less it is drawn to nothing; one that the past
 * never saw has no effect.
 */
function remove(
  past: Float64Array,
  named: readonly Column[],
  monthly: readonly Column[],
  periods: readonly number[],
) {
  const all = [...named, ...monthly]
  const n = past.length
  const positive = isSafelyPositive(past)
  const work = positive ? past.map(Math.log) : past
  const columns = all.filter(({ values }) => {
    const seen = values.subarray(0, n)
    return seen.some(value => value !== at(seen, 0))
  })
  const unseen = all.filter(column => !columns.includes(column))
  const isNew = (h: number) => unseen.some(({ values }) => at(values, n + h) !== at(values, 0))
  if (columns.length === 0)
    return { clean: past, take: (value: number) => value, isNew, restore: (points: Float64Array) => points }
  const shortest = periods[0] ?? 1
  const window = Math.round(Math.max(13, shortest <= 24 ? shortest * 6 : shortest / 4)) | 1
  const without = (values: Float64Array) => {
    const moving = slow(values, window)
    return values.map((value, t) => value - at(moving, t))
  }
  const seasons = periods.filter(period => n >= 2 * period).flatMap(period => waves(n, period))
  const sides = [...seasons, ...columns.map(({ values }) => without(values.subarray(0, n)))]
  const target = without(work)
  const rows = Array.from({ length: n }, (_, t) => sides.map(side => at(side, t)))
  const occurrences = columns.map(({ values }) => {
    const seen = values.subarray(0, n)
    const runs = seen.reduce(
      (count, value, t) => count + (value !== 0 && (t === 0 || at(seen, t - 1) === 0) ? 1 : 0),
      0,
    )
    return Math.max(1, runs)
  })
  const penalty = [...seasons.map(() => 1e-6), ...occurrences.map(count => scepticism / count)]
  const found = ridge(rows, target, penalty)
  // A second look, at what the first leaves: strange days weigh less (Huber 1964).
  const rest = target.map(
    (value, t) => value - sides.reduce((sum, side, i) => sum + at(side, t) * at(found, i), 0),
  )
  const spread = 1.4826 * median(rest.map(Math.abs)) || 1e-12
  const weights = rest.map(value => Math.min(1, (3 * spread) / Math.max(Math.abs(value), 1e-12)))
  const powers = columns.map((_, i) =>
    (sides[seasons.length + i] as Float64Array).reduce((sum, value) => sum + value * value, 0),
  )
  const doubts = penalty.map((before, k) => {
    const i = k - seasons.length
    return columns[i]?.occurs
      ? Math.min(before, (standing * spread) ** 2 / (at(found, k) ** 2 * at(powers, i)))
      : before
  })
  const coefficients = ridge(rows, target, doubts, weights)
  const kept = columns.map((_, i) => {
    const power = at(powers, i)
    const coefficient = at(coefficients, seasons.length + i)
    const t2 = (coefficient * coefficient * power) / (spread * spread)
    return t2 > 1 && coefficient * (columns[i]?.sign ?? coefficient) > 0 ? coefficient * (1 - 1 / t2) : 0
  })
  const effect = (t: number) =>
    columns.reduce(
      (sum, { values, before = values }, i) => sum + at(t < n ? values : before, t) * at(kept, i),
      0,
    )
  const clean = work.map((value, t) => value - effect(t))
  // Of what an event does: its days are few, and one occurrence differs from the next about as days do.
  const variances = columns.map(({ values, occurs }, i) => {
    if (!occurs || at(kept, i) === 0) return 0
    const days = values.subarray(0, n).reduce((count, value) => count + (value === 0 ? 0 : 1), 0)
    return (spread ** 2 / at(powers, i)) * (1 + days / at(occurrences, i))
  })
  const doubt = (h: number) =>
    Math.sqrt(columns.reduce((sum, { values }, i) => sum + at(values, n + h) ** 2 * at(variances, i), 0))
  return {
    doubt: (points: Float64Array) => points.map((value, h) => (positive ? value : 1) * doubt(h)),
    clean: positive ? clean.map(Math.exp) : clean,
    take: (value: number, h: number) => (positive ? value / Math.exp(effect(n + h)) : value - effect(n + h)),
    isNew,
    restore: (points: Float64Array) =>
      points.map((value, h) => (positive ? value * Math.exp(effect(n + h)) : value + effect(n + h))),
  }
}
