import type { Context } from '#features/context.ts'
import { oneByOne } from '#features/one-by-one.ts'
import { cockpitAhead } from '#features/performance/cockpit-ahead.ts'
import { createSender } from '#features/performance/delivery/send.ts'
import { deliver, forecastAnew, isComing, watchHours, watchOver } from '#features/performance/watch.ts'
import { reviewsAhead } from '#features/reviews/reviews-ahead.ts'
import { openForecastPool } from '#forecast/pool.ts'
import type { Jobs } from './jobs.ts'

/** Watches over the figures as they come, and sends what is found. */
export interface Watch {
  /** One look at everything, what will be read asked ahead, and new forecasts. */
  look(): Promise<void>
  /** Does what is due: asks for a look, looks at the hours, sends. */
  turn(): Promise<void>
  begin(): void
  close(): Promise<void>
}

const minute = 60_000
/** What is due is seen so often; what is to be sent goes once a minute. */
const beat = minute / 3
/** After the last load things are let settle for so long, but no longer than `most` after the first. */
const settled = minute
const most = 30 * minute
/** A look is due at least so often: a day is over without any load. */
const daily = 6 * 60 * minute

/** The hours of the day are looked at so often. */
const hourly = 20 * minute

/** Tables whose loads are our own doing. */
const own = new Set(['budget_lines'])

/** Looks after each load once things have settled, at once when the past has been read, and a few times a day; sends every minute. */
export function keepWatch(context: Context, jobs: () => Jobs, onError: (error: unknown) => void): Watch {
  // One thread fewer than there are cores: requests keep theirs.
  const pool = openForecastPool(1)
  const send = createSender(context)
  let version = -1
  let looked = 0
  let hours = 0
  let sent = 0
  let coming = false
  let first: number | null = null
  let latest = 0
  let turning: Promise<unknown> = Promise.resolve()
  const turn = async () => {
    const now = context.clock().getTime()
    const changes = await context.granary.changes(version)
    version = changes.at(-1)?.version ?? version
    let whole = false
    if (changes.some(one => !own.has(one.table))) {
      first ??= now
      latest = now
      const was = coming
      coming = await isComing(context)
      whole = was && !coming
    }
    // Where the past has just become whole nobody waits for shops to fall silent, which sell all day.
    const ready = first !== null && (whole || now - latest >= settled || now - first >= most)
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
      // A beat comes a little early or late.
      if (now - sent >= minute - beat / 2) {
        sent = now
        await deliver(context, send)
      }
    }
  }
  let timer: NodeJS.Timeout | undefined
  const closing = new AbortController()
  return {
    // What is found first is told first; forecasts take longest. What is compared with them is asked once more.
    async look() {
      const calm = { ...context, metrics: oneByOne(context.metrics, closing.signal) }
      /** What most people read first is asked before they do. */
      const ahead = async () => {
        for (const ask of [cockpitAhead, reviewsAhead])
          await ask(calm).catch(error => closing.signal.aborted || onError(error))
      }
      try {
        await watchOver(context)
        await ahead()
        await forecastAnew(context, pool)
        await ahead()
      } catch (error) {
        // A house that closes shuts what a long look still asks; the next start looks anew.
        if (!closing.signal.aborted) throw error
      }
    },
    turn,
    begin() {
      timer = setInterval(() => {
        turning = turning.then(turn).catch(onError)
      }, beat)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
      closing.abort()
      await turning
      await pool.close()
    },
  }
}
