import type { SheetPeriod } from './sheet.ts'

/** Whole periods of two sheets that cover the same days. */
export interface CommonSpan {
  from: string
  to: string
  /** Whether either of the two has more than that. */
  partly: boolean
  /** Positions in each, both included. */
  a: { first: number; last: number }
  b: { first: number; last: number }
}

/** The longest days that are whole periods of both sheets: a budget by month and a long-range plan by quarter share its year. */
export function commonSpan(a: readonly SheetPeriod[], b: readonly SheetPeriod[]): CommonSpan | null {
  const begins = new Map(b.map((period, n) => [period.from, n]))
  const ends = new Map(b.map((period, n) => [period.to, n]))
  const first = a.findIndex(period => begins.has(period.from))
  const last = a.findLastIndex(period => ends.has(period.to))
  const [from, to] = [a[first], a[last]]
  if (!from || !to || last < first) return null
  const own = { first: begins.get(from.from) as number, last: ends.get(to.to) as number }
  return {
    from: from.from,
    to: to.to,
    partly: first > 0 || last < a.length - 1 || own.first > 0 || own.last < b.length - 1,
    a: { first, last },
    b: own,
  }
}
