import { table as describe } from '#kernel/canonical.ts'
import { invalid } from '#kernel/error.ts'
import type { Dialect } from '#warehouse/warehouse.ts'
import type { Plan } from '../ask.ts'
import type { Fact } from '../fact.ts'
import { facts } from '../facts.ts'
import { rowConditions } from './from.ts'
import type { Statement } from './text.ts'
import type { Window } from './window.ts'

/** The days of one period of an answer, by its key; of an hour, its day and hour. */
export const periodWindow = (window: Window, key: string): { from: string; to: string; hour?: number } => {
  const hourly = /^(\d{4}-\d\d-\d\d) (\d\d):00$/.exec(key)
  const bucket = window.buckets.find(b => b.key === (hourly?.[1] ?? key))
  if (!bucket)
    throw invalid(
      `The answer has no period ${key}.`,
      `It has ${window.buckets[0]?.key} to ${window.buckets.at(-1)?.key}.`,
    )
  return { from: bucket.from, to: bucket.to, ...(hourly && { hour: Number(hourly[2]) }) }
}

/** Statements for the rows behind a cell, newest first, and how many there are. */
export const writeRows = (
  made: Plan,
  fact: Fact,
  dialect: Dialect,
  page: { limit: number; offset: number; hour?: number | undefined },
): { rows: Statement; count: Statement } => {
  const source = [fact, ...facts].flatMap(f => f.sources).find(s => s.table === fact.table)
  const orders = fact.sources.find(s => s.table === 'order_days')
  if (!source) throw invalid(`${fact.label} keeps no rows to show.`)
  const { from, parameters } = rowConditions(
    { resolved: made.resolved, window: made.window, reach: made.scoped.reach },
    source,
    orders,
    dialect,
    page.hour,
  )
  // By its whole key after the day, so that pages neither repeat nor skip a row.
  const order = [`f.${source.day} DESC`, ...describe(fact.table).key.map(c => `f.${c}`)]
  const columns = Object.keys(describe(fact.table).columns).map(c => `f.${c} AS ${c}`)
  return {
    rows: {
      about: 'rows behind the number',
      sql: `SELECT ${columns.join(', ')} ${from} ORDER BY ${order.join(', ')} LIMIT ${Math.trunc(page.limit)} OFFSET ${Math.trunc(page.offset)}`,
      parameters,
    },
    count: { about: 'how many', sql: `SELECT count(*) AS n ${from}`, parameters },
  }
}
