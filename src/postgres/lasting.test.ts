import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mountDisk, noSmallDisk } from '../../test/small-disk.ts'
import { openPglite } from './embedded.ts'
import { openLasting } from './lasting.ts'

/** What the embedded ledger does where its disk is full, and after. */

const disk = mkdtempSync(join(tmpdir(), 'lasting-'))
afterAll(() => rmSync(disk, { recursive: true, force: true }))

const fill = (left: number) => {
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - left))
}
const empty = () => rmSync(join(disk, 'filler'))

const isFull = { code: 'unavailable', message: expect.stringMatching(/^The disk is full/) }
const hasStopped = { code: 'unavailable', message: expect.stringMatching(/^The embedded ledger stopped/) }

test('a full disk refuses writes before it stops the ledger, and takes them again when there is room', async ({
  skip,
}) => {
  skip(!mountDisk(disk, '160m'), noSmallDisk)
  try {
    const ledger = await openLasting(disk)
    const count = async () => (await ledger.query<{ n: number }>('SELECT count(*) AS n FROM t')).rows[0]?.n
    await ledger.exec('CREATE TABLE t (n int)')
    await ledger.query('INSERT INTO t VALUES ($1)', [1])
    fill(4_000_000)
    await expect(ledger.query('INSERT INTO t VALUES (2)')).rejects.toMatchObject(isFull)
    await expect(
      ledger.transaction(async open => {
        await open.query('SELECT 1')
        await open.exec('UPDATE t SET n = 3')
      }),
    ).rejects.toMatchObject(isFull)
    expect(await count()).toBe(1)
    empty()
    await ledger.query('INSERT INTO t VALUES (2)')
    expect(await count()).toBe(2)
    await ledger.close()
  } finally {
    execFileSync('umount', [disk])
  }
})

test('an engine that stopped is opened again, with all that was stored and nothing that was not', async ({
  skip,
}) => {
  skip(!mountDisk(disk, '160m'), noSmallDisk)
  try {
    const ledger = await openLasting(disk)
    const all = async () => (await ledger.query<{ n: number }>('SELECT n FROM t ORDER BY n')).rows
    await ledger.exec('CREATE TABLE t (n int)')
    await ledger.query('INSERT INTO t VALUES (1)')
    // The next statement begins another part of the log. Somebody fills the disk just before it is written.
    await ledger.exec('SELECT pg_switch_wal()')
    const written = ledger.transaction(async open => {
      await open.query('INSERT INTO t VALUES (2)')
      fill(300_000)
      await open.query("SELECT pg_logical_emit_message(true, 'test', repeat('x', 20000000))")
      await open.query('SELECT n FROM t')
    })
    // Others that wait meanwhile are told the same, and reach no engine that never answers.
    const waiting = [ledger.query('SELECT n FROM t'), ledger.exec('SELECT n FROM t')]
    await expect(written).rejects.toMatchObject(hasStopped)
    for (const one of waiting) await expect(one).rejects.toMatchObject(isFull)
    await expect(all()).rejects.toMatchObject(isFull)
    empty()
    expect(await all()).toEqual([{ n: 1 }])
    await ledger.query('INSERT INTO t VALUES (3)')
    expect(await all()).toEqual([{ n: 1 }, { n: 3 }])
    await ledger.close()
    // As a process that starts later finds it.
    const later = await openPglite(disk)
    expect((await later.query('SELECT n FROM t ORDER BY n')).rows).toEqual([{ n: 1 }, { n: 3 }])
    await later.close()
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
