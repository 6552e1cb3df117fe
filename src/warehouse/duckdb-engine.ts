import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Failure } from '#kernel/error.ts'
import { dead, isDead } from './deliver.ts'
import { freeing } from './freeing.ts'
import { checkRoom } from './room.ts'

export interface DuckdbOptions {
  /** Folder of the granary, or ':memory:'. */
  folder: string
  /** What DuckDB may hold in memory before it spills to disk. */
  memoryLimit?: string
  threads?: number
  /**
   * For a command that only stores: one thread, as the parts of a history are too small for two, less memory than a server
   * that answers (unless `memoryLimit` says how much), and what is freed goes back to the system at once.
   */
  modest?: boolean
  /** Hears how far the derived tables are made anew, in ledger rows, where an earlier version built them otherwise. */
  onDerive?: ((done: number, total: number) => void) | undefined
}

/** One opening of the file: its connections fall with it. */
interface Opened {
  instance: DuckDBInstance
  writer: DuckDBConnection
  idle: DuckDBConnection[]
  /** Statements under way, and connections being made (null). */
  busy: Set<{ of: DuckDBConnection | null }>
  /** Connections that are lent. */
  lent: Set<DuckDBConnection>
}

/** A connection that is lent until it is given back, which ends what is open on it. */
export interface Lent {
  run<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>
  giveBack(): void
}

/** DuckDB in this process, opened again where it stopped. */
export interface Engine {
  path: string
  /** Work of the one connection that changes rows. */
  write<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>
  /** Readers each have a connection of their own, so that a load never makes them wait. */
  read<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>
  /** A reader's connection for several statements, between which nobody waits for it; it falls with the engine. */
  lend(): Promise<Lent>
  close(): Promise<void>
}

/** A file that cannot be kept open is not opened over and over again. */
const pauseMs = 10_000

/**
 * Opens the file. After a fatal error DuckDB answers nothing more until it is opened again: that is done before the next
 * statement, as soon as the disk has room. `prepare` is given the writer of each opening.
 * @throws Failure('conflict') when another process has it open, 'unavailable' when the file cannot be read.
 */
export async function openEngine(
  options: DuckdbOptions,
  prepare: (writer: DuckDBConnection) => Promise<unknown>,
): Promise<Engine> {
  const inMemory = options.folder === ':memory:'
  if (!inMemory) mkdirSync(options.folder, { recursive: true })
  const path = inMemory ? ':memory:' : join(options.folder, 'granary.duckdb')
  let times = 0
  let openedAt = Number.NEGATIVE_INFINITY
  const opened = async (): Promise<Opened> => {
    // One that stopped takes its spill folder away when the last of it is let go.
    const instance = await create(path, options, times === 0 ? 'spill' : `spill-${times}`)
    times += 1
    try {
      const writer = await instance.connect()
      // Let go of, an engine that stopped must not touch a file that the next one writes: folding in is asked for.
      await writer.run('PRAGMA disable_checkpoint_on_shutdown')
      await prepare(writer)
      return { instance, writer, idle: [], busy: new Set(), lent: new Set() }
    } catch (cause) {
      instance.closeSync()
      throw cause
    }
  }
  let own: Opened | null = await opened()
  if (!inMemory)
    for (const name of readdirSync(options.folder))
      if (name.startsWith('spill-')) rmSync(join(options.folder, name), { recursive: true, force: true })
  let death: Failure | null = null
  let again: Promise<Opened> | undefined
  let closed = false

  /** Lets go of an engine that answers nothing more. Statements under way end first: they read the same file. */
  const bury = async (one: Opened): Promise<void> => {
    for (const { of } of one.busy) of?.interrupt()
    while (one.busy.size > 0) await new Promise(done => setTimeout(done, 5))
    for (const connection of [...one.idle.splice(0), ...one.lent, one.writer]) connection.closeSync()
    one.lent.clear()
    one.instance.closeSync()
  }
  let burial: Promise<void> = Promise.resolve()
  const living = async (): Promise<Opened> => {
    if (closed) throw new Failure('unavailable', 'The granary is closed.')
    if (own) return own
    again ??= (async () => {
      await burial
      if (inMemory || performance.now() - openedAt < pauseMs) throw death
      await checkRoom(options.folder)
      openedAt = performance.now()
      own = await opened()
      return own
    })().finally(() => {
      again = undefined
    })
    return again
  }
  const noteDeath = (one: Opened, cause: unknown): void => {
    if (own !== one) return
    own = null
    death = dead(cause)
    // Whoever found it has a statement of its own to end first.
    burial = new Promise(done => setImmediate(done)).then(() => bury(one))
    burial.catch(() => undefined)
  }
  /** Does what asks the engine; it is not let go of meanwhile. */
  const within = async <T>(one: Opened, of: DuckDBConnection | null, work: () => Promise<T>): Promise<T> => {
    if (own !== one) throw death
    const entry = { of }
    one.busy.add(entry)
    try {
      return await work()
    } catch (cause) {
      if (isDead(cause)) noteDeath(one, cause)
      throw own === one ? cause : (death ?? cause)
    } finally {
      one.busy.delete(entry)
    }
  }
  const connect = (one: Opened): Promise<DuckDBConnection> => within(one, null, () => one.instance.connect())
  return {
    path,
    async write(work) {
      const one = await living()
      return within(one, one.writer, () => work(one.writer))
    },
    async read(work) {
      const one = await living()
      const connection = one.idle.pop() ?? (await connect(one))
      try {
        return await within(one, connection, () => work(connection))
      } finally {
        if (one.idle.length < 8 && !closed && own === one) one.idle.push(connection)
        else connection.closeSync()
      }
    },
    async lend() {
      const one = await living()
      const connection = await connect(one)
      let gone = false
      one.lent.add(connection)
      return {
        run: work => within(one, connection, () => work(connection)),
        giveBack() {
          if (gone) return
          gone = true
          // An engine that stopped has closed it.
          if (one.lent.delete(connection)) connection.closeSync()
        },
      }
    },
    async close() {
      closed = true
      await again?.catch(() => undefined)
      await burial.catch(() => undefined)
      if (!own) return
      for (const connection of own.idle) connection.closeSync()
      // What is not folded in now is at the next opening.
      if (!inMemory) await own.writer.run('CHECKPOINT').catch(() => undefined)
      own.writer.closeSync()
      own.instance.closeSync()
    },
  }
}

const create = async (
  path: string,
  { memoryLimit, threads, modest = false, folder }: DuckdbOptions,
  spill: string,
) => {
  try {
    return await DuckDBInstance.create(path, {
      memory_limit: memoryLimit ?? (modest ? '220MB' : '450MB'),
      // What lives in memory alone is small: a second thread would wait for work, and that costs more than it saves.
      ...(path === ':memory:' && { threads: '1' }),
      ...(modest && { threads: '1', ...freeing }),
      ...(threads && { threads: String(threads) }),
      ...(path !== ':memory:' && { temp_directory: join(folder, spill) }),
      // Rows are found by day, not by arrival; letting go of arrival order is what keeps big loads in memory limits.
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      // Each folding in writes groups of rows anew that the next part of a history changes again.
      // A new file is written as this version does best: texts compressed as of its first version take a first load longer.
      storage_compatibility_version: 'latest',
      checkpoint_threshold: '64MB',
    })
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    if (/lock/i.test(text))
      throw new Failure('conflict', 'Another process has this granary open.', {
        next: 'Stop the other Quarterdeck that uses this data folder, or talk to it over HTTP.',
        cause,
      })
    throw new Failure('unavailable', `The granary at ${path} cannot be opened: ${text}`, {
      next: 'Check that the folder can be written, or restore a backup.',
      cause,
    })
  }
}
