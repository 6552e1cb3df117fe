import type { DerivedName, TableName } from '#kernel/canonical.ts'

/**
 * What aggregates are taken over. A fact is asked of the smallest of its sources that holds every dimension of the question:
 * the sources are listed smallest first.
 */
export interface Source {
  table: TableName | DerivedName
  day: string
  /** Rows of the source that are the fact. */
  where?: string
  /** Columns that are 0 on the rows `where` leaves out: a scan of all rows adds them up just as well. */
  zeroElsewhere?: readonly string[]
  /** Dimensions it holds, as SQL over its columns (f). */
  dimensions: Readonly<Record<string, string>>
  /** Column expressions where a column is not stored under its own name. */
  columns?: Readonly<Record<string, string>>
  /** Columns it can answer; absent: all. */
  only?: readonly string[]
  /**
   * Rows of another table beside each row of this one, as a join under an alias that columns and dimensions may read. Where it adds up
   * rows of other days, `@first` and `@last` in it are the days asked for: what cannot bear upon them is not read.
   */
  join?: string
  /** Made from the ledger: a row stands for `lines` of it. */
  derived?: true
  /** The dimension that names who counted: two counters of one thing are never added. */
  counter?: string
  /** Rows the source itself calls sampled, thresholded or provisional. */
  flawed?: string
  /** Rows each stand for a whole period of this length, and answer only questions cut into just such periods. */
  period?: 'day' | 'week' | 'month' | 'quarter' | 'year'
  /** Columns whose values mean the same in every store: counted distinctly over all of them together. */
  across?: readonly string[]
  /**
   * Columns whose distinct values in a run of days can be counted row by row, without a set of them: the rows that are
   * the first of their value since `start`, a day in SQL.
   */
  firstSince?: Readonly<Record<string, (start: string) => string>>
  /** The product of a row, where the row is not itself of one. */
  product?: string
  /** What costs are worked out from, as SQL over its columns: its columns `@cost` and `@gap` are made of these. */
  costs?: CostBasis
  /** Columns that add up only while one of these dimensions is grouped or held fixed. */
  needs?: Readonly<Record<string, string>>
}

/** Quantities that cost rates are multiplied with. */
export interface CostBasis {
  orders: string
  units: string
  /** Gross sales less discounts. */
  sales: string
  returned: string
  /** Value of what came back, above zero. */
  reversals: string
}

export interface Fact {
  name: string
  label: string
  /** Canonical table that holds its rows, for "what would supply it" and for drilling down. */
  table: TableName
  sources: readonly Source[]
  /** A second table without which its rows say nothing. */
  needs?: TableName
  /** Further tables its rows are joined with. */
  also?: readonly TableName[]
  /**
   * What values of a dimension are here, where another fact has other things under the same name: a sale's channel is the
   * shop or the marketplace, a visit's is what brought it. Formulas over both have no answer by it.
   */
  means?: Readonly<Record<string, string>>
  /**
   * What happens outside the days asked for changes what its rows say: an order is returned long after it, a deal is closed
   * on another day than the one its row is dated by.
   */
  whenever?: true
  /** The day it is changes what its rows say: its columns may name it, as `@today`. */
  dated?: true
  /** Columns that are money, and so are converted. */
  money: readonly string[]
  /** Columns where no value means not recorded rather than nothing. */
  optional: readonly string[]
  /** The metric that ranks values of its dimensions, where people choose among them. */
  ranked: string
  /** What would bring its rows, said to the reader of an N/A. */
  supply: string
}
