import { ledgerMoney } from '#kernel/canonical-column.ts'

/**
 * How the derived tables follow from the sales ledger: one text for each, the same on a first load and on a change.
 * `within` restricts the ledger rows that are read, so that a load of any size is derived in slices of bounded memory.
 */

const money = Object.keys(ledgerMoney)

/** Columns of the ledger whose sums can be left out where they hold nothing. */
export const summed = [...money, 'cost']

/** SQL of each sum by name. What is `idle` holds nothing in any row that is read, and is not added up. */
const sumsOf = (idle: Idle): Record<string, string> => ({
  ...Object.fromEntries(money.map(name => [name, idle.has(name) ? '0' : `sum(${name})`])),
  units_sold: "coalesce(sum(quantity) FILTER (WHERE kind = 'sale'), 0)",
  units_returned: "coalesce(-sum(quantity) FILTER (WHERE kind = 'reversal'), 0)",
  cost: idle.has('cost') ? 'NULL' : 'sum(cost)',
  net_costed: idle.has('cost')
    ? '0'
    : 'coalesce(sum(gross + discounts + reversals) FILTER (WHERE cost IS NOT NULL), 0)',
  lines: 'count(*)',
})
const sums = (idle: Idle) =>
  Object.entries(sumsOf(idle))
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ')

export type Idle = ReadonlySet<string>
const none: Idle = new Set()

/**
 * A row that makes its order an order: it sells something, be it a gift card, which is in no sales figure. Exports of whole
 * orders do not say how many units one has: money without units is an order all the same.
 */
export const sells = `(kind = 'sale' AND gross > 0 AND quantity >= 0 OR kind = 'gift_card' AND gift_cards > 0 AND quantity > 0)`

/** When an order of a day was made: with the first row that sells; where the day only took back or charged, with its first row. */
const moment = `coalesce(min(CASE WHEN ${sells} THEN happened_at END), min(happened_at))`

/**
 * One row per order and day. `orders` is 1 on each day that sold something; `keepFirstSale` then leaves it on the first.
 * nth and before_day are filled later, from the customer's orders.
 */
export const orderDays = (within: string, idle = none): string => `
  SELECT store, order_id, day, ${moment} AS happened_at, CAST(extract(hour FROM ${moment}) AS TINYINT) AS hour,
    min(ordered_day) AS ordered_day, max(currency) AS currency, max(customer_id) AS customer_id,
    max(account_id) AS account_id, max(country) AS country, max(channel) AS channel, max(discount_code) AS discount_code,
    CAST(max(CASE WHEN ${sells} THEN 1 ELSE 0 END) AS BIGINT) AS orders,
    CAST(CASE WHEN max(CASE WHEN ${sells} THEN 1 ELSE 0 END) = 1 AND sum(discounts) < 0 THEN 1 ELSE 0 END AS BIGINT)
      AS discounted_orders,
    CAST(CASE WHEN max(CASE WHEN ${sells} THEN 1 ELSE 0 END) = 1 AND max(customer_id) <> '' THEN 1 ELSE 0 END AS BIGINT)
      AS customer_orders,
    CAST(0 AS BIGINT) AS nth, CAST(0 AS BIGINT) AS first_orders, NULL AS before_day,
    ${sums(idle)}
  FROM sales_lines WHERE ${within}
  GROUP BY store, order_id, day`

const counts = ['orders', 'discounted_orders', 'customer_orders', 'first_orders']

/** Orders by who bought, once they are numbered. */
export const buyerDays = (within: string): string => `
  SELECT store, day, currency, country, channel,
    CASE WHEN nth = 1 THEN 'new' WHEN nth > 1 THEN 'returning' ELSE 'not known' END AS customer_kind,
    CASE WHEN account_id = '' THEN 'B2C' ELSE 'B2B' END AS business, discount_code,
    ${counts.map(c => `CAST(sum(${c}) AS BIGINT) AS ${c}`).join(', ')},
    ${[...money, 'units_sold', 'units_returned', 'cost', 'net_costed'].map(c => `sum(${c}) AS ${c}`).join(', ')},
    CAST(sum(lines) AS BIGINT) AS lines
  FROM order_days WHERE ${within}
  GROUP BY store, day, currency, country, channel, customer_kind, business, discount_code`

/** Money and units by hour from the ledger, order counts from order_days; stacked, then added. */
export const salesHours = (within: string, idle = none): string => {
  const units = ['units_sold', 'units_returned', 'cost', 'net_costed', 'lines']
  return `
  SELECT store, day, hour, currency, country, channel, ${counts.map(c => `CAST(sum(${c}) AS BIGINT) AS ${c}`).join(', ')},
    ${[...money, ...units].map(c => `sum(${c}) AS ${c}`).join(', ')}
  FROM (
    SELECT store, day, hour, currency, country, channel, 0 AS orders, 0 AS discounted_orders, 0 AS customer_orders,
      0 AS first_orders, ${sums(idle)}
    FROM sales_lines WHERE ${within} GROUP BY store, day, hour, currency, country, channel
    UNION ALL
    SELECT store, day, hour, currency, country, channel, sum(orders), sum(discounted_orders), sum(customer_orders),
      sum(first_orders), ${[...money, ...units].map(c => (c === 'cost' ? 'NULL' : '0')).join(', ')}
    FROM order_days WHERE orders = 1 AND ${within} GROUP BY store, day, hour, currency, country, channel
  ) GROUP BY store, day, hour, currency, country, channel`
}

/**
 * Orders are counted by line, less the lines that sell the same product again within their order: those are few, and
 * a distinct count for each product and day takes as long as all the sums together.
 */
export const productDays = (within: string, idle = none): string => `
  SELECT p.store AS store, p.day AS day, p.product_id AS product_id, p.currency AS currency,
    CAST(p.selling - coalesce(a.again, 0) AS BIGINT) AS orders, ${Object.keys(sumsOf(idle))
      .map(name => `p.${name} AS ${name}`)
      .join(', ')}
  FROM (
    SELECT store, day, product_id, currency, CAST(count(*) FILTER (WHERE ${sells}) AS BIGINT) AS selling, ${sums(idle)}
    FROM sales_lines WHERE ${within}
    GROUP BY store, day, product_id, currency
  ) p
  LEFT JOIN (
    SELECT store, day, product_id, currency, CAST(sum(n - 1) AS BIGINT) AS again
    FROM (
      SELECT store, day, product_id, currency, order_id, CAST(count(*) AS BIGINT) AS n
      FROM sales_lines WHERE ${within} AND ${sells}
      GROUP BY store, day, product_id, currency, order_id HAVING count(*) > 1
    ) GROUP BY store, day, product_id, currency
  ) a ON p.store = a.store AND p.day = a.day AND p.product_id = a.product_id AND p.currency = a.currency`

const once = (event: string) => `count(*) FILTER (WHERE event = '${event}')`

/**
 * Results of messages by day, from single events. What is sent and delivered counts each time; what people do with it
 * counts once for each person and message, on the day of the first, however late or often it is told.
 */
export const messageDays = (within: string): string => `
  SELECT store, day, platform, max(kind) AS kind, message, ${once('sent')} AS sent, ${once('delivered')} AS delivered,
    ${once('opened')} AS opens, ${once('clicked')} AS clicks, NULL AS orders, NULL AS revenue,
    ${once('unsubscribed')} AS unsubscribes, nullif(${once('spam')}, 0) AS spam_reports, max(currency) AS currency,
    max(source) AS source, ${once('bounced')} AS bounces
  FROM (
    SELECT store, day, platform, kind, message, event, currency, source FROM message_events
    WHERE event IN ('sent', 'delivered') AND ${within}
    UNION ALL
    SELECT e.store, min(e.day), e.platform, max(e.kind), e.message, e.event, max(e.currency), max(e.source)
    FROM message_events e WHERE e.event NOT IN ('sent', 'delivered') AND ${within}
    GROUP BY e.store, e.platform, e.message, e.event, e.person
  ) counted GROUP BY store, day, platform, message`
