import { setTimeout as sleep } from 'node:timers/promises'
import { system } from '#kernel/actor.ts'
import { failureIn } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import type { ImportProgress, ImportRequest, Imports } from '#sync/imports.ts'
import {
  importToReplace,
  noteImport,
  noteReplaced,
  othersOf,
  queuedImport,
  tellUnwritten,
  wantedFiles,
} from './history.ts'
import { makeStore } from './store.ts'
import { forgetUpload } from './uploads.ts'

const NOTE_MS = 500
/** A ledger that takes nothing for now, its disk being full, is asked again this often. */
const AGAIN_MS = 2_000
/** As often by a command that has nothing else to do: it ends and says so. */
const TRIES = 3

/**
 * Takes in one queued file and keeps its row in the ledger up to date. Safe to run again after a crash at any moment:
 * the granary takes a delivery wholly or not at all, and rows it already has count as repeats.
 */
export async function runImport(
  what: {
    ledger: Ledger
    imports: Imports
    clock: () => Date
    folder: string
    stopping?: () => boolean
    alone?: boolean
  },
  id: string,
  watch: (progress: ImportProgress) => void = () => undefined,
): Promise<void> {
  const { ledger, imports, clock, folder } = what
  const queued = await committed(ledger, id)
  if (!queued) return
  const { request, newStore, replaces } = queued
  let refusals = 0
  const isOver = () => what.alone === true && refusals >= TRIES
  /**
   * How it stands is written down as soon as the ledger takes it: else it would stand as running until the next start.
   * Until then it is told what it waits for.
   */
  const atLast = async (write: () => Promise<unknown>): Promise<void> => {
    while (!isOver())
      try {
        await write()
        tellUnwritten(id, null)
        return
      } catch (error) {
        const failure = failureIn(error)
        if (what.stopping?.() || failure?.code !== 'unavailable') throw error
        refusals += 1
        const { code, message, next } = failure
        const trouble = isOver()
          ? {
              code,
              message,
              next: `${next ?? ''} Then import the file again: nothing comes in twice.`.trim(),
            }
          : { code, message, ...(next && { next }) }
        tellUnwritten(id, { trouble, over: isOver() })
        if (!isOver()) await sleep(AGAIN_MS)
      }
  }
  await atLast(() =>
    noteImport(ledger, id, {
      status: 'running',
      ...(what.alone && { request: { ...queued, alone: true } }),
    }),
  )
  if (isOver()) return
  let latest: ImportProgress | null = null
  let noting = Promise.resolve()
  let noted = 0
  const onProgress = (progress: ImportProgress): void => {
    latest = progress
    watch(progress)
    if (Date.now() - noted < NOTE_MS) return
    noted = Date.now()
    // Progress is a courtesy: when it cannot be written the import goes on.
    noting = noting.then(() => noteImport(ledger, id, { progress: latest })).catch(() => undefined)
  }
  try {
    const result = await imports.run(await whole(ledger, request, replaces), onProgress)
    await noting
    const done = { status: 'done', result: { ...result, id }, progress: null } as const
    await atLast(() =>
      ledger.transaction(async transaction => {
        const open = transaction as unknown as Ledger
        // A store that nothing came into is not made: its currency may be what was wrong.
        if (newStore && result.accepted + result.repeats > 0) await makeStore(open, newStore)
        if (replaces) await noteReplaced(open, replaces, id)
        await noteImport(open, id, { ...done, finishedAt: clock().toISOString() })
      }),
    )
    const files = [request.path, ...(request.beside?.files ?? []).map(one => one.path)]
    if (!isOver()) for (const path of files) await letGo(ledger, folder, path).catch(() => undefined)
  } catch (error) {
    await noting
    // Whoever stops the house in the middle did not end the import: it goes on at the next start.
    if (what.stopping?.()) return
    const failure = failureIn(error) ?? null
    await atLast(() =>
      noteImport(ledger, id, {
        status: 'failed',
        progress: null,
        error: {
          code: failure?.code ?? 'internal',
          message: failure?.message ?? 'The import failed for a reason of our own; the log tells more.',
          ...(failure?.next && { next: failure.next }),
        },
        finishedAt: clock().toISOString(),
      }),
    )
    if (!failure || failure.code === 'internal') throw error
  }
}

/** The worker may be quicker than the transaction that queued the import. */
async function committed(ledger: Ledger, id: string) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const queued = await queuedImport(ledger, id)
    if (queued) return queued
    await sleep(100)
  }
  return null
}

/** The bytes of what was imported are kept by content; another import of the same upload still needs the file. */
async function letGo(ledger: Ledger, folder: string, path: string): Promise<void> {
  if (!(await wantedFiles(ledger)).includes(path)) await forgetUpload(folder, path)
}

/** The request with what it takes to map an earlier import again. */
async function whole(
  ledger: Ledger,
  request: ImportRequest,
  replaces: string | undefined,
): Promise<ImportRequest> {
  if (!replaces) return request
  const { origin, table } = await importToReplace(ledger, system('import'), replaces)
  return { ...request, replaces: { origin, table, others: await othersOf(ledger, replaces, request.store) } }
}
