import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Actor } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { imports } from '#postgres/tables/connections.ts'
import { nameOf } from '#sync/import-run.ts'
import type { ImportRequest, ImportResult, Past } from '#sync/imports.ts'
import type { ImportRow } from './model.ts'
import type { NewStore } from './store.ts'

type Stored = typeof imports.$inferSelect

/** Why it cannot be written down how an import stands; `over`: nobody tries any more. */
interface Unwritten {
  trouble: NonNullable<ImportRow['waits']> & { code: string }
  over: boolean
}
/** By import. In memory, as it is told while the ledger takes nothing. */
const unwritten = new Map<string, Unwritten>()

/** Tells why it cannot be written down how an import stands; null: it can again. */
export const tellUnwritten = (id: string, why: Unwritten | null): void => {
  if (why) unwritten.set(id, why)
  else unwritten.delete(id)
}

/** Paths of the server are for its own command line; everyone else gets the address to fetch them from. */
const shown = (actor: Actor, { request: _, createdAt, finishedAt, ...row }: Stored): ImportRow => {
  const result = row.result as ImportRow['result']
  const held = unwritten.get(row.id)
  const rejectsFile =
    result?.rejectsFile && actor.kind !== 'system' ? `/api/imports/${row.id}/rejects` : result?.rejectsFile
  return {
    ...row,
    progress: row.progress as ImportRow['progress'],
    error: row.error as ImportRow['error'],
    result: result && { ...result, rejectsFile: rejectsFile ?? null },
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    waits: held?.trouble ?? null,
    ...(held?.over && { status: 'failed', progress: null, error: held.trouble }),
  }
}

/** What is kept of a queued import: all that is needed to run it, now or after a crash. */
interface Queued {
  request: ImportRequest
  /** Id of the import it maps again; the others of its store are looked up when its turn comes. */
  replaces?: string
  newStore: NewStore | null
  /** A command takes it in by itself, beside no server: when its process is gone, nobody goes on with it. */
  alone?: true
}

const visible = (actor: Actor, store: string): boolean =>
  actor.stores === 'all' || actor.stores.includes(store)

/** Writes down that a file is to be taken in. */
export async function queueImport(
  ledger: Ledger,
  id: string,
  request: ImportRequest,
  newStore: NewStore | null,
  replaces?: string,
): Promise<void> {
  await ledger.insert(imports).values({
    id,
    status: 'queued',
    file: nameOf(request),
    store: request.store,
    by: request.by,
    request: { request, newStore, ...(replaces && { replaces }) } satisfies Queued,
  })
}

/** The newest imports of the stores the actor sees. */
export async function listImports(ledger: Ledger, actor: Actor, limit: number): Promise<ImportRow[]> {
  const rows = await ledger
    .select()
    .from(imports)
    .where(actor.stores === 'all' ? undefined : inArray(imports.store, [...actor.stores]))
    .orderBy(desc(imports.createdAt))
    .limit(limit)
  return rows.map(row => shown(actor, row))
}

/** @throws Failure('not_found') when there is none, or none the actor may see. */
export async function importOf(ledger: Ledger, actor: Actor, id: string): Promise<ImportRow> {
  const [row] = await ledger.select().from(imports).where(eq(imports.id, id))
  if (!row || !visible(actor, row.store)) throw new Failure('not_found', 'There is no such import.')
  return shown(actor, row)
}

/** What is still to do, oldest first: queued, or cut short when the process died. */
export async function unfinishedImports(ledger: Ledger): Promise<string[]> {
  const rows = await ledger
    .select({ id: imports.id })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
    .orderBy(imports.createdAt)
  return rows.map(row => row.id)
}

/** What the ledger keeps of an import that is done. */
type Kept = ImportResult & { replacedBy?: string }
const keptOf = (row: Stored): Kept | null => (row.status === 'done' ? (row.result as Kept | null) : null)

/**
 * An import that can be mapped again, with where its file is kept by content.
 * @throws Failure('not_found') as `importOf`, 'conflict' when it is not the last word on its file.
 */
export async function importToReplace(ledger: Ledger, actor: Actor, id: string) {
  const row = await importOf(ledger, actor, id)
  const [stored] = await ledger.select().from(imports).where(eq(imports.id, id))
  const kept = stored ? keptOf(stored) : null
  if (kept?.replacedBy)
    throw new Failure('conflict', `${row.file} was mapped again since.`, {
      next: 'Map the later import of it again.',
    })
  if (!kept?.origin)
    throw new Failure(
      'conflict',
      `${row.file} cannot be mapped again: ${kept ? 'an older version took it in' : 'its import is not done'}.`,
      {
        next: kept ? 'Import the file anew; from then on it can.' : 'Wait for it to end.',
      },
    )
  return { row, origin: kept.origin, table: kept.table }
}

/** What an import that maps another again needs of the others of its store and table, as the ledger has them now. */
export async function othersOf(ledger: Ledger, id: string, store: string): Promise<Past[]> {
  const rows = await ledger.select().from(imports).where(eq(imports.store, store))
  const own = rows.find(row => row.id === id)
  const table = own && keptOf(own)?.table
  return rows.flatMap(row => {
    const kept = keptOf(row)
    if (!kept || row.id === id || kept.replacedBy || kept.table !== table) return []
    if (!kept.origin)
      throw new Failure('conflict', `${row.file}, of the same store, was taken in by an older version.`, {
        next: 'Import that file once more; then map again.',
      })
    const { preset, mapping, reading } = (row.request as Queued).request
    const request = { ...(preset && { preset }), ...(mapping && { mapping }), ...(reading && { reading }) }
    return { file: row.file, origin: kept.origin, request }
  })
}

/** Notes on an import that another has taken its place. */
export async function noteReplaced(ledger: Ledger, id: string, by: string): Promise<void> {
  const [row] = await ledger.select().from(imports).where(eq(imports.id, id)).for('update')
  if (row?.result) await noteImport(ledger, id, { result: { ...row.result, replacedBy: by } })
}

/** Files that imports still to be run will read. */
export async function wantedFiles(ledger: Ledger): Promise<string[]> {
  const rows = await ledger
    .select({ request: imports.request })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
  return rows
    .map(row => (row.request as Queued).request)
    .flatMap(({ path, beside }) => [path, ...(beside?.files ?? []).map(one => one.path)])
}

/** An import that is to be run; null when it is done, or was never committed. */
export async function queuedImport(ledger: Ledger, id: string): Promise<Queued | null> {
  const [row] = await ledger.select().from(imports).where(eq(imports.id, id))
  return row && (row.status === 'queued' || row.status === 'running') ? (row.request as Queued) : null
}

/** Notes how far an import is, or how it ended. */
export async function noteImport(
  ledger: Ledger,
  id: string,
  change: Partial<Pick<Stored, 'status' | 'progress' | 'result' | 'error' | 'finishedAt' | 'request'>>,
): Promise<void> {
  await ledger.update(imports).set(change).where(eq(imports.id, id))
}

/**
 * Ends what a command began by itself and was killed over: whoever opens the folder next has it alone, so that process is
 * gone. The next command does not go on with it; it brings its own file.
 */
export async function abandonImports(ledger: Ledger, at: Date): Promise<void> {
  await ledger
    .update(imports)
    .set({
      status: 'failed',
      progress: null,
      error: {
        code: 'unavailable',
        message: 'The import was cut short.',
        next: 'Import the file again: nothing comes in twice.',
      },
      finishedAt: at.toISOString(),
    })
    .where(and(inArray(imports.status, ['queued', 'running']), sql`${imports.request}->>'alone' = 'true'`))
}
