import type { Fact } from '../fact.ts'
import { day, sale } from './shared.ts'

/** What each customer of a shop has come to, by all that is known: last order, how many, how much net. */
const lives = `SELECT store, customer_id, max(CASE WHEN orders = 1 THEN day END) AS last_day, sum(orders) AS ordered,
  sum(gross) + sum(discounts) + sum(reversals) AS net
  FROM order_days WHERE customer_id <> '' GROUP BY store, customer_id HAVING sum(orders) > 0`

/** A fifth, 1 to 5, of a shop's customers. Equals stand together, in the lowest fifth any of them is in. */
const fifth = (by: string) =>
  `1 + floor(5.0 * (rank() OVER (PARTITION BY store ORDER BY ${by}) - 1) / count(*) OVER (PARTITION BY store))`

const scored = `SELECT store, customer_id, ordered, ${fifth('last_day')} AS r, ${fifth('ordered')} AS f, ${fifth('net')} AS m
  FROM (${lives}) l`

/**
 * Groups by recency, and by frequency and money taken together (their mean), as the trade calls them. The order matters:
 * the first that holds names the customer.
 */
const group = `CASE
  WHEN r >= 4 AND f + m >= 8 THEN '1 Champions'
  WHEN r = 3 AND f + m >= 8 THEN '2 Loyal'
  WHEN r <= 2 AND f + m >= 8 THEN '6 At risk'
  WHEN r >= 4 AND ordered = 1 THEN '4 New'
  WHEN r >= 4 THEN '3 Promising'
  WHEN r = 3 THEN '5 Needs attention'
  WHEN r = 2 THEN '7 About to lapse'
  ELSE '8 Lapsed' END`

const standing = `SELECT store, customer_id, r, f, m, ${group} AS called FROM (${scored}) s`
const score = (name: string) => `CAST(CAST(j.${name} AS INTEGER) AS VARCHAR)`

export const customers: readonly Fact[] = [
  {
    name: 'standing',
    label: 'Orders of customers by their standing now',
    table: 'sales_lines',
    sources: [
      {
        table: 'order_days',
        day: 'day',
        join: `JOIN (${standing}) j ON j.store = f.store AND j.customer_id = f.customer_id`,
        dimensions: {
          ...sale,
          ...day,
          customer_group: 'substr(j.called, 3)',
          recency: score('r'),
          frequency: score('f'),
          monetary: score('m'),
        },
        columns: { ordered: "CASE WHEN f.orders = 1 THEN 'yes' ELSE 'no' END" },
      },
    ],
    whenever: true,
    money: ['gross', 'discounts', 'reversals'],
    optional: [],
    ranked: 'grouped_customers',
    supply: 'orders of known customers',
  },
  {
    name: 'intervals',
    label: 'Orders of customers and the one before each',
    table: 'sales_lines',
    sources: [
      {
        table: 'order_days',
        day: 'day',
        where: 'f.orders = 1 AND f.nth > 1',
        dimensions: { ...sale, ...day, days_since_order: 'CAST(f.day - f.before_day AS VARCHAR)' },
        columns: { again: '1' },
      },
    ],
    whenever: true,
    money: [],
    optional: [],
    ranked: 'orders_again',
    supply: 'orders of known customers',
  },
]
