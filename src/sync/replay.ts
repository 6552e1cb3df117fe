import { and, eq, inArray } from 'drizzle-orm'
import type { Batch, Stream } from '#connectors/connector.ts'
import { invalid } from '#kernel/error.ts'
import { streams, unmapped } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import {
  beginTurn,
  type Connection,
  connectionOf,
  endTurn,
  failTurn,
  keepUnmapped,
  newTurnId,
  noteStream,
  readAgain,
  stampOf,
} from './connected.ts'
import { forgetting } from './forget.ts'
import type { Gate } from './gate.ts'
import { dropTurn, LostTurn, rawTurns, readRaw } from './raw.ts'
import { connectorOf, placeFor, type SyncParts, troubleOf } from './round.ts'
import { type TurnResult, takeTurn } from './turn.ts'

/** Records at a time; they are on disk, so there is no hurry. */
const handful = 500

/**
 * Applies the mapping of today to what was kept of a stream: its rows are taken out and made again, with those of the
 * streams that share a table with it, turn by turn as they came: what one of them told, another may have taken back.
 * Cut short, it is done again before the next reading; what is kept stays. Of a turn that is lost the vendor is asked again.
 */
export async function replay(
  parts: SyncParts,
  id: string,
  name: string,
  signal?: AbortSignal,
): Promise<TurnResult> {
  const own = await connectionOf(parts.ledger, id)
  const stream = await known(parts, id, name)
  const family = sharing(stream, connectorOf(parts.connectors, own.vendor).streams)
  const turns = await keptTurns(parts, id, family)
  if (!turns.some(one => one.stream === stream))
    throw invalid(`Nothing is kept of ${stream.label}.`, 'Read it again instead.')
  const tables = new Set(family.flatMap(one => [...one.tables]))
  // A reading of everything leaves nothing of what came before it in its tables.
  const lastOf = new Map(
    [...tables].map(table => [
      table,
      turns.findLastIndex(one => one.stream.whole && one.stream.tables.includes(table)),
    ]),
  )
  const counting = turns.filter((one, index) =>
    one.stream.tables.some(table => index >= (lastOf.get(table) ?? -1)),
  )
  await noteStream(parts.ledger, { connection: id, stream: name }, { stale: true })
  // Where rows find their store by host, any store may hold some.
  for (const { store } of await parts.ledger.select().from(stores))
    for (const table of tables) await parts.granary.remove({ store, table, source: id })
  const whole: TurnResult = {
    records: 0,
    total: null,
    unmapped: 0,
    inserted: 0,
    changed: 0,
    gone: 0,
    remarks: [],
  }
  for (const { stream: one, turn } of counting) {
    const done = await keptAgain(parts, own, one, turn, signal)
    for (const figure of ['records', 'unmapped', 'inserted', 'changed', 'gone'] as const)
      whole[figure] += done?.[figure] ?? 0
  }
  await noteStream(parts.ledger, { connection: id, stream: name }, { stale: false })
  return whole
}

/** Maps a kept turn again. Null where it is lost: the vendor is asked again then. */
const keptAgain = (
  parts: SyncParts,
  own: Connection,
  stream: Stream<unknown, unknown>,
  turn: string,
  signal?: AbortSignal,
): Promise<TurnResult | null> =>
  again(parts, own.id, stream, batchesOf(readRaw(parts.folder, own.id, stream.name, turn), signal)).catch(
    async error => {
      if (!(error instanceof LostTurn)) throw error
      await readAnew(parts, own, stream, turn)
      return null
    },
  )

const dayMs = 86_400_000

/** Has the vendor give again what a lost turn held: its file goes, and the stream's past is read once more. */
async function readAnew(
  { ledger, folder }: SyncParts,
  { id, createdAt, backDays }: Connection,
  { name, kind }: Stream<unknown, unknown>,
  turn: string,
): Promise<void> {
  const key = { connection: id, stream: name }
  const [state] = await ledger
    .select()
    .from(streams)
    .where(and(eq(streams.connection, id), eq(streams.stream, name)))
  if (kind !== 'window') await noteStream(ledger, key, { bookmark: null, cursor: null, nextAt: createdAt })
  else if (state?.bookmark) {
    const from = Math.min(Date.parse(createdAt), state.bookmark) - backDays * dayMs
    await readAgain(ledger, id, [name], { from, to: state.bookmark })
  }
  await dropTurn(folder, id, name, turn)
}

interface Kept {
  stream: Stream<unknown, unknown>
  turn: string
}

/** Turns of some streams whose records are kept, in the order they were. */
async function keptTurns(
  parts: SyncParts,
  id: string,
  some: readonly Stream<unknown, unknown>[],
): Promise<Kept[]> {
  const turns: Kept[] = []
  for (const stream of some)
    for (const turn of await rawTurns(parts.folder, id, stream.name)) turns.push({ stream, turn })
  return turns.sort((a, b) => (a.turn < b.turn ? -1 : 1))
}

/** Streams that fill a table of this one's, or of one that does; itself among them. */
function sharing(
  first: Stream<unknown, unknown>,
  all: readonly Stream<unknown, unknown>[],
): readonly Stream<unknown, unknown>[] {
  const tables = new Set(first.tables)
  for (let before = -1; before < tables.size; ) {
    before = tables.size
    for (const one of all)
      if (one.tables.some(table => tables.has(table))) for (const table of one.tables) tables.add(table)
  }
  return all.filter(one => one === first || one.tables.some(table => tables.has(table)))
}

/** Maps anew what became stale: a shop came to which some of it belongs. Cut short, it is stale still. */
export async function replayStale(
  parts: SyncParts,
  id: string,
  { pass }: Gate,
  signal: AbortSignal,
): Promise<void> {
  const rows = await parts.ledger
    .select()
    .from(streams)
    .where(and(eq(streams.connection, id), eq(streams.stale, true)))
  for (const { stream } of rows) {
    if ((await rawTurns(parts.folder, id, stream)).length > 0)
      await pass(() => replay(parts, id, stream, signal))
    else await noteStream(parts.ledger, { connection: id, stream }, { stale: false })
  }
}

/**
 * Tries records again that were not understood; those that now are leave the list, once their rows are stored. What was
 * read after them is mapped once more: an order that changed since is as it is now, not as it was then. Broken off, all
 * of them stay on the list.
 */
export async function retryUnmapped(parts: SyncParts, id: string, signal?: AbortSignal): Promise<number> {
  const { ledger } = parts
  const rows = await ledger.select().from(unmapped).where(eq(unmapped.connection, id))
  const names = new Set(rows.map(row => row.stream))
  let understood = 0
  for (const name of names) {
    const own = rows.filter(row => row.stream === name)
    const still = new Set<string>()
    const stream = await known(parts, id, name)
    // What is left of a snapshot is not the whole of it.
    const part = { ...stream, whole: undefined }
    const first = new Date(Math.min(...own.map(row => Date.parse(row.at))))
    const done = await again(
      parts,
      id,
      part,
      batchesOf(
        own.map(row => row.record),
        signal,
      ),
      {
        still,
        at: first,
      },
    )
    if (done.records > done.unmapped) {
      const connection = await connectionOf(ledger, id)
      const family = sharing(stream, connectorOf(parts.connectors, connection.vendor).streams)
      for (const { stream: one, turn } of await keptTurns(parts, id, family))
        if (turn >= stampOf(first)) await keptAgain(parts, connection, one, turn, signal)
    }
    // A database may keep a record's fields in another order: what is still not understood may have another key now.
    const gone = own.map(row => row.key).filter(key => !still.has(key))
    await ledger
      .delete(unmapped)
      .where(and(eq(unmapped.connection, id), eq(unmapped.stream, name), inArray(unmapped.key, gone)))
    understood += done.records - done.unmapped
  }
  return understood
}

async function known(parts: SyncParts, id: string, name: string) {
  const own = await connectionOf(parts.ledger, id)
  const stream = connectorOf(parts.connectors, own.vendor).streams.find(one => one.name === name)
  if (!stream) throw invalid(`${id} has no stream ${name}.`)
  return stream
}

async function again(
  parts: SyncParts,
  id: string,
  stream: Stream<unknown, unknown>,
  batches: AsyncIterable<Batch<unknown>>,
  /** Takes the keys of records that are not understood, and says since when they are not. */
  strange: { still: Set<string>; at: Date } | null = null,
): Promise<TurnResult> {
  const { ledger, clock } = parts
  const own = await connectionOf(ledger, id)
  const at = clock()
  const key = { connection: id, stream: stream.name }
  const named = {
    ...key,
    id: newTurnId(at),
  }
  await beginTurn(ledger, { ...named, kind: 'replay', from: 0, to: 0, at })
  try {
    const done = await takeTurn(
      {
        granary: parts.granary,
        packer: parts.packer,
        folder: parts.folder,
        connection: id,
        stores: [...new Set([own.home, ...own.shops.map(shop => shop.store)])],
        place: await placeFor(parts, own),
        forget: await forgetting(ledger, parts.vault.salt),
        saveReached: async () => undefined,
        keepUnmapped: some => {
          for (const one of some) strange?.still.add(one.key)
          return keepUnmapped(ledger, key, some, strange?.at ?? clock())
        },
      },
      stream,
      named.id,
      batches,
      { keepRaw: false },
    )
    await endTurn(ledger, named, done, clock(), {})
    return done
  } catch (error) {
    await failTurn(ledger, named.id, troubleOf(error, clock()), clock())
    throw error
  }
}

async function* batchesOf(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<Batch<unknown>> {
  let some: unknown[] = []
  for await (const record of records) {
    signal?.throwIfAborted()
    some.push(record)
    if (some.length < handful) continue
    yield { records: some }
    some = []
  }
  if (some.length > 0) yield { records: some }
}
