import type { ColumnType } from '#kernel/canonical.ts'

/**
 * Whether values are of a column's type as the granary's engines read them; null where every text is. What is has no
 * letter in it that JSON would write otherwise.
 */
export const fitting = (type: ColumnType): ((value: string | number | boolean) => boolean) | null =>
  kinds[type]

type Test = (value: string | number | boolean) => boolean

const number = /^ *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *$/i
/** Up to so many digits before the point. */
const amount = (digits: number): Test => {
  const usual = new RegExp(`^-?\\d{1,${digits - 1}}(\\.\\d+)?$`)
  const most = 10 ** digits - 1
  return value => usual.test(String(value)) || (number.test(String(value)) && Math.abs(Number(value)) <= most)
}
const whole = /^ *-?\d{1,18} *$/
const count: Test = value => (typeof value === 'number' ? Math.abs(value) < 1e18 : whole.test(String(value)))

const date = '(\\d{4,6})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
const day = new RegExp(`^${date}`)
const time = new RegExp(
  `^${date}([ T]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?)?$`,
)

/** What nearly all are, told at once. */
const usualDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/
const usualTime = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/

/** A day that is in the calendar. */
const isDay = (value: unknown): boolean => {
  const [, year, month, of] = day.exec(String(value)) ?? []
  return of !== undefined && (Number(of) < 29 || Number(of) <= lengthOf(Number(year), Number(month)))
}
const isTime = (value: unknown): boolean => isDay(value) && time.test(String(value))
const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

const kinds: Readonly<Record<ColumnType, Test | null>> = {
  text: null,
  hash: null,
  flag: value => typeof value === 'boolean' || value === 'true' || value === 'false',
  money: amount(14),
  quantity: amount(14),
  rate: amount(10),
  count,
  day: value => usualDay.test(String(value)) || isTime(value),
  time: value => usualTime.test(String(value)) || isTime(value),
  hour: value => /^([01]?\d|2[0-3])$/.test(String(value)),
}
