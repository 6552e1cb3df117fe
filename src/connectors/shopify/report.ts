import { Failure } from '#kernel/error.ts'
import * as documents from './documents.ts'
import { graph, type Session } from './session.ts'

export type ReportRow = Record<string, string | number | null>

interface Answer {
  shopifyqlQuery: {
    parseErrors: string[]
    tableData: { columns: { name: string }[]; rows: ReportRow[] | (string | null)[][] } | null
  } | null
}

/** Rows of a page of a report. */
const pageRows = 10_000

/** Asks the shop's own reports in ShopifyQL, page by page; the question must end with its order. Rows are by column name. */
export async function* report(session: Session, question: string): AsyncGenerator<ReportRow[]> {
  for (let offset = 0; ; offset += pageRows) {
    const query = `${question} LIMIT ${pageRows} OFFSET ${offset}`
    const { shopifyqlQuery } = await graph<Answer>(session, documents.report, { query })
    const [error] = shopifyqlQuery?.parseErrors ?? []
    if (error || !shopifyqlQuery)
      throw new Failure('unavailable', `Shopify’s reports do not answer: ${error ?? 'nothing came back'}`, {
        next: 'If it stays so, Shopify has renamed a column: update Quarterdeck.',
      })
    const { columns, rows } = shopifyqlQuery.tableData ?? { columns: [], rows: [] }
    const named = rows.map(row =>
      Array.isArray(row) ? Object.fromEntries(columns.map(({ name }, n) => [name, row[n] ?? null])) : row,
    )
    if (named.length > 0) yield named
    if (named.length < pageRows) return
  }
}
