import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import type { ImportResult, Imports } from '#sync/imports.ts'
import { queueImport, wantedFiles } from './history.ts'
import { runImport } from './run.ts'
import { receive, sweepUploads, uploadOf } from './uploads.ts'

let open: OpenLedger
let folder: string
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  folder = mkdtempSync(join(tmpdir(), 'uploads-'))
})
afterAll(async () => {
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const clock = () => new Date('2026-01-02T00:00:00Z')
const sent = async () => uploadOf(folder, (await receive(folder, new Blob(['a']).stream(), 'a.csv', 10)).id)
const queue = async (path: string) => {
  const id = randomUUID()
  await queueImport(open.ledger, id, { path, store: 'shop', by: 'test' }, null)
  return id
}
const take = (id: string, run: Imports['run']) =>
  runImport({ ledger: open.ledger, clock, folder, imports: { run } as Imports }, id)
const fine = async () => ({}) as ImportResult

it('an upload is gone once its last import is done, with what was written beside it', async () => {
  const { id, path } = await sent()
  const [first, second] = [await queue(path), await queue(path)]
  await take(first, fine)
  expect((await uploadOf(folder, id)).name).toBe('a.csv')
  await take(second, fine)
  await expect(uploadOf(folder, id)).rejects.toMatchObject({ code: 'not_found' })
  expect(readdirSync(join(folder, 'uploads'))).toEqual([])
})

it('an upload stays when its import failed, to be tried again with another mapping', async () => {
  const { id, path } = await sent()
  await take(await queue(path), async () => {
    throw new Failure('invalid', 'The file has no column “x”.')
  })
  expect((await uploadOf(folder, id)).path).toBe(path)
})

it('a file of somebody’s own that the command line imported is never touched', async () => {
  const path = join(folder, 'mine.csv')
  writeFileSync(path, 'a')
  await take(await queue(path), fine)
  expect(existsSync(path)).toBe(true)
})

it('uploads nobody imported are gone after a day, those still waiting in line are not', async () => {
  const [old, waiting, fresh] = [await sent(), await sent(), await sent()]
  writeFileSync(join(folder, 'uploads', `${randomUUID()}.part`), 'broken off')
  const then = new Date('2026-01-01T00:00:00Z')
  for (const name of readdirSync(join(folder, 'uploads')))
    if (!name.startsWith(fresh.id)) utimesSync(join(folder, 'uploads', name), then, then)
  utimesSync(fresh.path, clock(), clock())
  utimesSync(`${fresh.path}.json`, clock(), clock())
  await queue(waiting.path)
  await sweepUploads(folder, new Date('2026-01-02T00:00:01Z'), await wantedFiles(open.ledger))
  await expect(uploadOf(folder, old.id)).rejects.toMatchObject({ code: 'not_found' })
  expect(readdirSync(join(folder, 'uploads')).sort()).toEqual(
    [waiting, fresh].flatMap(one => [one.id, `${one.id}.json`]).sort(),
  )
  await sweepUploads(join(folder, 'none'), clock(), [])
})
