import { statfsSync } from 'node:fs'
import type { PGlite, Results } from '@electric-sql/pglite'
import { Failure } from '#kernel/error.ts'
import { openPglite } from './embedded.ts'

/** What is asked of the embedded ledger, of it as a whole or within a transaction. */
interface Asked {
  query<R>(text: string, values?: unknown[], options?: { rowMode?: 'array' | 'object' }): Promise<Results<R>>
  exec(text: string): Promise<Results[]>
}

/** The embedded ledger, opened again where its engine stopped. */
export interface Lasting extends Asked {
  transaction<T>(work: (open: Asked) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Bytes of the disk that writes leave free. Where the engine cannot begin another 16 MB of its log, its next statement
 * never ends, and with it nothing in this process is answered any more: that is not to be met at all.
 */
const kept = 24 * 1024 * 1024

/** Statements that write nothing, or end what was written. */
const mayAlways = (text: string): boolean =>
  /^\s*(select|with|show|set|begin|commit|rollback|savepoint|release)\b/i.test(text) &&
  !/\b(insert|update|delete|nextval|setval)\b/i.test(text)

/** The engine's own end, told by the statement that met it: no other may be sent to it. */
const isOver = (error: unknown): boolean =>
  error instanceof WebAssembly.RuntimeError ||
  // By what the engine says of itself: a message also repeats what somebody typed.
  (error instanceof Error &&
    (/^(PANIC|FATAL)$/.test(String(Object(error).severity)) ||
      /^(PANIC|FATAL)\b|^could not .*pg_wal\//.test(error.message)))

const stopped = (cause: unknown): Failure =>
  new Failure('unavailable', 'The embedded ledger stopped when its log could not be written.', {
    next: 'Look whether the disk is full. It is opened again by itself when there is room; what was stored is not lost.',
    cause,
  })

/** @throws Failure('unavailable') when the disk is too full to write in. */
const checkRoom = (folder: string): void => {
  // Where it cannot be told, the disk itself tells.
  const disk = (() => {
    try {
      return statfsSync(folder)
    } catch {
      return null
    }
  })()
  if (!disk || disk.blocks === 0 || disk.bavail * disk.bsize >= kept) return
  throw new Failure('unavailable', 'The disk is full: nothing can be written down.', {
    next: 'Free some space on the disk of the data folder, then do it again.',
  })
}

/**
 * Opens the embedded ledger in `folder`, or one that is only in memory. One statement or transaction after another, so that
 * none reaches an engine that has stopped; the first after it opens the folder again, as a start of the process does.
 * @throws Failure('unavailable') where the disk is too full.
 */
export async function openLasting(folder: string, open = openPglite): Promise<Lasting> {
  const inMemory = folder === ':memory:'
  const room = () => {
    if (!inMemory) checkRoom(folder)
  }
  let engine: PGlite | null = await open(folder)
  let over: Failure | null = null
  let last: Promise<unknown> = Promise.resolve()
  /** In line. What an engine held in memory is gone with it. */
  const take = <T>(work: (own: Asked) => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      if (!engine) {
        if (inMemory) throw over
        room()
        engine = await open(folder)
      }
      return work(guarded(engine))
    })
    last = turn.catch(() => undefined)
    return turn
  }
  const guarded = (own: PGlite): Asked => {
    const ask = async <T>(text: string, run: () => Promise<T>): Promise<T> => {
      if (engine !== own) throw over
      if (!mayAlways(text)) room()
      try {
        return await run()
      } catch (error) {
        if (!isOver(error)) throw error
        // It is not closed, which would be a statement: it holds no lock, and writes nothing unasked.
        engine = null
        over = stopped(error)
        throw over
      }
    }
    return {
      // Drizzle says with each question how it reads times. The engine was opened so.
      query: (text, values, { rowMode } = {}) =>
        ask(text, () => own.query(text, values, rowMode && { rowMode })),
      exec: text => ask(text, () => own.exec(text)),
    }
  }
  return {
    query: (text, values, options) => take(own => own.query(text, values, options)),
    exec: text => take(own => own.exec(text)),
    transaction: work =>
      take(async own => {
        await own.exec('BEGIN')
        try {
          const result = await work(own)
          await own.exec('COMMIT')
          return result
        } catch (error) {
          await own.exec('ROLLBACK').catch(() => undefined)
          throw error
        }
      }),
    async close() {
      await last
      await engine?.close()
    },
  }
}
