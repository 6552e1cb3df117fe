/** Days are text, YYYY-MM-DD, so that they sort, travel and compare as they are; arithmetic goes through day numbers. */
export type Day = string

const msPerDay = 86_400_000

/** Remembers answers that are asked for a million times of the same few thousand days. */
const remembering = <K, V>(find: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return key => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= 50_000) known.clear()
    const value = find(key)
    known.set(key, value)
    return value
  }
}

/** Days since 1970-01-01. */
export const dayNumber = remembering(
  (day: Day): number => Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1, +day.slice(8, 10)) / msPerDay,
)

/** The day with that number. */
export const dayOf = remembering(
  (number: number): Day => new Date(number * msPerDay).toISOString().slice(0, 10),
)

export const addDays = (day: Day, days: number): Day => dayOf(dayNumber(day) + days)

/** Days from `from` to `to`, both counted: 1 for the same day. */
export const dayCount = (from: Day, to: Day): number => dayNumber(to) - dayNumber(from) + 1

/** 1 Monday … 7 Sunday. */
export const weekday = (day: Day): number => ((((dayNumber(day) + 3) % 7) + 7) % 7) + 1

/** The day of a civil date; months beyond 12 or below 1 carry over, days beyond the month's end are clamped. */
export const civil = (year: number, month: number, day = 1): Day => {
  const first = new Date(Date.UTC(year, month - 1, 1))
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return `${String(first.getUTCFullYear()).padStart(4, '0')}-${String(first.getUTCMonth() + 1).padStart(2, '0')}-${String(Math.min(day, last)).padStart(2, '0')}`
}

export const yearOf = (day: Day): number => +day.slice(0, 4)
export const monthOf = (day: Day): number => +day.slice(5, 7)
export const dateOf = (day: Day): number => +day.slice(8, 10)

/** Last day of the civil month the day is in. */
export const monthEnd = (day: Day): Day => civil(yearOf(day), monthOf(day), 31)

/** The same date `years` later; 29 February becomes the 28th. */
export const addYears = (day: Day, years: number): Day =>
  civil(yearOf(day) + years, monthOf(day), dateOf(day))

export const earlier = (a: Day, b: Day): Day => (a < b ? a : b)
export const later = (a: Day, b: Day): Day => (a > b ? a : b)

/** Every day of a range, both ends in it. */
export const daysBetween = (from: Day, to: Day): Day[] =>
  Array.from({ length: Math.max(0, dayCount(from, to)) }, (_, index) => addDays(from, index))
