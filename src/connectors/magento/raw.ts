import type { Decimal } from 'decimal.js'
import { exact } from '#kernel/money.ts'
import { wallClock } from '#kernel/zone.ts'

/** What Magento sends: members that are null are left out, and more may come with every release. */
export type Json = Readonly<Record<string, unknown>>

export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : [])

export const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Json | null | undefined)?.[name], value)

/**
 * An amount, exactly: Magento sends floats of four decimals, some with dust of their computation far behind.
 * Null where it is left out. @throws Failure for what is no number.
 */
export const known = (value: unknown): Decimal | null =>
  value === null || value === undefined || value === '' ? null : exact(String(value)).toDecimalPlaces(4)

/** An amount that is nothing where it is left out. */
export const amount = (value: unknown): Decimal => known(value) ?? exact('0')

/** Decimal text; no negative zero. */
export const plain = (value: Decimal): string => (value.isZero() ? '0' : value.toString())

/** Magento's time, UTC without a zone, as ms; NaN for what is none. */
export const instant = (value: unknown): number => Date.parse(`${text(value).replace(' ', 'T')}Z`)

export const clockOf = (timezone: string, value: unknown) => {
  const at = instant(value)
  if (!Number.isFinite(at)) throw new Error(`"${text(value)}" is no time as Magento writes them.`)
  return wallClock(timezone, at)
}

/** Value of an attribute of one's own; undefined where it is not set. */
export const attribute = (of: Json, code: string): unknown =>
  list(of.custom_attributes).find(one => one.attribute_code === code)?.value
