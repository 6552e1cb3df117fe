import { invalid } from '../error.ts'
import type { Calculation, Input } from './calculate.ts'
import { type Fixed, fixed, plainOf, rounded } from './fixed.ts'
import { type Part, rolled, slicesIn } from './roll.ts'
import type { Line } from './sheet.ts'

/** How a total is brought down to its cells: in the proportions they have, evenly, or as they were a year before. */
export type SpreadBy = 'proportional' | 'even' | 'history'

/**
 * A total filled in where cells are added up: what each cell below it becomes. Rounded to `digits` decimals and adding
 * up to the total exactly; what rounding leaves goes to the largest remainders.
 * @param history figures of the same cells to go by, where asked for: the same months of the year before.
 * @throws Failure('invalid') for a line that is worked out or does not add up, or where there is nothing to go by.
 */
export function spreadDown(
  calculation: Calculation,
  name: string,
  part: Part,
  total: string,
  by: SpreadBy,
  digits = 2,
  history?: (slice: readonly string[], period: string) => string | null,
): Input[] {
  const at = calculation.lineNumber(name)
  const line = at === undefined ? undefined : (calculation.sheet.lines[at] as Line)
  if (at === undefined || !line) throw invalid(`The plan has no line "${name}".`)
  if (line.formula !== null) throw invalid(`${line.label} is worked out; spread what it is made of.`)
  if (line.roll !== 'sum')
    throw invalid(`${line.label} does not add up, so a total cannot be spread over it.`)
  const slices = calculation.slices(at)
  const cells = slicesIn(calculation, line, part).flatMap(slice =>
    calculation.sheet.periods.slice(part.first, part.last + 1).map((period, n) => ({
      slice: slices.members(slice),
      period: period.key,
      now: calculation.at(at, slice, part.first + n) ?? 0n,
    })),
  )
  const goneBy = cells.map(({ slice, period, now }): Fixed => {
    if (by === 'even') return 1n
    if (by === 'proportional') return now
    const was = history?.(slice, period)
    return was == null ? 0n : fixed(was)
  })
  const net = goneBy.reduce((all, one) => all + one, 0n)
  if (net === 0n)
    throw invalid(
      goneBy.some(one => one !== 0n)
        ? `${line.label} below comes to nothing in all, so there are no proportions to keep.`
        : by === 'history'
          ? `There is no history of ${line.label} to spread by.`
          : `${line.label} is empty everywhere below, so there are no proportions to keep.`,
      'Spread it evenly.',
    )
  // What counts against the rest (a credit among costs) still does: cells keep their proportions, signs with them.
  const [weights, sum] = net < 0n ? [goneBy.map(one => -one), -net] : [goneBy, net]
  const wanted = fixed(total)
  const unit = 10n ** BigInt(12 - digits)
  const size = wanted < 0n ? -wanted : wanted
  const sign = wanted < 0n ? -1n : 1n
  const units = size / unit
  const shares = weights.map((weight, index) => {
    // Rounded down: of a negative share, away from zero.
    const rest = (((units * weight) % sum) + sum) % sum
    return { index, whole: (units * weight - rest) / sum, rest }
  })
  let left = units - shares.reduce((all, share) => all + share.whole, 0n)
  for (const share of [...shares].sort((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1,
  )) {
    if (left <= 0n) break
    share.whole += 1n
    left -= 1n
  }
  // What is finer than a unit stays with the heaviest cell.
  const heaviest = weights.reduce((best, weight, n) => (weight > (weights[best] ?? 0n) ? n : best), 0)
  const finer = size - units * unit
  return shares.map(({ index, whole }) => {
    const { slice, period } = cells[index] as (typeof cells)[number]
    const value = sign * (whole * unit + (index === heaviest ? finer : 0n))
    return { line: name, slice, period, value: plainOf(value) }
  })
}

/** A row of the grid: a line in one slice, or over all members of the dimensions not named. */
export interface GridRow {
  line: Line
  members: Readonly<Record<string, string | null>>
  /** How deep it is folded in. */
  depth: number
  /** Whether it stands for several slices. */
  total: boolean
}

/** Rows of a sheet as a grid shows them: each line, and below it, where it is opened, its slices by its first dimension. */
export function gridRows(
  { sheet }: Calculation,
  opened: ReadonlySet<string>,
  members: Readonly<Record<string, string>> = {},
): GridRow[] {
  const rows: GridRow[] = []
  const add = (line: Line, own: Record<string, string | null>, depth: number, key: string) => {
    const free = line.over.filter(name => own[name] == null)
    rows.push({ line, members: own, depth, total: free.length > 0 })
    const [first] = free
    if (first === undefined || !opened.has(key)) return
    for (const member of sheet.dimensions.find(one => one.name === first)?.members ?? [])
      add(line, { ...own, [first]: member }, depth + 1, `${key}\u001f${member}`)
  }
  for (const line of sheet.lines) add(line, { ...members }, 0, line.name)
  return rows
}

/** What a row shows in a period, rounded to so many decimals for reading; null: to its last digit, for copying. */
export const gridValue = (
  calculation: Calculation,
  row: GridRow,
  period: number,
  digits: number | null = 6,
): string | null => {
  const value = rolled(calculation, row.line.name, { members: row.members, first: period, last: period })
  return value === null ? null : plainOf(digits === null ? value : rounded(value, digits))
}
