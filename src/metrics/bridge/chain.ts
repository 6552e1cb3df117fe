import { minus, sum } from '#kernel/money.ts'
import type { AnswerRow } from '../query.ts'
import { type Driver, joined } from './drivers.ts'
import { coins, shareOut, split } from './split.ts'

/** A chain as read from an answer: quantities as decimal text, before and after. */
export interface Read {
  steps: Driver[]
  before: string[]
  after: string[]
}

const value = (row: AnswerRow, metric: string, comparison: string | null): string | null => {
  const found = comparison === null ? row[metric] : row.compare?.[comparison]?.values[metric]?.value
  return typeof found === 'object' ? null : (found ?? null)
}

/** Σ of the metrics of a step less what it takes off; null as soon as one is not known. */
const quantity = (row: AnswerRow, step: Driver, comparison: string | null): string | null => {
  const all = (metrics: readonly string[]) => {
    const values = metrics.map(metric => value(row, metric, comparison))
    if (values.length === 1) return values[0] ?? null
    return values.some(one => one === null) ? null : sum(values)
  }
  const more = all(step.sum)
  return step.less ? minus(more, all(step.less)) : more
}

/**
 * The chain of a row: the steps whose quantity is known on both sides. A step left out passes its part to the next,
 * whose name then says both.
 */
export function readChain(row: AnswerRow, comparison: string, steps: readonly Driver[]): Read {
  const read: Read = { steps: [], before: [], after: [] }
  let [last, missing]: [Driver | null, Driver[]] = [null, []]
  for (const step of steps) {
    const before = quantity(row, step, comparison)
    const after = quantity(row, step, null)
    if (before === null || after === null) {
      missing.push(step)
      continue
    }
    read.steps.push(
      last === null
        ? {
            ...step,
            name: step.first ?? step.name,
            label: step.alone,
            ...(step.step && { step: step.alone }),
            ratio: step.alone,
            metric: step.less || step.sum.length !== 1 ? undefined : step.sum[0],
          }
        : joined(last, missing, step),
    )
    ;[last, missing] = [step, []]
    read.before.push(before)
    read.after.push(after)
  }
  return read
}

export const numbers = (texts: readonly string[]): number[] => texts.map(Number)

export interface Part {
  name: string
  label: string
  /** In whole coins; the parts of a split add up to the difference of its ends. */
  coins: bigint
  /** Value and ratio of the driver's own figure, before and after; null where it is 0 ÷ 0. */
  before: number | null
  after: number | null
  /** What that figure is. */
  figure: string
  /** The metric it is, where there is one. */
  measure?: string | undefined
}

export interface Split {
  before: bigint
  after: bigint
  /** One for each step of the chain. */
  parts: Part[]
}

/** A chain's change split among its steps, in coins of `digits` decimals. */
export function splitChain(read: Read, digits: number): Split {
  const before = coins(read.before.at(-1) ?? '0', digits)
  const after = coins(read.after.at(-1) ?? '0', digits)
  const [from, to] = [numbers(read.before), numbers(read.after)]
  const shares = shareOut(split(from, to), after - before, digits)
  return {
    before,
    after,
    parts: read.steps.map((step, n) => ({
      name: step.name,
      label: step.step ?? step.label,
      coins: shares[n] ?? 0n,
      before: ratioAt(from, n),
      after: ratioAt(to, n),
      figure: step.ratio,
      measure: step.metric,
    })),
  }
}

const ratioAt = (chain: readonly number[], n: number): number | null => {
  if (n === 0) return chain[0] ?? null
  const base = chain[n - 1] ?? 0
  return base === 0 ? null : (chain[n] ?? 0) / base
}
