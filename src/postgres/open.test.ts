import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresPrograms, type ThrowawayPostgres, throwawayPostgres } from '../../test/throwaway-postgres.ts'
import { openLedger } from './open.ts'
import { stores } from './tables/settings.ts'

const programs = postgresPrograms()
if (!programs)
  console.warn('ledger on PostgreSQL: its programs are not installed (apt-get install postgresql): skipped')

const uk = { store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London' }

/** The same on both: one dialect. */
const ledgerWorks = (at: () => { databaseUrl?: string; folder: string }) => {
  it('is migrated by two that start at once, and by one that starts again', async () => {
    // On a server all of them find it empty; the embedded one is opened by one process at a time.
    const [first, ...others] = at().databaseUrl
      ? await Promise.all([openLedger(at()), openLedger(at()), openLedger(at())])
      : [await openLedger(at())]
    if (!first) throw new Error('none opened')
    const rows = (await first.ledger.execute(sql`SELECT name FROM migrations ORDER BY name`)) as unknown as {
      rows: { name: string }[]
    }
    expect(rows.rows.length).toBe(new Set(rows.rows.map(r => r.name)).size)
    for (const one of [first, ...others]) await one.close()
    const again = await openLedger(at())
    expect(again.version).toContain('PostgreSQL')
    await again.close()
  })
  it('takes nothing of a transaction that fails', async () => {
    const { ledger, close } = await openLedger(at())
    await expect(
      ledger.transaction(async tx => {
        await tx.insert(stores).values({ ...uk, store: 'lost' })
        throw new Error('on the way')
      }),
    ).rejects.toThrow('on the way')
    expect((await ledger.select().from(stores)).map(s => s.store)).not.toContain('lost')
    await close()
  })
  it('gives the queue the rows of every statement', async () => {
    const { queue, close } = await openLedger(at())
    expect((await queue.executeSql('SELECT 1 AS a; SELECT 2 AS a')).rows).toEqual([{ a: 1 }, { a: 2 }])
    expect((await queue.executeSql('SELECT $1::int AS a', [3])).rows).toEqual([{ a: 3 }])
    await close()
  })
  it('tells the queue times as moments, and the tables as text', async () => {
    const { ledger, queue, close } = await openLedger(at())
    const asked = `SELECT '2026-03-01 09:30:00.25+00'::timestamptz AS moment, DATE '2026-03-01' AS day, null::timestamptz AS never`
    const told = [{ moment: new Date('2026-03-01T09:30:00.250Z'), day: expect.any(Date), never: null }]
    expect((await queue.executeSql(asked)).rows).toEqual(told)
    expect((await queue.executeSql(`${asked} WHERE $1`, [true])).rows).toEqual(told)
    const { rows } = (await ledger.execute(sql.raw(asked))) as unknown as { rows: { moment: string }[] }
    expect(rows[0]?.moment).toMatch(/^2026-03-01 09:30:00.25\+00$/)
    await close()
  })
  it('refuses a ledger that is newer than the program', async () => {
    const { ledger, close } = await openLedger(at())
    await ledger.execute(sql`INSERT INTO migrations (name) VALUES ('9999_from_the_future.sql')`)
    await close()
    await expect(openLedger(at())).rejects.toMatchObject({ code: 'unsupported' })
  })
}

describe('the ledger on PGlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('keeps what it acknowledged through kill -9', async () => {
    const child = fork(join(import.meta.dirname, '../../test/write-forever.ts'), [folder], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    let acknowledged = 0
    await new Promise<void>(resolve =>
      child.on('message', n => {
        acknowledged = Number(n)
        if (acknowledged === 40) resolve()
      }),
    )
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    const { ledger, close } = await openLedger({ folder })
    expect((await ledger.select().from(stores)).length).toBeGreaterThanOrEqual(acknowledged)
    await ledger.delete(stores)
    await close()
  }, 60_000)
  it('that is damaged is named, with what helps', async () => {
    const damaged = join(folder, 'damaged')
    await (await openLedger({ folder: damaged })).close()
    writeFileSync(join(damaged, 'ledger', 'global', 'pg_control'), Buffer.alloc(8192, 7))
    await expect(openLedger({ folder: damaged })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`The embedded ledger at ${join(damaged, 'ledger')} cannot be opened`),
      next: expect.stringContaining('quarterdeck restore'),
    })
  })
  ledgerWorks(() => ({ folder }))
})

describe.skipIf(!programs)('the ledger on PostgreSQL', () => {
  let server: ThrowawayPostgres
  beforeAll(async () => {
    server = await throwawayPostgres(programs ?? '')
  }, 60_000)
  afterAll(() => server?.stop())
  ledgerWorks(() => ({ databaseUrl: server.url, folder: '' }))

  it('says what to check when nobody answers', async () => {
    await expect(
      openLedger({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', folder: '' }),
    ).rejects.toMatchObject({ code: 'unavailable', next: expect.stringContaining('DATABASE_URL') })
  })
})
