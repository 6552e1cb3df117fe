import type { Answer, AnswerRow, Definition, Query } from './query.ts'

/** On whose behalf a question is asked. */
export interface Scope {
  stores: 'all' | readonly string[]
  /** Now; "today" is cut from it in store time. */
  now: Date
}

/** What stands behind one number. */
export interface Explanation {
  metrics: Record<string, { definition: Definition; expanded: string; uses: string[] }>
  passes: { name: string; about: string; result: unknown }[]
  statements: { about: string; sql: string; parameters: Record<string, unknown> }[]
}

/** Ledger rows behind a cell: the query, narrowed to one period and one value of each dimension. */
export interface RowsRequest {
  query: Query
  metric: string
  period?: string
  values?: Record<string, string>
  limit?: number
  offset?: number
}

export interface DimensionInfo {
  name: string
  label: string
  description: string
  /** Metrics it can split. */
  metrics: string[]
  /** Whether the list its values are of has any: a company without a product list has no brands. */
  held: boolean
}

/** Rows that are large enough, and of how many: none where not one is. */
export interface Parts {
  rows: AnswerRow[]
  count: number
}

/**
 * The metric language at work. Everything that shows a number asks here.
 * @throws Failure('invalid') that names the unknown metric, dimension or impossible combination and what would do.
 */
export interface Engine {
  ask(query: Query, scope: Scope): Promise<Answer>
  /**
   * Rows alone of a question that is sorted by its change against a comparison: those whose figures come to `least` on the
   * two sides together, and how many there are of any size. For a search that asks much: nothing is added up over its rows,
   * values it names are not looked up, and of a comparison only its values are worked out.
   */
  parts(query: Query, least: number, scope: Scope): Promise<Parts>
  explain(query: Query, scope: Scope): Promise<Explanation>
  rows(
    request: RowsRequest,
    scope: Scope,
  ): Promise<{ table: string; columns: string[]; rows: (string | null)[][]; count: number }>
  definitions(): Promise<{ metrics: Definition[]; dimensions: DimensionInfo[] }>
  /**
   * By what a plan has figures of a metric: sets of dimensions, ['category'] or ['category', 'store']; [] is the whole. What
   * it has for each store it has for them together.
   */
  planned(plan: string, metric: string): Promise<string[][]>
  /** Values of a dimension, most sold first, for filters; at most 100. */
  values(dimension: string, search: string, scope: Scope): Promise<string[]>
}
