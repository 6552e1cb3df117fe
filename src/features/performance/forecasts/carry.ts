import { randomUUID } from 'node:crypto'
import type { Context } from '#features/context.ts'
import { addDays } from '#kernel/day.ts'
import { forecastTarget } from '#kernel/view.ts'
import type { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'

type Carried = Pick<
  typeof forecasts.$inferInsert,
  'id' | 'metric' | 'store' | 'slice' | 'currency' | 'asOf' | 'points'
>

/**
 * Carries forecasts into the granary day by day, so that the forecast is a comparison like any target, at every grain. They
 * replace what was carried for the days they look at: a day that is over keeps what was last forecast of it.
 */
export async function carryForecasts(context: Context, made: readonly Carried[]): Promise<void> {
  const rows = made.flatMap(({ metric, store, slice = '', currency, asOf, points }) =>
    points.map((point, h) => ({
      store,
      version: forecastTarget,
      day: addDays(asOf, h + 1),
      grain: 'day',
      line: metric,
      slice,
      amount: (point[2] ?? 0).toFixed(4),
      currency,
    })),
  )
  await carryRows(context, {
    id: `forecast-${randomUUID()}`,
    table: 'budget_lines',
    rows,
    source: 'forecast',
  })
}
