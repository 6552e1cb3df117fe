import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { stores } from '#postgres/tables/settings.ts'
import type { ImportRequest, ImportResult, Imports } from '#sync/imports.ts'
import {
  abandonImports,
  importOf,
  listImports,
  noteImport,
  queueImport,
  tellUnwritten,
  unfinishedImports,
} from './history.ts'
import { runImport } from './run.ts'
import { chooseStore } from './store.ts'

let open: OpenLedger
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())

const clock = () => new Date('2026-01-01T00:00:00Z')
const result = (request: ImportRequest): ImportResult => ({
  id: 'its own',
  file: request.fileName ?? '',
  table: 'sales_lines',
  store: request.store,
  rows: 3,
  accepted: 2,
  rejected: 1,
  repeats: 0,
  from: '2025-01-01',
  to: '2025-01-02',
  reasons: [],
  rejectsFile: '/data/rejects/x.csv',
  warnings: [],
  seconds: 1,
})
const taking = (run: Imports['run'], folder = '/nowhere') => ({
  ledger: open.ledger,
  clock,
  folder,
  imports: { run } as Imports,
})
const queue = async (store: string) => {
  const id = randomUUID()
  const request = { path: '/x.csv', fileName: 'x.csv', store, by: 'test', currency: 'GBP', timezone: 'UTC' }
  await queueImport(open.ledger, id, request, { store, name: 'Shop', currency: 'GBP', timezone: 'UTC' })
  return id
}
const storeNames = async () => (await open.ledger.select().from(stores)).map(one => one.store)

describe('one import from queue to end', () => {
  it('ends as done with its result, and only then is its store there', async () => {
    const id = await queue('good')
    expect(await unfinishedImports(open.ledger)).toContain(id)
    await runImport(
      taking(async (request, onProgress) => {
        onProgress?.({ step: 'reading', done: 1, total: 3, secondsLeft: 1 })
        expect(await storeNames()).not.toContain('good')
        return result(request)
      }),
      id,
    )
    const row = await importOf(open.ledger, system('test'), id)
    expect(row).toMatchObject({ status: 'done', progress: null, result: { id, rows: 3 } })
    expect(await storeNames()).toContain('good')
    expect(await unfinishedImports(open.ledger)).not.toContain(id)
  })

  it('ends as failed with words, and leaves no store', async () => {
    const id = await queue('bad')
    await runImport(
      taking(async () => {
        throw new Failure('invalid', 'The file is empty.', { next: 'Choose another.' })
      }),
      id,
    )
    expect(await importOf(open.ledger, system('test'), id)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid', message: 'The file is empty.', next: 'Choose another.' },
    })
    expect(await storeNames()).not.toContain('bad')
  })

  it.each(['done', 'failed'] as const)(
    'is told as %s although its ledger took nothing for a while',
    async ends => {
      const id = await queue(`full-${ends}`)
      const full = new Failure('unavailable', 'The disk is full.', { next: 'Free some space.' })
      let refusals = 0
      const refusing = <T>(write: () => T): T => {
        if (refusals-- <= 0) return write()
        throw full
      }
      const { ledger } = open
      const tight: typeof ledger = Object.create(ledger)
      tight.update = ((table: never) => refusing(() => ledger.update(table))) as typeof ledger.update
      tight.transaction = (...given) => refusing(() => ledger.transaction(...given))
      const run = async (request: ImportRequest) => {
        refusals = 1
        if (ends === 'failed') throw full
        return result(request)
      }
      refusals = 1
      await runImport({ ...taking(run), ledger: tight }, id)
      expect(await importOf(ledger, system('test'), id)).toMatchObject({ status: ends })
      expect(await storeNames()).toEqual(
        ends === 'done' ? expect.arrayContaining(['full-done']) : expect.not.arrayContaining(['full-failed']),
      )
    },
  )

  it('says what it waits for while its ledger takes nothing', async () => {
    const id = await queue('held')
    const full = new Failure('unavailable', 'The disk is full.', { next: 'Free some space.' })
    let isFull = false
    const { ledger } = open
    const tight: typeof ledger = Object.create(ledger)
    tight.transaction = (...given) => {
      if (isFull) throw full
      return ledger.transaction(...given)
    }
    const run = async (request: ImportRequest) => {
      isFull = true
      return result(request)
    }
    const running = runImport({ ...taking(run), ledger: tight }, id)
    await expect
      .poll(() => importOf(ledger, system('test'), id))
      .toMatchObject({
        status: 'running',
        waits: { message: 'The disk is full.', next: 'Free some space.' },
      })
    isFull = false
    await running
    expect(await importOf(ledger, system('test'), id)).toMatchObject({ status: 'done', waits: null })
  })

  it('ends and says so, run by a command alone, where its ledger takes nothing', async () => {
    const id = await queue('alone')
    const { ledger } = open
    const tight: typeof ledger = Object.create(ledger)
    tight.transaction = () => {
      throw new Failure('unavailable', 'The disk is full.', { next: 'Free some space.' })
    }
    tight.update = ((table: never) => {
      const made = ledger.update(table)
      return {
        set: (change: { status?: string }) => {
          if (change.status !== 'running')
            throw new Failure('unavailable', 'The disk is full.', { next: 'Free some space.' })
          return made.set(change as never)
        },
      }
    }) as unknown as typeof ledger.update
    await runImport({ ...taking(async request => result(request)), ledger: tight, alone: true }, id)
    expect(await importOf(ledger, system('test'), id)).toMatchObject({
      status: 'failed',
      progress: null,
      error: {
        code: 'unavailable',
        message: 'The disk is full.',
        next: 'Free some space. Then import the file again: nothing comes in twice.',
      },
    })
    // What the next command finds is the ledger's own word.
    await abandonImports(ledger, clock())
    tellUnwritten(id, null)
    expect(await importOf(ledger, system('test'), id)).toMatchObject({
      status: 'failed',
      error: { message: 'The import was cut short.' },
    })
  }, 20_000)

  it('runs again when the process died in the middle, and not again once done', async () => {
    const id = await queue('again')
    await noteImport(open.ledger, id, { status: 'running', progress: { step: 'storing' } })
    expect(await unfinishedImports(open.ledger)).toContain(id)
    await runImport(
      taking(async request => result(request)),
      id,
    )
    expect((await importOf(open.ledger, system('test'), id)).status).toBe('done')
  })

  it('is left to go on at the next start when the house is being closed', async () => {
    const id = await queue('stopped')
    const cut = taking(async () => {
      throw new Failure('unavailable', 'The granary is closed.')
    })
    await runImport({ ...cut, stopping: () => true }, id)
    expect(await unfinishedImports(open.ledger)).toContain(id)
  })

  it('shows paths of the server to its command line only, and stores to those who may see them', async () => {
    const id = await queue('mine')
    await runImport(
      taking(async request => result(request)),
      id,
    )
    const viewer = { kind: 'person', id: 'v', name: 'V', role: 'viewer', stores: ['mine'] } as const
    expect((await importOf(open.ledger, viewer, id)).result?.rejectsFile).toBe(`/api/imports/${id}/rejects`)
    expect((await importOf(open.ledger, system('test'), id)).result?.rejectsFile).toBe('/data/rejects/x.csv')
    const stranger = { ...viewer, stores: ['other'] }
    await expect(importOf(open.ledger, stranger, id)).rejects.toThrow('no such import')
    expect(await listImports(open.ledger, stranger, 10)).toEqual([])
  })
})

describe('the store of an import', () => {
  it('needs currency and zone when it is new, and keeps them when it is not', async () => {
    const { ledger } = open
    await ledger
      .insert(stores)
      .values({ store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London' })
    await expect(chooseStore(ledger, { store: 'new' })).rejects.toThrow(
      /currency and time zone are not known/,
    )
    await expect(chooseStore(ledger, { store: 'new', currency: 'XXQ', timezone: 'UTC' })).rejects.toThrow(
      /no currency/,
    )
    await expect(
      chooseStore(ledger, { store: 'new', currency: 'EUR', timezone: 'Mars/Base' }),
    ).rejects.toThrow(/no time zone/)
    await expect(chooseStore(ledger, { store: 'uk', currency: 'EUR' })).rejects.toThrow(
      /kept in GBP, not EUR/,
    )
    expect(await chooseStore(ledger, { store: 'uk' })).toEqual({
      currency: 'GBP',
      timezone: 'Europe/London',
      make: null,
    })
  })
})
