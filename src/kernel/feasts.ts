import { addDays, civil, type Day, weekday } from './day.ts'

/** An instance of something that moves in the calendar; instances of one series are compared with each other. */
export interface Feast {
  series: string
  name: string
  from: Day
  to: Day
  /** Nothing can be sold on its days. */
  closed?: true
}

/** Western Easter Sunday (anonymous Gregorian computus, Meeus 1991 ch. 8). */
export const easter = (year: number): Day => {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114
  return civil(year, Math.floor(f / 31), (f % 31) + 1)
}

/** Orthodox Easter Sunday as a Gregorian day (Meeus 1991 ch. 8: the Julian computus, and the days between the calendars). */
export const orthodoxEaster = (year: number): Day => {
  const d = (19 * (year % 19) + 15) % 30
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
  const f = d + e + 114
  const julian = civil(year, Math.floor(f / 31), (f % 31) + 1)
  return addDays(julian, Math.floor(year / 100) - Math.floor(year / 400) - 2)
}

/** The nth weekday (1 Monday … 7 Sunday) of a month. */
const nth = (year: number, month: number, day: number, n: number): Day => {
  const first = civil(year, month)
  return addDays(first, ((day - weekday(first) + 7) % 7) + (n - 1) * 7)
}

/** Fourth Thursday of November. */
export const thanksgiving = (year: number): Day => nth(year, 11, 4, 4)

/** The moving feasts trade is aligned by, for one civil year. What else moves (promotions, launches) people enter. */
export const feasts = (year: number): Feast[] => {
  const sunday = easter(year)
  const turkey = thanksgiving(year)
  const range = (series: string, name: string, from: Day, to: Day) => ({ series, name, from, to })
  return [
    range('easter', 'Easter', addDays(sunday, -2), addDays(sunday, 1)),
    range('mothers_day_uk', "Mother's Day (UK)", addDays(sunday, -21), addDays(sunday, -21)),
    range('mothers_day_us', "Mother's Day (US)", nth(year, 5, 7, 2), nth(year, 5, 7, 2)),
    range('black_friday', 'Black Friday to Cyber Monday', addDays(turkey, 1), addDays(turkey, 4)),
  ]
}
