import type { Sheet } from './sheet.ts'

/** How much of each a version holds: `SheetShape` is what is sent and read. */
export const mostOf = { lines: 2000, periods: 160 }

/** Cells a version is worked out with in memory: of a million one edit takes milliseconds. */
export const mostCells = 4_000_000

/** What of a sheet is more than a version holds, how much of it there is and how much may be; null where all fits. */
export function beyond({ lines, dimensions, periods }: Pick<Sheet, 'lines' | 'dimensions' | 'periods'>): {
  what: 'lines' | 'periods' | 'cells'
  count: number
  most: number
} | null {
  if (lines.length > mostOf.lines) return { what: 'lines', count: lines.length, most: mostOf.lines }
  if (periods.length > mostOf.periods) return { what: 'periods', count: periods.length, most: mostOf.periods }
  const sizes = new Map(dimensions.map(one => [one.name, one.members.length]))
  const cells = lines.reduce(
    (all, { over }) => all + over.reduce((count, name) => count * (sizes.get(name) ?? 1), periods.length),
    0,
  )
  return cells > mostCells ? { what: 'cells', count: cells, most: mostCells } : null
}
