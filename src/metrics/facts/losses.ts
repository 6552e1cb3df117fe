import { fewestPaceDays, paceDays } from '../assortment/model.ts'

/**
 * Sales a product lost by being out of stock, day by day. Demand is not seen while nothing lies there: it is what the product
 * took a day before (gross sales − discounts of its store), on days it could be had. Days whose stock nobody read count as such
 * from the first on which it sold or lay there: shops tell what lies there now, their sales years of what was sold.
 */

const same = 'PARTITION BY store, product_id, currency'

/** Products that lay at nothing somewhere on some day: nothing is asked of the rest, which are most. */
const everOut = `JOIN (SELECT DISTINCT store, product_id FROM stock_days WHERE coalesce(available, on_hand) <= 0) o
    ON o.store = d.store AND o.product_id = d.product_id`

/** What lay there at the end of each day stock was read on; and what was taken on each day. */
const shelf = `SELECT d.store AS store, d.product_id AS product_id, d.day AS day, min(d.location) AS location, min(d.currency) AS currency,
    CASE WHEN sum(coalesce(d.available, d.on_hand)) > 0 THEN 1 ELSE 0 END AS held
  FROM stock_days d ${everOut} GROUP BY d.store, d.product_id, d.day`
const takings = `SELECT d.store AS store, d.product_id AS product_id, d.day AS day, d.currency AS currency, sum(d.units_sold) AS units, sum(d.gross + d.discounts) AS amount
  FROM product_days d ${everOut} GROUP BY d.store, d.product_id, d.day, d.currency`

/** Each day out of stock, and the last before its stock-out: the last it lay there, else the one before anybody looked. */
const outs = `SELECT store, product_id, day, location, currency, CASE WHEN last_held IS NULL THEN first_read - 1 ELSE last_held END AS last
  FROM (SELECT store, product_id, day, location, currency, held, min(day) OVER (${same}) AS first_read,
      max(CASE WHEN held = 1 THEN day END) OVER (${same} ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_held
    FROM (${shelf}) s) w
  WHERE held = 0`

/** Since when a product is known: the first day on which it lay there or was sold. */
const known = `SELECT store, product_id, currency, min(day) AS since FROM (
    SELECT store, product_id, currency, day FROM (${shelf}) s WHERE held = 1
    UNION ALL SELECT store, product_id, currency, day FROM (${takings}) t WHERE units > 0) u
  GROUP BY store, product_id, currency`

/** Stretches of as many days as the weeks before a stock-out: those weeks lie in two of them, and nothing else is joined to it. */
const stretch = (day: string) => `floor((${day} - DATE '2000-01-01') / ${paceDays})`

/** Each stock-out by the last day before it, once for each stretch. By joins: windows of days take many times as long. */
const ends = `SELECT e.store AS store, e.product_id AS product_id, e.currency AS currency, e.last AS last, k.since AS since,
    ${stretch('e.last')} - z.before AS stretch
  FROM (SELECT DISTINCT store, product_id, currency, last FROM (${outs}) o) e
  JOIN (${known}) k ON k.store = e.store AND k.product_id = e.product_id AND k.currency = e.currency
  CROSS JOIN (SELECT 0 AS before UNION ALL SELECT 1 AS before) z`
const within = (
  table: string,
) => `FROM (${ends}) e JOIN (SELECT y.*, ${stretch('y.day')} AS stretch FROM (${table}) y) x
    ON x.store = e.store AND x.product_id = e.product_id AND x.currency = e.currency AND x.stretch = e.stretch
  WHERE x.day <= e.last AND x.day > e.last - ${paceDays}`

/** Of each stock-out: what was taken in those weeks, its days without stock since the product is known, those surely with it, and all that count. */
const weeks = `SELECT store, product_id, currency, last, sum(amount) AS amount, sum(held) AS held,
    CASE WHEN since > last - ${paceDays - 1} THEN last - since + 1 ELSE ${paceDays} END - sum(gone) AS days
  FROM (
    SELECT e.store AS store, e.product_id AS product_id, e.currency AS currency, e.last AS last, e.since AS since,
      x.amount AS amount, 0 AS held, 0 AS gone ${within(takings)}
    UNION ALL
    SELECT e.store AS store, e.product_id AS product_id, e.currency AS currency, e.last AS last, e.since AS since,
      CAST(0 AS DECIMAL(18,4)) AS amount, x.held AS held,
      CASE WHEN x.held = 1 OR x.day < e.since THEN 0 ELSE 1 END AS gone ${within(shelf)}) p
  GROUP BY store, product_id, currency, last, since`

/**
 * What each day out of stock lost, where it is known: of too few days there is no pace; what sold nothing was perhaps not there
 * to be sold, unless its stock says that it was; and after weeks the pace before them is no longer that of the day.
 */
export const losses = `SELECT store, product_id, day, location, currency,
    CASE WHEN amount > taken * days THEN CAST(CAST(amount AS DOUBLE) / days - CAST(taken AS DOUBLE) AS DECIMAL(18,4)) ELSE CAST(0 AS DECIMAL(18,4)) END AS lost
  FROM (SELECT a.store AS store, a.product_id AS product_id, a.day AS day, a.location AS location, a.currency AS currency,
      b.amount AS amount, b.days AS days, coalesce(t.amount, 0) AS taken
    FROM (${outs}) a JOIN (${weeks}) b ON b.store = a.store AND b.product_id = a.product_id AND b.currency = a.currency AND b.last = a.last
    LEFT JOIN (${takings}) t ON t.store = a.store AND t.product_id = a.product_id AND t.currency = a.currency AND t.day = a.day
    WHERE b.days >= ${fewestPaceDays} AND a.day - a.last <= ${paceDays} AND (b.amount > 0 OR b.held >= ${fewestPaceDays})) q`
