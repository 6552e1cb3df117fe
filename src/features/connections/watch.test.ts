import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { createImports } from '#sync/imports.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { listImports } from './history.ts'
import { runImport } from './run.ts'
import { chooseStore } from './store.ts'
import { lookThrough } from './watch.ts'
import { watching } from './watching.ts'

/** Files that a system leaves in a folder of the server, from there into the granary. */

let place: string
let allowed: string
let folder: string
let open: OpenLedger
let granary: Warehouse
const clock = () => new Date('2026-03-01T00:00:00Z')

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'watch-'))
  allowed = join(place, 'exports')
  folder = join(allowed, 'ads')
  mkdirSync(folder, { recursive: true })
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  await client().watch({ ...ads, currency: 'GBP', timezone: 'Europe/London' })
})
afterAll(async () => {
  await granary.close()
  await open.close()
  rmSync(place, { recursive: true, force: true })
})

const client = (role: Actor['role'] = 'owner', folders: readonly string[] = [allowed]) =>
  createRouterClient(watching, {
    context: {
      actor: { kind: 'person', id: 'o', name: 'Olive', role, stores: 'all' },
      ledger: open.ledger,
      imports: imports(),
      clock,
      watchFolders: folders,
    } as unknown as Context,
  })
const ads = {
  get folder() {
    return folder
  },
  store: 'shop',
  preset: 'google-ads',
}
const imports = () =>
  createImports({
    granary,
    folder: join(place, 'data'),
    clock,
    ensureStore: ({ handle, ...given }) => chooseStore(open.ledger, { store: handle, ...given }),
  })
/** One look of the server, and the imports it queues. */
const look = async () => {
  const ids = await lookThrough(open.ledger, [allowed], clock)
  for (const id of ids)
    await runImport({ ledger: open.ledger, imports: imports(), clock, folder: join(place, 'data') }, id)
  return ids.length
}
const export_ = (name: string, clicks: number, days = 2) => {
  const rows = Array.from({ length: days }, (_, n) => `2026-02-0${n + 1},Brand,GBP,1.50,10,${clicks}`)
  writeFileSync(join(folder, name), ['Day,Campaign,Currency code,Cost,Impr.,Clicks', ...rows].join('\n'))
}
const clicks = async () => Number((await granary.query('SELECT sum(clicks) AS n FROM spend_days'))[0]?.n ?? 0)
const history = () => listImports(open.ledger, system('test'), 50)

describe('a watched folder', () => {
  it('has its files taken in once they have settled, and once only', async () => {
    export_('february.csv', 3)
    expect(await look()).toBe(0)
    // Still being written.
    export_('february.csv', 3, 3)
    expect(await look()).toBe(0)
    expect(await look()).toBe(1)
    expect(await clicks()).toBe(9)
    expect(await look()).toBe(0)
    const [row] = await history()
    expect(row).toMatchObject({
      status: 'done',
      file: 'february.csv',
      store: 'shop',
      by: 'watched folder of Olive',
    })
  })

  it('has a changed file taken in anew, but not the same content under another name or time', async () => {
    export_('copy.csv', 3, 3)
    utimesSync(join(folder, 'february.csv'), 5, 5)
    await look()
    expect(await look()).toBe(0)
    export_('february.csv', 4, 3)
    await look()
    expect(await look()).toBe(1)
    expect(await clicks()).toBe(12)
    expect((await history()).length).toBe(2)
  })

  it('tells in the history of a file that cannot be read, and goes on with the next', async () => {
    writeFileSync(join(folder, 'broken.csv'), 'nothing,of,use\n1,2,3\n')
    export_('march.csv', 1)
    writeFileSync(join(folder, '.hidden.csv'), 'x')
    writeFileSync(join(folder, 'late.csv.part'), 'x')
    await look()
    expect(await look()).toBe(2)
    const ended = (await history()).map(row => [row.file, row.status])
    expect(ended).toContainEqual(['broken.csv', 'failed'])
    expect(ended).toContainEqual(['march.csv', 'done'])
    export_('april.csv', 1)
    appendFileSync(join(folder, 'april.csv'), '\nsoon,Brand,GBP,1.50,10,1')
    await look()
    await look()
    expect((await client().watched()).folders[0]).toMatchObject({ refused: 1, partly: 1 })
    expect(await look()).toBe(0)
  })

  it('that went away says so, and is looked at again when it is back', async () => {
    rmSync(folder, { recursive: true })
    await look()
    const [gone] = (await client().watched()).folders
    expect(gone?.trouble?.message).toContain('There is no folder')
    mkdirSync(folder)
    await look()
    expect((await client().watched()).folders[0]?.trouble).toBeNull()
  })

  it('is only one the server’s owner allowed, links followed', async () => {
    const watch = (what: string, folders?: readonly string[]) =>
      client('owner', folders).watch({ ...ads, folder: what })
    await expect(watch('/etc')).rejects.toThrow('not in a folder that may be watched')
    await expect(watch(join(allowed, '..'))).rejects.toThrow('not in a folder')
    symlinkSync('/etc', join(allowed, 'link'))
    await expect(watch(join(allowed, 'link'))).rejects.toThrow('not in a folder')
    await expect(watch(join(allowed, 'nowhere'))).rejects.toThrow('There is no folder')
    await expect(watch(folder, [])).rejects.toThrow('watches no folders')
    await expect(client('director').watch(ads)).rejects.toThrow('needs the role owner')
    await expect(watch(folder)).rejects.toThrow('watched already')
    symlinkSync('/etc/hostname', join(folder, 'link.csv'))
    await look()
    expect(await look()).toBe(0)
  })

  it('is watched no more when an owner says so; what came of it stays', async () => {
    const [one] = (await client().watched()).folders
    await client().unwatch({ id: one?.id ?? '' })
    expect((await client().watched()).folders).toEqual([])
    expect(await clicks()).toBeGreaterThan(0)
  })
})
