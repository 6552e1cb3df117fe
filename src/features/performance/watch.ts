import type { Context } from '#features/context.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { lookByTheHour } from './attention/by-the-hour.ts'
import { evaluate } from './attention/evaluate.ts'
import { compose } from './delivery/compose.ts'
import { sendDue } from './delivery/outbox.ts'
import type { Sender } from './delivery/send.ts'
import { askAll } from './forecasts/course.ts'
import { makeForecasts } from './forecasts/make.ts'

/** What is done after a load, and once a night: looks at what came. */
export async function watchOver(context: Context): Promise<void> {
  await evaluate(context)
}

/** What is done after it: forecasts anew. */
export async function forecastAnew(context: Context, pool: ForecastPool): Promise<void> {
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

/** Whether the past of sales or of visits is still being read somewhere: what is judged of it is judged anew once it is whole. */
export async function isComing(context: Context): Promise<boolean> {
  // Days before the first that is known are asked for, too: there the past that is to come would be.
  const { meta } = await askAll(context, {
    metrics: ['net_sales', 'sessions'],
    window: 'all_time',
    compare: ['last_year'],
  })
  return meta.wholeFrom !== undefined
}
