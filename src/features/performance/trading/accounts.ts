import { dayCount } from '#kernel/day.ts'
import type { Engine, Scope } from '#metrics/engine.ts'
import type { Query } from '#metrics/query.ts'
import type { Row, Warehouse } from '#warehouse/warehouse.ts'
import { type AccountState, accountState, cell, middle, numberOf } from './model.ts'
import type { AccountLine, AccountsAsked, AccountsTold } from './shape.ts'

const figures = ['net_sales', 'orders', 'aov', 'discount_rate'] as const
const states = ['active', 'lapsing', 'lapsed', 'new', 'once'] as const satisfies readonly AccountState[]

/**
 * B2B accounts by name with what they bought in the period, when they ordered last, how often they usually do, and whether
 * they still do. Figures are the metric language's; the days on which an account ordered are read from the orders
 * themselves, whatever the period, within the stores that may be seen.
 * @throws Failure('forbidden') for a store that may not.
 */
export async function tradeAccounts(
  { metrics, granary }: { metrics: Engine; granary: Warehouse },
  asked: AccountsAsked,
  scope: Scope,
): Promise<AccountsTold> {
  const { state, compare, ...view } = asked
  const ask = (query: Query) => metrics.ask({ ...view, ...query }, scope)
  const filters = [...(view.filters ?? []), { dimension: 'business', is: ['B2B'] }]
  const answer = await ask({
    metrics: [...figures],
    by: ['store', 'account'],
    filters,
    ...(compare && { compare: [compare] }),
    limit: 10_000,
  })
  const range = await ask({ metrics: ['account_penetration'], by: ['store', 'account'], limit: 10_000 })
  const kept = await ordersOf(granary, answer.meta.stores)
  const keyOf = (row: Row | (typeof answer.rows)[number]) => `${row.store} ${row.account ?? row.account_id}`
  const bought = new Map(answer.rows.map(row => [keyOf(row), row]))
  const wide = new Map(range.rows.map(row => [keyOf(row), numberOf(row, 'account_penetration')]))
  const usual = middle(kept.flatMap(row => intervalOf(row) ?? []))
  const lines = kept.map((row): AccountLine => {
    const own = bought.get(keyOf(row))
    const interval = intervalOf(row)
    const since = dayCount(String(row.last_day), String(row.known)) - 1
    const age = dayCount(String(row.first_day), String(row.known)) - 1
    return {
      store: String(row.store),
      account: String(row.account_id),
      name: String(row.name ?? '') || String(row.account_id),
      segment: String(row.segment ?? ''),
      lastOrder: String(row.last_day),
      daysSince: since,
      interval,
      state: accountState({ since, interval: interval ?? usual, days: Number(row.days), age }),
      penetration: text(wide.get(keyOf(row)) ?? null),
      figures: Object.fromEntries(figures.map(name => [name, own ? cell(own, name) : null])),
      compare: own?.compare ?? {},
    }
  })
  const worth = (one: AccountLine) => Number(one.figures.net_sales ?? 0)
  return {
    rows: lines
      .filter(one => !state || one.state === state)
      .toSorted((a, b) => worth(b) - worth(a) || b.daysSince - a.daysSince || (a.name < b.name ? -1 : 1)),
    counts: Object.fromEntries(states.map(name => [name, lines.filter(one => one.state === name).length])),
    totals: answer.totals,
    meta: answer.meta,
  }
}

const text = (value: number | null): string | null => (value === null ? null : value.toFixed(4))

/** Mean days between the days an account ordered on; null with fewer than three of them. */
const intervalOf = (row: Row): number | null =>
  Number(row.days) < 3
    ? null
    : (dayCount(String(row.first_day), String(row.last_day)) - 1) / (Number(row.days) - 1)

/** Every account that ever ordered: first and last day, on how many days, and how far its shop's orders are known. */
function ordersOf(granary: Warehouse, stores: readonly string[]): Promise<Row[]> {
  if (stores.length === 0) return Promise.resolve([])
  const { from, text: written } = granary.dialect
  const names = stores.map((_, n) => `{s${n}:String}`).join(', ')
  return granary.query(
    `SELECT o.store AS store, o.account_id AS account_id, ${written('min(o.day)')} AS first_day, ${written('max(o.day)')} AS last_day,
       count(DISTINCT o.day) AS days, max(a.name) AS name, max(a.segment) AS segment, ${written('max(k.known)')} AS known
     FROM ${from('order_days')} o
     JOIN (SELECT store, max(day) AS known FROM ${from('order_days')} WHERE orders = 1 GROUP BY store) k ON k.store = o.store
     LEFT JOIN ${from('accounts')} a ON a.store = o.store AND a.account_id = o.account_id
     WHERE o.orders = 1 AND o.account_id <> '' AND o.store IN (${names})
     GROUP BY o.store, o.account_id`,
    Object.fromEntries(stores.map((store, n) => [`s${n}`, store])),
  )
}
