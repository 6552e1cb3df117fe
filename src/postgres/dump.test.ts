import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpLedger, isEmpty, restoreLedger } from './dump.ts'
import { type Ledger, type OpenLedger, openLedger } from './open.ts'
import { apikey, audit, user } from './tables/members.ts'
import { stores } from './tables/settings.ts'

let folder: string
let from: OpenLedger
let to: OpenLedger
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dump-'))
  ;[from, to] = await Promise.all([openLedger({ folder: ':memory:' }), openLedger({ folder: ':memory:' })])
})
afterAll(async () => {
  await from.close()
  await to.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a dump of the ledger', () => {
  it('fails where it cannot be written, and ends nobody', async () => {
    // A ledger that takes a moment to answer: the file fails while nobody waits for it.
    const transaction: Ledger['transaction'] = (...act) =>
      sleep(50).then(() => from.ledger.transaction(...act))
    const slow = { transaction } as Ledger
    await expect(dumpLedger(slow, '/dev/full')).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(dumpLedger(slow, join(folder, 'nowhere', 'x'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
  it('comes back whole in another database: people, what hangs on them, JSON, times and odd text', async () => {
    const at = new Date('2026-03-29T01:30:00.123Z')
    await from.ledger.insert(user).values({
      id: 'u1',
      name: "O'Brien “ü” \n\t\\",
      email: 'o@x.test',
      role: 'owner',
      stores: ['uk', 'de'],
    })
    await from.ledger
      .insert(apikey)
      .values({ id: 'k1', key: 'hash', referenceId: 'u1', createdAt: at, updatedAt: at })
    await from.ledger
      .insert(stores)
      .values({ store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London' })
    for (let i = 0; i < 1_200; i++)
      await from.ledger.insert(audit).values({
        id: `a${i}`,
        at,
        actorKind: 'person',
        actorId: 'u1',
        actorName: 'O',
        operation: 'settings.saveStore',
        after: { n: i, deep: { list: [1, null, '2'] } },
      })
    const path = join(folder, 'ledger.jsonl.gz')
    const written = await dumpLedger(from.ledger, path)
    expect(await isEmpty(to.ledger, 'user')).toBe(true)
    expect(await restoreLedger(to.ledger, path)).toBe(written)
    expect(await isEmpty(to.ledger, 'user')).toBe(false)
    for (const table of [user, apikey, stores])
      expect(await to.ledger.select().from(table)).toEqual(await from.ledger.select().from(table))
    const all = (open: OpenLedger) => open.ledger.select().from(audit).orderBy(audit.id)
    expect(await all(to)).toEqual(await all(from))
  })

  it('a dump with a table we do not know is refused and leaves nothing', async () => {
    const fresh = await openLedger({ folder: ':memory:' })
    await from.ledger.execute(sql`CREATE TABLE later_version (id text)`)
    const path = join(folder, 'later.jsonl.gz')
    await dumpLedger(from.ledger, path)
    await expect(restoreLedger(fresh.ledger, path)).rejects.toThrow(/later_version/)
    expect(await isEmpty(fresh.ledger, 'user')).toBe(true)
    await fresh.close()
  })
})
