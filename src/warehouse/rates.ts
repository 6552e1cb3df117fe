import type { Day } from '#kernel/day.ts'
import { crossings, type RatedPair } from '#kernel/exchange.ts'
import { exact, ratio } from '#kernel/money.ts'
import type { Warehouse } from './warehouse.ts'

/** Between which currencies the granary knows rates, and since and until when. */
export async function ratedPairs(granary: Warehouse): Promise<RatedPair[]> {
  const rows = await granary.query(
    `SELECT base, quote, min(day) AS first_day, max(day) AS last_day
     FROM ${granary.dialect.from('exchange_rates')} WHERE rate > 0 GROUP BY base, quote ORDER BY base, quote`,
  )
  return rows.map(row => ({
    base: String(row.base),
    quote: String(row.quote),
    from: String(row.first_day),
    to: String(row.last_day),
  }))
}

/**
 * What one unit of `from` is worth in `to` on a day: the last rate on or before it, given or turned round, else through a
 * third currency, as the metrics convert. Decimal text.
 * @returns null where there is none.
 */
export async function rateOn(granary: Warehouse, from: string, to: string, day: Day): Promise<string | null> {
  const own = await betweenOn(granary, from, to, day)
  if (own !== null) return own
  const way = crossings(await ratedPairs(granary), from, to).find(
    ({ since, until }) => since <= day && (until === null || day < until),
  )
  if (!way) return null
  const near = await betweenOn(granary, from, way.through, day)
  const far = await betweenOn(granary, way.through, to, day)
  return near === null || far === null ? null : exact(near).times(exact(far)).toDecimalPlaces(12).toString()
}

/** The last rate of two currencies; of the same day the one given this way round. */
const betweenOn = async (granary: Warehouse, from: string, to: string, day: Day): Promise<string | null> => {
  if (from === to) return '1'
  const [row] = await granary.query(
    `SELECT base, rate FROM ${granary.dialect.from('exchange_rates')}
     WHERE ((base = {a:String} AND quote = {b:String}) OR (base = {b:String} AND quote = {a:String}))
       AND day <= {day:Date} AND rate > 0
     ORDER BY day DESC, CASE WHEN base = {a:String} THEN 0 ELSE 1 END LIMIT 1`,
    { a: from, b: to, day },
  )
  if (!row) return null
  return String(row.base) === from ? String(row.rate) : ratio('1', String(row.rate), 12)
}
