import { fewestPaceDays, paceDays } from '../assortment/model.ts'

/**
 * Sales a product lost by being out of stock, day by day. Demand is not seen while nothing lies there: it is what the product
 * took a day before (gross sales − discounts of its store), on days it could be had. Days whose stock nobody read count as such
 * from the first on which it sold or lay there: shops tell what lies there now, their sales years of what was sold.
 */

const same = 'PARTITION BY store, product_id, currency'
const product = (a: string, b: string) =>
  `${a}.store = ${b}.store AND ${a}.product_id = ${b}.product_id AND ${a}.currency = ${b}.currency`

/** A day out of stock has a pace for as long as a pace looks back, and that pace is of as many days again: what lies before tells nothing. */
const near = `d.day BETWEEN @first - ${2 * paceDays} AND @last`
const nothing = 'CAST(0 AS DECIMAL(18,4))'

/**
 * What each day out of stock lost, where it is known: of too few days there is no pace; what sold nothing was perhaps not there
 * to be sold, unless its stock says that it was; and after weeks the pace before them is no longer that of the day.
 *
 * - `gone`: products that lay at nothing somewhere on some of the days asked for; nothing is asked of the rest, which are most.
 * - `shelf`: what lay there at the end of each day stock was read on. `takings`: what was taken on each day.
 * - `known`: when a product's stock was first read, and since when it is known: the first day on which it lay somewhere or sold.
 * - `outs`: each day out of stock, and the last before its stock-out: the last it lay there, else the one before anybody looked.
 * - `weeks`: of each stock-out what was taken in the weeks before it, its days without stock since the product is known, and
 *   those surely with it: what had come together by their end less what had by their beginning.
 */
export const losses = `WITH gone AS (
    SELECT DISTINCT store, product_id FROM stock_days WHERE coalesce(available, on_hand) <= 0 AND day BETWEEN @first AND @last),
  shelf AS (
    SELECT d.store AS store, d.product_id AS product_id, d.day AS day, min(d.location) AS location, min(d.currency) AS currency,
      CASE WHEN sum(coalesce(d.available, d.on_hand)) > 0 THEN 1 ELSE 0 END AS held
    FROM stock_days d JOIN gone g ON g.store = d.store AND g.product_id = d.product_id
    WHERE ${near} GROUP BY d.store, d.product_id, d.day),
  takings AS (
    SELECT d.store AS store, d.product_id AS product_id, d.day AS day, d.currency AS currency, sum(d.gross + d.discounts) AS amount
    FROM product_days d JOIN gone g ON g.store = d.store AND g.product_id = d.product_id
    WHERE ${near} GROUP BY d.store, d.product_id, d.day, d.currency),
  known AS (
    SELECT store, product_id, currency, min(first_read) AS first_read, min(since) AS since FROM (
      SELECT d.store AS store, d.product_id AS product_id, d.currency AS currency, min(d.day) AS first_read,
        min(CASE WHEN coalesce(d.available, d.on_hand) > 0 THEN d.day END) AS since
      FROM stock_days d JOIN gone g ON g.store = d.store AND g.product_id = d.product_id
      GROUP BY d.store, d.product_id, d.currency
      UNION ALL
      SELECT d.store AS store, d.product_id AS product_id, d.currency AS currency, NULL AS first_read,
        min(CASE WHEN d.units_sold > 0 THEN d.day END) AS since
      FROM product_days d JOIN gone g ON g.store = d.store AND g.product_id = d.product_id
      GROUP BY d.store, d.product_id, d.currency) u
    GROUP BY store, product_id, currency),
  outs AS (
    SELECT w.store AS store, w.product_id AS product_id, w.currency AS currency, w.day AS day, w.location AS location, k.since AS since,
      CASE WHEN w.last_held IS NULL THEN k.first_read - 1 ELSE w.last_held END AS last
    FROM (SELECT store, product_id, currency, day, location, held,
        max(CASE WHEN held = 1 THEN day END) OVER (${same} ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_held
      FROM shelf) w
    JOIN known k ON ${product('k', 'w')}
    WHERE w.held = 0 AND w.day BETWEEN @first AND @last),
  ends AS (SELECT DISTINCT store, product_id, currency, since, last FROM outs WHERE since IS NOT NULL),
  weeks AS (
    SELECT store, product_id, currency, last, sum(CASE WHEN side = 1 THEN amount ELSE 0 - amount END) AS amount, sum(side * held) AS held,
      CASE WHEN min(since) > last - ${paceDays - 1} THEN last - min(since) + 1 ELSE ${paceDays} END - sum(side * missed) AS days
    FROM (
      SELECT store, product_id, currency, since, last, side,
        sum(amount) OVER (${same} ORDER BY day) AS amount, sum(held) OVER (${same} ORDER BY day) AS held, sum(missed) OVER (${same} ORDER BY day) AS missed
      FROM (
        SELECT store, product_id, currency, day, amount, 0 AS held, 0 AS missed, day AS since, day AS last, 0 AS side FROM takings
        UNION ALL
        SELECT s.store, s.product_id, s.currency, s.day, ${nothing}, s.held, CASE WHEN s.held = 1 OR s.day < k.since THEN 0 ELSE 1 END, s.day, s.day, 0
        FROM shelf s JOIN known k ON ${product('k', 's')}
        UNION ALL
        SELECT store, product_id, currency, last, ${nothing}, 0, 0, since, last, 1 FROM ends
        UNION ALL
        SELECT store, product_id, currency, last - ${paceDays}, ${nothing}, 0, 0, since, last, -1 FROM ends) p) w
    WHERE side <> 0 GROUP BY store, product_id, currency, last)
  SELECT store, product_id, day, location, currency,
    CASE WHEN amount > taken * days THEN CAST(CAST(amount AS DOUBLE) / days - CAST(taken AS DOUBLE) AS DECIMAL(18,4)) ELSE ${nothing} END AS lost
  FROM (SELECT a.store AS store, a.product_id AS product_id, a.day AS day, a.location AS location, a.currency AS currency,
      b.amount AS amount, b.days AS days, coalesce(t.amount, 0) AS taken
    FROM outs a JOIN weeks b ON ${product('b', 'a')} AND b.last = a.last
    LEFT JOIN takings t ON ${product('t', 'a')} AND t.day = a.day
    WHERE b.days >= ${fewestPaceDays} AND a.day - a.last <= ${paceDays} AND (b.amount > 0 OR b.held >= ${fewestPaceDays})) q`
