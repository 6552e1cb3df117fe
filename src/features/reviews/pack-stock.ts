import type { Context } from '#features/context.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { assortment } from '#metrics/assortment/assortment.ts'
import { ProductsAsked } from '#metrics/assortment/shape.ts'
import { numberOf } from '#metrics/cells/model.ts'
import type { AnswerRow } from '#metrics/query.ts'
import { askAs } from './decks.ts'
import type { Monday } from './pack-shape.ts'

/** Days over which products are graded: a week alone would call a lucky one an A. */
const gradedOver = 91
/** Weeks of cover below which an A product is at risk, where no receipts say how long goods take to come. */
const usualLead = 2
/** Weeks of cover above which there is too much of a product. */
const tooMuch = 26
const ahead = 28
/** Days after which what has not come is no longer expected. */
const lateOver = 182
const shown = 8

type Stock = NonNullable<Monday['stock']>

const text = (value: number | null) => (value === null ? null : value.toFixed(2))
const by = (of: (row: AnswerRow) => number) => (a: AnswerRow, b: AnswerRow) => of(b) - of(a)

/** Weeks of cover of several goods together: what is held ÷ what is sold a week, of those whose cover is known; null of none. */
export function coverOf(goods: readonly AnswerRow[]): string | null {
  const covered = goods.filter(row => numberOf(row, 'weeks_of_cover') !== null)
  const demand = covered.reduce((all, row) => all + (numberOf(row, 'weekly_demand') ?? 0), 0)
  const held = covered.reduce((all, row) => all + Math.max(0, numberOf(row, 'stock_units') ?? 0), 0)
  return text(demand > 0 ? held / demand : null)
}

/** The assortment at the end of the week: what grades, covers and titles are taken from. */
export const goodsOf = (context: Context, until: Day) =>
  assortment(
    context.metrics,
    ProductsAsked.parse({ from: addDays(until, 1 - gradedOver), to: until, limit: 10_000 }),
    { stores: context.actor.stores, now: context.clock() },
  )

/**
 * A products about to run out, what there is too much of, purchase orders that are late, and sales, stock, intake and cover
 * in a line; `missing` says what cannot be told and what would supply it.
 */
export async function stockOf(
  context: Context,
  week: { from: Day; to: Day; asOf: Day },
  goods: readonly AnswerRow[],
): Promise<Stock> {
  const [line, worth, lead, lost, orders, shelf] = await Promise.all([
    askAs(context, {
      metrics: ['units_sold', 'units_received'],
      from: week.from,
      to: week.to,
    }),
    askAs(context, {
      metrics: ['stock_value'],
      by: ['product'],
      from: week.from,
      to: week.asOf,
      limit: 10_000,
    }),
    askAs(context, { metrics: ['lead_time'], from: addDays(week.to, -364), to: week.to }),
    askAs(context, {
      metrics: ['lost_sales', 'stockout_days'],
      by: ['product'],
      from: week.from,
      to: week.to,
      limit: 10_000,
    }),
    ordersOf(context, week.asOf),
    askAs(context, { metrics: ['stock_units'], from: week.from, to: week.asOf }),
  ])
  const days = numberOf(lead.totals, 'lead_time')
  const weeks = days === null ? usualLead : Math.max(1, days / 7)
  const values = new Map(worth.rows.map(row => [String(row.product), numberOf(row, 'stock_value')]))
  const losses = new Map(lost.rows.map(row => [String(row.product), numberOf(row, 'lost_sales')]))
  const weekly = (row: AnswerRow) => (numberOf(row, 'weekly_demand') ?? 0) * (numberOf(row, 'asp') ?? 0)
  const cover = (row: AnswerRow) => numberOf(row, 'weeks_of_cover')
  const titles = new Map(goods.map(row => [String(row.product), String(row.title || row.product)]))
  const said = (row: AnswerRow) => ({
    name: titles.get(String(row.product)) ?? '',
    grade: String(row.grade),
    cover: text(cover(row)),
    stock: text(numberOf(row, 'stock_units')),
  })
  const risky = goods
    .filter(row => row.grade === 'A' && cover(row) !== null && (cover(row) ?? 0) < weeks)
    .sort(by(weekly))
  const value = (row: AnswerRow) => values.get(String(row.product)) ?? 0
  const over = goods.filter(row => (cover(row) ?? 0) > tooMuch).sort(by(value))
  const out = goods
    .map(row => ({ name: said(row).name, lost: losses.get(String(row.product)) ?? 0 }))
    .filter(one => one.lost > 0)
    .sort((a, b) => b.lost - a.lost)
  const unpaced = lost.rows.filter(
    row => Number(row.stockout_days) > 0 && numberOf(row, 'lost_sales') === null,
  ).length
  const stocked = numberOf(shelf.totals, 'stock_units') !== null
  return {
    asOf: week.asOf,
    risk: { below: weeks.toFixed(1), learnt: days !== null, count: risky.length },
    atRisk: risky.slice(0, shown).map(row => ({ ...said(row), worth: text(weekly(row)) })),
    over: { above: tooMuch, count: over.length },
    overstock: over
      .slice(0, shown)
      .map(row => ({ ...said(row), worth: text(values.get(String(row.product)) ?? null) })),
    lateCount: orders.late.length,
    late: orders.late
      .slice(0, shown)
      .map(({ product, ...one }) => ({ ...one, name: titles.get(product) ?? product })),
    line: {
      sales: text(numberOf(line.totals, 'units_sold')),
      stock: text(numberOf(shelf.totals, 'stock_units')),
      intake: text(numberOf(line.totals, 'units_received')),
      due: text(orders.due),
      cover: coverOf(goods),
    },
    lost: {
      amount: text(out.reduce((all, one) => all + one.lost, 0)) ?? '0',
      names: out.slice(0, 3).map(one => one.name),
    },
    missing: [
      ...(stocked
        ? []
        : ['Stock at risk, overstock and cover: a connected shop or a stock file would supply them.']),
      ...(stocked && over.length > 0 && !over.some(row => values.get(String(row.product)) != null)
        ? ['What overstock is worth: costs of products would supply it.']
        : []),
      ...(unpaced > 0
        ? [
            `Lost sales of ${unpaced} ${unpaced === 1 ? 'product' : 'products'} out of stock: two weeks of sales or stock in the eight before a stock-out would supply them, for its first eight weeks.`,
          ]
        : []),
      ...orders.missing,
    ],
  }
}

interface Orders {
  late: (Omit<Stock['late'][number], 'name'> & { product: string })[]
  /** Units due in the four weeks to come; null where it cannot be told. */
  due: number | null
  missing: string[]
}

/** What is no longer waited for, as purchasing systems name it. */
const finished = "('cancelled', 'canceled', 'closed', 'complete', 'completed', 'received', 'rejected')"

/** Purchase-order lines of which something has still not come by a day, the dearest first. */
async function ordersOf({ granary, actor }: Context, until: Day): Promise<Orders> {
  const { from, text: written } = granary.dialect
  const scoped = actor.stores === 'all' ? [] : actor.stores
  const given = Object.fromEntries(scoped.map((store, n) => [`s${n}`, store]))
  const within = (a: string) =>
    actor.stores === 'all'
      ? '1 = 1'
      : scoped.length === 0
        ? '1 = 0'
        : `${a}.store IN (${scoped.map((_, n) => `{s${n}:String}`).join(', ')})`
  const count = async (table: 'purchase_orders' | 'receipts') =>
    Number(
      (await granary.query(`SELECT count(*) AS n FROM ${from(table)} t WHERE ${within('t')}`, given))[0]?.n ??
        0,
    )
  const none = { late: [], due: null }
  if ((await count('purchase_orders')) === 0)
    return {
      ...none,
      missing: ['Late purchase orders and intake to come: a purchase-order file would supply them.'],
    }
  if ((await count('receipts')) === 0)
    return { ...none, missing: ['Late purchase orders: a file of receipts would say which have come.'] }
  const rows = await granary.query(
    `SELECT o.po_id AS po_id, o.vendor AS vendor, o.product_id AS product, o.currency AS currency, ${written('o.due_day')} AS due,
       o.quantity - coalesce(r.received, 0) AS units, (o.quantity - coalesce(r.received, 0)) * o.unit_price AS amount
     FROM ${from('purchase_orders')} o
     LEFT JOIN (SELECT t.store AS store, t.po_id AS po_id, t.po_line AS po_line, sum(t.received) AS received
       FROM ${from('receipts')} t WHERE t.received_day <= {until:Date} GROUP BY t.store, t.po_id, t.po_line) r
       ON r.store = o.store AND r.po_id = o.po_id AND r.po_line = o.po_line
     WHERE o.ordered_day <= {until:Date} AND o.due_day >= {since:Date} AND o.due_day <= {to:Date}
       AND o.quantity > coalesce(r.received, 0) AND lower(o.status) NOT IN ${finished} AND ${within('o')}
     ORDER BY amount DESC, o.due_day, o.po_id, o.po_line`,
    { ...given, until, since: addDays(until, -lateOver), to: addDays(until, ahead) },
  )
  const late = rows.filter(row => String(row.due) < until)
  return {
    late: late.map(row => ({
      order: String(row.po_id),
      vendor: String(row.vendor),
      product: String(row.product),
      due: String(row.due),
      units: text(Number(row.units)),
      worth: text(Number(row.amount)),
      currency: String(row.currency) || null,
    })),
    due: rows.filter(row => String(row.due) > until).reduce((all, row) => all + Number(row.units), 0),
    missing: [],
  }
}
