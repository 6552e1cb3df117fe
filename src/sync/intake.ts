import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { CanonicalRow, Mapped } from '#connectors/connector.ts'
import { type TableName, table, tables } from '#kernel/canonical.ts'
import type { Delivery, Warehouse } from '#warehouse/warehouse.ts'
import { type Gatherer, gathering } from './gather.ts'
import type { Packer } from './packer.ts'
import { shortLine } from './rows.ts'

/** What rows did to the granary. */
export interface Stored {
  inserted: number
  changed: number
  gone: number
}

export interface IntakeParts {
  granary: Warehouse
  packer: Packer
  /** Work folder of its own; made, and taken away at the end. */
  folder: string
  /** Connection id: fills `source`. */
  source: string
  /** Unique name of the turn: deliveries are known by it. */
  turn: string
  /** Sales lines restate their orders whole. */
  restates: boolean
  /** All rows together are all that the source has in the stream's tables. */
  whole: readonly TableName[] | null
  /** Stores whose rows a whole delivery may take out. */
  stores: readonly string[]
}

interface OpenFile {
  path: string
  stream: WriteStream
  lines: Gatherer
  /** Letters of its longest line. */
  longest: number
}

/** Rows are delivered in parts of this size, so that memory does not grow with the history. */
const partRows = 125_000

/** What one record is mapped to, each row with its line as it is written. */
export interface Fitted {
  rows: readonly (readonly [TableName, readonly CanonicalRow[], readonly string[]])[]
  gone: Mapped['gone']
}

/** Fits mapped rows to their tables. @throws Failure when a row does not fit its table: then nothing of the record is taken. */
export const fitted = ({ rows, gone }: Mapped, source: string): Fitted => ({
  rows: (Object.entries(rows) as [TableName, CanonicalRow[] | undefined][]).map(
    ([name, some = []]) => [name, some, some.map(row => shortLine(name, row, source))] as const,
  ),
  gone,
})

/**
 * Takes mapped rows of one turn into the granary: through files on disk, part by part, each stored while the next is written.
 * What fails leaves the parts before it stored, and no part after it; read again, they are repeats.
 */
export interface Intake {
  /** @throws what storing an earlier part threw. */
  add(record: Fitted): Promise<void>
  /** Stores all that was added. */
  flush(): Promise<void>
  /** Flushes, and takes out what a whole turn no longer has. */
  end(): Promise<void>
  /** Takes the work folder away. */
  close(): Promise<void>
  readonly stored: Stored
}

export function createIntake(parts: IntakeParts): Intake {
  const { granary, folder, source, turn, restates } = parts
  const stored: Stored = { inserted: 0, changed: 0, gone: 0 }
  let open = new Map<TableName, OpenFile>()
  /** Parts that wait for the end: a whole delivery is one. */
  const waiting = new Map<TableName, string[]>()
  let gone = new Map<TableName, CanonicalRow[]>()
  /** Rows that wait, by the columns that leaving rows of their table were named by so far. */
  const waits = new Map<string, { name: TableName; columns: readonly string[]; keys: Set<string> }>()
  let orders = new Set<string>()
  let rows = 0
  let part = 0
  /** Whether what was stored waits for its numbers. */
  let owes = false
  /** The part that is being stored; once one has failed, all after it fail alike. */
  let storing: Promise<void> = Promise.resolve()

  /** Whether a row that waits may be meant by one that leaves. */
  const isWaiting = (name: TableName, leaving: CanonicalRow): boolean => {
    const columns = Object.keys(leaving).sort()
    const id = [name, ...columns].join()
    const known = waits.get(id)
    if (known) return known.keys.has(valuesOf(leaving, columns))
    waits.set(id, { name, columns, keys: new Set() })
    return open.has(name)
  }

  const fileOf = async (name: TableName) => {
    const known = open.get(name)
    if (known) return known
    await mkdir(folder, { recursive: true })
    const path = join(folder, `${name}-${String(part).padStart(6, '0')}.jsonl`)
    const stream = createWriteStream(path)
    const made = { path, stream, lines: gathering(stream), longest: 0 }
    // Heard when it is written to; unheard, a full disk would end the process.
    stream.on('error', () => undefined)
    open.set(name, made)
    return made
  }

  const write = async (name: TableName, all: readonly CanonicalRow[], lines: readonly string[]) => {
    if (all.length === 0) return
    const file = await fileOf(name)
    rows += all.length
    for (const { name: known, columns, keys } of waits.values())
      if (known === name) for (const row of all) keys.add(valuesOf(row, columns))
    for (const line of lines) file.longest = Math.max(file.longest, line.length)
    await file.lines.write(lines.length === 1 ? (lines[0] ?? '') : lines.join(''))
  }

  const deliver = async (
    id: string,
    name: TableName,
    files: readonly string[],
    { more = false, ...rest }: Pick<Delivery, 'whole' | 'more'>,
  ) => {
    const receipt = await granary.deliver({
      id,
      table: name,
      files,
      mode: restates && name === 'sales_lines' ? 'replace_orders' : 'merge',
      ...rest,
      ...(more && { more }),
    })
    if (name === 'sales_lines') owes = more
    stored.inserted += receipt.inserted
    stored.changed += receipt.changed
    for (const file of files) await rm(file, { force: true })
  }

  const store = async (id: string, files: typeof open, lost: typeof gone, more: boolean) => {
    // What is gone goes first: a row that left and came back is there.
    for (const [name, some] of lost) stored.gone += await remove(granary, name, some)
    for (const [name, file] of files) {
      const parquet = await parts.packer.pack(name, file.path, file.longest)
      await rm(file.path, { force: true })
      if (parts.whole?.includes(name)) waiting.set(name, [...(waiting.get(name) ?? []), parquet])
      else await deliver(id, name, [parquet], { more })
    }
  }

  /** Hands what was added over to be stored, one part at a time: two would take the memory of two. */
  const handOver = async (more: boolean) => {
    for (const { lines, stream } of open.values()) {
      await lines.flush()
      // Also a failure that came before: what was written since is missing in the file.
      await finished(stream.end())
    }
    await storing
    storing = store(`${turn}:${part}`, open, gone, more)
    // Heard by whoever waits for it next; unheard until then, it would end the process.
    storing.catch(() => undefined)
    open = new Map()
    gone = new Map()
    for (const { keys } of waits.values()) keys.clear()
    orders = new Set()
    rows = 0
    part += 1
  }
  const flush = async () => {
    await handOver(false)
    await storing
    await settle()
  }
  const settle = async () => {
    if (owes) await granary.settle()
    owes = false
  }

  return {
    stored,
    flush,
    async add({ rows: given, gone: lost }) {
      if (restates) {
        const own = new Set(
          given.flatMap(([name, some]) =>
            name === 'sales_lines' ? some.map(row => `${row.store} ${row.order_id}`) : [],
          ),
        )
        // Two states of an order in one delivery would become one: the earlier goes in before the later.
        if ([...own].some(order => orders.has(order))) await handOver(true)
        for (const order of own) orders.add(order)
      }
      const leaving = Object.entries(lost ?? {}) as [TableName, CanonicalRow[]][]
      // What was added of them must be in the granary to be taken out of it.
      const both = leaving.flatMap(([name, some]) => some.filter(row => isWaiting(name, row)))
      if (both.length > 0) await handOver(true)
      for (const [name, some] of leaving)
        if (some.length > 0) {
          const all = gone.get(name) ?? []
          all.push(...some)
          gone.set(name, all)
        }
      for (const [name, some, lines] of given) await write(name, some, lines)
      if (rows >= partRows) await handOver(true)
    },
    async end() {
      await flush()
      for (const name of parts.whole ?? []) {
        const files = waiting.get(name) ?? []
        if (files.length > 0) await deliver(`${turn}:${part}`, name, files, { whole: source })
        else
          for (const store of parts.stores)
            stored.gone += await granary.remove({ store, table: name, source })
        for (const own of followersOf(name))
          stored.gone += await remove(granary, own, await leftBehind(granary, own, name, source))
      }
    },
    async close() {
      await storing.catch(() => undefined)
      // Left undone, it is done when the granary is opened next.
      await settle().catch(() => undefined)
      for (const { stream } of open.values()) stream.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const valuesOf = (row: CanonicalRow, columns: readonly string[]): string =>
  columns.map(column => String(row[column] ?? '')).join('\u0001')

/** Tables that tell more of this one's rows. */
const followersOf = (name: TableName): TableName[] =>
  (Object.keys(tables) as TableName[]).filter(one => table(one).follows === name)

/** What rows of a source tell more of that is not in the leading table. */
const leftBehind = async (
  granary: Warehouse,
  name: TableName,
  leader: TableName,
  source: string,
): Promise<CanonicalRow[]> => {
  const { from } = granary.dialect
  const key = table(leader).key.join(', ')
  return granary.query(
    `SELECT DISTINCT ${key} FROM ${from(name)} WHERE source = {source:String}
     AND (${key}) NOT IN (SELECT ${key} FROM ${from(leader)})`,
    { source },
  )
}

/** Rows named in one statement. */
const together = 500

const remove = async (
  granary: Warehouse,
  name: TableName,
  lost: readonly CanonicalRow[],
): Promise<number> => {
  let removed = 0
  for (const [store, some] of Map.groupBy(lost, row => String(row.store))) {
    const named = some.map(({ store: _, ...row }) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)])),
    )
    for (let at = 0; at < named.length; at += together)
      removed += await granary.remove({ store, table: name, rows: named.slice(at, at + together) })
  }
  return removed
}
