import type { Calendar } from '#forecast/forecast.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { type Found, findIn } from './find.ts'
import type { Watched } from './watched.ts'

/** What is to be judged: each of the watched up to its own last day. */
export interface Search {
  watched: readonly { watched: Watched; last: Day }[]
  /** First and last day of the look. */
  from: Day
  to: Day
  /** What is known of the days of each store, and of the company under ''. */
  calendars: Readonly<Record<string, Calendar>>
}

/** What is found at the end of each day of a search, by day. Pure, and slow: seconds for a first look. */
export function findAll({ watched, from, to, calendars }: Search): Map<Day, Found[]> {
  const days = new Map<Day, Found[]>()
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const found: Found[] = []
    for (const one of watched) {
      if (day > one.last) continue
      const end = dayCount(one.watched.start, day) - 1
      if (end < 0) continue
      for (const cell of one.watched.cells) {
        const seen = findIn(one.watched, cell, end, calendars[cell.slice.store ?? ''])
        if (seen) found.push(seen)
      }
    }
    days.set(day, found)
  }
  return days
}
