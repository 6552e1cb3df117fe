import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { streams, turns } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { mountDisk, noSmallDisk } from '../../test/small-disk.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, noon, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { replay } from './replay.ts'
import { runRound } from './round.ts'

/** A data folder that somebody else fills while records are read: what is read does not fit, until room is made. */

const folder = mkdtempSync(join(tmpdir(), 'full-'))
let open: OpenLedger
let granary: Warehouse
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
})
afterAll(async () => {
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Text that does not pack. */
const noise = (seed: number) =>
  Array.from({ length: 40 }, (_, n) =>
    Math.abs(Math.sin(seed * 41 + n))
      .toString(36)
      .slice(2),
  ).join('')

test('a disk that is full loses nothing: what did not fit is told in words, and read again when there is room', async ({
  skip,
}) => {
  skip(!mountDisk(folder, '160m'), noSmallDisk)
  const toy = toyShop()
  const parts = toyParts({ ledger: open.ledger, granary, folder, connectors: [toy.connector] })
  try {
    const request = { vendor: 'shopify', credentials: { token: 't' }, backDays: 20 }
    const { id } = await connect(
      parts,
      open.ledger,
      request,
      await tested(parts, 'shopify', { token: 't' }),
      'test',
    )
    const orders = 2500
    toy.state.sales = Array.from({ length: orders }, (_, n) => ({
      id: `#${n}`,
      at: noon - 10 * day - n,
      lines: 1,
      note: noise(n),
    }))
    toy.state.notes = Array.from({ length: 2500 }, (_, n) => noise(n))
    const filler = join(folder, 'filler')
    let fills = 'notes'
    toy.state.fail = (stream, { history }, index) => {
      if (stream !== fills || index !== 0 || (stream === 'orders' && !history)) return
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 700_000))
    }
    const round = () => runRound(parts, id, { all: true, whole: true, signal: new AbortController().signal })
    const count = async (table: string) =>
      Number((await granary.query(`SELECT count(*) AS n FROM ${table}`))[0]?.n)

    const isFull = {
      code: 'unavailable',
      message: expect.stringMatching(/^The disk is full/),
      next: expect.stringContaining('Free some space'),
    }
    // The one meets the end of the disk, the other is not even begun.
    expect((await round()).troubles).toMatchObject([
      { stream: 'notes', trouble: isFull },
      { stream: 'orders', trouble: isFull },
    ])
    rmSync(filler)
    fills = 'orders'
    expect((await round()).troubles).toMatchObject([{ stream: 'orders', trouble: isFull }])
    const stopped = await open.ledger.select().from(streams)
    expect(stopped.find(one => one.stream === 'orders')?.trouble?.message).toContain('The disk is full')
    // Nothing half is left lying about to fill it further.
    expect(readdirSync(folder, { recursive: true }).filter(name => String(name).includes('.part'))).toEqual(
      [],
    )

    rmSync(filler)
    fills = ''
    expect((await round()).troubles).toEqual([])
    expect(await count('sales_lines')).toBe(orders)
    expect(await count('tasks')).toBe(2500)
    expect((await open.ledger.select().from(streams)).every(one => one.trouble === null)).toBe(true)
    expect((await open.ledger.select().from(turns)).every(one => one.endedAt !== null)).toBe(true)
    // What is kept can make it all again.
    await replay(parts, id, 'orders')
    await replay(parts, id, 'notes')
    expect([await count('sales_lines'), await count('tasks')]).toEqual([orders, 2500])
  } finally {
    parts.packer.close()
    execFileSync('umount', [folder])
  }
})
