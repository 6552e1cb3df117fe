import { addDays, civil, type Day, dayCount, daysBetween, later, weekday, yearOf } from './day.ts'
import { type CalendarRule, isRetail, retailWeeks, retailYearOf } from './period.ts'

/** What a reader should know of the days a comparison compares with: each note is a clause, absent when all is equal. */

interface Range {
  from: Day
  to: Day
}

/** Ranges in order, each day once. */
export const distinct = (ranges: readonly Range[]): Range[] => {
  const result: Range[] = []
  for (const { from, to } of [...ranges].sort((a, b) => a.from.localeCompare(b.from))) {
    const open = result.at(-1)
    if (open && from <= addDays(open.to, 1)) open.to = later(open.to, to)
    else result.push({ from, to })
  }
  return result
}

const count = (ranges: readonly Range[]) => ranges.reduce((sum, r) => sum + dayCount(r.from, r.to), 0)
const days = (n: number) => `${n} day${n === 1 ? '' : 's'}`

/** An unequal number of days. */
export const daysNote = (question: Range, whole: readonly Range[]): string | undefined => {
  const unequal = count(whole) - dayCount(question.from, question.to)
  return unequal === 0
    ? undefined
    : `${days(Math.abs(unequal))} ${unequal > 0 ? 'more' : 'fewer'} than the period itself`
}

/** Two in each whole week, and those of the days left over. */
const weekendDays = (ranges: readonly Range[]) =>
  ranges.reduce((sum, { from, to }) => {
    const weeks = Math.floor(dayCount(from, to) / 7)
    const rest = daysBetween(addDays(from, weeks * 7), to)
    return sum + weeks * 2 + rest.filter(day => weekday(day) > 5).length
  }, 0)

/** Unequal Saturdays and Sundays: trade differs by weekday. */
export const weekendNote = (question: Range, whole: readonly Range[]): string | undefined => {
  const own = weekendDays([question])
  const base = weekendDays(whole)
  return own === base ? undefined : `${base} weekend day${base === 1 ? '' : 's'} against ${own}`
}

const leapDays = (ranges: readonly Range[]) =>
  ranges.reduce((sum, { from, to }) => {
    const years = Array.from({ length: yearOf(to) - yearOf(from) + 1 }, (_, n) => yearOf(from) + n)
    return (
      sum + years.map(year => civil(year, 2, 29)).filter(d => d.endsWith('29') && d >= from && d <= to).length
    )
  }, 0)

/** A 29 February on one side only. */
export const leapNote = (question: Range, whole: readonly Range[]): string | undefined =>
  leapDays([question]) === leapDays(whole) ? undefined : '29 February is on one side only'

/** What a 53rd week does to retail weeks side by side. */
export const weeksNote = (rule: CalendarRule, kind: string, question: Range): string | undefined => {
  if (!isRetail(rule)) return 'the calendar has no retail weeks, so the same weekdays are compared'
  const first = retailYearOf(rule, question.from)
  const last = retailYearOf(rule, question.to)
  const years = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  const restated = kind === 'last_year_restated'
  const notes = years.flatMap(year => {
    if (retailWeeks(rule, year - 1) === 53)
      return restated
        ? `FY${year - 1} had 53 weeks: its weeks are shifted by one so that the same dates stand side by side`
        : `FY${year - 1} had 53 weeks: the same week numbers are a week apart in date`
    const reaches53 =
      retailWeeks(rule, year) === 53 && (year < last || retailYearOf(rule, addDays(question.to, 7)) > year)
    return reaches53 ? `FY${year - 1} had no week 53: FY${year}'s stands beside nothing` : []
  })
  return notes.length > 0 ? notes.join('; ') : undefined
}

/** Months to date end on the same day of theirs, the whole after the same number of days: they need not meet. */
export const elapsedNote = (segments: readonly Range[], whole: readonly Range[]): string | undefined => {
  const end = segments.reduce((day, s) => later(day, s.to), '')
  const last = whole.at(-1)?.to
  return last !== undefined && end > last
    ? `the unfinished last period is compared with the same elapsed days, to ${end}, the whole with as many days, to ${last}`
    : undefined
}
