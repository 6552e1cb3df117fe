import { z } from 'zod'
import type { Context } from '#features/context.ts'
import type { Parameters } from '#warehouse/warehouse.ts'

/** One store and day: what analytics saw of its orders, and what it saw that is no order, each in one place only. */
export const PurchaseDay = z.object({
  store: z.string(),
  day: z.string(),
  orders: z.number().describe('Orders of the ledger placed that day'),
  seen: z.number().describe('Of them, those analytics told of on the same day'),
  otherDay: z.number().describe('Told of on another day: its time zone cuts days apart'),
  notOnline: z
    .number()
    .describe('Not seen, of a channel analytics never sees: the till, sales people, imports'),
  unseen: z.number().describe('The rest: no consent, a blocker, or the page was left too early'),
  reversed: z.number().describe('Of those told of, cancelled, edited or refunded since: their value differs'),
  transactions: z.number().describe('Purchases analytics told of that day'),
  fromOtherDay: z.number().describe('Of them, orders of another day'),
  notYetRead: z.number().describe('No order here yet: later than what is read of the shop'),
  noOrder: z.number().describe('No order here: test orders, deleted ones'),
  repeated: z.number().describe('Times a purchase was told after the first'),
})
export type PurchaseDay = z.infer<typeof PurchaseDay>

/** An id without the sign that shops put before their orders' numbers. */
const plain = (column: string) => `replace(${column}, '#', '')`
const counts = (names: Readonly<Record<string, string>>) =>
  Object.entries(names)
    .map(([name, condition]) => `count(*) FILTER (WHERE ${condition}) AS ${name}`)
    .join(', ')

/**
 * Matches the purchases a connection told of with the orders of the ledger, store by store and day by day, newest first.
 * A channel none of whose orders was ever seen in these days is one that analytics does not see.
 */
export async function matchPurchases(
  granary: Context['granary'],
  {
    connection,
    from,
    to,
    stores,
  }: { connection: string; from: string; to: string; stores: readonly string[] },
): Promise<PurchaseDay[]> {
  if (stores.length === 0) return []
  const { dialect } = granary
  const parameters: Parameters = {
    connection,
    from,
    to,
    ...Object.fromEntries(stores.map((store, index) => [`store${index}`, store])),
  }
  const own = (column: string) =>
    `${column} IN (${stores.map((_, index) => `{store${index}:String}`).join(', ')})`
  const told = `SELECT a.store AS store, ${plain('a.transaction_id')} AS id, min(a.day) AS day, sum(a.purchases) AS times
    FROM ${dialect.from('analytics_orders')} a WHERE a.source = {connection:String} AND ${own('a.store')} GROUP BY 1, 2`
  const placed = `SELECT o.store AS store, ${plain('o.order_id')} AS id, min(o.ordered_day) AS day,
      max(o.channel) AS channel, min(o.reversals) AS reversals
    FROM ${dialect.from('order_days')} o WHERE ${own('o.store')}
    GROUP BY 1, 2 HAVING max(o.orders) = 1`
  const orders = `SELECT p.store AS store, p.day AS day, p.channel AS channel, t.id AS seen_id, t.day AS seen_day, p.reversals AS reversals
    FROM (${placed}) p LEFT JOIN (${told}) t ON t.store = p.store AND t.id = p.id
    WHERE p.day BETWEEN {from:Date} AND {to:Date}`
  const [byOrder, byPurchase] = await Promise.all([
    granary.query(
      `SELECT x.store AS store, x.day AS day, x.channel AS channel, count(*) AS orders, ${counts({
        seen: 'x.seen_day = x.day',
        other_day: 'x.seen_day <> x.day',
        reversed: 'x.seen_day IS NOT NULL AND x.reversals < 0',
      })} FROM (${orders}) x GROUP BY 1, 2, 3`,
      parameters,
    ),
    granary.query(
      `SELECT t.store AS store, t.day AS day, count(*) AS transactions, sum(t.times - 1) AS repeated, ${counts(
        {
          other_day: 'p.day <> t.day',
          not_yet: 'p.id IS NULL AND t.day > k.known',
          no_order: 'p.id IS NULL AND t.day <= k.known',
        },
      )}
       FROM (${told}) t LEFT JOIN (${placed}) p ON p.store = t.store AND p.id = t.id
       LEFT JOIN (SELECT z.store AS store, max(z.day) AS known FROM (${placed}) z GROUP BY 1) k ON k.store = t.store
       WHERE t.day BETWEEN {from:Date} AND {to:Date} GROUP BY 1, 2`,
      parameters,
    ),
  ])
  const channel = (row: (typeof byOrder)[number]) => `${row.store} ${row.channel}`
  const met = new Set(byOrder.filter(row => Number(row.seen) + Number(row.other_day) > 0).map(channel))
  const days = new Map<string, PurchaseDay>()
  const dayOf = (row: { store?: unknown; day?: unknown }): PurchaseDay => {
    const [store, day] = [String(row.store), String(row.day)]
    const found = days.get(`${day} ${store}`) ?? { store, day, ...nothing }
    days.set(`${day} ${store}`, found)
    return found
  }
  for (const row of byOrder) {
    const into = dayOf(row)
    const missed = Number(row.orders) - Number(row.seen) - Number(row.other_day)
    into.orders += Number(row.orders)
    into.seen += Number(row.seen)
    into.otherDay += Number(row.other_day)
    into.reversed += Number(row.reversed)
    into[met.has(channel(row)) ? 'unseen' : 'notOnline'] += missed
  }
  for (const row of byPurchase) {
    const into = dayOf(row)
    into.transactions += Number(row.transactions)
    into.repeated += Number(row.repeated)
    into.fromOtherDay += Number(row.other_day)
    into.notYetRead += Number(row.not_yet)
    into.noOrder += Number(row.no_order)
  }
  return [...days].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, day]) => day)
}

const nothing = {
  orders: 0,
  seen: 0,
  otherDay: 0,
  notOnline: 0,
  unseen: 0,
  reversed: 0,
  transactions: 0,
  fromOtherDay: 0,
  notYetRead: 0,
  noOrder: 0,
  repeated: 0,
}
