import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { and, eq } from 'drizzle-orm'
import { Failure, invalid } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { mappings, watchedFiles, watchedFolders } from '#postgres/tables/connections.ts'
import type { Mapping } from '#sync/imports.ts'
import { queueImport } from './history.ts'
import { chooseStore } from './store.ts'

type Watched = typeof watchedFolders.$inferSelect
type Seen = typeof watchedFiles.$inferSelect

/** What is still being written goes by such names, and what systems leave lying about. */
const unfinished = /^[.~]|\.(part|partial|tmp|crdownload|filepart)$/i

/**
 * The real path of a folder that may be watched: it lies in one the owner of the server allowed, links followed.
 * @throws Failure('forbidden') when it does not, 'not_found' when it is not there.
 */
export async function watchable(folder: string, allowed: readonly string[]): Promise<string> {
  if (allowed.length === 0)
    throw new Failure('forbidden', 'This server watches no folders.', {
      next: 'Name the folders it may watch in WATCH_FOLDER (several with : between them) and start it again.',
    })
  const real = await realpath(folder).catch(() => null)
  const roots = await Promise.all(allowed.map(one => realpath(one).catch(() => null)))
  if (real !== null && roots.some(root => root !== null && (real === root || real.startsWith(root + sep))))
    return real
  const inside = allowed.some(root => folder === root || folder.startsWith(root + sep))
  if (real === null && inside)
    throw new Failure('not_found', `There is no folder ${folder}.`, { next: 'Make it, or mount it again.' })
  throw new Failure('forbidden', `${folder} is not in a folder that may be watched.`, {
    next: `Choose one inside ${allowed.join(', ')}, or have it added to WATCH_FOLDER.`,
  })
}

/**
 * Looks once through all watched folders: a file that has settled (the same size and time as at the look before) and
 * whose content was not taken in from there yet is queued as an import. Files stay where they are. What is wrong with
 * a folder stands at it. Gives the ids of the imports that were queued.
 */
export async function lookThrough(
  ledger: Ledger,
  allowed: readonly string[],
  clock: () => Date,
): Promise<string[]> {
  const queued: string[] = []
  for (const watched of await ledger.select().from(watchedFolders).orderBy(watchedFolders.createdAt)) {
    const at = clock().toISOString()
    let trouble: Watched['trouble'] = null
    try {
      queued.push(...(await look(ledger, watched, await watchable(watched.folder, allowed))))
    } catch (error) {
      const failure = error instanceof Failure ? error : null
      const message = failure?.message ?? `${watched.folder} cannot be read: ${(error as Error).message}.`
      const next = failure?.next ?? 'Check that the server may read it.'
      trouble = { code: failure?.code ?? 'unavailable', message, next, at }
    }
    await ledger
      .update(watchedFolders)
      .set({ trouble, lookedAt: at })
      .where(eq(watchedFolders.id, watched.id))
  }
  return queued
}

async function look(ledger: Ledger, watched: Watched, folder: string): Promise<string[]> {
  const rows = await ledger.select().from(watchedFiles).where(eq(watchedFiles.watched, watched.id))
  const known = new Map(rows.map(row => [row.name, row]))
  const queued: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // A link could lead out of what may be watched.
    if (!entry.isFile() || unfinished.test(entry.name)) continue
    const { size, mtimeMs } = await stat(join(folder, entry.name))
    const before = known.get(entry.name)
    const now = { size, changed: Math.floor(mtimeMs) }
    if (!before || before.size !== now.size || before.changed !== now.changed) {
      const row = { ...now, content: before?.content ?? null, import: null }
      await ledger
        .insert(watchedFiles)
        .values({ watched: watched.id, name: entry.name, ...row })
        .onConflictDoUpdate({ target: [watchedFiles.watched, watchedFiles.name], set: row })
      known.set(entry.name, { watched: watched.id, name: entry.name, ...row })
    } else if (before.import === null && size > 0) {
      const made = await take(ledger, watched, folder, before, known)
      if (made) queued.push(made)
    }
  }
  return queued
}

/** Queues a file that has settled, unless its content came from this folder before; then it is noted as that import. */
async function take(
  ledger: Ledger,
  watched: Watched,
  folder: string,
  file: Seen,
  known: Map<string, Seen>,
): Promise<string | null> {
  const path = join(folder, file.name)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  const content = hash.digest('hex')
  const same = [...known.values()].find(one => one.content === content)
  const store = await chooseStore(ledger, { store: watched.store })
  const mapping = watched.mapping === null ? null : await mappingOf(ledger, watched.mapping)
  const id = same ? (same.import ?? watched.id) : randomUUID()
  await ledger.transaction(async transaction => {
    const open = transaction as unknown as Ledger
    if (!same)
      await queueImport(
        open,
        id,
        {
          path,
          fileName: file.name,
          store: watched.store,
          currency: store.currency,
          timezone: store.timezone,
          by: `watched folder of ${watched.by}`,
          ...(watched.preset && { preset: watched.preset }),
          ...(mapping && { mapping }),
        },
        null,
      )
    await open
      .update(watchedFiles)
      .set({ content, import: id })
      .where(and(eq(watchedFiles.watched, watched.id), eq(watchedFiles.name, file.name)))
  })
  known.set(file.name, { ...file, content, import: id })
  return same ? null : id
}

/** @throws Failure('not_found') when it was forgotten. */
export async function mappingOf(ledger: Ledger, name: string): Promise<Mapping> {
  const [row] = await ledger.select().from(mappings).where(eq(mappings.name, name))
  if (!row)
    throw new Failure('not_found', `There is no mapping "${name}".`, {
      next: 'List them with connections.mappings.',
    })
  return row.mapping as Mapping
}

/** Forgets that a folder is watched; its files and what came of them stay. @throws Failure('not_found'). */
export async function forgetFolder(ledger: Ledger, id: string): Promise<Watched> {
  await ledger.delete(watchedFiles).where(eq(watchedFiles.watched, id))
  const [gone] = await ledger.delete(watchedFolders).where(eq(watchedFolders.id, id)).returning()
  if (!gone) throw invalid('That folder is not watched.')
  return gone
}
