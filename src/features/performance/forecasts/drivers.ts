import type { Context } from '#features/context.ts'
import type { Calendar, Driver } from '#forecast/forecast.ts'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { versionsCarried } from '#metrics/plans.ts'
import * as settings from '#postgres/tables/settings.ts'
import { askAll, type Course, calendarOf, company, lastOf } from './course.ts'
import type { Cut } from './lines.ts'

/** Fewest days ahead a plan of media must reach to be one. */
const reaches = 28
/** Days that say how a week's media are spread, and what is spent where no plan says more. */
const lately = 56

/** A store, or null for the company, then a value of each cut, or null where it is not narrowed. */
type Place = readonly (string | null)[]

interface Media {
  /** Null where nobody has told yet. */
  spent: (number | null)[]
  planned: (number | null)[]
}

/**
 * What is known of the days of a course and of so many after it: the calendar of its store, planned media, changes of
 * prices.
 */
export async function knownOf(context: Context, course: Course, horizon: number): Promise<Calendar> {
  const { metric, store, start, values } = course
  const days = daysBetween(start, addDays(lastOf(course), horizon))
  // A shop that sells nothing is visited all the same.
  const { closed = [], ...open } = await calendarOf(context, store)
  const media = await mediaOf(context, store, days)
  const drivers = [
    ...(media ? mediaDriver(media, days, values.length) : []),
    ...priceDriver(await pricesOf(context, store), days),
  ]
  return {
    ...open,
    ...(metric !== 'sessions' && { closed }),
    ...(drivers.length > 0 && { drivers }),
  }
}

/**
 * The same of a part of a store: promotions and changes of prices that name another category or channel are none of its, and
 * of media only those planned for its own channel are known.
 * @param part its store, its places (the store, the value of each cut or null where it is not narrowed), and the cuts. Parts
 *   of which the same is sold are one in several places: what is of it is of all, and what is known of one is known of it.
 */
export async function knownOfPart(
  context: Context,
  { store, places, cuts }: { store: string; places: readonly Place[]; cuts: readonly Cut[] },
  days: readonly Day[],
  known: number,
): Promise<Calendar> {
  const isOf = ({ name, series }: { name: string; series: string }) =>
    places.every(at => isOfPart(`${name} ${series}`, { at, cuts }))
  const [channel = null] = places.flatMap(at => channelOf(at, cuts) ?? [])
  const media = channel === null ? null : await mediaOf(context, store, days, channel)
  const drivers = [
    ...(media ? mediaDriver(media, days, known) : []),
    ...priceDriver(await pricesOf(context, store, isOf), days),
  ]
  return { ...(await calendarOf(context, store, isOf)), ...(drivers.length > 0 && { drivers }) }
}

/** The channel that a place is, where it is narrowed by nothing else. */
function channelOf([, ...values]: Place, cuts: readonly Cut[]): string | null {
  const by = cuts.findIndex(cut => cut.by === 'channel')
  const alone = values.every((value, n) => n === by || value === null)
  return alone ? values[by] || null : null
}

/** Words that say what an event is, not what of: a category called so is named by none. */
const events = new Set(['sale', 'sales', 'offer', 'offers', 'deal', 'deals', 'promotion', 'promotions'])
const wordsOf = (text: string) =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(' ')} `

/** Whether an event of these words is of a part: it names none of the values told apart, or one the part has to do with. */
export function isOfPart(words: string, { at, cuts }: { at: Place; cuts: readonly Cut[] }): boolean {
  const said = wordsOf(words)
  return cuts.every(({ told }, n) => {
    const value = at[n + 1]
    if (value === null || value === undefined) return true
    const names = told
      .map(name => ({ name, text: wordsOf(name) }))
      .filter(({ text }) => text.trim() && !events.has(text.trim()) && said.includes(text))
    // Who says Garden lighting does not say Lighting.
    const meant = names.filter(one => !names.some(other => other !== one && other.text.includes(one.text)))
    return meant.length === 0 || meant.some(({ name }) => name === value)
  })
}

/** Media by day, as spent and as the plan that reaches furthest says; null where no plan does. */
async function mediaOf(
  context: Context,
  store: string,
  days: readonly Day[],
  channel?: string,
): Promise<Media | null> {
  const [version] = await versionsCarried(context.granary, 'spend')
  if (version === undefined) return null
  const answer = await askAll(context, {
    metrics: ['spend'],
    grain: 'day',
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    calendar: 'gregorian',
    compare: [planComparison(version)],
    wholeDays: true,
    ...(store !== company && { stores: [store] }),
    ...(channel !== undefined && { filters: [{ dimension: 'channel', is: [channel] }] }),
  })
  const { lastDay } = answer.meta
  const planned = answer.rows.map(row => {
    const value = row.compare?.[planComparison(version)]?.values.spend?.value
    return value === null || value === undefined ? null : Number(value)
  })
  const spent = answer.rows.map(row =>
    row.spend === null || row.spend === undefined || String(row.period) > (lastDay ?? '')
      ? null
      : Number(row.spend),
  )
  return { spent, planned }
}

/**
 * Media as a driver of the days of a course: what was spent up to its last, and the plan from then on. Plans tell weeks and
 * months better than days, so that each week's are spread as days were of late. None where no plan reaches ahead.
 */
function mediaDriver({ spent, planned }: Media, days: readonly Day[], known: number): Driver[] {
  // Of days before the first that is told of nobody says that nothing was spent on them.
  const first = spent.findIndex(value => value)
  const last = spent.slice(0, known).findLastIndex(value => value !== null)
  if (first < 0 || last < first || planned.slice(known).filter(value => value !== null).length < reaches)
    return []
  const usual = new Array<number>(8).fill(0)
  const from = Math.max(first, last + 1 - lately)
  for (let t = from; t <= last; t += 1)
    usual[weekday(days[t] as Day)] = (usual[weekday(days[t] as Day)] as number) + (spent[t] ?? 0)
  const weeks = (last + 1 - from) / 7
  const lateOn = (day: Day) => (usual[weekday(day)] as number) / weeks
  const plan = inWeeks(planned, days, lateOn)
  return [
    {
      name: 'Planned media',
      values: days.map((day, t) => (t >= first && t <= last ? spent[t] : plan[t]) ?? lateOn(day)),
      planned: plan.slice(0, known),
      as: 'log',
      sign: 1,
    },
  ]
}

/** Amounts of days, each calendar week's spread over those of its days that have one as `shareOf` has them; as they are where it has none. */
function inWeeks(
  amounts: readonly (number | null)[],
  days: readonly Day[],
  shareOf: (day: Day) => number,
): (number | null)[] {
  const mondays = days.map(day => addDays(day, 1 - weekday(day)))
  const sums = new Map<Day, { amount: number; share: number }>()
  amounts.forEach((amount, t) => {
    if (amount === null) return
    const week = sums.get(mondays[t] ?? '') ?? { amount: 0, share: 0 }
    week.amount += amount
    week.share += shareOf(days[t] ?? '')
    sums.set(mondays[t] ?? '', week)
  })
  return amounts.map((amount, t) => {
    const week = sums.get(mondays[t] ?? '')
    return amount === null || !week || week.share <= 0
      ? amount
      : (week.amount * shareOf(days[t] ?? '')) / week.share
  })
}

interface PriceChange {
  from: Day
  /** Logarithm of what prices were multiplied by. */
  by: number
}

/** Changes of prices that say by how much, of a store; the company's are those of all of its stores. */
async function pricesOf(
  { ledger }: Context,
  store: string,
  isOf: (event: { name: string; series: string }) => boolean = () => true,
): Promise<PriceChange[]> {
  const events = await ledger.select().from(settings.events).orderBy(settings.events.id)
  return events
    .filter(one => one.kind === 'price' && one.percent !== null && isOf(one))
    .filter(one => one.stores.length === 0 || (store !== company && one.stores.includes(store)))
    .map(one => ({ from: one.from, by: Math.log1p((one.percent ?? 0) / 100) }))
}

/** The logarithm of prices, 0 before the first change; none where none falls on the days. */
function priceDriver(changes: readonly PriceChange[], days: readonly Day[]): Driver[] {
  const own = changes.filter(({ from }) => from > (days[0] ?? '') && from <= (days.at(-1) ?? ''))
  if (own.length === 0) return []
  return [
    {
      name: 'Changes of prices',
      values: days.map(day => own.reduce((sum, { from, by }) => sum + (from <= day ? by : 0), 0)),
    },
  ]
}
