import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { mountDisk, noSmallDisk } from '../../test/small-disk.ts'
import { carryRows } from './own-rows.ts'
import { sweepWork } from './work.ts'

const link = {
  kind: 'customer',
  store: 'uk',
  id: '1',
  entity: 'e',
  joined_by: 'email',
}
const what = { id: 'one', table: 'links', rows: [link], source: 'links' } as const

test('rows of our own pass through the data folder, and nothing of them is left beside the granary', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-'))
  const granary = await openDuckdb({ folder: ':memory:' })
  const works = join(folder, 'work')
  // One that was killed while it carried some.
  mkdirSync(join(works, '999999999-own-rows-x'), { recursive: true })
  const meanwhile: string[][] = []
  const watched: typeof granary = {
    ...granary,
    deliver: given => {
      meanwhile.push(readdirSync(works).filter(name => name.startsWith(`${process.pid}-`)))
      return granary.deliver(given)
    },
  }
  expect(await carryRows({ granary: watched, folder }, what)).toMatchObject({ rows: 1, inserted: 1 })
  expect(meanwhile).toEqual([[expect.stringContaining('own-rows')]])
  await sweepWork(folder)
  expect(readdirSync(works)).toEqual([])
  await granary.close()
  rmSync(folder, { recursive: true })
})

test('a data folder without room for rows of our own says so before it writes any', async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'own-'))
  if (!mountDisk(folder, '1m')) skip(noSmallDisk)
  const granary = await openDuckdb({ folder: ':memory:' })
  try {
    await expect(carryRows({ granary, folder }, what)).rejects.toMatchObject({ code: 'unavailable' })
    expect(readdirSync(folder)).toEqual([])
  } finally {
    await granary.close()
    const { execFileSync } = await import('node:child_process')
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  }
})
