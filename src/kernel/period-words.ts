/** Periods of an answer in words, and as days again. */
import type { Day } from './day.ts'
import { type CalendarRule, civilYear, type Grain, periodsBetween } from './period.ts'

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const weekdayNames = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')

/** A period as a label: short on an axis, full in a tooltip. Understands days, hours, weeks, months, quarters and years. */
export function periodLabel(period: string, place: 'axis' | 'full' = 'full'): string {
  const [, y = '', m = '', d = '', h] = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}))?/.exec(period) ?? []
  if (d) {
    const month = monthNames[Number(m) - 1]
    const short = `${Number(d)} ${month}`
    if (h) return place === 'axis' ? `${h}:00` : `${short}, ${h}:00`
    const weekday = weekdayNames[new Date(`${y}-${m}-${d}T00:00:00Z`).getUTCDay()]
    return place === 'axis' ? short : `${weekday} ${short} ${y}`
  }
  const [, year = '', kind = '', n = ''] = /^(?:FY)?(\d{4})-?([WQP]?)(\d{1,2})$/.exec(period) ?? []
  if (kind === 'P') return place === 'axis' ? `P${n} ${year.slice(2)}` : `Period ${Number(n)}, FY${year}`
  if (kind === 'W') return place === 'axis' ? `wk ${Number(n)}` : `Week ${Number(n)}, ${year}`
  if (kind === 'Q') return place === 'axis' ? `Q${n} ${year.slice(2)}` : `Q${n} ${year}`
  if (n)
    return place === 'axis'
      ? `${monthNames[Number(n) - 1]} ${year.slice(2)}`
      : `${monthNames[Number(n) - 1]} ${year}`
  return period
}

/** The first and last day of a period of an answer; for narrowing the screen to it. Hours have none. */
export function periodDays(
  period: string,
  answer: { from: Day; to: Day; grain?: Grain },
  rule: CalendarRule = civilYear,
): { from: Day; to: Day } | null {
  if (!answer.grain || answer.grain === 'hour') return null
  const found = periodsBetween(rule, answer.from, answer.to, answer.grain).find(one => one.key === period)
  return found ? { from: found.from, to: found.to } : null
}

/**
 * The place of the period still in progress among those of an answer; null where all are over. What it brought so far is no
 * figure of a whole period.
 */
export function openPeriod(
  periods: readonly string[],
  answer: { from: Day; to: Day; grain?: Grain; today: Day; hour?: string | undefined },
  rule: CalendarRule = civilYear,
): number | null {
  const { today, hour = '' } = answer
  const at = periods.findIndex(period => {
    if (answer.grain === 'hour') return period === hour
    const days = periodDays(period, answer, rule)
    return days !== null && days.from <= today && today <= days.to
  })
  return at < 0 ? null : at
}

/** Where events stand along an answer's periods: the period each begins in. */
export function marksOf(
  events: readonly { name: string; from: Day; to: Day }[],
  periods: readonly string[],
  answer: { from: Day; to: Day; grain?: Grain },
  rule: CalendarRule = civilYear,
): { at: number; name: string }[] {
  if (!answer.grain || answer.grain === 'hour') return []
  const those = periodsBetween(rule, answer.from, answer.to, answer.grain)
  return events.flatMap(event => {
    const period = those.find(one => one.from <= event.from && event.from <= one.to)
    const at = period ? periods.indexOf(period.key) : -1
    return at < 0 ? [] : [{ at, name: event.name }]
  })
}

const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')

/** A weekday as it is called, from its name or its number (1 Monday … 7 Sunday). */
export const weekdayName = (value: string): string =>
  weekdays.find(name => name.slice(0, 3).toLowerCase() === value.slice(0, 3).toLowerCase()) ??
  weekdays[Number(value) - 1] ??
  value

/** Monday first. */
export const weekdayOrder = (value: string): number => {
  const n = weekdays.indexOf(weekdayName(value))
  return n < 0 ? 9 : n
}

/** "08" from 8, "08" or "08:00". */
export const hourName = (value: string): string => String(Number.parseInt(value, 10)).padStart(2, '0')
