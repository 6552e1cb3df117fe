import type { Logger } from 'pino'
import { failureIn } from '#kernel/error.ts'
import { Stopped } from '#sync/round.ts'
import type { Syncs } from '#sync/syncs.ts'
import type { Jobs } from './jobs.ts'

/** Keeps connections read at their times. */
export interface Step {
  /** One round of a connection, and the job for its next. */
  round(data: Record<string, unknown>): Promise<void>
  /** Queues what is due; from then on it is done now and then. */
  begin(): Promise<void>
  /** Has the vendors tell of changes, from now on and wherever it is missing later; to be called once the door is open. */
  listen(): void
  /** A connection was told of a change: its next round is soon. */
  hurry(id: string): void
  close(): void
}

/** Jobs may be lost; what is due is looked for again this often. */
const lookMs = 60_000
/** Changes come in bursts: one round reads them all. */
const gatherMs = 2_000

/**
 * Every connection has a job that waits until its next stream is due; after a round the next is queued: at once while history
 * is left, so that others come between.
 */
export function keepInStep(
  syncs: Syncs,
  jobs: () => Jobs,
  /** Where vendors reach this server; undefined: nowhere. */
  address: string | undefined,
  log: Pick<Logger, 'info' | 'error'>,
  /** What follows from rows that came in. Not done of a reading that was broken off: the house may be closing. */
  followed: () => Promise<void>,
): Step {
  const onError = (error: unknown) => log.error({ err: error }, 'sync failed')
  const waiting = new Map<string, number>()
  const wait = async (id: string, at: Date): Promise<void> => {
    const time = at.getTime()
    if ((waiting.get(id) ?? Number.POSITIVE_INFINITY) <= time) return
    waiting.set(id, time)
    await jobs().send('sync', { id }, { at })
  }
  const look = async (): Promise<void> => {
    for (const { id, nextAt } of await syncs.due()) await wait(id, nextAt)
  }
  let timer: NodeJS.Timeout | undefined
  let listening = false
  /** Nobody waits for it: vendors are many, and slow. */
  const subscribe = () => {
    if (listening && address) syncs.subscribe(address).catch(onError)
  }
  return {
    async begin() {
      await look()
      timer = setInterval(() => {
        look().catch(onError)
        subscribe()
      }, lookMs)
      timer.unref()
    },
    listen() {
      listening = true
      subscribe()
    },
    hurry(id) {
      wait(id, new Date(Date.now() + gatherMs)).catch(onError)
    },
    async round(data) {
      const { id, all, replay } = { id: String(data.id), all: data.all === true, replay: data.replay }
      try {
        if (typeof replay === 'string') {
          await syncs.replay(id, replay)
          await followed()
          return
        }
        waiting.delete(id)
        // A new connection is told of soon.
        subscribe()
        // A round asked for while one runs is that one's business: it looks at what is due when it ends.
        if (syncs.running().has(id) && !all) return
        const { nextAt, more } = await syncs.round(id, { all })
        await wait(id, more ? new Date() : nextAt)
        await followed()
      } catch (error) {
        // Of a connection that was taken away a job may still have been waiting.
        const isGone = failureIn(error)?.code === 'not_found'
        if (!isGone && !(error instanceof Stopped)) throw error
        log.info({ connection: id, why: (error as Error).message }, 'reading stopped')
      }
    },
    close: () => clearInterval(timer),
  }
}
