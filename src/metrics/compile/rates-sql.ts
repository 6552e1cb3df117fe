import { type Day, dayCount, earlier, later } from '#kernel/day.ts'
import type { Rates } from '#warehouse/rates.ts'
import type { Dialect } from '#warehouse/warehouse.ts'
import type { Reach } from './scope.ts'
import type { Text } from './text.ts'
import type { Side } from './window.ts'

/**
 * What money is multiplied by. Rates are given with eight decimals; one that is turned round or crossed has twelve, for a
 * dong in dollars would be told by four digits.
 */
const rateType = 'DECIMAL(22,12)'

/** How a statement converts the money of its rows (f): by what each is multiplied, and what is joined for it. */
export interface Conversion {
  rate: string
  join: string
}

/** Rates of a currency over days; one where it is the same on all of them. */
type Course = readonly (string | null)[]

const courseOf = (rates: Rates, base: string, into: string, first: Day, last: Day): Course => {
  const steps = rates.course(base, into).filter(({ day }) => day <= last)
  const start = steps.findLastIndex(({ day }) => day <= first)
  const held = [{ day: first, rate: steps[start]?.rate ?? null }, ...steps.slice(start + 1)]
  if (held.length === 1) return held.map(({ rate }) => rate)
  return held.flatMap(({ day, rate }, n) => {
    const next = held[n + 1]?.day
    return new Array<string | null>(next === undefined ? dayCount(day, last) : dayCount(day, next) - 1).fill(
      rate,
    )
  })
}

/**
 * Conversion at the rate of each row's `day`, the last known on or before it; NULL where there is none. Rates are written
 * into the statement: as a number where a currency has one over all days asked for, else as a table of its days. An ASOF
 * join of the rates would sort the rows instead, which are many, where rates are few.
 */
export const conversionSql = (
  { convertTo, bases }: Pick<Reach, 'convertTo' | 'bases'>,
  rates: Rates | null,
  { segments }: Pick<Side, 'segments'>,
  day: string,
  dialect: Dialect,
  text: Text,
): Conversion | null => {
  if (convertTo === null || rates === null || segments.length === 0) return null
  const first = segments.map(one => one.from).reduce(earlier)
  const last = segments.map(one => one.to).reduce(later)
  const courses = bases.map(base => [base, courseOf(rates, base, convertTo, first, last)] as const)
  const single = courses.flatMap(([base, [rate, ...more]]) =>
    more.length > 0 || rate === null || rate === undefined
      ? []
      : [
          `WHEN f.currency = ${text.bind(base, 'String')} THEN CAST(${text.bind(rate, 'String')} AS ${rateType})`,
        ],
  )
  const daily = courses.filter(([, course]) => course.length > 1)
  const same = `WHEN f.currency IN (${text.bind(convertTo, 'String')}, '') THEN CAST(1 AS ${rateType})`
  const rest = daily.length > 0 ? 'r.rate' : `CAST(NULL AS ${rateType})`
  return {
    rate: `CASE ${[same, ...single].join(' ')} ELSE ${rest} END`,
    join:
      daily.length === 0
        ? ''
        : `LEFT JOIN (${tableOf(daily, first, dialect, text)}) r ON r.base = f.currency AND r.day = ${day}`,
  }
}

/** Rates by day of several currencies, one behind the other in one text. */
const tableOf = (
  courses: readonly (readonly [base: string, Course])[],
  first: Day,
  dialect: Dialect,
  text: Text,
): string => {
  const days = courses[0]?.[1].length ?? 0
  const list = courses.flatMap(([, course]) => course.map(rate => rate ?? '')).join()
  const bases = courses.map(([base], n) => `WHEN n < ${(n + 1) * days} THEN ${text.bind(base, 'String')}`)
  return `SELECT CASE ${bases.join(' ')} END AS base, ${text.bind(first, 'Date')} + CAST(n % ${days} AS INTEGER) AS day, CAST(value AS ${rateType}) AS rate
  FROM ${dialect.listed(text.bind(list, 'String'))} l WHERE value <> ''`
}
