import { expect, it } from 'vitest'
import { everyRow, firstRowsWords } from './every-row.ts'
import type { Answer, Query } from './query.ts'

/** Answers as the engine does, of `count` rows, a page at a time. */
const engineOf = (count: number) => {
  const asked: Query[] = []
  const ask = async (query: Query): Promise<Answer> => {
    asked.push(query)
    const { offset = 0, limit = 10_000 } = query
    const length = Math.max(0, Math.min(limit, count - offset))
    const rows = Array.from({ length }, (_, i) => ({ product: String(offset + i) }))
    return { rows, meta: { count } } as unknown as Answer
  }
  return { asked, ask }
}
const query: Query = { metrics: ['net_sales'], by: ['product'] }

it('an answer of more rows than one may ask for at once has all of them, each once', async () => {
  const { ask, asked } = engineOf(23_456)
  const { rows, meta } = await everyRow(ask, query)
  expect(new Set(rows.map(row => String((row as { product?: unknown }).product))).size).toBe(23_456)
  expect(rows).toHaveLength(23_456)
  expect(asked.map(one => one.offset)).toEqual([0, 10_000, 20_000])
  expect(firstRowsWords(rows.length, meta.count)).toBeNull()
})

it('one of more than anybody reads ends, and says of how many rows it has the first', async () => {
  const { ask } = engineOf(25_000)
  const { rows, meta } = await everyRow(ask, query, 12_000)
  expect(rows).toHaveLength(12_000)
  expect(firstRowsWords(rows.length, meta.count)).toBe(
    'The first 12,000 of 25,000 rows: narrow the period or filter for the others.',
  )
})

it('a short one is asked once', async () => {
  const { ask, asked } = engineOf(3)
  expect((await everyRow(ask, query)).rows).toHaveLength(3)
  expect(asked).toHaveLength(1)
})
