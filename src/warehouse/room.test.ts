import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { table } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { mountDisk, noSmallDisk } from '../../test/small-disk.ts'
import { openDuckdb } from './duckdb.ts'

const folder = mkdtempSync(join(tmpdir(), 'room-'))
const disk = mkdtempSync(join(tmpdir(), 'room-disk-'))
afterAll(() => {
  for (const one of [folder, disk]) rmSync(one, { recursive: true, force: true })
})

/** Parquet of tasks with titles that do not pack. */
const tasks = async (part: number): Promise<string> => {
  const path = join(folder, `${part}.parquet`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const given: Record<string, string> = {
    store: "'shop'",
    platform: "'toy'",
    task_id: `'${part}-' || i`,
    title: 'list_reduce([md5(random()::VARCHAR) FOR x IN range(15)], lambda a, b: a || b)',
    state: "'open'",
    source: "'toy'",
  }
  const columns = Object.entries(table('tasks').columns).map(
    ([name, { type, optional }]) =>
      `CAST(${given[name] ?? (optional ? 'NULL' : type === 'text' ? "''" : 'NULL')} AS ${duckdbTypes[type]}) AS ${name}`,
  )
  await connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM range(5000) r(i)) TO '${path}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  return path
}

test('a disk that fills stops loads before it stops the granary', async ({ skip }) => {
  skip(!mountDisk(disk, '150m'), noSmallDisk)
  try {
    const granary = await openDuckdb({ folder: join(disk, 'granary') })
    const count = async () => Number((await granary.query('SELECT count(*) AS n FROM tasks'))[0]?.n)
    const load = async (part: number) =>
      granary.deliver({ id: `part ${part}`, table: 'tasks', files: [await tasks(part)], mode: 'merge' })
    let part = 0
    let refused: unknown
    while (!refused && part < 100) await load(part++).catch(error => (refused = error))
    expect(refused).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^The disk is full: 1\d\d MB are left/),
      next: expect.stringContaining('Free some space'),
    })
    expect(await count()).toBe((part - 1) * 5000)
    execFileSync('mount', ['-o', 'remount,size=400m', disk])
    await load(part)
    expect(await count()).toBe(part * 5000)
    await granary.close()
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
