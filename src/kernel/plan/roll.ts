import { dayCount } from '../day.ts'
import { invalid } from '../error.ts'
import { type Calculation, folded, yearSpans } from './calculate.ts'
import { spanOf } from './check.ts'
import { type Arithmetic, exactly, type Reading, reading } from './evaluate.ts'
import { type Fixed, over, times } from './fixed.ts'
import type { Reference } from './language.ts'
import type { Line } from './sheet.ts'

/** A part of a sheet: one member, or null for all, of each dimension named; and a run of periods by position. */
export interface Part {
  members: Readonly<Record<string, string | null>>
  first: number
  last: number
}

/**
 * A line over a part of the sheet, rolled up as the line says: amounts are added, stocks are the last, ratios are worked
 * out again from rolled-up inputs, filled-in rates are weighted. Null where something is missing or there is no total.
 */
export function rolled(calculation: Calculation, name: string, part: Part): Fixed | null {
  const at = calculation.lineNumber(name)
  const line = at === undefined ? undefined : calculation.sheet.lines[at]
  if (at === undefined || !line) throw invalid(`The plan has no line "${name}".`)
  const slices = slicesIn(calculation, line, part)
  if (slices.length === 1 && part.first === part.last)
    return calculation.at(at, slices[0] as number, part.first)
  switch (line.roll) {
    case 'sum':
      return total(calculation, at, slices, part.first, part.last)
    case 'last':
      return total(calculation, at, slices, part.last, part.last)
    case 'weighted':
      return weighted(calculation, line, at, slices, part)
    case 'ratio':
      return again(calculation, at, part)
    case 'none':
      return null
  }
}

/** Positions of the slices of a line that lie in a part. */
export function slicesIn(calculation: Calculation, line: Line, { members }: Part): number[] {
  const at = calculation.lineNumber(line.name) as number
  const slices = calculation.slices(at)
  const wanted = line.over.map(name => members[name] ?? null)
  if (wanted.every(member => member !== null)) return [slices.find(wanted as string[])]
  const all = Array.from({ length: slices.count }, (_, n) => n)
  if (wanted.every(member => member === null)) return all
  return all.filter(n => {
    const own = slices.members(n)
    return wanted.every((member, i) => member === null || own[i] === member)
  })
}

const total = (
  calculation: Calculation,
  line: number,
  slices: readonly number[],
  first: number,
  last: number,
): Fixed | null => {
  let sum = 0n
  for (const slice of slices)
    for (let period = first; period <= last; period += 1) {
      const value = calculation.at(line, slice, period)
      if (value === null) return null
      sum += value
    }
  return sum
}

const weighted = (
  calculation: Calculation,
  line: Line,
  at: number,
  slices: readonly number[],
  part: Part,
): Fixed | null => {
  const weigher = line.weight === undefined ? undefined : calculation.lineNumber(line.weight)
  if (line.weight === undefined || weigher === undefined) return null
  const members = calculation.slices(at)
  let sum = 0n
  let weights = 0n
  for (const slice of slices) {
    const own = members.members(slice)
    const of = Object.fromEntries(line.over.map((name, i) => [name, own[i] ?? null]))
    for (let period = part.first; period <= part.last; period += 1) {
      const value = calculation.at(at, slice, period)
      const weight = rolled(calculation, line.weight, {
        members: { ...part.members, ...of },
        first: period,
        last: period,
      })
      if (value === null || weight === null) return null
      sum += times(value, weight)
      weights += weight
    }
  }
  return over(sum, weights)
}

const again = (calculation: Calculation, at: number, part: Part): Fixed | null =>
  anew(calculation, at, part, exactly, (name, over) => () => rolled(calculation, name, over))()

/**
 * A line's own formula on what its inputs are over a part, in either arithmetic. `over` gives a line rolled up; what does
 * not vary by a dimension of the part is itself whatever the member. A run of periods is one of periods also over several:
 * the average of a stock is that of its periods, not of its last.
 */
export function anew<T>(
  calculation: Calculation,
  at: number,
  { members, first, last }: Part,
  math: Arithmetic<T>,
  over: (name: string, part: Part) => () => T | null,
): () => T | null {
  const { node } = calculation.checked.lines[at] as { node: Parameters<typeof reading>[0] | null }
  if (!node) return () => null
  const { periods } = calculation.sheet
  const years = yearSpans(calculation.sheet)
  const days = periods
    .slice(first, last + 1)
    .reduce((all, period) => all + dayCount(period.from, period.to), 0)
  const runOf = (reference: Reference): { from: number; to: number } => {
    if (reference.is === 'span' && reference.span === 'year')
      return { from: years[first]?.[0] ?? 0, to: years[last]?.[1] ?? 0 }
    const { lo, hi } = spanOf(reference)
    return { from: Number.isFinite(lo) ? first + lo : 0, to: last + hi }
  }
  const read = (reference: Reference): Reading<T> => {
    const { from, to } = runOf(reference)
    if (from < 0 || to >= periods.length) return () => null
    if (reference.is === 'line')
      return over(reference.name, { members: reference.all ? {} : members, first: from, last: to })
    const each = Array.from({ length: to - from + 1 }, (_, n) =>
      over(reference.name, { members, first: from + n, last: from + n }),
    )
    const run = { ...reference, span: { from: from - first, to: to - first } }
    return folded((_, period) => each[period - from]?.() ?? null, run, years, periods.length, math)
  }
  const formula = reading(node, math, read, () => days)
  return () => formula(0, first)
}
