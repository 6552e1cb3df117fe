import { dayCount } from '../day.ts'
import { invalid } from '../error.ts'
import { type Checked, check, type Edge, type Problem } from './check.ts'
import { type Arithmetic, exactly, type Reading, reading } from './evaluate.ts'
import { type Fixed, fixed } from './fixed.ts'
import type { Reference } from './language.ts'
import type { Address, Line, Sheet } from './sheet.ts'
import { type Across, across, type Slices, slicesOf } from './slices.ts'

/** An input set or emptied. */
export interface Input extends Address {
  value: string | null
}

/** A cell that got another value. */
export interface Moved {
  line: number
  slice: number
  period: number
}

/**
 * A sheet worked out, and kept worked out: an edit recalculates only the cells that depend on it, and stops where a
 * value comes out as it was.
 */
export interface Calculation {
  readonly sheet: Sheet
  readonly checked: Checked
  readonly problems: readonly Problem[]
  slices(line: number): Slices
  /** By position; null is N/A. */
  at(line: number, slice: number, period: number): Fixed | null
  /** By name. @throws Failure('invalid') for a place that is not in the sheet. */
  value(address: Address): Fixed | null
  /** Position of an address. @throws Failure('invalid') naming what is not there. */
  locate(address: Address): { line: number; slice: number; period: number }
  /** Sets inputs and works out what follows; gives the cells that changed. */
  set(inputs: Iterable<Input>): Moved[]
  /** What a formula at `line` reads there: for roll-ups and explanations. */
  reader(line: number, reference: Reference): Reading<Fixed>
  lineNumber(name: string): number | undefined
}

interface Sums {
  across: Across
  sum: Fixed[]
  missing: Int32Array
}

/** What an edge needs to carry a change on: which slices of the reader follow from a slice of what it reads. */
interface Carrier {
  edge: Edge
  /** Slices of the reader for each slice (or group of slices) that is read. */
  readers: readonly Int32Array[]
  group: Int32Array | null
}

/** Works out a sheet from its inputs. Problems of lines are listed, never thrown; wrong inputs are thrown. */
export function calculate(sheet: Sheet, inputs: Iterable<Input>): Calculation {
  const checked = check(sheet)
  const count = sheet.periods.length
  const days = sheet.periods.map(period => dayCount(period.from, period.to))
  const slices = sheet.lines.map(line => slicesOf(sheet, line))
  const number = new Map(sheet.lines.map((line, at) => [line.name, at]))
  const periodNumber = new Map(sheet.periods.map((period, at) => [period.key, at]))
  const years = yearSpans(sheet)
  const values = sheet.lines.map((line, at): (Fixed | null)[] =>
    new Array<Fixed | null>((slices[at] as Slices).count * count).fill(
      line.formula === null && line.blank === 'zero' ? 0n : null,
    ),
  )
  const sums = new Map<string, Sums>()
  const sumsOf = sheet.lines.map((): Sums[] => [])

  const summed = (line: number, keep: readonly string[]): Sums => {
    const key = `${line}|${keep.join('|')}`
    const known = sums.get(key)
    if (known) return known
    const made: Sums = {
      across: across(sheet, (sheet.lines[line] as Line).over, keep),
      sum: [],
      missing: new Int32Array(0),
    }
    const groups = made.across.count * count
    made.sum = new Array<Fixed>(groups).fill(0n)
    made.missing = new Int32Array(groups)
    const own = values[line] as (Fixed | null)[]
    for (let slice = 0; slice < (slices[line] as Slices).count; slice += 1)
      for (let period = 0; period < count; period += 1) {
        const group = (made.across.group[slice] as number) * count + period
        const value = own[slice * count + period] as Fixed | null
        if (value === null) made.missing[group] = (made.missing[group] as number) + 1
        else made.sum[group] = (made.sum[group] as Fixed) + value
      }
    sums.set(key, made)
    sumsOf[line]?.push(made)
    return made
  }

  const store = (line: number, cell: number, value: Fixed | null): boolean => {
    const own = values[line] as (Fixed | null)[]
    const before = own[cell] as Fixed | null
    if (before === value) return false
    own[cell] = value
    const kept = sumsOf[line] as Sums[]
    if (kept.length > 0) {
      const period = cell % count
      const slice = (cell - period) / count
      for (const { across: to, sum, missing } of kept) {
        const group = (to.group[slice] as number) * count + period
        if (before === null) missing[group] = (missing[group] as number) - 1
        if (value === null) missing[group] = (missing[group] as number) + 1
        sum[group] = (sum[group] as Fixed) + (value ?? 0n) - (before ?? 0n)
      }
    }
    return true
  }

  /** Reads a line at the slices of another, one period. */
  const cellsOf = (reader: Line, reference: Reference): Reading<Fixed> => {
    const from = number.get(reference.name) as number
    const other = sheet.lines[from] as Line
    const shared =
      reference.is === 'line' && reference.all ? [] : other.over.filter(name => reader.over.includes(name))
    const place = across(sheet, reader.over, shared).group
    if (shared.length === other.over.length) {
      // The groups run in the other's own order: they are its slices.
      const own = values[from] as (Fixed | null)[]
      return (slice, period) => own[(place[slice] as number) * count + period] as Fixed | null
    }
    const { sum, missing } = summed(from, shared)
    return (slice, period) => {
      const group = (place[slice] as number) * count + period
      return (missing[group] as number) > 0 ? null : (sum[group] as Fixed)
    }
  }

  const reader = (line: Line, reference: Reference): Reading<Fixed> => {
    const cells = cellsOf(line, reference)
    return reference.is === 'line'
      ? lagged(cells, reference.lag, count)
      : folded(cells, reference, years, count, exactly)
  }

  const formulas = checked.lines.map(({ line, node }) =>
    node
      ? reading(
          node,
          exactly,
          reference => reader(line, reference),
          period => days[period] as number,
        )
      : null,
  )

  const carriers = sheet.lines.map((): Carrier[] => [])
  for (const edge of checked.edges) carriers[edge.from]?.push(carrier(sheet, edge))

  /** The row looked up last: inputs come row by row, and share their slice. */
  let row: { name: string; members: readonly string[]; line: number; slice: number } | null = null
  const rowOf = (name: string, members: readonly string[]) => {
    if (row?.name === name && row.members === members) return row
    const line = number.get(name)
    if (line === undefined) throw invalid(`The plan has no line "${name}".`)
    row = { name, members, line, slice: (slices[line] as Slices).find(members) }
    return row
  }

  const locate: Calculation['locate'] = ({ line: name, slice: members, period: key }) => {
    const { line, slice } = rowOf(name, members)
    const period = periodNumber.get(key)
    if (period === undefined)
      throw invalid(
        `The plan has no period "${key}".`,
        `It runs from ${sheet.periods[0]?.key} to ${sheet.periods.at(-1)?.key}.`,
      )
    return { line, slice, period }
  }

  const write = ({ value, ...address }: Input): { line: number; cell: number; changed: boolean } => {
    const { line, slice, period } = locate(address)
    const described = sheet.lines[line] as Line
    if (described.formula !== null)
      throw invalid(
        `${described.label} is worked out from ${described.formula}; it cannot be filled in.`,
        'Change what it is made of, or take its formula away.',
      )
    const cell = slice * count + period
    const filled = value === null ? (described.blank === 'zero' ? 0n : null) : fixed(value)
    return { line, cell, changed: store(line, cell, filled) }
  }

  for (const input of inputs) write(input)
  for (const { lines, direction } of checked.order) {
    const periods = periodOrder(count, direction)
    for (const block of direction === 'any' ? [null] : periods)
      for (const line of lines) {
        const formula = formulas[line]
        if (!formula) continue
        const all = (slices[line] as Slices).count
        for (let slice = 0; slice < all; slice += 1)
          for (const period of block === null ? periods : [block])
            store(line, slice * count + period, formula(slice, period))
      }
  }

  /** Cells waiting to be worked out: a flag for each cell, and slices listed by period. */
  const dirty = new Map<number, { flags: Uint8Array; slices: number[][] }>()
  const mark = (line: number, slice: number, period: number) => {
    let waiting = dirty.get(line)
    if (!waiting) {
      const cells = (slices[line] as Slices).count * count
      waiting = { flags: new Uint8Array(cells), slices: Array.from({ length: count }, () => []) }
      dirty.set(line, waiting)
    }
    const cell = slice * count + period
    if (waiting.flags[cell]) return
    waiting.flags[cell] = 1
    waiting.slices[period]?.push(slice)
  }
  const carryOn = (line: number, slice: number, period: number) => {
    for (const { edge, readers, group } of carriers[line] as Carrier[]) {
      const [first, last] = readersOf(edge, period, years, count)
      if (first > last) continue
      for (const to of readers[group ? (group[slice] as number) : slice] as Int32Array)
        for (let at = first; at <= last; at += 1) mark(edge.to, to, at)
    }
  }

  const set: Calculation['set'] = given => {
    const moved: Moved[] = []
    const change = (line: number, slice: number, period: number) => {
      moved.push({ line, slice, period })
      carryOn(line, slice, period)
    }
    // All are looked at before any is written, so that a wrong one leaves nothing half-done.
    const list = [...given]
    for (const input of list) {
      const at = locate(input)
      if (input.value !== null && sheet.lines[at.line]?.formula === null) fixed(input.value)
    }
    for (const input of list) {
      const { line, cell, changed } = write(input)
      if (changed) change(line, Math.floor(cell / count), cell % count)
    }
    for (const { lines, direction } of checked.order) {
      if (dirty.size === 0) break
      if (!lines.some(line => dirty.has(line))) continue
      for (const period of periodOrder(count, direction))
        for (const line of lines) {
          const waiting = dirty.get(line)?.slices[period]
          const formula = formulas[line]
          if (!waiting || !formula) continue
          for (const slice of waiting)
            if (store(line, slice * count + period, formula(slice, period))) change(line, slice, period)
          waiting.length = 0
        }
      for (const line of lines) dirty.delete(line)
    }
    dirty.clear()
    return moved
  }

  const at: Calculation['at'] = (line, slice, period) =>
    (values[line] as (Fixed | null)[])[slice * count + period] ?? null
  return {
    sheet,
    checked,
    problems: checked.problems,
    slices: line => slices[line] as Slices,
    at,
    value: address => {
      const place = locate(address)
      return at(place.line, place.slice, place.period)
    },
    locate,
    set,
    reader: (line, reference) => reader(sheet.lines[line] as Line, reference),
    lineNumber: name => number.get(name),
  }
}

export const periodOrder = (count: number, direction: 'any' | 'forward' | 'backward'): number[] => {
  const order = Array.from({ length: count }, (_, n) => n)
  return direction === 'backward' ? order.reverse() : order
}

/** First and last period of the year each period is in. */
export const yearSpans = (sheet: Sheet): [number, number][] =>
  sheet.periods.map(period => [
    sheet.periods.findIndex(one => one.year === period.year),
    sheet.periods.findLastIndex(one => one.year === period.year),
  ])

export const lagged = <T>(cells: Reading<T>, lag: number, count: number): Reading<T> =>
  lag === 0
    ? cells
    : (slice, period) => {
        const at = period + lag
        return at < 0 || at >= count ? null : cells(slice, at)
      }

/** A run of periods folded; what lies outside the sheet is missing, so a run that is cut short is N/A. */
export const folded = <T>(
  cells: Reading<T>,
  { fold, span }: Extract<Reference, { is: 'span' }>,
  years: readonly [number, number][],
  count: number,
  math: Arithmetic<T>,
): Reading<T> => {
  return (slice, period) => {
    const [first, last] =
      span === 'so_far'
        ? [0, period]
        : span === 'year'
          ? (years[period] as [number, number])
          : [period + span.from, period + span.to]
    if (first < 0 || last >= count) return null
    let result: T | null = null
    for (let at = first; at <= last; at += 1) {
      const value = cells(slice, at)
      if (value === null) return null
      if (result === null) result = value
      else if (fold === 'min') result = math.less(value, result) ? value : result
      else if (fold === 'max') result = math.less(result, value) ? value : result
      else result = math.plus(result, value)
    }
    return fold === 'average' && result !== null ? math.over(result, math.whole(last - first + 1)) : result
  }
}

/** Periods of the reader that read a period. */
const readersOf = (
  { lo, hi, reference }: Edge,
  period: number,
  years: readonly [number, number][],
  count: number,
): [number, number] => {
  if (reference.is === 'span' && reference.span === 'year') return years[period] as [number, number]
  return [Math.max(0, period - hi), Math.min(count - 1, lo === -Infinity ? count - 1 : period - lo)]
}

const carrier = (sheet: Sheet, edge: Edge): Carrier => {
  const from = sheet.lines[edge.from] as Line
  const to = sheet.lines[edge.to] as Line
  const all = edge.reference.is === 'line' && edge.reference.all
  const shared = all ? [] : from.over.filter(name => to.over.includes(name))
  const group = across(sheet, from.over, shared)
  const reading = across(sheet, to.over, shared)
  const lists = Array.from({ length: group.count }, (): number[] => [])
  reading.group.forEach((at, slice) => {
    lists[at]?.push(slice)
  })
  return { edge, readers: lists.map(list => Int32Array.from(list)), group: group.group }
}
