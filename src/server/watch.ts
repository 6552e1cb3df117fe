import type { Context } from '#features/context.ts'
import { createSender } from '#features/performance/delivery/send.ts'
import { deliver, watchHours, watchOver } from '#features/performance/watch.ts'
import { openForecastPool } from '#forecast/pool.ts'
import type { Jobs } from './jobs.ts'

/** Watches over the figures as they come, and sends what is found. */
export interface Watch {
  /** One look at everything, and new forecasts. */
  look(): Promise<void>
  begin(): void
  close(): Promise<void>
}

const minute = 60_000
/** After the last load things are let settle for so long, but no longer than `most` after the first. */
const settled = 2 * minute
const most = 30 * minute
/** A look is due at least so often: a day is over without any load. */
const daily = 6 * 60 * minute

/** The hours of the day are looked at so often. */
const hourly = 20 * minute

/** Tables whose loads are our own doing. */
const own = new Set(['budget_lines'])

/** Looks after each load once things have settled, and a few times a day; sends every minute. */
export function keepWatch(context: Context, jobs: () => Jobs, onError: (error: unknown) => void): Watch {
  // One thread fewer than there are cores: requests keep theirs.
  const pool = openForecastPool(1)
  const send = createSender(context)
  let version = -1
  let looked = 0
  let hours = 0
  let first: number | null = null
  let latest = 0
  let turning: Promise<unknown> = Promise.resolve()
  const turn = async () => {
    const now = context.clock().getTime()
    const changes = await context.granary.changes(version)
    version = changes.at(-1)?.version ?? version
    if (changes.some(one => !own.has(one.table))) {
      first ??= now
      latest = now
    }
    const ready = first !== null && (now - latest >= settled || now - first >= most)
    if (ready || now - looked >= daily) {
      first = null
      looked = now
      await jobs().send('watch', {})
    }
    try {
      if (now - hours >= hourly) {
        hours = now
        await watchHours(context)
      }
    } finally {
      await deliver(context, send)
    }
  }
  let timer: NodeJS.Timeout | undefined
  return {
    look: () => watchOver(context, pool),
    begin() {
      timer = setInterval(() => {
        turning = turning.then(turn).catch(onError)
      }, minute)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
      await turning
      await pool.close()
    },
  }
}
