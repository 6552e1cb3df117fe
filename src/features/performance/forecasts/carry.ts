import { randomUUID } from 'node:crypto'
import type { Context } from '#features/context.ts'
import { addDays } from '#kernel/day.ts'
import { forecastTarget } from '#kernel/view.ts'
import { withdrawn } from '#metrics/plans.ts'
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

/** Takes away what was carried for days to come of parts that are no longer told by themselves: beside the others it would count twice. */
export async function withdrawForecasts(
  context: Context,
  { metric, asOf }: Pick<Carried, 'metric' | 'asOf'>,
  made: readonly Pick<Carried, 'store' | 'slice'>[],
): Promise<void> {
  const told = new Set(made.map(({ store, slice }) => JSON.stringify([store, slice])))
  const before = await context.granary.query(
    `SELECT store, slice, day, currency FROM ${context.granary.dialect.from('budget_lines')}
     WHERE version = {version:String} AND line = {metric:String} AND slice <> '' AND grain <> {gone:String}
       AND day > {asOf:Date}`,
    { version: forecastTarget, metric, gone: withdrawn, asOf },
  )
  const rows = before
    .filter(row => !told.has(JSON.stringify([row.store, row.slice])))
    .map(row => ({
      store: String(row.store),
      version: forecastTarget,
      day: String(row.day),
      grain: withdrawn,
      line: metric,
      slice: String(row.slice),
      amount: '0',
      currency: String(row.currency),
    }))
  await carryRows(context, {
    id: `forecast-${randomUUID()}`,
    table: 'budget_lines',
    rows,
    source: 'forecast',
  })
}
