import { fewestPaceDays, paceDays } from '../assortment/model.ts'

/**
 * Sales a product lost by being out of stock, day by day. Demand is not seen while nothing lies there: it is what the product
 * took a day before (gross sales − discounts of its store), on days it could be had. Days whose stock nobody read count as such
 * from the first on which it sold or lay there: shops tell what lies there now, their sales years of what was sold.
 */

const same = 'PARTITION BY store, product_id, currency'
const span = (from: number, to: number) =>
  `OVER (${same} ORDER BY day - DATE '2000-01-01' RANGE BETWEEN ${from} PRECEDING AND ${to === 0 ? 'CURRENT ROW' : `${to} PRECEDING`})`
const nothing = 'CAST(0 AS DECIMAL(18,4))'

/** Stock read and sales made, of what was out of stock at all: nothing is asked of the rest. */
const seen = `SELECT store, product_id, day, location, currency, 1 AS asked, CASE WHEN remaining > 0 THEN 0 ELSE 1 END AS gone,
    CASE WHEN remaining > 0 THEN day END AS held, CASE WHEN remaining > 0 THEN day END AS there, ${nothing} AS amount
  FROM (SELECT store, product_id, day, min(location) AS location, min(currency) AS currency, sum(coalesce(available, on_hand)) AS remaining
    FROM stock_days GROUP BY store, product_id, day) s
  UNION ALL
  SELECT d.store AS store, d.product_id AS product_id, d.day AS day, '' AS location, d.currency AS currency, 0 AS asked, 0 AS gone,
    CAST(NULL AS DATE) AS held, CASE WHEN sum(d.units_sold) > 0 THEN d.day END AS there, sum(d.gross + d.discounts) AS amount
  FROM product_days d
  JOIN (SELECT DISTINCT store, product_id FROM stock_days WHERE coalesce(available, on_hand) <= 0) o
    ON o.store = d.store AND o.product_id = d.product_id
  GROUP BY d.store, d.product_id, d.day, d.currency`

/** Of each of these days: what was taken on it, since when the product is known, and the last day by then that it lay there. */
const told = `SELECT store, product_id, day, location, currency, asked, gone, held, amount,
    sum(amount) OVER (${same}, day) AS taken,
    min(there) OVER (${same}) AS first_there,
    min(CASE WHEN asked = 1 THEN day END) OVER (${same}) AS first_read,
    max(held) OVER (${same} ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_held
  FROM (${seen}) u`

/** Of each day stock was read on: amounts, days without stock and days surely with it in the weeks up to it, and in those before it. */
const windows = (name: string, from: number, to: number) =>
  `sum(amount) ${span(from, to)} AS amount_${name},
    sum(CASE WHEN day >= first_there THEN gone ELSE 0 END) ${span(from, to)} AS gone_${name},
    sum(CASE WHEN held IS NULL THEN 0 ELSE 1 END) ${span(from, to)} AS held_${name}`
const read = `SELECT * FROM (SELECT store, product_id, day, location, currency, asked, gone, taken, first_there, first_read, last_held,
    ${windows('upto', paceDays - 1, 0)},
    ${windows('before', paceDays, 1)}
  FROM (${told}) t) w WHERE asked = 1`

/** The days of a window that count, its last being `last`. */
const days = (last: string) =>
  `CASE WHEN b.first_there > ${last} - ${paceDays - 1} THEN ${last} - b.first_there + 1 ELSE ${paceDays} END`

/** Each day out of stock with the weeks before its stock-out: up to the last day it lay there, else before the first day anybody looked. */
const outs = `SELECT a.store AS store, a.product_id AS product_id, a.day AS day, a.location AS location, a.currency AS currency, a.taken AS taken,
    CASE WHEN a.last_held IS NULL THEN a.day - a.first_read ELSE a.day - a.last_held - 1 END AS after,
    CASE WHEN a.last_held IS NULL THEN b.amount_before ELSE b.amount_upto END AS amount,
    CASE WHEN a.last_held IS NULL THEN b.held_before ELSE b.held_upto END AS held,
    CASE WHEN a.last_held IS NULL THEN ${days('(b.day - 1)')} - coalesce(b.gone_before, 0) ELSE ${days('b.day')} - b.gone_upto END AS days
  FROM (${read}) a JOIN (${read}) b
    ON b.store = a.store AND b.product_id = a.product_id AND b.currency = a.currency AND b.day = coalesce(a.last_held, a.first_read)
  WHERE a.gone = 1 AND b.first_there IS NOT NULL`

/**
 * What each day out of stock lost, where it is known: of too few days there is no pace; what sold nothing was perhaps not there
 * to be sold, unless its stock says that it was; and after weeks the pace before them is no longer that of the day.
 */
export const losses = `SELECT store, product_id, day, location, currency,
    CASE WHEN amount > taken * days THEN CAST(CAST(amount AS DOUBLE) / days - CAST(taken AS DOUBLE) AS DECIMAL(18,4)) ELSE ${nothing} END AS lost
  FROM (${outs}) q
  WHERE days >= ${fewestPaceDays} AND after < ${paceDays} AND (amount > 0 OR held >= ${fewestPaceDays})`
