import type { Checked, Connector, Place, Reach, Stream } from '#connectors/connector.ts'
import { Postponed } from '#connectors/http.ts'
import { Failure, failureIn, invalid } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import type { Trouble } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { mendAhead } from './ahead.ts'
import {
  allConnections,
  beginTurn,
  type Connection,
  connectionOf,
  endTurn,
  failTurn,
  keepUnmapped,
  newTurnId,
  noteConnection,
  noteStream,
  pruneTurns,
  readBackTo,
  readOutgrown,
  type StreamSet,
  type StreamState,
  streamStates,
  type TurnKind,
} from './connected.ts'
import { forgetting } from './forget.ts'
import { readMissing } from './missing.ts'
import { watching } from './news.ts'
import type { Packer } from './packer.ts'
import { hasher, placeOf } from './place.ts'
import { keepTotals } from './reconcile.ts'
import { storable } from './storable.ts'
import { type Reached, reading, takeTurn } from './turn.ts'
import type { Vault } from './vault.ts'
import { workFolder } from './work.ts'

export interface SyncParts {
  ledger: Ledger
  granary: Warehouse
  packer: Packer
  /** Data folder. */
  folder: string
  vault: Vault
  connectors: readonly Connector[]
  clock: () => Date
  fetch: typeof fetch
}

/** Somebody stopped what was being read: no failure. What was stored stays, and the rest is read when it goes on. */
export class Stopped extends Error {
  constructor(why: string) {
    super(`Stopped before its end: ${why}.`)
    this.name = 'Stopped'
  }
}

/** What is being read just now. */
export interface SyncProgress {
  connection: string
  stream: string
  label: string
  kind: TurnKind
  records: number
  total: number | null
  /** Share of the stream's history that is stored, 0 to 1; null when it is being kept fresh. */
  history: number | null
}

export interface RoundOptions {
  /** Every stream has its turn, due or not. */
  all?: boolean
  /** Goes on until all of history is stored; else for a while, so that others come to their turn. */
  whole?: boolean
  signal: AbortSignal
  onProgress?: (progress: SyncProgress) => void
}

export interface RoundResult {
  /** History is left to be read. */
  more: boolean
  /** When the next stream is due. */
  nextAt: Date
  records: number
  troubles: { stream: string | null; trouble: Trouble }[]
}

const dayMs = 86_400_000
const minute = 60_000
/** As long as one connection's history is read at a stretch, while others wait. */
const turnMs = 15_000

const asksAgain = 'They are asked for again by themselves; “Read now” asks at once.'

/** A connector by its vendor. @throws Failure('unsupported'). */
export const connectorOf = (connectors: readonly Connector[], vendor: string): Connector => {
  const found = connectors.find(one => one.vendor === vendor)
  if (!found)
    throw invalid(
      `This version knows no vendor ${vendor}.`,
      `It knows ${connectors.map(one => one.vendor).join(', ')}.`,
    )
  return found
}

/** What a connection may touch of the world. */
export const reachOf = (
  parts: SyncParts,
  given: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Reach => ({
  fetch: parts.fetch,
  now: () => parts.clock().getTime(),
  sleep: ms =>
    new Promise((done, stopped) => {
      const end = () => stopped(signal.reason)
      if (signal.aborted) return end()
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', end)
        done()
      }, ms)
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer)
          end()
        },
        { once: true },
      )
    }),
  signal,
  work: workFolder(parts.folder),
  allowed: new Set(given.base_url && URL.canParse(given.base_url) ? [new URL(given.base_url).host] : []),
})

/** Where rows of a connection belong: among all stores, those that other connections brought with their hosts. */
export async function placeFor(
  parts: SyncParts,
  own: Pick<Connection, 'home' | 'shops' | 'privacy' | 'facts'>,
): Promise<Place> {
  const shops = (await allConnections(parts.ledger)).flatMap(one => one.shops)
  const known = (await parts.ledger.select().from(stores)).map(({ store, currency, timezone }) => ({
    store,
    currency,
    timezone,
    hosts: shops.filter(shop => shop.store === store).flatMap(shop => [...shop.hosts]),
  }))
  const home = known.find(one => one.store === own.home)
  if (!home)
    throw new Failure('conflict', `The store ${own.home} of this connection is gone.`, {
      next: 'Connect it again with another store.',
    })
  return placeOf({
    home,
    shops: Object.fromEntries(own.shops.map(shop => [shop.key, shop.store])),
    stores: known,
    privacy: own.privacy,
    hash: hasher(parts.vault.salt),
    facts: own.facts as Checked['facts'],
  })
}

/** What went wrong, for people. Our own faults are told as such; their stack goes to the log. */
export const troubleOf = (error: unknown, at: Date): Trouble => {
  if (error instanceof Stopped) return { code: 'stopped', message: error.message, at: at.toISOString() }
  const inside = failureIn(error)
  const failure = inside
    ? inside
    : error instanceof Postponed
      ? pauseOf(error)
      : isFull(error)
        ? diskFull
        : null
  return {
    code: failure?.code ?? 'internal',
    // Of a failed statement the first line names it; the values, which may be customers', come after it.
    message: storable(failure?.message ?? `Something of our own went wrong: ${firstLine(error)}`),
    ...(failure?.next && { next: failure.next }),
    at: at.toISOString(),
    ...(error instanceof Postponed && { until: new Date(error.until).toISOString() }),
  }
}

const pauseOf = ({ message, until }: Postponed): Failure =>
  new Failure('unavailable', message.replace(/\.?$/, '.'), {
    next: `Nothing is to be done: it goes on by itself at ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
  })
const notAnyMore = (why: string): Failure =>
  new Failure('forbidden', why, {
    next: 'What was read of it before stays as it is. Once it may be read again, it is by itself.',
  })
const diskFull = new Failure('unavailable', 'The disk is full: what was being read was not stored.', {
  next: 'Free some space in the data folder; it is read again by itself.',
})
const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ENOSPC') || /no space left/i.test(error.message))

const firstLine = (error: unknown): string =>
  String((error as Error)?.message ?? error)
    .split('\n')[0]
    ?.slice(0, 200) ?? ''

/** 1, 2, 4 … minutes, an hour at most. */
const later = (failures: number): number => Math.min(60, 2 ** Math.min(failures, 6)) * minute

/**
 * One round of a connection: what is due is read, fresh changes before history, history newest first. A stream that fails
 * is tried again later and holds up no other; what a killed round had not finished is read again by the next.
 */
export async function runRound(parts: SyncParts, id: string, options: RoundOptions): Promise<RoundResult> {
  const { ledger, clock } = parts
  const started = clock().getTime()
  const own = await connectionOf(ledger, id)
  const connector = connectorOf(parts.connectors, own.vendor)
  let states = await streamStates(ledger, id, connector.streams)
  if (own.state === 'active' && (await readOutgrown(ledger, own, connector.streams, states)))
    states = await streamStates(ledger, id, connector.streams)
  const result: RoundResult = {
    more: false,
    nextAt: new Date(clock().getTime() + 60 * minute),
    records: 0,
    troubles: [],
  }
  // What would wait longer than it is read was noted by a clock that has been set back since.
  const isDue = (one: Stream<unknown, unknown>) => {
    const wait = Date.parse(state(one).nextAt) - clock().getTime()
    return options.all || wait <= 0 || wait > Math.max(one.every, dayMs) + dayMs
  }
  const hasHistory = (state: StreamState) =>
    state.edge !== null && state.start !== null && state.edge > state.start
  const begun = new Set<string>()
  const broken = new Set<string>()
  const state = (stream: Stream<unknown, unknown>) => states.get(stream.name) as StreamState
  const behind = () => connector.streams.filter(one => hasHistory(state(one)) && !broken.has(one.name))
  const isEarly = () =>
    behind().length > 0 ||
    connector.streams.some(one => one.kind === 'window' && state(one).bookmark === null)
  const due = () =>
    connector.streams.filter(one => isDue(one) && !begun.has(one.name) && !(one.late && isEarly()))
  // A system in trouble is asked how it is although nothing is due: what it says of itself is to be true.
  const isIdle = due().length === 0 && behind().length === 0 && !own.trouble
  if (own.state === 'paused' || isIdle) return ended()

  let session: unknown
  let now: number
  try {
    session = connector.open(
      parts.vault.unlock(id, own.credentials),
      reachOf(parts, own.given, options.signal),
    )
    now = await connector.clock(session)
    if (own.trouble) await noteConnection(ledger, id, { trouble: null, failures: 0 })
  } catch (error) {
    options.signal.throwIfAborted()
    const trouble = troubleOf(error, clock())
    const wait = error instanceof Postponed ? error.until - clock().getTime() : later(own.failures)
    result.nextAt = new Date(clock().getTime() + wait)
    await noteConnection(ledger, id, {
      trouble,
      failures: own.failures + 1,
      nextAt: result.nextAt.toISOString(),
    })
    result.troubles.push({ stream: null, trouble })
    return result
  }
  const ahead = await mendAhead(ledger, own, connector.streams, states, now, clock())
  const place = await placeFor(parts, own)
  const forget = await forgetting(ledger, parts.vault.salt)
  const ownStores = [...new Set([own.home, ...own.shops.map(shop => shop.store)])]

  /** Whether a stream that cannot be read never could: it was told when the system was connected, or nothing ever came of it. */
  const isUnseen = (stream: Stream<unknown, unknown>, why: string): boolean =>
    own.limits.includes(why) || (stream.kind === 'snapshot' && Number(state(stream).records) === 0)
  /** One turn, noted from beginning to end. Gives whether it ended well. */
  const turn = async (
    stream: Stream<unknown, unknown>,
    kind: TurnKind,
    from: number,
    to: number,
    moved: (at: Date) => StreamSet,
    reached: (come: Reached) => StreamSet = ({ cursor }) => ({ cursor }),
  ): Promise<boolean> => {
    options.signal.throwIfAborted()
    const at = clock()
    const history = kind === 'history'
    const key = { connection: id, stream: stream.name }
    const named = { ...key, id: newTurnId(at) }
    await beginTurn(ledger, { ...named, kind, from, to, at })
    const share = history ? shareOf(state(stream)) : null
    const watch = watching(stream, state(stream).shape, { fresh: kind === 'fresh', now: at })
    try {
      const done = await takeTurn(
        {
          granary: parts.granary,
          packer: parts.packer,
          folder: parts.folder,
          connection: id,
          stores: ownStores,
          place,
          forget,
          saveReached: async come => {
            const row = await noteStream(ledger, key, reached(come))
            if (row) states.set(stream.name, row)
          },
          keepUnmapped: some => keepUnmapped(ledger, key, some, clock()),
          look: watch.look,
          onProgress: (records, total) =>
            options.onProgress?.({
              connection: id,
              stream: stream.name,
              label: stream.label,
              kind,
              records,
              total,
              history: share,
            }),
        },
        stream,
        named.id,
        reading(stream, session, { from, to, cursor: state(stream).cursor, history }),
      )
      if (done.unread !== undefined && !isUnseen(stream, done.unread)) throw notAnyMore(done.unread)
      const words = ahead.get(stream.name)
      if (words) done.remarks.push(words)
      const shape = watch.learnt()
      const next = { ...moved(clock()), ...(shape && { shape }) }
      const row = await endTurn(ledger, named, done, clock(), next)
      if (row) states.set(stream.name, row)
      result.records += done.records
      return true
    } catch (error) {
      const trouble = troubleOf(options.signal.aborted ? options.signal.reason : error, clock())
      await failTurn(ledger, named.id, trouble, clock())
      options.signal.throwIfAborted()
      const failures = state(stream).failures + 1
      const until =
        error instanceof Postponed ? error.until : clock().getTime() + later(state(stream).failures)
      const set = { nextAt: new Date(until).toISOString(), trouble, failures }
      await noteStream(ledger, key, set)
      states.set(stream.name, { ...state(stream), ...set })
      broken.add(stream.name)
      result.troubles.push({ stream: stream.name, trouble })
      return false
    }
  }
  const soon = (stream: Stream<unknown, unknown>, at: Date) =>
    new Date(at.getTime() + stream.every).toISOString()

  const fresh = async (stream: Stream<unknown, unknown>): Promise<void> => {
    begun.add(stream.name)
    const known = state(stream)
    const to = now - (stream.settle ?? 0)
    const start = now - own.backDays * dayMs
    if (stream.kind === 'snapshot') {
      await turn(stream, 'fresh', 0, to, at => ({ bookmark: to, nextAt: soon(stream, at) }))
    } else if (stream.kind === 'token') {
      const first = known.bookmark === null
      await turn(stream, first ? 'history' : 'fresh', known.bookmark ?? start, to, at => ({
        bookmark: to,
        nextAt: soon(stream, at),
      }))
    } else if (known.bookmark === null) {
      // Nothing is read yet: history begins where freshness will go on.
      const set = { bookmark: to, edge: to, start, nextAt: soon(stream, clock()) }
      await noteStream(ledger, { connection: id, stream: stream.name }, set)
      states.set(stream.name, { ...known, ...set })
    } else {
      await turn(stream, 'fresh', known.bookmark - (stream.overlap ?? 0), to, at => ({
        bookmark: Math.max(to, known.bookmark ?? 0),
        nextAt: soon(stream, at),
      }))
    }
  }
  const slice = async (stream: Stream<unknown, unknown>): Promise<void> => {
    const known = state(stream)
    const end = known.edge ?? 0
    const from = Math.max(known.start ?? 0, end - (stream.slice ?? Number.POSITIVE_INFINITY))
    let edge = end
    const backTo = (to: number) => {
      const set = readBackTo(to, edge)
      edge = to
      return set
    }
    await turn(
      stream,
      'history',
      from,
      end,
      () => backTo(from),
      ({ back = edge }) => backTo(Math.min(edge, Math.max(from, back))),
    )
  }

  for (const stream of due()) await fresh(stream)
  for (let left = behind(); left.length > 0; left = behind()) {
    // The stream that is furthest behind is next, so that all become useful together.
    const [first] = left.sort((a, b) => (state(b).edge ?? 0) - (state(a).edge ?? 0))
    if (first) await slice(first)
    if (!options.whole && clock().getTime() - started >= turnMs) break
    // Fresh changes do not wait for all of history.
    if (!options.all) for (const stream of due()) await fresh(stream)
  }
  // Those that waited for history.
  if (behind().length === 0) for (const stream of due()) await fresh(stream)
  if (behind().length === 0) await compare()
  // Now and then, as a webhook does of those before it.
  if (clock().getTime() % 100 === 0) await pruneTurns(ledger, id, clock())
  // What was asked for meanwhile of streams that had their turn.
  states = await streamStates(ledger, id, connector.streams)
  const list = connector.quotas?.(session) ?? []
  if (list.length > 0) await noteConnection(ledger, id, { quotas: { at: clock().toISOString(), list } })
  return ended()

  /** The source's own totals, a few times a day; that they cannot be had is no reason to read nothing. */
  async function compare(): Promise<void> {
    const last = own.comparedAt === null ? 0 : Date.parse(own.comparedAt)
    // What analytics counts is no shop's total: it sees less than the shop, and in its own currency.
    if (
      !connector.totals ||
      own.shops.length === 0 ||
      (!options.all && Math.abs(clock().getTime() - last) < 6 * 60 * minute)
    )
      return
    try {
      await keepTotals(ledger, own, connector, session, now)
      await readMissing({ ledger, granary: parts.granary }, own, connector.streams, now)
      await noteConnection(ledger, id, { comparedAt: clock().toISOString(), uncompared: null })
    } catch (error) {
      options.signal.throwIfAborted()
      const trouble = { next: asksAgain, ...troubleOf(error, clock()) }
      await noteConnection(ledger, id, { uncompared: trouble })
      result.troubles.push({ stream: null, trouble })
    }
  }

  function ended(): RoundResult {
    result.more = own.state === 'active' && behind().length > 0
    const next = [...states.values()].map(one => Date.parse(one.nextAt))
    if (next.length > 0) result.nextAt = new Date(Math.min(...next))
    return result
  }
}

/** Share of history that is stored. */
const shareOf = ({ bookmark, edge, start }: StreamState): number =>
  bookmark === null || edge === null || start === null || bookmark <= start
    ? 0
    : (bookmark - edge) / (bookmark - start)
