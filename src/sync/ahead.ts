import { and, eq, inArray, isNull, lte, sql } from 'drizzle-orm'
import type { Stream } from '#connectors/connector.ts'
import type { Ledger } from '#postgres/open.ts'
import { type Trouble, turns } from '#postgres/tables/connections.ts'
import {
  beginTurn,
  type Connection,
  failTurn,
  newTurnId,
  noteStream,
  type StreamSet,
  type StreamState,
} from './connected.ts'

const dayMs = 86_400_000
/** A vendor has many servers, whose clocks differ by seconds. */
const jitter = 60_000

/**
 * Streams whose bookmark lies in the future, as a clock that was ahead leaves it, would pass over all that changes until
 * then. They go on from now, and what changed since the last reading that was not ahead is read again. Each is told among
 * the readings. Gives what is to be told, by the stream's name.
 */
export async function mendAhead(
  ledger: Ledger,
  own: Pick<Connection, 'id' | 'backDays'>,
  known: readonly Stream<unknown, unknown>[],
  states: Map<string, StreamState>,
  now: number,
  at: Date,
): Promise<Map<string, string>> {
  const told = new Map<string, string>()
  for (const { name, kind, overlap = 0, settle = 0 } of known) {
    const state = states.get(name)
    const to = now - settle
    if (!state || (state.bookmark ?? 0) <= to + Math.max(overlap, jitter)) continue
    const key = { connection: own.id, stream: name }
    const sure = await lastSure(ledger, key, kind, to)
    const back = sure === null ? to - own.backDays * dayMs : sure - dayMs
    const row = await noteStream(ledger, key, goesOn(kind, state, sure, { from: back, to }))
    if (row) states.set(name, row)
    // What reads everything each time has missed nothing.
    if (kind === 'snapshot' || (kind === 'token' && sure !== null)) continue
    const trouble = troubleOf(state.bookmark ?? to, kind === 'token' ? null : back, at)
    const turn = { ...key, id: newTurnId(at), kind: 'again', from: back, to, at } as const
    await beginTurn(ledger, turn)
    await failTurn(ledger, turn.id, trouble, at)
    told.set(name, trouble.message)
  }
  return told
}

const goesOn = (
  kind: Stream<unknown, unknown>['kind'],
  { edge, start }: StreamState,
  sure: number | null,
  { from, to }: { from: number; to: number },
): StreamSet => {
  if (kind === 'snapshot') return { bookmark: to }
  // Its place is the vendor's own word, unless it began from a time that had not come.
  if (kind === 'token') return sure === null ? { bookmark: null, cursor: null } : { bookmark: to }
  const isLeft = edge !== null && start !== null && edge > start
  return { bookmark: to, edge: to, start: isLeft ? Math.min(start, from) : from }
}

/** Up to when the last reading went that ended well and was of a time that had come; null where there is none. */
async function lastSure(
  ledger: Ledger,
  { connection, stream }: { connection: string; stream: string },
  kind: Stream<unknown, unknown>['kind'],
  now: number,
): Promise<number | null> {
  const [row] = await ledger
    .select({ to: sql<string | null>`max(${turns.to})` })
    .from(turns)
    .where(
      and(
        eq(turns.connection, connection),
        eq(turns.stream, stream),
        // A slice of history ends where nobody's clock says.
        inArray(turns.kind, kind === 'token' ? ['fresh', 'history'] : ['fresh']),
        lte(turns.to, now),
        lte(turns.from, turns.to),
        isNull(turns.error),
        sql`${turns.endedAt} IS NOT NULL`,
      ),
    )
  return row?.to ? Number(row.to) : null
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

const troubleOf = (ahead: number, back: number | null, at: Date): Trouble => ({
  code: 'conflict',
  message: `It was read up to ${dayOf(ahead)} by a clock that was ahead. ${
    back === null ? 'It is read again from its beginning' : `What changed since ${dayOf(back)} is read again`
  }.`,
  next: 'Nothing is to be done. Where the clock of this server was wrong, have it set by the network.',
  at: at.toISOString(),
})
