import type { AnswerRow } from '../query.ts'
import { numbers, type Part, type Read, readChain, type Split } from './chain.ts'
import { logarithmicMean, shareOut, split } from './split.ts'

/** What a segment did to one driver, in coins: its own rate, and its share of what stands before it (mix). */
export interface SegmentPart {
  rate: bigint
  mix: bigint
}

export interface Segment {
  key: string
  /** The value itself, as floats. */
  before: number
  after: number
  /** Its own quantities along the steps that add up, first to last. */
  from: number[]
  to: number[]
  parts: SegmentPart[]
}

/** A change by the values of a dimension: for each driver, segments' parts add up to the driver's part exactly. */
export interface Segmented {
  /** The steps this dimension can be asked about; those before the first that adds up are one, with their parts together. */
  parts: Part[]
  segments: Segment[]
}

/**
 * Splits the drivers of a change over the segments of a dimension. A total's ratio C is Σ w·c over segments, w a segment's
 * share of the quantity before; its change is Σ w̄·Δc, the rates, and Σ (c̄ − C̄)·Δw, the mix, bars being means of before
 * and after: exact for any sign, and a segment with a better ratio than the total's that grows is a gain. A segment absent
 * on one side is all mix. The first quantity adds up by itself.
 * @returns null where no quantity but the value itself adds up over the rows, as of distinct counts.
 */
export function segmented(
  rows: readonly AnswerRow[],
  keyOf: (row: AnswerRow) => string,
  comparison: string,
  whole: { read: Read; split: Split },
  digits: number,
): Segmented | null {
  const { steps } = whole.read
  const own = rows.map(row => ({ row, read: exactly(row, comparison, whole.read) }))
  const start = steps.findIndex((_, n) => addsBoth(own, n, whole.read) && meets(own, n))
  if (start < 0 || !steps.slice(start).every((_, n) => addsBoth(own, start + n, whole.read))) return null
  const tail = (chain: readonly string[]) => numbers(chain.slice(start))
  const totals = { from: tail(whole.read.before), to: tail(whole.read.after) }
  const parts: Part[] = whole.split.parts.slice(start)
  const first = parts[0]
  const step = steps[start]
  if (!first || !step) return null
  // What brought the first quantity that adds up is one driver here: parts of drivers add up to the part of their product.
  const head = whole.split.parts.slice(0, start + 1).reduce((sum, part) => sum + part.coins, 0n)
  if (start > 0)
    parts[0] = {
      ...first,
      name: `before_${step.name}`,
      label: step.alone,
      coins: head,
      before: totals.from[0] ?? null,
      after: totals.to[0] ?? null,
      figure: step.alone,
    }
  const segments: Segment[] = own.map(({ row, read }) => ({
    key: keyOf(row),
    before: Number(read.before.at(-1) ?? 0),
    after: Number(read.after.at(-1) ?? 0),
    from: tail(read.before),
    to: tail(read.after),
    parts: [],
  }))
  parts.forEach((part, n) => {
    const shares = sharesOf(segments, totals, n)
    const scale = scaleOf(totals, n, part.coins, digits)
    const amounts = shares.map(share => share * scale)
    const coins = shareOut(amounts, part.coins, digits)
    segments.forEach((segment, i) => {
      segment.parts.push({ rate: coins[2 * i] ?? 0n, mix: coins[2 * i + 1] ?? 0n })
    })
  })
  return { parts, segments }
}

/** A row's quantities along the same steps as the whole's; what a segment does not have is 0 there. */
const exactly = (row: AnswerRow, comparison: string, whole: Read): Read => {
  const zero = { before: '0', after: '0' }
  const each = whole.steps.map(step => {
    const read = readChain(row, comparison, [step])
    return read.steps.length > 0 ? { before: read.before[0] ?? '0', after: read.after[0] ?? '0' } : zero
  })
  return { steps: whole.steps, before: each.map(one => one.before), after: each.map(one => one.after) }
}

type Own = readonly { read: Read }[]

const adds = (own: Own, side: 'before' | 'after', n: number, whole: Read): boolean => {
  const sum = own.reduce((all, { read }) => all + Number(read[side][n] ?? 0), 0)
  const total = Number(whole[side][n] ?? 0)
  return Math.abs(sum - total) <= 1e-6 * Math.max(1, Math.abs(total))
}
const addsBoth = (own: Own, n: number, whole: Read) =>
  adds(own, 'before', n, whole) && adds(own, 'after', n, whole)

/**
 * Whether a quantity is cut as the value is: a shop's channels and a counter's are different names, and sales of a channel
 * without any session are no ratio. A twentieth of the value may stand beside.
 */
function meets(own: Own, n: number): boolean {
  let [all, beside] = [0, 0]
  for (const { read } of own)
    for (const side of ['before', 'after'] as const) {
      const size = Math.abs(Number(read[side].at(-1) ?? 0))
      all += size
      if (Number(read[side][n] ?? 0) === 0) beside += size
    }
  return beside <= 0.05 * all
}

interface Totals {
  from: number[]
  to: number[]
}

/** Rate and mix of each segment in the change of the total's n-th figure, in that figure's own unit: rate, mix, rate, mix… */
function sharesOf(segments: readonly Segment[], totals: Totals, n: number): number[] {
  if (n === 0) return segments.flatMap(s => [(s.to[0] ?? 0) - (s.from[0] ?? 0), 0])
  const over = (a: number | undefined, b: number | undefined) => (b ? (a ?? 0) / b : null)
  const mean = (a: number, b: number) => (a + b) / 2
  const all = [over(totals.from[n], totals.from[n - 1]), over(totals.to[n], totals.to[n - 1])]
  const whole = mean(all[0] ?? all[1] ?? 0, all[1] ?? all[0] ?? 0)
  return segments.flatMap(segment => {
    const [a, b] = [over(segment.from[n], segment.from[n - 1]), over(segment.to[n], segment.to[n - 1])]
    const [before, after] = [a ?? b ?? 0, b ?? a ?? 0]
    const w0 = over(segment.from[n - 1], totals.from[n - 1]) ?? 0
    const w1 = over(segment.to[n - 1], totals.to[n - 1]) ?? 0
    return [mean(w0, w1) * (after - before), (mean(before, after) - whole) * (w1 - w0)]
  })
}

/** What one unit of the n-th figure's change is worth in the value. */
function scaleOf(totals: Totals, n: number, part: bigint, digits: number): number {
  const figure = (chain: readonly number[]) =>
    n === 0 ? (chain[0] ?? 0) : (chain[n - 1] ?? 0) === 0 ? 0 : (chain[n] ?? 0) / (chain[n - 1] ?? 1)
  const [c0, c1] = [figure(totals.from), figure(totals.to)]
  const [v0, v1] = [totals.from.at(-1) ?? 0, totals.to.at(-1) ?? 0]
  // The logarithmic means hold where the figure hardly moved too; where the split had no logarithms the part itself says it.
  const positive = [...totals.from, ...totals.to].every(one => one > 0)
  if (positive) return logarithmicMean(v1, v0) / logarithmicMean(c1, c0)
  return c1 === c0 ? 0 : Number(part) / 10 ** digits / (c1 - c0)
}

/** A segment's own change split among the same drivers: what happened inside it. Floats in the value's unit. */
export const inside = (segment: Pick<Segment, 'from' | 'to'>): number[] => split(segment.from, segment.to)

export interface Illusion {
  dimension: string
  /** The driver whose ratio went one way in the total and the other in every segment. */
  driver: string
  before: number
  after: number
  segments: number
}

/** A quantity and what it is counted per, on both sides: orders of sessions. */
export interface Ratio {
  from: readonly [per: number, of: number]
  to: readonly [per: number, of: number]
}

/**
 * Simpson's paradox: whether a total's ratio moved against the ratio of every segment that matters, so that the mix moved it;
 * of how many segments, else 0. Segments of under 1 % of the quantity on both sides do not count, nor moves of under 0.1 %
 * of the ratio.
 */
export function against(before: number, after: number, segments: readonly Ratio[]): number {
  if (before === 0) return 0
  const all = (after - before) / Math.abs(before)
  if (Math.abs(all) < 0.001) return 0
  const sum = (side: 'from' | 'to') => segments.reduce((total, one) => total + one[side][0], 0)
  const [total0, total1] = [sum('from'), sum('to')]
  const moved = segments.flatMap(({ from: [b0, q0], to: [b1, q1] }) => {
    if (b0 < 0.01 * total0 && b1 < 0.01 * total1) return []
    if (b0 <= 0 || b1 <= 0) return [0]
    const [c0, c1] = [q0 / b0, q1 / b1]
    return [c0 === 0 ? Math.sign(c1) : (c1 - c0) / Math.abs(c0)]
  })
  const is = moved.every(one => Math.sign(one) === -Math.sign(all) && Math.abs(one) >= 0.001)
  return moved.length >= 2 && is ? moved.length : 0
}

/** The drivers whose ratio in total and in every segment of a dimension went opposite ways. */
export const illusions = (dimension: string, { parts, segments }: Segmented): Illusion[] =>
  parts.flatMap(({ label, before, after }, n): Illusion[] => {
    if (n === 0 || before === null || after === null) return []
    const ratios = segments.map(({ from, to }): Ratio => {
      const at = (side: readonly number[]) => [side[n - 1] ?? 0, side[n] ?? 0] as const
      return { from: at(from), to: at(to) }
    })
    const count = against(before, after, ratios)
    return count > 0 ? [{ dimension, driver: label, before, after, segments: count }] : []
  })
