import type { Answer, Query } from './query.ts'

/** Rows of an answer at most, as a query may ask for. */
const page = 10_000
/** Rows that are put together at most: what is more is no table that anybody reads. */
export const mostRows = 100_000

/** The answer with all its rows, page by page, up to `most`; `meta.count` tells how many there are. */
export const everyRow = async (
  ask: (query: Query) => Promise<Answer>,
  query: Query,
  most = mostRows,
): Promise<Answer> => {
  const first = await ask({ ...query, limit: Math.min(page, most), offset: 0 })
  const rows = [...first.rows]
  while (rows.length < Math.min(first.meta.count, most)) {
    const { rows: more } = await ask({
      ...query,
      limit: Math.min(page, most - rows.length),
      offset: rows.length,
    })
    if (more.length === 0) break
    rows.push(...more)
  }
  return { ...first, rows }
}

/** That a file holds the first of more rows, in words; null where it holds all. */
export const firstRowsWords = (held: number, count: number): string | null =>
  held >= count
    ? null
    : `The first ${held.toLocaleString('en')} of ${count.toLocaleString('en')} rows: narrow the period or filter for the others.`
