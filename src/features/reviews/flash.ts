import { closedDay, todayOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { limitsOfKnown } from '#forecast/control-limits.ts'
import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import { type Measure, placeOf, show } from '#kernel/format.ts'
import { against } from '#kernel/money.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { valueName } from '#kernel/value-names.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import { eventsIn } from './content.ts'
import { askAs, targetOf } from './decks.ts'
import type { Moved } from './model.ts'
import type { Flash, PackFigure } from './pack-shape.ts'
import { comingIn, trustOf } from './trust.ts'

/** In the order of the flash; the first eight that have a figure. */
const wanted = [
  'net_sales',
  'orders',
  'aov',
  'sessions',
  'orders_per_session',
  'gross_margin',
  'spend',
  'mer',
  'new_customers',
  'return_rate',
  'discount_rate',
  'cart_abandonment',
]
const shown = 8
const told = 3
/** The same weekday of this many weeks before says what is usual. */
const weeks = 9
const fewest = 6

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const nothing: Moved = { value: null, delta: null, ratio: null }

/** A day of a series, beside the same weekday a year before with moving feasts aligned; null where not known. */
interface Seen {
  value: number | null
  yearBefore: number | null
}

/**
 * How far a day, the last of the same weekdays, is beyond what they do by themselves, by the season of the year before
 * where that is known; null within it, or where too little is known.
 */
export function beyond(
  days: readonly Seen[],
): { far: number; low: number; high: number; usual: number; yearly: boolean } | null {
  const seen = limitsOfKnown(days, 1, fewest)
  const [value, last] = [days.at(-1)?.value, (seen?.judged.length ?? 0) - 1]
  if (!seen || value == null) return null
  const [low, high, usual] = [seen.low(last), seen.high(last), seen.usual(last)]
  if (value <= high && value >= low) return null
  const half = high - usual
  // A weekday that never moved makes limits of no width: any step from it is told after the others.
  const far = half > 0 ? Math.abs(value - usual) / half : 1
  return { far, low, high, usual, yearly: seen.basis === 'year_before' }
}

/** The last day that is over in every store, in eight figures and at most three exceptions, as far as the data allow. `on`: another day. */
export async function flashOf(context: Context, on?: Day): Promise<Flash> {
  const today = await todayOf(context)
  // While the day goes on in a store far west, the day before is the last that can be judged.
  const day = on ?? (await closedDay(context))
  const target = await targetOf(context)
  const span = { from: addDays(day, -7 * weeks), to: day, grain: 'day' as const }
  const compare = [
    'last_year_weekday',
    'last_year_event',
    ...(target ? [planComparison(target)] : []),
  ] as Query['compare']
  const [trust, answer, byChannel, byCountry] = await Promise.all([
    trustOf(context, day),
    askAs(context, { metrics: wanted, ...span, compare }),
    askAs(context, {
      metrics: ['net_sales'],
      by: ['channel'],
      ...span,
      compare: ['last_year_event'],
      limit: 10_000,
    }),
    askAs(context, {
      metrics: ['net_sales'],
      by: ['country'],
      ...span,
      compare: ['last_year_event'],
      limit: 10_000,
    }),
  ])
  const { meta } = answer
  const row = (at: Day) => answer.rows.find(one => one.period === at)
  const known = (await askAs(context, { metrics: ['net_sales'], window: 'all_time' })).meta
  const firstDay = known.wholeFrom ?? known.from
  const figures = wanted.flatMap((metric): PackFigure[] => {
    const value = text(row(day)?.[metric])
    if (value === null) return []
    const ago = addDays(day, -7)
    const before = ago < firstDay ? null : text(row(ago)?.[metric])
    const fair = addDays(day, -364) >= firstDay
    return [
      {
        metric,
        value,
        before: { value: before, ...against(value, before) },
        lastYear: (fair && row(day)?.compare?.last_year_weekday?.values[metric]) || nothing,
        target: target ? (row(day)?.compare?.[planComparison(target)]?.values[metric] ?? nothing) : null,
      },
    ]
  })
  return {
    day,
    trust: { ...trust, coming: comingIn(answer) },
    currency: meta.currency,
    figures: figures.slice(0, shown),
    exceptions: exceptions(
      day,
      firstDay,
      row(day),
      onceEach([
        ...figures.map(one => ({ answer, metric: one.metric, name: '', rows: answer.rows })),
        ...slices(byChannel, 'channel'),
        ...slices(byCountry, 'country'),
      ]),
    ),
    events: await eventsIn(context, [], today, addDays(today, 7)),
    definitions: meta.definitions,
  }
}

interface Course {
  answer: Answer
  metric: string
  /** Slice it is of, ''. */
  name: string
  rows: readonly AnswerRow[]
}

const slices = (answer: Answer, dimension: string): Course[] =>
  [...Map.groupBy(answer.rows, row => text(row[dimension]) ?? '')]
    .filter(([name]) => name !== '')
    .map(([value, rows]) => ({ answer, metric: 'net_sales', name: valueName(dimension, value), rows }))

/** Two courses of a figure that differ by no more than this share of it are one: a country all is sold to is the company. */
const sameWithin = 0.1

/** The courses without those that go as one before them does: a slice that is the whole, or another slice by another name. */
function onceEach(courses: readonly Course[]): Course[] {
  const sized = courses.map(course => ({
    course,
    days: new Map(course.rows.map(row => [row.period, Number(text(row[course.metric]) ?? 0)])),
  }))
  const size = (days: ReadonlyMap<unknown, number>) =>
    [...days.values()].reduce((sum, one) => sum + Math.abs(one), 0)
  const apart = (a: ReadonlyMap<unknown, number>, b: ReadonlyMap<unknown, number>) =>
    [...new Set([...a.keys(), ...b.keys()])].reduce<number>(
      (sum, day) => sum + Math.abs((a.get(day) ?? 0) - (b.get(day) ?? 0)),
      0,
    )
  return sized
    .filter(
      ({ course, days }, n) =>
        !sized
          .slice(0, n)
          .some(
            before =>
              before.course.metric === course.metric &&
              apart(before.days, days) <= sameWithin * size(before.days),
          ),
    )
    .map(({ course }) => course)
}

/**
 * Net sales of one unit of a figure at the day's own figures: what stands beside it in net sales = sessions × orders per
 * session × AOV, spend × MER. Null for what has no price.
 */
function worthOf(metric: string, of: (name: string) => number | null): number | null {
  const times = (...names: string[]) =>
    names.reduce<number | null>((all, name) => {
      const one = of(name)
      return all === null || one === null ? null : all * one
    }, 1)
  const sessions = of('sessions')
  switch (metric) {
    case 'net_sales':
    case 'spend':
      return 1
    case 'orders':
    case 'new_customers':
      return times('aov')
    case 'aov':
      return times('orders')
    case 'sessions':
      return sessions ? (times('net_sales') ?? 0) / sessions : null
    case 'orders_per_session':
      return times('sessions', 'aov')
    case 'mer':
      return times('spend')
    case 'gross_margin':
    case 'return_rate':
    case 'discount_rate':
      return times('net_sales')
    default:
      return null
  }
}

/** The three that move the most money, of those beyond their own limits; what has no price after them, the furthest first. */
function exceptions(
  day: Day,
  firstDay: Day,
  today: AnswerRow | undefined,
  courses: readonly Course[],
): Flash['exceptions'] {
  const figure = (name: string) => {
    const one = text(today?.[name])
    return one === null ? null : Number(one)
  }
  const found = courses.flatMap(({ answer, metric, name, rows }) => {
    const at = new Map(rows.map(row => [row.period, row]))
    const number = (one: string | null) => (one === null ? null : Number(one))
    const days = Array.from({ length: weeks + 1 }, (_, n) => {
      const when = addDays(day, -7 * (weeks - n))
      const row = at.get(when)
      const before = text(row?.compare?.last_year_event?.values[metric]?.value)
      return {
        value: when < firstDay ? null : number(text(row?.[metric])),
        yearBefore: addDays(when, -364) < firstDay ? null : number(before),
      }
    })
    const value = days.at(-1)?.value ?? null
    const out = beyond(days)
    const definition = answer.meta.definitions[metric]
    if (!out || !definition || value === null) return []
    const measure: Measure = { unit: definition.unit, good: definition.good, currency: answer.meta.currency }
    const above = value > out.high
    const figures = [value, out.low, out.high].map(String)
    const place = placeOf(figures, measure)
    const [is, low, high] = figures.map(one => show(one, measure, place))
    const worth = worthOf(metric, figure)
    const money = worth === null ? null : Math.abs((value - out.usual) * worth)
    const told =
      money === null
        ? ''
        : `: worth about ${show(money.toFixed(0), { unit: 'money', currency: answer.meta.currency }, 'whole')} ${value > out.usual ? 'more' : 'less'} than usual`
    const tone = measure.good === 'none' ? 'neutral' : above === (measure.good === 'up') ? 'good' : 'bad'
    const weekday = weekdays[(dayNumber(day) + 3) % 7]
    return [
      {
        far: out.far,
        money,
        metric,
        tone: tone as 'good' | 'bad' | 'neutral',
        words: `${definition.label}${name && ` of ${name}`} ${is}, ${above ? 'above' : 'below'} the ${low} to ${high} usual on a ${weekday}${out.yearly ? ', going by last year' : ''}${told}`,
      },
    ]
  })
  return found
    .sort((a, b) => (b.money ?? -1) - (a.money ?? -1) || b.far - a.far)
    .slice(0, told)
    .map(({ far: _, ...one }) => one)
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
