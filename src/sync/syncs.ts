import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Act, Checked, Connector, Credentials, HookAnswer, HookRequest } from '#connectors/connector.ts'
import { latest } from '#metrics/reach.ts'
import type { Ledger } from '#postgres/open.ts'
import { actAt } from './act.ts'
import { type ConnectRequest, connect, disconnect, test } from './connect.ts'
import { allConnections, noteConnection, sweepTurns } from './connected.ts'
import { type Erased, eraseAll as erase, findPerson, type Held, noteErased, type Wanted } from './erase.ts'
import { createGate } from './gate.ts'
import { hurryStreams, takeHook } from './hooks.ts'
import { relink } from './linking.ts'
import { replay, replayStale, retryUnmapped } from './replay.ts'
import {
  type RoundOptions,
  type RoundResult,
  runRound,
  Stopped,
  type SyncParts,
  type SyncProgress,
} from './round.ts'
import { subscribeAll } from './subscribe.ts'
import type { TurnResult } from './turn.ts'
import { sweepWork } from './work.ts'

export type { ConnectRequest } from './connect.ts'
export type { RoundResult, SyncProgress } from './round.ts'

/** Connected systems, for the rooms and the doors: connecting, reading, replaying. */
export interface Syncs {
  vendors(): readonly Connector[]
  /** Asks the vendor; keeps nothing. @throws Failure in words. */
  test(vendor: string, credentials: Credentials): Promise<Checked>
  /** Keeps a connection that was tested; inside a transaction. */
  connect(ledger: Ledger, request: ConnectRequest, checked: Checked, by: string): ReturnType<typeof connect>
  /**
   * Breaks off what runs for a connection and works where nothing else of it does. `removes`: work that takes out what
   * is stored, which waits for whoever copies it; not to be begun within a transaction, which they may wait for.
   */
  leaving<T>(id: string, removes: boolean, work: () => Promise<T>): Promise<T>
  /** Takes a connection away, while it is `leaving`. Inside a transaction. */
  disconnect(ledger: Ledger, id: string, keepData: boolean): Promise<void>
  /** One round of a connection, once another of it has ended. @throws Stopped when it is broken off. */
  round(id: string, options?: Omit<RoundOptions, 'signal'>): Promise<RoundResult>
  /** What a command does at once that a server queues: a replay, or a round to the end of history. */
  work(what: { id: string; all?: boolean; replay?: string; whole?: boolean }): Promise<void>
  /** Breaks off what runs for a connection, and says why; what was stored stays. */
  stop(id: string, why: string): Promise<void>
  /** What is being read just now and is to go on, by connection. */
  running(): ReadonlyMap<string, SyncProgress | null>
  replay(id: string, stream: string): Promise<TurnResult>
  /** Does work while no stream is replayed and nothing is deleted: what is stored of it is half there meanwhile. */
  still<T>(work: () => Promise<T>): Promise<T>
  retryUnmapped(id: string): Promise<number>
  /** Makes or changes something in a task system; the same key again changes nothing twice. @throws Failure in words. */
  act(id: string, act: Act): Promise<{ id: string; url: string }>
  /** Takes a webhook; `hurry` when a stream became due by it. */
  hook(id: string, request: HookRequest): Promise<HookAnswer & { hurry: readonly string[] }>
  /** Has the vendors that can tell of changes do so at this public address, where that is to be seen to again. */
  subscribe(address: string): Promise<void>
  /** What is kept of a person, in every store and platform. */
  findPerson(wanted: Wanted): Promise<Held[]>
  /** Writes down that a person is to be erased; inside a transaction. */
  noteErased(ledger: Ledger, wanted: Wanted, held: readonly Held[]): Promise<void>
  /** Erases whoever is to be, where nothing is being read meanwhile. */
  eraseAll(): Promise<Erased>
  /** Makes the links between customers and accounts of several systems anew where something they rest on changed. */
  relink(): Promise<void>
  /** Connections with the time each is looked at next. */
  due(): Promise<{ id: string; nextAt: Date }[]>
  /** Breaks everything off and waits for it. */
  close(): Promise<void>
}

/** Marks what a killed process left, once. */
async function sweepSyncs({ ledger, folder, clock }: SyncParts): Promise<void> {
  await sweepTurns(ledger, clock())
  await sweepWork(folder)
  const raw = join(folder, 'raw')
  for (const entry of await readdir(raw, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile() && entry.name.endsWith('.jsonl.zst.part'))
      await rm(join(entry.parentPath, entry.name), { force: true })
}

/** What waits for so long was noted by a clock that has been set back since: it is now. */
const farthest = 2 * 86_400_000
const sane = (at: Date, now: Date): Date => (at.getTime() - now.getTime() > farthest ? now : at)

export function createSyncs(parts: SyncParts): Syncs {
  const { ledger, connectors } = parts
  const active = new Map<
    string,
    { stop: AbortController; done: Promise<unknown>; progress: SyncProgress | null }
  >()
  const gate = createGate()
  /** Acts under way by what they are the same by: of two at once neither would find what the other makes. */
  const acting = new Map<string, Promise<unknown>>()
  const retried = new Set<string>()
  /** Streams that were told of while a round ran, which may have read them before. */
  const told = new Map<string, Set<string>>()
  const closing = new AbortController()
  let subscribing: Promise<void> | undefined
  const linked = latest(async () => {
    await relink(parts, parts.clock())
  })
  let swept: Promise<void> | undefined

  /** Work on one connection at a time; `breaking` says why others are not waited for. */
  const alone = async <T>(
    id: string,
    work: (signal: AbortSignal) => Promise<T>,
    breaking?: string,
  ): Promise<T> => {
    swept ??= sweepSyncs(parts)
    await swept
    for (let other = active.get(id); other; other = active.get(id)) {
      if (breaking) other.stop.abort(new Stopped(breaking))
      await other.done.catch(() => undefined)
    }
    closing.signal.throwIfAborted()
    const stop = new AbortController()
    const done = work(stop.signal)
    const entry = { stop, done, progress: null }
    active.set(id, entry)
    try {
      return await done
    } finally {
      if (active.get(id) === entry) active.delete(id)
    }
  }

  const round = (id: string, options: Omit<RoundOptions, 'signal'> = {}): Promise<RoundResult> =>
    alone(id, async signal => {
      if (!retried.has(id)) {
        // Once for each start: a newer program may understand what an older did not.
        retried.add(id)
        await retryUnmapped(parts, id, signal).catch(error => {
          if (signal.aborted) retried.delete(id)
          throw error
        })
      }
      told.delete(id)
      await replayStale(parts, id, gate, signal)
      const result = await runRound(parts, id, {
        ...options,
        signal,
        onProgress: progress => {
          const entry = active.get(id)
          if (entry) entry.progress = progress
          options.onProgress?.(progress)
        },
      })
      const missed = told.get(id)
      if (result.more || missed) result.nextAt = parts.clock()
      await noteConnection(ledger, id, { nextAt: result.nextAt.toISOString() })
      if (missed) await hurryStreams(ledger, id, [...missed], result.nextAt)
      await linked()
      return result
    })

  const stop = async (id: string, why: string): Promise<void> => {
    const entry = active.get(id)
    entry?.stop.abort(new Stopped(why))
    await entry?.done.catch(() => undefined)
  }

  /** What began before a person was to be left out may still bring them: it ends first. */
  const eraseAll = async (): Promise<Erased> => {
    await Promise.all([...active.values()].map(({ done }) => done.catch(() => undefined)))
    return erase(parts)
  }

  return {
    vendors: () => connectors,
    test: (vendor, credentials) => test(parts, vendor, credentials),
    connect: (open, request, checked, by) => connect(parts, open, request, checked, by),
    leaving: (id, removes, work) =>
      alone(id, () => (removes ? gate.pass(work) : work()), 'it is being disconnected'),
    disconnect: (open, id, keepData) => disconnect(parts, open, id, keepData),
    round,
    async work({ id, all, replay: stream, whole }) {
      if (stream !== undefined) await alone(id, signal => gate.pass(() => replay(parts, id, stream, signal)))
      else await round(id, { all, whole })
    },
    stop,
    running: () =>
      new Map(
        [...active]
          .filter(([, entry]) => !entry.stop.signal.aborted)
          .map(([id, { progress }]) => [id, progress]),
      ),
    replay: (id, stream) => alone(id, signal => gate.pass(() => replay(parts, id, stream, signal))),
    still: gate.shut,
    retryUnmapped: id => alone(id, signal => retryUnmapped(parts, id, signal)),
    act(id, act) {
      const key = `${id} ${act.key}`
      const before = acting.get(key) ?? Promise.resolve()
      const done = before.catch(() => undefined).then(() => actAt(parts, id, act))
      acting.set(key, done)
      return done.finally(() => {
        if (acting.get(key) === done) acting.delete(key)
      })
    },
    async hook(id, request) {
      const answer = await takeHook(parts, id, request)
      if (answer.hurry.length > 0 && active.has(id))
        told.set(id, new Set([...(told.get(id) ?? []), ...answer.hurry]))
      return answer
    },
    relink: linked,
    subscribe(address) {
      subscribing ??= subscribeAll(parts, address, closing.signal).finally(() => {
        subscribing = undefined
      })
      return subscribing
    },
    findPerson: wanted => findPerson(parts, wanted),
    noteErased: (open, wanted, held) =>
      noteErased(
        open,
        parts.vault.salt,
        parts.clock(),
        wanted,
        held,
        connectors.map(one => one.vendor),
      ),
    eraseAll,
    due: async () =>
      (await allConnections(ledger))
        .filter(one => one.state === 'active')
        .map(({ id, nextAt }) => ({ id, nextAt: sane(new Date(nextAt), parts.clock()) })),
    async close() {
      const why = 'the server is shutting down'
      closing.abort(new Stopped(why))
      await subscribing?.catch(() => undefined)
      await Promise.all([...active.keys()].map(id => stop(id, why)))
      parts.packer.close()
    },
  }
}
