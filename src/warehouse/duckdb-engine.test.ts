import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mountDisk, noSmallDisk } from '../../test/small-disk.ts'
import { openEngine } from './duckdb-engine.ts'

/** A granary whose disk is filled by somebody else, so that its engine ends. */

const disk = mkdtempSync(join(tmpdir(), 'engine-'))
afterAll(() => rmSync(disk, { recursive: true, force: true }))

const hasStopped = { code: 'unavailable', message: expect.stringMatching(/^The granary stopped/) }
const isFull = { code: 'unavailable', message: expect.stringMatching(/^The disk is full/) }

test('an engine that stopped is opened again when the disk has room, with all that was stored', async ({
  skip,
}) => {
  skip(!mountDisk(disk, '300m'), noSmallDisk)
  try {
    const folder = join(disk, 'granary')
    let prepared = 0
    const engine = await openEngine({ folder }, async () => {
      prepared += 1
    })
    const run = (sql: string) => engine.write(writer => writer.run(sql))
    const count = () =>
      engine.read(
        async reader => (await reader.runAndReadAll('SELECT count(*) FROM t')).getRowsJson()[0]?.[0],
      )
    await run('CREATE TABLE t (n BIGINT, x VARCHAR)')
    await run('INSERT INTO t SELECT g, md5(g::VARCHAR) FROM range(100000) r(g)')
    const lent = await engine.lend()
    const stream = await lent.run(reader => reader.stream('SELECT * FROM t'))
    expect((await lent.run(() => stream.fetchChunk()))?.rowCount).toBeGreaterThan(0)

    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 500_000))
    // Others are in the middle of their questions when what is stored is to be folded in.
    const asking = [count(), count(), engine.read(reader => reader.run('SELECT count(*) FROM t a, t b, t c'))]
    await expect(run('CHECKPOINT')).rejects.toMatchObject(hasStopped)
    await Promise.allSettled(asking)
    await expect(count()).rejects.toMatchObject(isFull)
    await expect(run('INSERT INTO t VALUES (1)')).rejects.toMatchObject(isFull)
    // Who reads on is told, and does not take it for the end.
    await expect(lent.run(() => stream.fetchChunk())).rejects.toMatchObject(hasStopped)
    lent.giveBack()

    rmSync(join(disk, 'filler'))
    expect(await Promise.all([count(), count()])).toEqual(['100000', '100000'])
    await run("INSERT INTO t VALUES (1, 'after')")
    await run('CHECKPOINT')
    expect(await count()).toBe('100001')
    expect(prepared).toBe(2)
    await engine.close()

    const later = await openEngine({ folder }, async () => undefined)
    const rows = await later.read(reader => reader.runAndReadAll('SELECT count(*), count(DISTINCT n) FROM t'))
    expect(rows.getRowsJson()).toEqual([['100001', '100000']])
    await later.close()
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
