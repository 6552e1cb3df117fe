import { randomUUID } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgers } from '../../test/ledgers.ts'
import { insertMany } from './insert-many.ts'
import type { OpenLedger } from './open.ts'
import { changes, rows } from './tables/plan.ts'

const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', "'", '\n', '{', ',', 'é', '🙂', '\ud83d', ' '),
})

describe.each(ledgers)('many rows at once, on $name', place => {
  let open: OpenLedger
  beforeAll(async () => {
    open = await place.open()
  })
  afterAll(() => open.close())

  it('stand as if they had come one by one, in their order', async () => {
    const change = fc.record({
      line: text,
      slice: text,
      period: text,
      before: fc.option(text),
      after: fc.option(text),
      byId: text,
      byName: text,
      at: fc.constant('2026-01-01T00:00:00.000Z'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), async given => {
        const [many, single] = [randomUUID(), randomUUID()]
        const of = (version: string) => given.map(one => ({ ...one, id: randomUUID(), version }))
        await insertMany(open.ledger, changes, of(many))
        for (const one of of(single)) await open.ledger.insert(changes).values(one)
        const kept = async (version: string) => {
          const found = await open.ledger
            .select()
            .from(changes)
            .where(eq(changes.version, version))
            .orderBy(asc(changes.seq))
          return found.map(({ id: _, seq: _seq, version: _version, ...one }) => one)
        }
        expect(await kept(many)).toEqual(await kept(single))
      }),
      { numRuns: 25 },
    )
  })

  it('take documents as they are, more than go into one statement, and what is to be done where one is there', async () => {
    const row = (n: number, cells: Record<string, (string | null)[]>) => ({
      version: 'v',
      line: `line ${n}`,
      slice: '',
      cells,
    })
    const store = (given: ReturnType<typeof row>[]) =>
      insertMany(
        open.ledger,
        rows,
        given,
        sql`on conflict (version, line, slice) do update set cells = excluded.cells`,
      )
    await store(Array.from({ length: 5_001 }, (_, n) => row(n, { '2026-01': [`"${n}"`, null] })))
    await store([row(5_000, { '2026-02': ['1.10'] })])
    const kept = await open.ledger.select().from(rows).where(eq(rows.version, 'v'))
    expect(kept).toHaveLength(5_001)
    const of = (line: string) => kept.find(one => one.line === line)
    expect(of('line 7')).toEqual({ ...row(7, { '2026-01': ['"7"', null] }), awaited: {} })
    expect(of('line 5000')).toEqual({ ...row(5_000, { '2026-02': ['1.10'] }), awaited: {} })
    await store([])
  })
})
