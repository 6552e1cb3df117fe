import { randomBytes } from 'node:crypto'
import { and, asc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { Stream } from '#connectors/connector.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { connections, streams, type Trouble, turns, unmapped } from '#postgres/tables/connections.ts'
import type { TurnResult, Unmapped } from './turn.ts'

/** A connection as the ledger keeps it. */
export type Connection = typeof connections.$inferSelect
export type StreamState = typeof streams.$inferSelect
export type TurnKind = (typeof turns.$inferSelect)['kind']

/** @throws Failure('not_found') naming the connection. */
export async function connectionOf(ledger: Ledger, id: string): Promise<Connection> {
  const [found] = await ledger.select().from(connections).where(eq(connections.id, id))
  if (!found)
    throw new Failure('not_found', `There is no connection ${id}.`, {
      next: 'See which there are with `quarterdeck connections`.',
    })
  return found
}

export const allConnections = (ledger: Ledger): Promise<Connection[]> =>
  ledger.select().from(connections).orderBy(asc(connections.createdAt), asc(connections.id))

/** How far the streams have come; those that are new to the program are begun. */
export async function streamStates(
  ledger: Ledger,
  connection: string,
  known: readonly Stream<unknown, unknown>[],
): Promise<Map<string, StreamState>> {
  if (known.length > 0)
    await ledger
      .insert(streams)
      .values(known.map(({ name, edition }) => ({ connection, stream: name, edition })))
      .onConflictDoNothing()
  const rows = await ledger.select().from(streams).where(eq(streams.connection, connection))
  return new Map(rows.map(row => [row.stream, row]))
}

/** What of a stream is noted. */
export type StreamSet = PgUpdateSetSource<typeof streams>

/** Gives the stream as it is then; undefined where it is gone. */
export const noteStream = async (
  ledger: Ledger,
  { connection, stream }: { connection: string; stream: string },
  set: StreamSet,
): Promise<StreamState | undefined> => {
  const [row] = await ledger
    .update(streams)
    .set(set)
    .where(and(eq(streams.connection, connection), eq(streams.stream, stream)))
    .returning()
  return row
}

/**
 * Has a stretch of some streams read once more, from and to in ms; what is still to be read, of history or of a stretch
 * asked for before, is read as well. `set` is noted with it.
 */
export const readAgain = async (
  ledger: Ledger,
  connection: string,
  names: readonly string[],
  { from, to }: { from: number; to: number },
  set: Partial<typeof streams.$inferInsert> = {},
): Promise<void> => {
  const left = sql`${streams.edge} > ${streams.start}`
  await ledger
    .update(streams)
    .set({
      ...set,
      edge: sql`CASE WHEN ${left} THEN greatest(${streams.edge}, ${to}::bigint) ELSE ${to}::bigint END`,
      start: sql`CASE WHEN ${left} THEN least(${streams.start}, ${from}::bigint) ELSE ${from}::bigint END`,
    })
    .where(and(eq(streams.connection, connection), inArray(streams.stream, [...names])))
}

const dayMs = 86_400_000

/**
 * Has the history of streams read again whose records hold more by now than when they were read, as far back as it was.
 * Gives whether there were any.
 */
export async function readOutgrown(
  ledger: Ledger,
  { id, createdAt, backDays }: Pick<Connection, 'id' | 'createdAt' | 'backDays'>,
  known: readonly Stream<unknown, unknown>[],
  states: ReadonlyMap<string, StreamState>,
): Promise<boolean> {
  let any = false
  for (const { name, kind, edition = 1 } of known) {
    const state = states.get(name)
    if (!state || state.edition >= edition) continue
    any = true
    const { bookmark } = state
    if (kind === 'window' && bookmark !== null) {
      const from = Math.min(Date.parse(createdAt), bookmark) - backDays * dayMs
      await readAgain(ledger, id, [name], { from, to: bookmark }, { edition })
    } else await noteStream(ledger, { connection: id, stream: name }, { edition })
  }
  return any
}

export const noteConnection = async (
  ledger: Ledger,
  id: string,
  set: Partial<typeof connections.$inferInsert>,
): Promise<void> => {
  await ledger.update(connections).set(set).where(eq(connections.id, id))
}

let made = 0

/** How ids of turns begin that were begun at a time. */
export const stampOf = (at: Date): string => at.toISOString().replaceAll(/[-:.]/g, '')

/** Sorts by time, also within a millisecond; unique. */
export const newTurnId = (at: Date): string =>
  `${stampOf(at)}-${String(made++).padStart(6, '0')}-${randomBytes(3).toString('hex')}`

/** Writes down that a turn begins. */
export async function beginTurn(
  ledger: Ledger,
  turn: {
    id: string
    connection: string
    stream: string
    kind: TurnKind
    from: number
    to: number
    at: Date
  },
): Promise<void> {
  const { at, ...rest } = turn
  await ledger.insert(turns).values({ ...rest, startedAt: at.toISOString() })
}

/** Writes down how it ended, and moves the stream on, at once. Gives the stream as it is then. */
export async function endTurn(
  ledger: Ledger,
  turn: { id: string; connection: string; stream: string },
  result: TurnResult,
  at: Date,
  moved: StreamSet,
): Promise<StreamState | undefined> {
  const { remarks, unread: _, ...figures } = result
  return ledger.transaction(async tx => {
    const open = tx as unknown as Ledger
    await open
      .update(turns)
      .set({ ...figures, endedAt: at.toISOString() })
      .where(eq(turns.id, turn.id))
    return noteStream(open, turn, {
      ...moved,
      remarks,
      records: sql`${streams.records} + ${result.records}`,
      lastAt: at.toISOString(),
      trouble: null,
      failures: 0,
    })
  })
}

/** History is read back to `from`, where it was read from `edge`: what was asked to be read again meanwhile is still to be. */
export const readBackTo = (from: number, edge: number | null): StreamSet => ({
  edge: sql`CASE WHEN ${streams.edge} IS NOT DISTINCT FROM ${edge}::bigint THEN ${from}::bigint ELSE ${streams.edge} END`,
  back: sql`CASE WHEN ${streams.back} IS NULL OR ${streams.back} <= ${edge}::bigint THEN least(${streams.back}, ${from}::bigint) ELSE ${streams.back} END`,
})

export async function failTurn(ledger: Ledger, id: string, trouble: Trouble, at: Date): Promise<void> {
  await ledger.update(turns).set({ error: trouble, endedAt: at.toISOString() }).where(eq(turns.id, id))
}

/** Turns that a killed process left without an end are marked; what they were to read is read again. */
export async function sweepTurns(ledger: Ledger, at: Date): Promise<void> {
  const trouble = {
    code: 'unavailable',
    message: 'The server was stopped in the middle.',
    at: at.toISOString(),
  }
  await ledger.update(turns).set({ error: trouble, endedAt: at.toISOString() }).where(isNull(turns.endedAt))
}

/** Days of turns that are shown at most, and how many of a connection's last ones whatever their age. */
const shown = { days: 366, turns: 500 }

/**
 * Forgets turns of a connection that nothing shows any more. The last of each stream and kind that ended well stays, as it
 * says up to when was read, and so does the last that brought anything.
 */
export async function pruneTurns(ledger: Ledger, connection: string, at: Date): Promise<void> {
  const own = sql`FROM ${turns} WHERE ${turns.connection} = ${connection}`
  const newest = sql`${turns.startedAt} DESC, ${turns.id} DESC`
  const wanted = [
    sql`SELECT ${turns.id} ${own} ORDER BY ${newest} LIMIT ${shown.turns}`,
    sql`SELECT DISTINCT ON (${turns.stream}, ${turns.kind}) ${turns.id} ${own} AND ${turns.error} IS NULL
      AND ${turns.endedAt} IS NOT NULL ORDER BY ${turns.stream}, ${turns.kind}, ${newest}`,
    sql`SELECT ${turns.id} ${own} AND ${turns.inserted} + ${turns.changed} + ${turns.gone} > 0 ORDER BY ${newest} LIMIT 1`,
  ].map(some => sql`${turns.id} NOT IN (${some})`)
  const before = new Date(at.getTime() - (shown.days + 1) * dayMs).toISOString()
  await ledger
    .delete(turns)
    .where(
      and(eq(turns.connection, connection), lt(turns.startedAt, before), isNotNull(turns.endedAt), ...wanted),
    )
}

/** Records that were not understood; at most ten thousand a stream are kept. */
export async function keepUnmapped(
  ledger: Ledger,
  { connection, stream }: { connection: string; stream: string },
  some: readonly Unmapped[],
  at: Date,
): Promise<void> {
  const [row] = await ledger
    .select({ n: sql<number>`count(*)::int` })
    .from(unmapped)
    .where(and(eq(unmapped.connection, connection), eq(unmapped.stream, stream)))
  if ((row?.n ?? 0) >= 10_000) return
  // A page that came twice has the same record twice, and no statement changes a row twice.
  const each = [...new Map(some.map(one => [one.key, one])).values()]
  await ledger
    .insert(unmapped)
    .values(each.map(one => ({ connection, stream, ...one, at: at.toISOString() })))
    .onConflictDoUpdate({
      target: [unmapped.connection, unmapped.stream, unmapped.key],
      set: { reason: sql`excluded.reason`, at: sql`excluded.at` },
    })
}
