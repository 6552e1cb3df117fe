import type { Fact } from '../fact.ts'
import { day } from './shared.ts'

/** An account is expected to order again within this many times its own mean interval. */
export const patience = 1.5

const ofAccount = "f.orders = 1 AND f.account_id <> ''"
const account = {
  store: 'f.store',
  ...day,
  country: 'f.country',
  account: 'f.account_id',
  account_segment: 'a.segment',
}
const accountRows = `LEFT JOIN accounts a ON a.store = f.store AND a.account_id = f.account_id`

/** The days an account ordered on, each with the next, the account's mean interval, and how far the shop's orders are known. */
const orderedDays = `SELECT store, account_id, order_id, day, known,
  min(day) OVER (PARTITION BY store, account_id ORDER BY day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_day,
  count(*) OVER (PARTITION BY store, account_id) AS days,
  max(day) OVER (PARTITION BY store, account_id) - min(day) OVER (PARTITION BY store, account_id) AS span
  FROM (SELECT o.store AS store, o.account_id AS account_id, o.day AS day, min(o.order_id) AS order_id, max(k.known) AS known
    FROM order_days o JOIN (SELECT store, max(day) AS known FROM order_days WHERE orders = 1 GROUP BY store) k ON k.store = o.store
    WHERE o.orders = 1 AND o.account_id <> '' GROUP BY o.store, o.account_id, o.day) d`

/** Two intervals at least make a mean; what is expected of it must have passed before it can be judged. */
const due = `(j.days >= 3 AND (j.known - j.day) * (j.days - 1) > ${patience} * j.span)`
const inTime = `(j.next_day > j.day AND (j.next_day - j.day) * (j.days - 1) <= ${patience} * j.span)`

/** One order of each day a store sold on: what accounts it had by then is told there. */
const oncePerDay = `JOIN (SELECT store, day, min(order_id) AS order_id FROM order_days GROUP BY store, day) j
  ON j.store = f.store AND j.day = f.day AND j.order_id = f.order_id JOIN accounts a ON a.store = f.store`

/** Days of sales that what is owed is held against: a quarter, so that terms of sixty days are within it. */
export const creditDays = 90

/** Total sales to an account in the days up to each on which its balance is known, in the balance's currency. */
const soldUpTo = `SELECT store, account_id, currency, day, sold FROM (
  SELECT store, account_id, currency, day, asked, sum(amount) OVER (PARTITION BY store, account_id, currency
    ORDER BY day - DATE '2000-01-01' RANGE BETWEEN ${creditDays - 1} PRECEDING AND CURRENT ROW) AS sold
  FROM (SELECT store, account_id, currency, day, 1 AS asked, CAST(0 AS DECIMAL(18,4)) AS amount FROM receivable_days
    UNION ALL
    SELECT store, account_id, currency, day, 0 AS asked,
      sum(gross + discounts + reversals + shipping + taxes + duties + fees) AS amount
    FROM order_days WHERE account_id <> '' GROUP BY store, account_id, currency, day) u) w WHERE asked = 1`

export const accounts: readonly Fact[] = [
  {
    name: 'receivables',
    label: 'What accounts owe by day',
    table: 'receivable_days',
    sources: [
      {
        table: 'receivable_days',
        day: 'day',
        join: `JOIN (${soldUpTo}) j ON j.store = f.store AND j.account_id = f.account_id AND j.currency = f.currency AND j.day = f.day ${accountRows}`,
        dimensions: {
          store: 'f.store',
          currency: 'f.currency',
          ...day,
          country: 'a.country',
          account: 'f.account_id',
          account_segment: 'a.segment',
          business: "'B2B'",
        },
        columns: { sold: 'j.sold' },
      },
    ],
    whenever: true,
    also: ['accounts', 'sales_lines'],
    money: ['owed', 'sold'],
    optional: [],
    ranked: 'receivables',
    supply:
      'company credit of Adobe Commerce, open orders of companies in Shopify, or a file of open balances by account (Import, Receivables)',
  },
  {
    name: 'book',
    label: 'Accounts on the books',
    table: 'sales_lines',
    sources: [
      {
        table: 'order_days',
        day: 'day',
        // A system that does not say since when knows the account all along.
        where: 'coalesce(a.created_day, f.day) <= f.day',
        join: oncePerDay,
        dimensions: {
          store: 'f.store',
          ...day,
          country: 'a.country',
          account: 'a.account_id',
          account_segment: 'a.segment',
          business: "'B2B'",
        },
        columns: { accounts: '1' },
      },
    ],
    also: ['accounts'],
    money: [],
    optional: [],
    ranked: 'accounts',
    supply: 'a list of accounts, from a shop with B2B',
  },
  {
    name: 'reorders',
    label: 'Orders of accounts and the next one of each',
    table: 'sales_lines',
    sources: [
      {
        table: 'order_days',
        day: 'day',
        where: ofAccount,
        join: `JOIN (${orderedDays}) j ON j.store = f.store AND j.order_id = f.order_id AND j.day = f.day ${accountRows}`,
        dimensions: account,
        columns: {
          due: `CASE WHEN ${due} THEN 1 ELSE 0 END`,
          in_time: `CASE WHEN ${due} AND ${inTime} THEN 1 ELSE 0 END`,
        },
      },
    ],
    whenever: true,
    also: ['accounts'],
    money: [],
    optional: [],
    ranked: 'accounts_due',
    supply: 'orders of accounts, from a shop with B2B',
  },
  {
    name: 'range',
    label: 'Categories accounts bought',
    table: 'sales_lines',
    sources: [
      {
        table: 'sales_lines',
        day: 'day',
        where: "f.kind = 'sale' AND f.quantity > 0 AND f.account_id <> '' AND g.category <> ''",
        join: `JOIN products g ON g.store = f.store AND g.product_id = f.product_id ${accountRows}`,
        dimensions: account,
        columns: {
          account: "f.store || ' ' || f.account_id",
          category: 'g.category',
          bought: "f.store || ' ' || f.account_id || ' ' || g.category",
        },
        across: ['account', 'category', 'bought'],
      },
    ],
    also: ['accounts', 'products'],
    money: [],
    optional: [],
    ranked: 'account_penetration',
    supply: 'orders of accounts and a product list with categories',
  },
]
