import type { Context } from '#features/context.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { lookByTheHour } from './attention/by-the-hour.ts'
import { evaluate } from './attention/evaluate.ts'
import { compose } from './delivery/compose.ts'
import { sendDue } from './delivery/outbox.ts'
import type { Sender } from './delivery/send.ts'
import { makeForecasts } from './forecasts/make.ts'

/** What is done after a load, and once a night: looks at what came, then forecasts anew. What is found first is told first. */
export async function watchOver(context: Context, pool: ForecastPool): Promise<void> {
  await evaluate(context)
  await makeForecasts(context, pool)
}

/** What is done a few times an hour: looks at the hours of today. What is read without a load has no other occasion. */
export async function watchHours(context: Context): Promise<void> {
  await lookByTheHour(context)
}

/** What is done every minute: digests whose hour has come, alerts nobody was told of, messages that wait. */
export async function deliver(context: Context, send: Sender): Promise<number> {
  await compose(context)
  return sendDue(context, send)
}
