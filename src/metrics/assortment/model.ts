import { cell } from '../cells/model.ts'
import type { AnswerRow } from '../query.ts'

export * from '../cells/model.ts'

/** What a line of the products screen may stand for. */
export const productLines = ['product', 'category', 'brand'] as const
export type ProductLine = (typeof productLines)[number]

/** Figures of a line, asked of the language. Cover is worked out from what is asked for the rest anyway. */
export const figures = [
  'net_sales',
  'units_sold',
  'asp',
  'gross_profit',
  'gross_margin',
  'return_rate',
  'stock_units',
  'sell_through',
  'stockout_days',
  'lost_sales',
] as const

/** Columns a list of products may stand in the order of. */
export const productOrders = [
  ...figures,
  'net_sales_change',
  'weekly_demand',
  'weeks_of_cover',
  'grade',
  'title',
  'products',
  ...productLines,
] as const

/** What products may be graded by. */
export const graded = ['net_sales', 'gross_profit'] as const
export type Graded = (typeof graded)[number]

export const grades = ['A', 'B', 'C', 'U'] as const
export type Grade = (typeof grades)[number]

export const gradeWords: Readonly<Record<Grade, string>> = {
  A: 'the first 80 %',
  B: 'the next 15 %',
  C: 'the last 5 %',
  U: 'unsold',
}

/** Upper ends of the grades, in parts of the sum over all products. */
const ends = { A: 0.8, B: 0.95 }

/**
 * ABC grades: products by amount, largest first, are A while the sum so far is at most 80 % of all, B to 95 %, then C;
 * U sold nothing. The largest is A even where it alone is more. Amounts of 0 and below add nothing to the whole.
 */
export function abc(
  products: readonly { key: string; amount: number | null; units: number | null }[],
): Map<string, Grade> {
  const found = new Map<string, Grade>()
  const sold = products.filter(one => (one.units ?? 0) > 0)
  for (const one of products) found.set(one.key, 'U')
  const whole = sold.reduce((sum, one) => sum + Math.max(0, one.amount ?? 0), 0)
  // Sums of floats: a product exactly at 80 % must not fall on the wrong side.
  const within = (sum: number, share: number) => sum <= whole * share + whole * 1e-9
  let sum = 0
  sold
    .toSorted((a, b) => (b.amount ?? 0) - (a.amount ?? 0) || (a.key < b.key ? -1 : 1))
    .forEach(({ key, amount }, n) => {
      sum += Math.max(0, amount ?? 0)
      const worth = (amount ?? 0) > 0
      const grade = worth && (n === 0 || within(sum, ends.A)) ? 'A' : worth && within(sum, ends.B) ? 'B' : 'C'
      found.set(key, grade)
    })
  return found
}

/** Fewer units than this in a category say nothing of its season: that of the whole assortment stands in. */
export const tellingUnits = 50

/** Days over which demand is measured, and over which last year tells how it goes on. */
export const demandDays = 28

/** Days before a stock-out whose pace says what it costs, for as many days of it; and the fewest that tell a pace. */
export const [paceDays, fewestPaceDays] = [56, 14]

/**
 * Units wanted a week, ahead: those of the last four weeks over the days the product could be bought, times how sales went
 * on from there last year. Null where nothing sold or it could not be bought on any day.
 */
export function weeklyDemand(units: number | null, daysOut: number, goesOn: number): number | null {
  const days = demandDays - daysOut
  return units !== null && units > 0 && days > 0 ? (units / days) * 7 * goesOn : null
}

/** Rows in the order asked for; what is not known comes last either way, and equals stand by their first column. */
export function inOrder(rows: readonly AnswerRow[], by: string, desc: boolean, key: string): AnswerRow[] {
  const worth = (row: AnswerRow) => {
    const value = cell(row, by)
    return value === null || value === '' || Number.isNaN(Number(value)) ? value || null : Number(value)
  }
  return rows.toSorted((a, b) => {
    const [x, y] = [worth(a), worth(b)]
    if (x !== y && (x === null || y === null)) return x === null ? 1 : -1
    const order = x === null || y === null || x === y ? 0 : x < y ? -1 : 1
    return order ? order * (desc ? -1 : 1) : (cell(a, key) ?? '') < (cell(b, key) ?? '') ? -1 : 1
  })
}
