import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#features/context.ts'
import { restoreLedger } from '#postgres/dump.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { streams } from '#postgres/tables/connections.ts'
import { createGate } from '#sync/gate.ts'
import { createSyncs } from '#sync/syncs.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../../test/toy-parts.ts'
import { day, noon, toyShop } from '../../../test/toy-shop.ts'
import { backupTo, ledgerFile } from './backup.ts'

const place = mkdtempSync(join(tmpdir(), 'backup-'))
const folder = join(place, 'data')
let open: OpenLedger
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  mkdirSync(join(folder, 'raw', 'toy', 'orders'), { recursive: true })
  mkdirSync(join(folder, 'uploads'))
  writeFileSync(join(folder, 'secret'), 'secret')
})
afterAll(async () => {
  await open.close()
  rmSync(place, { recursive: true, force: true })
})
const gate = createGate()
const context = (backup: (folder: string) => Promise<void>) =>
  ({
    folder,
    ledger: open.ledger,
    granary: { dialect: { engine: 'duckdb' }, backup },
    syncs: { still: gate.shut },
    clock: () => new Date(),
  }) as unknown as Context

test('a backup says of nothing that it is stored which its granary does not have', async () => {
  await open.ledger.insert(streams).values({ connection: 'toy', stream: 'orders', bookmark: 1 })
  const target = join(place, 'one')
  await backupTo(
    // A turn that ends as soon as the granary is free again.
    context(async () => {
      await open.ledger.update(streams).set({ bookmark: 2 }).where(eq(streams.connection, 'toy'))
    }),
    target,
  )
  const other = await openLedger({ folder: ':memory:' })
  await restoreLedger(other.ledger, join(target, ledgerFile))
  expect((await other.ledger.select().from(streams)).map(one => one.bookmark)).toEqual([1])
  await other.close()
})

test('a place that cannot be written to is named, and nothing is left there', async () => {
  const file = join(place, 'a-file')
  writeFileSync(file, '')
  await expect(
    backupTo(
      context(async () => undefined),
      join(file, 'backup'),
    ),
  ).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`${file} cannot be written to`),
    next: expect.stringContaining('the user that Quarterdeck runs as'),
  })
})

test('what is mapped again or deleted is in a backup wholly or not at all, whichever of the two began first', async () => {
  const toy = toyShop()
  toy.state.sales = Array.from({ length: 5 }, (_, n) => ({ id: `#${n}`, at: noon - 10 * day - n, lines: 1 }))
  const data = join(place, 'toy')
  const granary = await openDuckdb({ folder: join(data, 'granary') })
  /** Called when rows are stored, and before the granary is copied. */
  let meets: (what: 'stores' | 'copies') => Promise<unknown> = async () => undefined
  const watched: Warehouse = {
    ...granary,
    deliver: async (...given) => {
      await meets('stores')
      return granary.deliver(...given)
    },
    backup: async target => {
      await meets('copies')
      await granary.backup(target)
    },
  }
  const parts = toyParts({ ledger: open.ledger, granary: watched, folder: data, connectors: [toy.connector] })
  const syncs = createSyncs(parts)
  const request = { vendor: 'shopify', credentials: { token: 't' }, backDays: 20 }
  const { id } = await syncs.connect(
    open.ledger,
    request,
    await syncs.test('shopify', { token: 't' }),
    'test',
  )
  await syncs.round(id, { all: true, whole: true })
  const backup = (target: string) =>
    backupTo(
      { folder: data, ledger: open.ledger, granary: watched, syncs, clock: () => new Date() } as never,
      target,
    )
  const inCopy = async (target: string) => {
    const copy = await openDuckdb({ folder: join(target, 'granary') })
    const [row] = await copy.query('SELECT count(*) AS n FROM sales_lines')
    await copy.close()
    return Number(row?.n)
  }
  const heard: string[] = []
  const aSecond = () => new Promise(done => setTimeout(done, 1000))
  // Its rows are out and not yet in again when a backup is asked for.
  let copied: Promise<unknown> | undefined
  meets = async what => {
    heard.push(what)
    if (what !== 'stores') return
    copied ??= backup(join(place, 'during'))
    await Promise.race([copied, aSecond()])
  }
  await syncs.replay(id, 'orders')
  await copied
  expect(heard.indexOf('copies')).toBe(heard.length - 1)
  expect(await inCopy(join(place, 'during'))).toBe(5)

  // The ledger is copied when a replay is asked for.
  let replayed: Promise<unknown> | undefined
  let goOn = () => {}
  meets = async what => {
    if (what === 'stores') await new Promise<void>(done => (goOn = done))
    if (what !== 'copies') return
    replayed = syncs.replay(id, 'orders')
    await Promise.race([replayed, aSecond()])
  }
  await backup(join(place, 'before'))
  meets = async () => undefined
  goOn()
  expect((await replayed) as object).toMatchObject({ records: 5 })
  expect(await inCopy(join(place, 'before'))).toBe(5)

  // The ledger is copied when it is to go with all it brought.
  const raw = join('raw', id, 'orders')
  const disconnect = () =>
    syncs.leaving(id, true, () =>
      open.ledger.transaction(tx => syncs.disconnect(tx as unknown as typeof open.ledger, id, false)),
    )
  let left: Promise<unknown> | undefined
  meets = async what => {
    if (what !== 'copies') return
    left = disconnect()
    await Promise.race([left, aSecond()])
  }
  await backup(join(place, 'leaving'))
  meets = async () => undefined
  // A job that waits for it finds nothing to read any more.
  const late = syncs.round(id, { all: true }).catch(error => error)
  await left
  expect(await late).toMatchObject({ code: 'not_found' })
  expect(await inCopy(join(place, 'leaving'))).toBe(5)
  expect(readdirSync(join(place, 'leaving', raw))).toEqual(expect.arrayContaining([expect.any(String)]))
  expect(existsSync(join(data, raw))).toBe(false)
  expect((await granary.query('SELECT count(*) AS n FROM sales_lines')).map(row => Number(row.n))).toEqual([
    0,
  ])
  await syncs.close()
  await granary.close()
})

test('files that come and go while they are copied break nothing off', async () => {
  const orders = join(folder, 'raw', 'toy', 'orders')
  for (let n = 0; n < 50; n++) writeFileSync(join(orders, `${n}.jsonl.zst.part`), 'half')
  writeFileSync(join(orders, 'kept.jsonl.zst'), 'whole')
  writeFileSync(join(folder, 'raw', '.half'), 'half')
  writeFileSync(join(folder, 'uploads', 'imported meanwhile'), 'rows')
  const target = join(place, 'two')
  await backupTo(
    context(async () => rmSync(join(folder, 'uploads', 'imported meanwhile'))),
    target,
  )
  expect(readdirSync(join(target, 'raw', 'toy', 'orders'))).toEqual(['kept.jsonl.zst'])
  expect(readdirSync(join(target, 'raw'))).toEqual(['toy'])
  // The copy of the ledger may still have it to do.
  expect(readdirSync(join(target, 'uploads'))).toEqual(['imported meanwhile'])
})

test('a disk without room for it is told in words, and keeps nothing half', async ({ skip }) => {
  const disk = join(place, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    skip('a small disk cannot be mounted here (it takes root)')
  }
  try {
    writeFileSync(join(folder, 'uploads', 'large'), Buffer.alloc(200_000))
    await expect(
      backupTo(
        context(async () => undefined),
        join(disk, 'three'),
      ),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no room for a backup'),
    })
    expect(readdirSync(disk)).toEqual([])
    expect(existsSync(join(folder, 'uploads', 'large'))).toBe(true)
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
