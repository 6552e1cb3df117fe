import { addDays, civil, type Day, dayCount, dayNumber, later, monthOf, weekday, yearOf } from './day.ts'

export type Grain = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'
export type CalendarName = 'gregorian' | 'iso' | '4-5-4' | '4-4-5' | '5-4-4'

/** How a company cuts its year. */
export interface CalendarRule {
  calendar: CalendarName
  /** 1–12; civil calendars: 1 is the civil year. Retail calendars: 2 is the NRF's. */
  fiscalStartMonth: number
  /** 1 Monday, 7 Sunday. */
  weekStart: 1 | 7
  /** Retail years end on the last day of a week: the nearest to the end of the month before the start, or the last in it. */
  yearEnd: 'nearest_saturday' | 'last_saturday'
}

export interface Period {
  /** Stable and sortable within a grain: 2010-12, 2010-W48, FY2026-P08. */
  key: string
  label: string
  from: Day
  to: Day
}

export const civilYear: CalendarRule = {
  calendar: 'gregorian',
  fiscalStartMonth: 1,
  weekStart: 1,
  yearEnd: 'nearest_saturday',
}
/** The National Retail Federation's calendar (nrf.com/resources/4-5-4-calendar). */
export const nrf: CalendarRule = {
  calendar: '4-5-4',
  fiscalStartMonth: 2,
  weekStart: 7,
  yearEnd: 'nearest_saturday',
}

export const isRetail = (rule: CalendarRule): boolean =>
  rule.calendar !== 'gregorian' && rule.calendar !== 'iso'

/**
 * The company's calendar as another one that a question names. Without retail years of its own, 4-5-4 means the NRF's;
 * otherwise the fiscal start and the start of the week stay the company's.
 */
export const ruleNamed = (own: CalendarRule, name: CalendarName | undefined): CalendarRule =>
  name === undefined || name === own.calendar
    ? own
    : name === '4-5-4' && !isRetail(own)
      ? nrf
      : { ...own, calendar: name }

const two = (n: number) => String(n).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** First day of retail year `year`, named after the civil year it starts in: the day after the year before ended. */
export const retailYearStart = (rule: CalendarRule, year: number): Day => {
  const anchor = addDays(civil(year, rule.fiscalStartMonth), -1)
  const lastWeekday = rule.weekStart === 7 ? 6 : 7
  const back = (weekday(anchor) - lastWeekday + 7) % 7
  const end =
    rule.yearEnd === 'nearest_saturday' && back > 3 ? addDays(anchor, 7 - back) : addDays(anchor, -back)
  return addDays(end, 1)
}

/** 52 or 53. */
export const retailWeeks = (rule: CalendarRule, year: number): number =>
  (dayNumber(retailYearStart(rule, year + 1)) - dayNumber(retailYearStart(rule, year))) / 7

/** The retail year a day is in. */
export const retailYearOf = (rule: CalendarRule, day: Day): number => {
  const guess = yearOf(day)
  if (day < retailYearStart(rule, guess)) return guess - 1
  return day >= retailYearStart(rule, guess + 1) ? guess + 1 : guess
}

/** Weeks in each of the twelve periods; the 53rd week goes to the last. */
const pattern = (rule: CalendarRule, year: number): number[] => {
  const quarter = rule.calendar.split('-').map(Number)
  const all = [...quarter, ...quarter, ...quarter, ...quarter]
  if (retailWeeks(rule, year) === 53) all[11] = (all[11] ?? 0) + 1
  return all
}

const retailPeriod = (rule: CalendarRule, day: Day, grain: 'week' | 'month' | 'quarter' | 'year'): Period => {
  const year = retailYearOf(rule, day)
  const start = retailYearStart(rule, year)
  const week = Math.floor((dayNumber(day) - dayNumber(start)) / 7)
  const name = `FY${year}`
  const span = (firstWeek: number, weeks: number) => ({
    from: addDays(start, firstWeek * 7),
    to: addDays(start, (firstWeek + weeks) * 7 - 1),
  })
  if (grain === 'year') return { key: name, label: name, ...span(0, retailWeeks(rule, year)) }
  if (grain === 'week')
    return { key: `${name}-W${two(week + 1)}`, label: `wk ${week + 1} ${name}`, ...span(week, 1) }
  const lengths = pattern(rule, year)
  let first = 0
  let period = 0
  while (period < 11 && first + (lengths[period] ?? 0) <= week) {
    first += lengths[period] ?? 0
    period += 1
  }
  if (grain === 'month')
    return {
      key: `${name}-P${two(period + 1)}`,
      label: `P${period + 1} ${name}`,
      ...span(first, lengths[period] ?? 0),
    }
  const quarter = Math.floor(period / 3)
  const before = lengths.slice(0, quarter * 3).reduce((sum, n) => sum + n, 0)
  const within = lengths.slice(quarter * 3, quarter * 3 + 3).reduce((sum, n) => sum + n, 0)
  return { key: `${name}-Q${quarter + 1}`, label: `Q${quarter + 1} ${name}`, ...span(before, within) }
}

/** ISO 8601 week: Monday to Sunday, week 1 holds the year's first Thursday. */
const isoWeek = (day: Day): Period => {
  const from = addDays(day, 1 - weekday(day))
  const year = yearOf(addDays(from, 3))
  const first = civil(year, 1, 4)
  const week = Math.floor((dayNumber(from) - dayNumber(addDays(first, 1 - weekday(first)))) / 7) + 1
  return { key: `${year}-W${two(week)}`, label: `wk ${week} ${year}`, from, to: addDays(from, 6) }
}

/** Fiscal years that do not start in January are named after the year they end in. */
const fiscal = (rule: CalendarRule, day: Day) => {
  const start = rule.fiscalStartMonth
  const year = yearOf(day) - (monthOf(day) < start ? 1 : 0)
  const quarter = Math.floor(((monthOf(day) - start + 12) % 12) / 3)
  return { year, quarter, name: start === 1 ? String(year) : `FY${year + 1}` }
}

/** The period of a grain that a day lies in. `hour` gives the day: hours are cut by the clock, not the calendar. */
export const periodOf = (rule: CalendarRule, day: Day, grain: Grain): Period => {
  if (grain === 'day' || grain === 'hour') return { key: day, label: day, from: day, to: day }
  if (isRetail(rule)) return retailPeriod(rule, day, grain)
  if (grain === 'week') {
    if (rule.calendar === 'iso' || rule.weekStart === 1) return isoWeek(day)
    const from = addDays(day, -(weekday(day) % 7))
    return { key: from, label: `week of ${from}`, from, to: addDays(from, 6) }
  }
  if (grain === 'month') {
    const from = `${day.slice(0, 7)}-01`
    return {
      key: day.slice(0, 7),
      label: `${months[monthOf(day) - 1]} ${yearOf(day)}`,
      from,
      to: civil(yearOf(day), monthOf(day), 31),
    }
  }
  const { year, quarter, name } = fiscal(rule, day)
  const start = rule.fiscalStartMonth
  if (grain === 'year')
    return { key: name, label: name, from: civil(year, start), to: addDays(civil(year + 1, start), -1) }
  const from = civil(year, start + quarter * 3)
  return {
    key: `${name}-Q${quarter + 1}`,
    label: `Q${quarter + 1} ${name}`,
    from,
    to: addDays(civil(year, start + quarter * 3 + 3), -1),
  }
}

/** The periods that tile a range, the first and last cut to it. */
export const periodsBetween = (rule: CalendarRule, from: Day, to: Day, grain: Grain): Period[] => {
  const periods: Period[] = []
  for (let day = from; day <= to; ) {
    const period = periodOf(rule, day, grain)
    // What reaches into the year 10000 sorts before all others: nothing comes after it.
    const last = period.to < day || period.to >= to
    periods.push({ ...period, from: later(period.from, from), to: last ? to : period.to })
    if (last) break
    day = addDays(period.to, 1)
  }
  return periods
}

/** The period before the one a day lies in. */
export const periodBefore = (rule: CalendarRule, day: Day, grain: Grain): Period =>
  periodOf(rule, addDays(periodOf(rule, day, grain).from, -1), grain)

export type WindowName =
  | 'today'
  | 'yesterday'
  | 'last_7_days'
  | 'last_28_days'
  | 'last_90_days'
  | 'last_365_days'
  | 'week_to_date'
  | 'month_to_date'
  | 'quarter_to_date'
  | 'year_to_date'
  | 'last_week'
  | 'last_month'
  | 'last_quarter'
  | 'last_year'
  | 'all_time'

/** Days of a named window as seen on `today`. `all_time` needs the first and last day there are data for. */
export const resolveWindow = (
  rule: CalendarRule,
  window: WindowName,
  today: Day,
  data: { from: Day; to: Day } = { from: today, to: today },
): { from: Day; to: Day } => {
  const rolling = /^last_(\d+)_days$/.exec(window)
  if (rolling) return { from: addDays(today, -Number(rolling[1])), to: addDays(today, -1) }
  const toDate = /^(week|month|quarter|year)_to_date$/.exec(window)
  if (toDate) return { from: periodOf(rule, today, toDate[1] as Grain).from, to: today }
  const last = /^last_(week|month|quarter|year)$/.exec(window)
  if (last) {
    const { from, to } = periodBefore(rule, today, last[1] as Grain)
    return { from, to }
  }
  if (window === 'all_time') return { from: data.from, to: data.to }
  const day = window === 'yesterday' ? addDays(today, -1) : today
  return { from: day, to: day }
}

/** Whether a range is exactly one or more whole periods of a grain. */
export const isWhole = (rule: CalendarRule, from: Day, to: Day, grain: Grain): boolean =>
  dayCount(from, to) > 0 && periodOf(rule, from, grain).from === from && periodOf(rule, to, grain).to === to
