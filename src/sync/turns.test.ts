import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openLedger } from '#postgres/open.ts'
import { turns } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, noon, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { runRound } from './round.ts'

it('turns are forgotten once nothing shows them; the last that says how far was read, and the last that brought something, stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'turns-'))
  const open = await openLedger({ folder: ':memory:' })
  const granary = await openDuckdb({ folder: ':memory:' })
  const toy = toyShop()
  const parts = toyParts({ ledger: open.ledger, granary, folder, connectors: [toy.connector] })
  const given = { vendor: 'shopify', credentials: { token: 't' }, backDays: 30 }
  await connect(parts, open.ledger, given, await tested(parts, 'shopify', given.credentials), 'test')
  const at = (ago: number) => new Date(noon - ago * day).toISOString()
  const turn = (id: string, ago: number, more: Partial<typeof turns.$inferInsert> = {}) => ({
    ...{ id, connection: 'shopify-toy', stream: 'gone', kind: 'fresh' as const, from: 0, to: 0 },
    ...{ startedAt: at(ago), endedAt: at(ago) },
    ...more,
  })
  const trouble = { code: 'unavailable', message: 'It was away.', at: at(400) }
  await open.ledger
    .insert(turns)
    .values([
      turn('brought', 1000, { inserted: 3 }),
      turn('sure', 900),
      turn('history', 950, { kind: 'history' }),
      turn('failed', 800, { error: trouble }),
      turn('other', 2000, { connection: 'another' }),
      ...Array.from({ length: 600 }, (_, n) =>
        turn(`old-${String(n).padStart(3, '0')}`, 700 - n / 10, { error: trouble }),
      ),
      turn('lately', 360, { error: trouble }),
    ])
  await runRound(parts, 'shopify-toy', { all: true, whole: true, signal: new AbortController().signal })
  const left = (await open.ledger.select().from(turns)).map(one => one.id)
  expect(left).toEqual(expect.arrayContaining(['brought', 'sure', 'history', 'other', 'lately', 'old-599']))
  for (const id of ['failed', 'old-000', 'old-099']) expect(left).not.toContain(id)
  const own = await open.ledger.select().from(turns).where(eq(turns.connection, 'shopify-toy'))
  expect(own.length).toBe(500 + 3)
  parts.packer.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})
