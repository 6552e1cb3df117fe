import { Failure } from '#kernel/error.ts'
import { Postponed } from '../http.ts'
import { textsOf } from '../whole-lines.ts'
import * as documents from './documents.ts'
import { joining } from './join.ts'
import { graph, type Session } from './session.ts'
import type { Joined, Shape } from './shape.ts'

/** The vendor runs five for an app in a shop; one is left for others of ours. */
const atOnce = 4
/** ms between looks at an operation: soon at first, then seldom. */
const firstLook = 250
const lastLook = 10_000

interface Operation {
  id: string
  status: string
  errorCode: string | null
  objectCount: string
  fileSize: string | null
  url: string | null
  partialDataUrl: string | null
}

/** An operation came to nothing at the vendor; part of its data may be there. */
export class BulkBroken extends Error {
  readonly partial: string | null

  constructor(status: string, code: string | null, partial: string | null) {
    super(`the export ended as ${status}${code ? ` (${code})` : ''}`)
    this.partial = partial
  }
}

/** Runs an export and gives its things, joined. Nothing is given before the whole file is there. @throws BulkBroken, Failure, Postponed */
export async function* exported<R>(session: Session, query: string, shape: Shape): AsyncGenerator<R> {
  yield* gathered<R>(session, await finished(session, query), shape)
}

/** As `exported`, tried once more where it breaks at the vendor. @throws Failure, Postponed */
export async function* steady<R>(session: Session, query: string, shape: Shape): AsyncGenerator<R> {
  for (let tried = 1; ; tried++)
    try {
      yield* exported<R>(session, query, shape)
      return
    } catch (error) {
      if (!(error instanceof BulkBroken)) throw error
      if (tried > 1)
        throw new Failure('unavailable', `Shopify cannot give all ${shape.root} records: ${error.message}.`, {
          next: 'It is tried again at the next turn.',
        })
    }
}

/** An export that ended well. */
export async function finished(session: Session, query: string): Promise<Operation> {
  await seat(session)
  try {
    return await waited(session, await started(session, query))
  } finally {
    session.bulk.running -= 1
    session.bulk.waiting.shift()?.()
  }
}

async function seat({ bulk }: Session): Promise<void> {
  if (bulk.running >= atOnce) await new Promise<void>(go => bulk.waiting.push(go))
  bulk.running += 1
}

interface Started {
  bulkOperationRunQuery: {
    bulkOperation: { id: string } | null
    userErrors: { message: string; code: string | null }[]
  }
}

const busy = new Set(['OPERATION_IN_PROGRESS', 'LIMIT_REACHED'])
const patience = 20

async function started(session: Session, query: string): Promise<string> {
  for (let tried = 1; ; tried++) {
    const { bulkOperationRunQuery: run } = await graph<Started>(session, documents.runBulk, { query })
    if (run.bulkOperation) return run.bulkOperation.id
    const [error] = run.userErrors
    if (!error || !busy.has(error.code ?? ''))
      throw new Failure(
        'unavailable',
        `Shopify does not start an export: ${error?.message ?? 'no reason given'}`,
      )
    // Others of the same app are exporting.
    if (tried >= patience)
      throw new Postponed(session.reach.now() + 600_000, 'as many exports as Shopify allows are running')
    await session.reach.sleep(5000)
  }
}

async function waited(session: Session, id: string): Promise<Operation> {
  for (let pause = firstLook; ; pause = Math.min(pause * 1.6, lastLook)) {
    await session.reach.sleep(pause)
    const { bulkOperation } = await graph<{ bulkOperation: Operation | null }>(session, documents.pollBulk, {
      id,
    })
    if (!bulkOperation) throw new BulkBroken('UNKNOWN', null, null)
    const { status, errorCode, partialDataUrl } = bulkOperation
    if (status === 'COMPLETED') return bulkOperation
    if (errorCode === 'ACCESS_DENIED')
      throw new Failure('forbidden', 'Shopify does not let this app export what was asked for.', {
        next: 'See which scopes are missing in the connection’s notes, grant them and connect again.',
      })
    if (status === 'FAILED' || status === 'CANCELED' || status === 'EXPIRED')
      throw new BulkBroken(status, errorCode, partialDataUrl)
  }
}

const tries = 4

const isOfDisk = (error: unknown): boolean => (error as NodeJS.ErrnoException).syscall !== undefined

/** The things of a finished export. A file that breaks off is fetched again; one that stays so is a failure. */
export async function* gathered<R>(session: Session, done: Operation, shape: Shape): AsyncGenerator<R> {
  const { url, objectCount, fileSize } = done
  // Nothing was found: there is no file then.
  if (url === null || objectCount === '0') return
  let join: Joined | null = null
  for (let tried = 1; join === null; tried++) {
    const trial = joining(shape, Number(fileSize ?? 0), session.reach.work)
    try {
      let count = 0
      for await (const lines of session.http.lines(url)) count += await trial.add(lines)
      if (count !== Number(objectCount)) throw new Error(`${count} of ${objectCount} lines came`)
      join = trial
    } catch (error) {
      await trial.close()
      // An error of the disk is ours: fetching the file again would not mend it.
      if (session.reach.signal.aborted || isOfDisk(error)) throw error
      if (tried >= tries)
        throw new Failure('unavailable', `Shopify’s export cannot be read: ${(error as Error).message}`, {
          next: 'It is exported again at the next turn.',
        })
      await session.reach.sleep(1000 * 2 ** tried)
    }
  }
  try {
    for await (const one of join.all()) yield one as R
  } finally {
    await join.close()
  }
}

/** Ids of the root things in the file of a broken export: real, but perhaps not whole. */
export async function* partIds(session: Session, url: string, type: string): AsyncGenerator<string> {
  const prefix = `gid://shopify/${type}/`
  for await (const lines of session.http.lines(url))
    for (const line of textsOf(lines)) {
      const read = parsed(line)
      if (typeof read?.id === 'string' && read.id.startsWith(prefix) && read.__parentId === undefined)
        yield read.id
    }
}

const parsed = (line: string): { id?: unknown; __parentId?: unknown } | null => {
  try {
    return JSON.parse(line) as { id?: unknown; __parentId?: unknown }
  } catch {
    return null
  }
}
