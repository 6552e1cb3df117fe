import { demandDays, tellingUnits } from '../assortment/model.ts'
import type { Fact } from '../fact.ts'
import { day, place, product, sameShelf, shelves } from './shared.ts'

/** The same weekday a year before. */
const year = 364
const since = "day - DATE '2000-01-01'"
const between = (from: number, to: number) =>
  `ORDER BY ${since} RANGE BETWEEN ${from} PRECEDING AND ${to === 0 ? 'CURRENT ROW' : `${to} PRECEDING`}`
const nothing = 'CAST(0 AS DECIMAL(18,4))'

/** Days that bear upon the days asked for: the four weeks up to each. */
const lately = `WHERE day BETWEEN @first - ${demandDays - 1} AND @last`

/** Of each product on each day its stock is known: units sold and days out in the four weeks up to it, and the first location to say it at. */
const pace = `SELECT store, product_id, day, location, sold, missed FROM (
  SELECT store, product_id, day, location, asked,
    sum(units) OVER (PARTITION BY store, product_id ${between(demandDays - 1, 0)}) AS sold,
    sum(gone) OVER (PARTITION BY store, product_id ${between(demandDays - 1, 0)}) AS missed
  FROM (SELECT store, product_id, day, location, 1 AS asked, ${nothing} AS units, CASE WHEN remaining > 0 THEN 0 ELSE 1 END AS gone
      FROM (${shelves}) s ${lately}
    UNION ALL
    SELECT store, product_id, day, '' AS location, 0 AS asked, sum(units_sold) AS units, 0 AS gone
      FROM product_days ${lately} GROUP BY store, product_id, day) u) w WHERE asked = 1`

/** Units a store sold last year in those four weeks and in the four after them, by category and in all. */
const season = `SELECT store, category, day, before, ahead, all_before, all_ahead FROM (
  SELECT store, category, day, asked,
    sum(units) OVER (PARTITION BY store, category ${between(year + demandDays - 1, year)}) AS before,
    sum(units) OVER (PARTITION BY store, category ${between(year - 1, year - demandDays)}) AS ahead,
    sum(units) OVER (PARTITION BY store ${between(year + demandDays - 1, year)}) AS all_before,
    sum(units) OVER (PARTITION BY store ${between(year - 1, year - demandDays)}) AS all_ahead
  FROM (SELECT s.store AS store, coalesce(k.category, '') AS category, s.day AS day, 1 AS asked, ${nothing} AS units
      FROM stock_days s LEFT JOIN products k ON k.store = s.store AND k.product_id = s.product_id
      WHERE s.day BETWEEN @first AND @last
      GROUP BY s.store, coalesce(k.category, ''), s.day
    UNION ALL
    SELECT d.store AS store, coalesce(k.category, '') AS category, d.day AS day, 0 AS asked, sum(d.units_sold) AS units
      FROM product_days d LEFT JOIN products k ON k.store = d.store AND k.product_id = d.product_id
      WHERE d.day BETWEEN @first - ${year + demandDays - 1} AND @last - ${year - demandDays}
      GROUP BY d.store, coalesce(k.category, ''), d.day) u) w WHERE asked = 1`

const real = (column: string) => `CAST(${column} AS DOUBLE)`
/** How sales went on last year: of the category where it sold enough to tell, else of the store; as they are where last year is not known. */
const goesOn = `CASE WHEN j.all_before > 0 AND j.all_ahead > 0 THEN
  CASE WHEN j.before >= ${tellingUnits} THEN ${real('j.ahead')} / ${real('j.before')} ELSE ${real('j.all_ahead')} / ${real('j.all_before')} END
  ELSE 1 END`

/** Units wanted a week ahead, the SQL of `weeklyDemand`: 0 where nothing sold or it could not be bought on any day. */
const weekly = `CASE WHEN j.sold > 0 AND j.missed < ${demandDays}
  THEN CAST(${real('j.sold')} / (${demandDays} - j.missed) * 7 * (${goesOn}) AS DECIMAL(18,4)) ELSE 0 END`

export const cover: readonly Fact[] = [
  {
    name: 'ahead',
    label: 'Demand ahead of each day whose stock is known',
    table: 'stock_days',
    sources: [
      {
        table: 'stock_days',
        day: 'day',
        join: `JOIN (SELECT a.store AS store, a.product_id AS product_id, a.day AS day, a.location AS location, a.sold AS sold, a.missed AS missed,
    b.before AS before, b.ahead AS ahead, b.all_before AS all_before, b.all_ahead AS all_ahead
  FROM (${pace}) a LEFT JOIN products k ON k.store = a.store AND k.product_id = a.product_id
  JOIN (${season}) b ON b.store = a.store AND b.day = a.day AND b.category = coalesce(k.category, '')) j
  ON ${sameShelf}`,
        dimensions: { ...place, ...product, ...day },
        columns: { weekly, sold: 'j.sold' },
      },
    ],
    whenever: true,
    also: ['sales_lines', 'products'],
    money: [],
    optional: [],
    ranked: 'stock_units',
    supply: 'a connected shop or a stock file',
  },
]
