import { invalid } from '../error.ts'

/**
 * What a number of a plan measures: exponents of what is counted. {} is a plain number or share; `money/orders` is
 * { money: 1, orders: -1 }. Money of another currency than the plan's is a thing of its own: `money:EUR`.
 */
export type Unit = Readonly<Record<string, number>>

const plain = new Set(['share', 'ratio', 'number', ''])
const name = /^[a-z][a-z_]*(:[A-Z]{3})?$/

/**
 * Reads `money`, `orders/sessions`, `money/orders`, `share`.
 * @throws Failure('invalid') for anything else, with how units are written.
 */
export function unitOf(text: string): Unit {
  const unit: Record<string, number> = {}
  text
    .trim()
    .split('/')
    .forEach((part, below) => {
      for (const word of part.split('*').map(w => w.trim())) {
        if (plain.has(word) || word === '1') continue
        if (!name.test(word))
          throw invalid(
            `"${text}" is no unit.`,
            'Write what is counted: money, orders, orders/sessions, money/orders, share, money:EUR.',
          )
        unit[word] = (unit[word] ?? 0) + (below > 0 ? -1 : 1)
      }
    })
  return tidy(unit)
}

const tidy = (unit: Record<string, number>): Unit =>
  Object.fromEntries(Object.entries(unit).filter(([, exponent]) => exponent !== 0))

export const combine = (a: Unit, b: Unit, sign: 1 | -1): Unit => {
  const all: Record<string, number> = { ...a }
  for (const [thing, exponent] of Object.entries(b)) all[thing] = (all[thing] ?? 0) + sign * exponent
  return tidy(all)
}

export const sameUnit = (a: Unit, b: Unit): boolean => spell(a) === spell(b)

/** A unit as people write it. */
export function spell(unit: Unit): string {
  const words = (sign: 1 | -1) =>
    Object.entries(unit)
      .filter(([, exponent]) => exponent * sign > 0)
      .flatMap(([thing, exponent]) => Array.from({ length: Math.abs(exponent) }, () => thing))
      .sort()
  const above = words(1)
  const below = words(-1)
  if (above.length === 0 && below.length === 0) return 'share'
  return [above.join('*') || '1', ...below].join('/')
}
