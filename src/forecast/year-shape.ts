import {
  addDays,
  civil,
  type Day,
  dateOf,
  dayNumber,
  dayOf,
  monthEnd,
  monthOf,
  weekday,
  yearOf,
} from '#kernel/day.ts'
import { type Feast, feasts } from '#kernel/feasts.ts'
import { believed } from './numbers.ts'

/** A day and what was sold on it. Days between the first and the last that are not named sold nothing. */
export interface TradedDay {
  day: Day
  value: number
}

/**
 * How a shop's year is shaped, learnt from its own days: the course of the season, the days of the week, what events do
 * wherever they fall, and the days it is closed. Weights are in the size of an ordinary recent day; only their
 * proportions mean something.
 */
export interface YearShape {
  weight(day: Day): number
  /** What makes the day's weight, in words, for who adjusts it. */
  why(day: Day): string[]
  /** What the reader should know: too little history, a season that is not known. */
  notes: string[]
  /** Factor of each weekday, 1 Monday … 7 Sunday, mean 1. */
  weekdays: readonly number[]
}

/** Half the width, in days, over which the level of a steady trade is smoothed; an unsteady one is smoothed over more. */
const bandwidth = 9
/** How much the days of a steady trade stray from what is usual, as a share of it. */
const steady = 0.35
/** How far what is special about a day or weekday commonly goes: less than the days' own noise is not believed. */
const strength = 0.4
/** A trading day below this share of what was expected was closed. */
const closedBelow = 0.03
/** Days before the first that are still taken to have been as it. */
const slack = 6
/** A weekday below this factor is not traded on. */
const restBelow = 0.04

/** Days that do not move but fall on any weekday: what they do is learnt by date. */
const yearEnd = (year: number): Feast[] => [
  { series: 'christmas', name: 'Christmas', from: civil(year, 12, 22), to: civil(year, 12, 27) },
  { series: 'new_year', name: 'New Year', from: civil(year, 12, 28), to: civil(year + 1, 1, 4) },
]

interface Placed {
  event: Feast
  /** Day of the event: 0 the first. */
  at: number
}

/** Learns the shape of a shop's year. `events` are the company's own (promotions, launches), past and to come. */
export function learnShape(history: readonly TradedDay[], events: readonly Feast[] = []): YearShape {
  const sorted = [...history].sort((a, b) => a.day.localeCompare(b.day))
  const first = sorted[0]
  const last = sorted.at(-1)
  if (!first || !last)
    return {
      weight: () => 1,
      why: () => ['no history'],
      notes: ['There is no history: days share evenly.'],
      weekdays: new Array(8).fill(1),
    }
  const start = dayNumber(first.day)
  const count = dayNumber(last.day) - start + 1
  const values = new Float64Array(count)
  for (const { day, value } of sorted) values[dayNumber(day) - start] = Math.max(0, value)
  const all = placedEvents(yearOf(first.day) - 1, yearOf(last.day) + 3, events)
  const eventful = (n: number) => all.has(dayOf(start + n))

  const weekdays = weekdayFactors(values, start, eventful)
  const factor = (number: number) => weekdays[((((number + 3) % 7) + 7) % 7) + 1] as number
  const trades = (number: number) => factor(number) >= restBelow

  // Closed days must be known before the level is: the first level is taken without them.
  const rough = levels(values, start, n => trades(start + n) && !eventful(n), factor, bandwidth)
  const closed = new Set<number>()
  for (let n = 0; n < count; n += 1) {
    const expected = (rough[n] as number) * factor(start + n)
    if (trades(start + n) && expected > 0 && (values[n] as number) < closedBelow * expected)
      closed.add(start + n)
  }
  const ordinary = (n: number) => trades(start + n) && !eventful(n)
  const days = Array.from(values.keys()).filter(ordinary)
  // Where many days sell nothing by chance, none of them was a closure.
  if (days.filter(n => closed.has(start + n)).length > 0.08 * days.length) closed.clear()
  const noise = noiseOf(
    days.flatMap(n => {
      // Where nothing was sold for months nothing is expected, and nothing strays from it.
      const expected = (rough[n] as number) * factor(start + n)
      return closed.has(start + n) || expected <= 0 ? [] : [(values[n] as number) / expected]
    }),
  )
  const width = bandwidth * Math.max(1, Math.min(4, noise / steady))
  const level = levels(values, start, n => ordinary(n) && !closed.has(start + n), factor, width)
  const effects = eventEffects(values, level, start, all, factor, trades, noise)
  const fallenTogether = closedMatches(closed, eventful, start)

  const growth = grownSince(level, noise)
  const seasonal = (number: number): number => {
    // The same day of other years, by weekdays (364 days), as large as it would be today.
    const found: number[] = []
    for (let back = 1; number - 364 * back >= start - slack; back += 1) {
      const at = number - 364 * back - start
      if (at < count) found.push((level[Math.max(0, at)] as number) * growth(back))
      if (found.length === 3) break
    }
    if (found.length === 0) return level[Math.min(count - 1, Math.max(0, number - start))] as number
    // Recent years count more.
    const weights = [1, 0.6, 0.36]
    const sum = found.reduce((total, one, n) => total + one * (weights[n] as number), 0)
    return sum / found.reduce((total, _, n) => total + (weights[n] as number), 0)
  }

  const notes: string[] = []
  if (count < 28) notes.push(`There are only ${count} days of history: weekdays are a first guess.`)
  if (count < 365) notes.push('There is less than a year of history: the course of the season is not known.')
  else if (count < 730) notes.push('The season rests on one year: what was once may not come again.')

  const parts = (day: Day) => {
    const number = dayNumber(day)
    const placed = all.get(day)
    const effect = placed ? effects.get(`${placed.event.series}|${placed.at}`) : undefined
    const shut = placed ? placed.event.closed === true : fallenTogether(day)
    return { number, placed, effect, shut }
  }
  return {
    weekdays,
    notes,
    weight: day => {
      const { number, effect, shut } = parts(day)
      if (shut) return 0
      // An event may open a day that is never traded on.
      const usual = trades(number) ? factor(number) : effect?.opens ? 1 : 0
      return Math.max(0, seasonal(number) * usual * (effect?.factor ?? 1))
    },
    why: day => {
      const { number, placed, effect, shut } = parts(day)
      const words = [
        // Before a year is over nothing is known of the season: a day has the level of the days about it.
        `${number - 364 >= start - slack ? 'season' : 'level about it'} ${(seasonal(number) / (mean(level) || 1)).toFixed(2)}`,
        `weekday ${factor(number).toFixed(2)}`,
      ]
      if (placed && effect) words.push(`${placed.event.name} ×${effect.factor.toFixed(2)}`)
      if (placed && !effect && !shut) words.push(`${placed.event.name}: not traded before`)
      if (shut) words.push(placed ? `${placed.event.name}: closed` : 'closed on the same day of other years')
      return words
    },
  }
}

/** Days a year may lack for its last day to be held against its first. */
const nearly = 35

/**
 * How much larger trade is than so many years (of 364 days) before, by the last year's days that had one, as far as it is
 * more than chance: without it a day that has three years behind it would weigh less than one that has two, where trade
 * grows. Where no day had so many, it grew each year as it did of late.
 */
function grownSince(level: Float64Array, noise: number): (years: number) => number {
  const last = level.length - 1
  const known = new Map<number, number>()
  const of = (years: number): number => {
    const both = last - 364 * years + 1
    if (both <= 0 && years > 1) return of(1) ** years
    if (both <= -nearly) return 1
    // The first days are smoothed with those after them alone: a year on they stand beside those before as well.
    const days = Math.max(1, Math.min(364, both - Math.min(2 * bandwidth, Math.floor(both / 2))))
    let [now, then] = [0, 0]
    for (let n = last; n > last - days; n -= 1) {
      now += level[n] as number
      then += level[Math.max(0, n - 364 * years)] as number
    }
    if (now <= 0 || then <= 0) return 1
    return Math.exp(believed(Math.log(now / then), (2 * noise * noise) / Math.max(days, bandwidth)))
  }
  return years => {
    const growth = known.get(years) ?? of(years)
    known.set(years, growth)
    return growth
  }
}

const mean = (of: ArrayLike<number>): number => {
  let sum = 0
  for (let n = 0; n < of.length; n += 1) sum += of[n] as number
  return of.length > 0 ? sum / of.length : 0
}

/** Each event day and its place in its event; the company's own events before the calendar's. */
function placedEvents(from: number, to: number, events: readonly Feast[]): Map<Day, Placed> {
  const named = new Set(events.map(event => event.series))
  const years = Array.from({ length: to - from + 1 }, (_, n) => from + n)
  const calendar = years
    .flatMap(year => [...feasts(year), ...yearEnd(year)])
    .filter(f => !named.has(f.series))
  const placed = new Map<Day, Placed>()
  // Whatever else falls on a day that is closed, nothing is sold.
  const own = events.toSorted((a, b) => Number(b.closed ?? false) - Number(a.closed ?? false))
  for (const event of [...own, ...calendar])
    for (let day = event.from, at = 0; day <= event.to && at < 60; day = addDays(day, 1), at += 1)
      if (!placed.has(day)) placed.set(day, { event, at })
  return placed
}

/** Mean share of each weekday of its week, outliers drawn in; weeks with events are left out while there are others. */
function weekdayFactors(values: Float64Array, start: number, special: (n: number) => boolean): number[] {
  const ratios = Array.from({ length: 8 }, (): number[] => [])
  for (const strict of [true, false]) {
    if (ratios.some(list => list.length > 0)) break
    for (let n = 0; n + 7 <= values.length; n += 1) {
      if ((start + n + 3) % 7 !== 0) continue
      const week = values.slice(n, n + 7)
      const total = week.reduce((sum, value) => sum + value, 0)
      if (total <= 0 || (strict && week.some((_, d) => special(n + d)))) continue
      week.forEach((value, d) => {
        ratios[d + 1]?.push((7 * value) / total)
      })
    }
  }
  if (!ratios[1]?.length) return new Array<number>(8).fill(1)
  const factors = ratios.map(drawnIn)
  const whole = factors.slice(1).reduce((sum, value) => sum + value, 0) / 7 || 1
  return factors.map((value, d) => {
    const list = ratios[d] ?? []
    const weeks = list.length
    // A weekday that never sold is not traded on; any other is believed as far as its weeks agree.
    if (value === 0 && weeks > 3) return 0
    const spread = weeks > 0 ? list.reduce((sum, one) => sum + (one - value) ** 2, 0) / weeks : 1
    const doubt = spread / strength ** 2 / Math.max(1, weeks) + 1 / (weeks + 1)
    return (value / whole + doubt) / (1 + doubt)
  })
}

/** The mean with the largest and smallest tenth drawn in to the next. */
function drawnIn(list: readonly number[]): number {
  if (list.length === 0) return 0
  const sorted = [...list].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 10)
  const [low, high] = [sorted[cut] as number, sorted[sorted.length - 1 - cut] as number]
  return sorted.reduce((sum, value) => sum + Math.min(high, Math.max(low, value)), 0) / sorted.length
}

/** The level of trade at each day: values without their weekday, smoothed over the ordinary days around, outliers drawn in. */
function levels(
  values: Float64Array,
  start: number,
  ordinary: (n: number) => boolean,
  factor: (number: number) => number,
  width: number,
): Float64Array {
  const bare = Array.from(values, (value, n) => (ordinary(n) ? value / factor(start + n) : Number.NaN))
  const smooth = (by: number, of: readonly number[]) =>
    Float64Array.from(of, (_, n) => {
      let [sum, weights] = [0, 0]
      const reach = Math.ceil(by * 3)
      for (let k = Math.max(0, n - reach); k <= Math.min(of.length - 1, n + reach); k += 1) {
        const value = of[k] as number
        if (Number.isNaN(value)) continue
        const weight = Math.exp(-0.5 * ((k - n) / by) ** 2)
        sum += weight * value
        weights += weight
      }
      return weights > 1e-6 ? sum / weights : Number.NaN
    })
  const once = smooth(width * 2, bare)
  const tamed = bare.map((value, n) => Math.min(value, 3 * (once[n] as number)))
  const level = smooth(width, tamed)
  // Where a long closure leaves nothing near, the wider level stands in.
  const overall = mean(values)
  return level.map((value, n) =>
    Number.isNaN(value) ? (Number.isNaN(once[n] as number) ? overall : (once[n] as number)) : value,
  )
}

/** How much days stray from what was expected of them, as a share of it; wild days drawn in. */
function noiseOf(ratios: readonly number[]): number {
  if (ratios.length < 14) return steady
  const squares = ratios.reduce((sum, one) => sum + Math.min(3, one - 1) ** 2, 0)
  return Math.sqrt(squares / ratios.length)
}

interface Effect {
  factor: number
  /** Traded though the weekday is not. */
  opens: boolean
}

/** What each day of each event does to the day it falls on, over the years it was seen; drawn towards nothing special. */
function eventEffects(
  values: Float64Array,
  level: Float64Array,
  start: number,
  placed: ReadonlyMap<Day, Placed>,
  factor: (number: number) => number,
  trades: (number: number) => boolean,
  noise: number,
): Map<string, Effect> {
  const seen = new Map<string, { ratios: number[]; opens: boolean }>()
  for (const [day, { event, at }] of placed) {
    const n = dayNumber(day) - start
    if (n < 0 || n >= values.length || event.closed) continue
    const rest = !trades(start + n)
    const value = values[n] as number
    if (rest && value <= 0) continue
    const usual = (level[n] as number) * (rest ? 1 : factor(start + n))
    if (usual <= 0) continue
    const key = `${event.series}|${at}`
    const known = seen.get(key) ?? { ratios: [], opens: false }
    known.ratios.push(value / usual)
    known.opens ||= rest && value > 0.2 * usual
    seen.set(key, known)
  }
  const effects = new Map<string, Effect>()
  for (const [key, { ratios, opens }] of seen) {
    const sum = ratios.reduce((total, one) => total + Math.min(one, 20), 0)
    // A day that sold nothing was closed: that is no accident to be drawn towards the usual.
    const closed = ratios.every(one => one < closedBelow)
    const prior = (noise / strength) ** 2
    effects.set(key, { factor: closed && noise < 1 ? 0 : (sum + prior) / (ratios.length + prior), opens })
  }
  return effects
}

/** Whether a day is one of those a shop is closed on every year: the same weekday of the same week of the month. */
function closedMatches(
  closed: ReadonlySet<number>,
  special: (n: number) => boolean,
  start: number,
): (day: Day) => boolean {
  const places = new Set<string>()
  for (const number of closed) {
    if (special(number - start)) continue
    const day = dayOf(number)
    // A closure of several days is a stop, not a holiday: it says nothing of another year.
    const long = [-1, 1].some(step => closed.has(number + step) && closed.has(number + 2 * step))
    if (!long) places.add(place(day))
  }
  return day => places.has(place(day))
}

const place = (day: Day): string => {
  const fromEnd = Math.floor((dateOf(monthEnd(day)) - dateOf(day)) / 7) + 1
  const fromStart = Math.floor((dateOf(day) - 1) / 7) + 1
  // The last Monday of a month is its last whether it is the fourth or the fifth.
  return `${monthOf(day)}|${weekday(day)}|${fromEnd === 1 ? 'last' : fromStart}`
}
