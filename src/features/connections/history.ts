import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Actor } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { imports } from '#postgres/tables/connections.ts'
import type { ImportRequest } from '#sync/imports.ts'
import type { ImportRow } from './model.ts'
import type { NewStore } from './store.ts'

type Stored = typeof imports.$inferSelect

/** Paths of the server are for its own command line; everyone else gets the address to fetch them from. */
const shown = (actor: Actor, { request: _, createdAt, finishedAt, ...row }: Stored): ImportRow => {
  const result = row.result as ImportRow['result']
  const rejectsFile =
    result?.rejectsFile && actor.kind !== 'system' ? `/api/imports/${row.id}/rejects` : result?.rejectsFile
  return {
    ...row,
    progress: row.progress as ImportRow['progress'],
    error: row.error as ImportRow['error'],
    result: result && { ...result, rejectsFile: rejectsFile ?? null },
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
  }
}

/** What is kept of a queued import: all that is needed to run it, now or after a crash. */
interface Queued {
  request: ImportRequest
  newStore: NewStore | null
}

const visible = (actor: Actor, store: string): boolean =>
  actor.stores === 'all' || actor.stores.includes(store)

/** Writes down that a file is to be taken in. */
export async function queueImport(
  ledger: Ledger,
  id: string,
  request: ImportRequest,
  newStore: NewStore | null,
): Promise<void> {
  await ledger.insert(imports).values({
    id,
    status: 'queued',
    file: request.fileName ?? request.path,
    store: request.store,
    by: request.by,
    request: { request, newStore } satisfies Queued,
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

/** Files that imports still to be run will read. */
export async function wantedFiles(ledger: Ledger): Promise<string[]> {
  const rows = await ledger
    .select({ request: imports.request })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
  return rows.map(row => (row.request as Queued).request.path)
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
  change: Partial<Pick<Stored, 'status' | 'progress' | 'result' | 'error' | 'finishedAt'>>,
): Promise<void> {
  await ledger.update(imports).set(change).where(eq(imports.id, id))
}

/**
 * Ends what somebody asked for and nobody will finish: a command that was killed is not continued by the next one,
 * which brings its own file.
 */
export async function abandonImports(ledger: Ledger, by: string, at: Date): Promise<void> {
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
    .where(and(inArray(imports.status, ['queued', 'running']), eq(imports.by, by)))
}
