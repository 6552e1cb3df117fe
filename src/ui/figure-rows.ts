import type { Filter } from '#kernel/address.ts'
import { type Measure, placeOf, show } from '#kernel/format.ts'

/** Figures in rows beside what they are compared with, on the screen and on paper alike: which columns there are, how many digits. */

export interface Moved {
  value: string | null
  delta: string | null
  ratio: string | null
}

export interface FigureRow {
  metric: string
  /** What stands in place of the metric's name: a channel, a product. */
  name?: string
  value: string | null
  moved: (Moved | null)[]
  /** The month and the quarter so far, and what they are compared with. */
  toDate?: { value: string | null; moved: (Moved | null)[]; from?: string | undefined }[]
  /** What it is of besides the table's days, for a conversation about it and for its rows. */
  slice?: Filter[]
  /** More values of other metrics. */
  more?: { metric: string; value: string | null }[]
}

interface Days {
  from: string
  to: string
}

interface ValueCell {
  metric: string
  value: string | null
  of?: Days | undefined
}

/** A value, the days it is of where its rows are known, or how it moved. */
type FigureCell = ValueCell | { moved: Moved | null }

/** A row and its cells as the headings stand: the value and its changes, to-date sums with theirs, more values. */
export interface FigureLine {
  row: FigureRow
  cells: FigureCell[]
}

export const linesOf = (rows: readonly FigureRow[], days?: Days): FigureLine[] =>
  rows.map(row => ({
    row,
    cells: [
      { metric: row.metric, value: row.value, of: days },
      ...row.moved.map(moved => ({ moved })),
      ...(row.toDate ?? []).flatMap(sums => [
        {
          metric: row.metric,
          value: sums.value,
          of: sums.from && days ? { ...days, from: sums.from } : undefined,
        },
        ...sums.moved.map(moved => ({ moved })),
      ]),
      ...(row.more ?? []),
    ],
  }))

/** The headings that have a column: a base that nothing is known of has none. */
export const headsOf = (lines: readonly FigureLine[], names: readonly string[]) =>
  names
    .map((name, at) => ({ name, at }))
    .filter(({ at }) =>
      lines.some(({ cells }) => {
        const cell = cells[at]
        return cell && (!('moved' in cell) || (cell.moved?.delta ?? null) !== null)
      }),
    )

/**
 * The headings by the period they are of, for where there is no room for all beside each other: a value begins a period, and
 * what follows is the same figure on a base. `at` gives the cell by its base, the value itself by ''.
 */
export function periodsOf([first]: readonly FigureLine[], heads: readonly { name: string; at: number }[]) {
  const periods: { name: string; at: Record<string, number> }[] = []
  for (const { name, at } of heads) {
    const cell = first?.cells[at]
    // "on target, month" is the month on target.
    if (cell && 'moved' in cell) Object.assign(periods.at(-1)?.at ?? {}, { [name.replace(/, .*/, '')]: at })
    else periods.push({ name, at: { '': at } })
  }
  return periods
}

/** A value of a column in as many digits as the other figures of its kind there. */
export function saidIn(
  lines: readonly FigureLine[],
  at: number,
  { metric, value }: Pick<ValueCell, 'metric' | 'value'>,
  measure: Measure,
): string {
  const others = lines.flatMap(({ cells }) => {
    const cell = cells[at]
    return cell && 'metric' in cell && cell.metric === metric ? [cell.value] : []
  })
  const place = placeOf(others, measure)
  return show(value, measure, place === 'whole' && Math.abs(Number(value)) < 1e6 ? place : 'card')
}
