import { absolute, type Fixed, floatOf, one, over, plainOf, power, rounded, times } from './fixed.ts'
import type { Comparison, Node, Reference } from './language.ts'

/** The arithmetic a formula is run in: exact for figures, doubles for simulation. */
export interface Arithmetic<T> {
  number(value: Fixed): T
  whole(value: number): T
  plus(a: T, b: T): T
  minus(a: T, b: T): T
  times(a: T, b: T): T
  /** Null where b is 0. */
  over(a: T, b: T): T | null
  power(a: T, b: T): T | null
  round(a: T, digits: T): T
  abs(a: T): T
  less(a: T, b: T): boolean
}

export const exactly: Arithmetic<Fixed> = {
  number: value => value,
  whole: value => BigInt(value) * one,
  plus: (a, b) => a + b,
  minus: (a, b) => a - b,
  times,
  over,
  power,
  round: (a, digits) => rounded(a, Number(plainOf(digits))),
  abs: absolute,
  less: (a, b) => a < b,
}

export const roughly: Arithmetic<number> = {
  number: floatOf,
  whole: value => value,
  plus: (a, b) => a + b,
  minus: (a, b) => a - b,
  times: (a, b) => a * b,
  over: (a, b) => (b === 0 ? null : a / b),
  power: (a, b) => {
    const value = a ** b
    return Number.isFinite(value) ? value : null
  },
  round: (a, digits) => {
    const unit = 10 ** digits
    return (Math.sign(a) * Math.round(Math.abs(a) * unit)) / unit
  },
  abs: Math.abs,
  less: (a, b) => a < b,
}

/** A value of a slice in a period; null is N/A and spreads, except through coalesce. */
export type Reading<T> = (slice: number, period: number) => T | null

/** A formula made into a function of where it stands. `read` gives what a reference reads there. */
export function reading<T>(
  node: Node,
  math: Arithmetic<T>,
  read: (reference: Reference) => Reading<T>,
  daysOf: (period: number) => number,
): Reading<T> {
  const make = (of: Node): Reading<T> => reading(of, math, read, daysOf)
  switch (node.is) {
    case 'number': {
      const value = math.number(node.value)
      return () => value
    }
    case 'clock':
      return node.name === 'days'
        ? (_, period) => math.whole(daysOf(period))
        : (_, period) => math.whole(period + 1)
    case 'line':
    case 'span':
      return read(node)
    case 'operation': {
      const [left, right] = [make(node.left), make(node.right)]
      const join = {
        '+': math.plus,
        '-': math.minus,
        '*': math.times,
        '/': math.over,
      }[node.sign]
      return (slice, period) => {
        const a = left(slice, period)
        if (a === null) return null
        const b = right(slice, period)
        return b === null ? null : join(a, b)
      }
    }
    case 'choice': {
      const [left, right, then, otherwise] = [
        make(node.left),
        make(node.right),
        make(node.then),
        make(node.otherwise),
      ]
      const holds = comparing(math)[node.sign]
      return (slice, period) => {
        const a = left(slice, period)
        const b = right(slice, period)
        if (a === null || b === null) return null
        return holds(a, b) ? then(slice, period) : otherwise(slice, period)
      }
    }
    case 'call': {
      const of = node.of.map(make)
      if (node.name === 'coalesce')
        return (slice, period) => {
          for (const one of of) {
            const value = one(slice, period)
            if (value !== null) return value
          }
          return null
        }
      const act = callOf(node.name, math)
      return (slice, period) => {
        const values: T[] = []
        for (const one of of) {
          const value = one(slice, period)
          if (value === null) return null
          values.push(value)
        }
        return act(values)
      }
    }
  }
}

const comparing = <T>(math: Arithmetic<T>): Record<Comparison, (a: T, b: T) => boolean> => ({
  '<': (a, b) => math.less(a, b),
  '>': (a, b) => math.less(b, a),
  '<=': (a, b) => !math.less(b, a),
  '>=': (a, b) => !math.less(a, b),
  '=': (a, b) => !math.less(a, b) && !math.less(b, a),
})

const callOf = <T>(
  name: Exclude<Extract<Node, { is: 'call' }>['name'], 'coalesce'>,
  math: Arithmetic<T>,
): ((values: T[]) => T | null) => {
  if (name === 'abs') return ([a]) => math.abs(a as T)
  if (name === 'round') return ([a, digits]) => math.round(a as T, digits as T)
  if (name === 'power') return ([a, b]) => math.power(a as T, b as T)
  const better = (a: T, b: T) => (name === 'min' ? math.less(b, a) : math.less(a, b))
  return values => values.reduce((best, value) => (better(best, value) ? value : best))
}
