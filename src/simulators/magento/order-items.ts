import type { Company } from '../company/company.ts'
import { costOn, productOf } from '../company/prices.ts'
import type { TradeOrder } from '../company/trade.ts'
import { type TradeLine, tradeShop } from '../company/trade-basket.ts'
import type { TradeLife, TradePart } from '../company/trade-life.ts'
import { both, present, stamp, viewOf } from './amounts.ts'
import { bundleId, configurableId, variantId } from './product-ids.ts'

/** Ids of the rows of a line: its own, and those of its children. */
const itemId = (order: number, line: TradeLine, child = 0): number => order * 100 + line.number * 5 + child
const groupId = (order: number, group: number): number => order * 100 + 90 + group

/** The rows that a line of ours is to Magento: what is charged, then what is delivered. */
type Part = {
  id: number
  parent: number | null
  line: TradeLine
  role: 'single' | 'configurable' | 'child' | 'bundle'
  variant: TradeLine['variant']
  per: number
}

function partsOf(company: Company, order: number, line: TradeLine): Part[] {
  const { variant, bundle, group } = line
  if (!variant)
    return [
      { id: itemId(order, line), parent: null, line, role: 'bundle', variant: null, per: 1 },
      ...(bundle?.parts ?? []).map(
        (part, n): Part => ({
          id: itemId(order, line, n + 1),
          parent: itemId(order, line),
          line,
          role: 'child',
          variant: part.variant,
          per: part.per,
        }),
      ),
    ]
  if (group !== null)
    return [{ id: itemId(order, line), parent: groupId(order, group), line, role: 'single', variant, per: 1 }]
  if (productOf(company, variant).variants.length === 1)
    return [{ id: itemId(order, line), parent: null, line, role: 'single', variant, per: 1 }]
  return [
    { id: itemId(order, line), parent: null, line, role: 'configurable', variant, per: 1 },
    { id: itemId(order, line, 1), parent: itemId(order, line), line, role: 'child', variant, per: 1 },
  ]
}

const count = (parts: readonly TradePart[], line: TradeLine): number =>
  parts.filter(one => one.line.number === line.number).reduce((sum, one) => sum + one.quantity, 0)

/** The rows of an order: lines with their children, sets with their parts. */
export function itemsOf(company: Company, life: TradeLife): Record<string, unknown>[] {
  const { order } = life
  const { lines, id } = order
  // A row changes with what happens to its own units.
  const changedOf = (line: TradeLine): number => {
    const steps = [
      ...life.invoices,
      ...life.shipments,
      ...life.memos,
      ...(life.cancelled ? [life.cancelled] : []),
    ]
    const own = steps.filter(one => one.parts.some(part => part.line.number === line.number))
    return Math.max(order.createdAt, ...own.map(one => one.at))
  }
  const base = {
    order_id: id,
    store_id: viewOf(order),
    created_at: stamp(order.createdAt),
    is_virtual: 0,
    free_shipping: 0,
    is_qty_decimal: 0,
    no_discount: 0,
  }
  const numbers = (line: TradeLine, factor: number) => {
    const invoiced = life.invoices.flatMap(one => one.parts)
    const shipped = life.shipments.flatMap(one => one.parts)
    const refunded = life.memos.filter(one => !one.void).flatMap(one => one.parts)
    return {
      qty_ordered: line.quantity * factor,
      qty_invoiced: count(invoiced, line) * factor,
      qty_shipped: count(shipped, line) * factor,
      qty_refunded: count(refunded, line) * factor,
      qty_canceled: count(life.cancelled?.parts ?? [], line) * factor,
    }
  }
  const priced = (line: TradeLine) => ({
    ...both(order, {
      row_total: line.row,
      row_total_incl_tax: line.row + line.tax,
      discount_amount: line.discount,
      tax_amount: line.tax,
      discount_tax_compensation_amount: 0,
      original_price: line.listed,
    }),
    price: Math.round(line.price * order.rate) / 10_000,
    base_price: line.price / 10_000,
    tax_percent: line.taxRate * 100,
    discount_percent: (order.rule?.rate ?? 0) * 100,
  })
  const free = both(order, {
    price: 0,
    row_total: 0,
    row_total_incl_tax: 0,
    discount_amount: 0,
    tax_amount: 0,
    original_price: 0,
  })
  const rows: Record<string, unknown>[] = []
  for (const line of lines) {
    if (line.group !== null && !rows.some(row => row.item_id === groupId(id, line.group ?? 0)))
      rows.push(groupRow(life, line, base))
    for (const part of partsOf(company, id, line)) {
      const own = part.role === 'child'
      const product = part.variant && productOf(company, part.variant)
      rows.push(
        present({
          ...base,
          updated_at: stamp(changedOf(line)),
          item_id: part.id,
          quote_item_id: part.id,
          ...(own ? free : priced(line)),
          // What a child was refunded is not kept up to date.
          ...numbers(line, part.per),
          ...(own && { qty_refunded: 0, qty_canceled: 0 }),
          sku: part.variant?.sku ?? line.sku,
          name: own ? (product?.title ?? line.title) : line.title,
          product_type: part.role === 'configurable' || part.role === 'bundle' ? part.role : 'simple',
          product_id: part.variant
            ? part.role === 'configurable'
              ? configurableId(part.variant)
              : variantId(part.variant)
            : bundleId(line.bundle?.index ?? 0),
          parent_item_id: part.parent,
          parent_item: part.parent === null ? null : rows.find(row => row.item_id === part.parent),
          base_cost: costOf(company, order, part),
        }),
      )
    }
  }
  return rows
}

/** Cost of one in pounds: of what is delivered, not of what it is charged as. */
const costOf = (company: Company, order: TradeOrder, { role, variant }: Part): number | null => {
  if (role === 'configurable' || role === 'bundle' || !variant) return null
  const cost = costOn(company, tradeShop, variant, order.quote?.day ?? order.day)
  return cost === null ? null : cost / 100
}

/** The row of a set priced by its parts: it shows the sum of what they show. */
function groupRow(
  { order, invoices, shipments }: TradeLife,
  of: TradeLine,
  base: object,
): Record<string, unknown> {
  const parts = order.lines.filter(line => line.group === of.group)
  const sum = (of: (line: TradeLine) => number) => parts.reduce((all, line) => all + of(line), 0)
  const sets = of.quantity / (of.bundle?.parts[0]?.per ?? 1)
  return {
    ...base,
    updated_at: stamp(order.createdAt),
    item_id: groupId(order.id, of.group ?? 0),
    quote_item_id: groupId(order.id, of.group ?? 0),
    ...both(order, {
      row_total: sum(line => line.row),
      row_total_incl_tax: sum(line => line.row + line.tax),
      discount_amount: sum(line => line.discount),
      tax_amount: sum(line => line.tax),
      price: Math.round(sum(line => line.row) / sets),
    }),
    qty_ordered: sets,
    qty_invoiced: invoices.length > 0 ? sets : 0,
    qty_shipped: shipments.length > 0 ? sets : 0,
    qty_refunded: 0,
    qty_canceled: 0,
    sku: of.bundle?.sku ?? '',
    name: of.bundle?.title ?? '',
    product_type: 'bundle',
    product_id: bundleId(of.bundle?.index ?? 0),
  }
}

/** The rows of an invoice, a shipment or a credit memo for some units. */
export function partRows(
  company: Company,
  life: TradeLife,
  document: number,
  parts: readonly TradePart[],
): Record<string, unknown>[] {
  const { order } = life
  const rows: Record<string, unknown>[] = []
  for (const { line, quantity, row, discount, tax } of parts)
    for (const part of partsOf(company, order.id, line)) {
      const own = part.role === 'child'
      rows.push(
        present({
          entity_id: document * 100 + rows.length + 1,
          parent_id: document,
          order_item_id: part.id,
          name: line.title,
          sku: part.variant?.sku ?? line.sku,
          qty: quantity * part.per,
          product_id: part.variant ? variantId(part.variant) : bundleId(line.bundle?.index ?? 0),
          price: own ? 0 : Math.round(line.price * order.rate) / 10_000,
          base_price: own ? 0 : line.price / 10_000,
          ...both(
            order,
            own
              ? { row_total: 0, tax_amount: 0 }
              : {
                  row_total: row,
                  row_total_incl_tax: row + tax,
                  discount_amount: discount,
                  tax_amount: tax,
                  discount_tax_compensation_amount: 0,
                },
          ),
          base_cost: costOf(company, order, part),
        }),
      )
    }
  // A set priced by its parts shows a row of its own with their sum.
  for (const group of new Set(parts.flatMap(one => (one.line.group === null ? [] : [one.line.group])))) {
    const own = parts.filter(one => one.line.group === group)
    rows.unshift({
      entity_id: document * 100 + 90 + group,
      parent_id: document,
      order_item_id: groupId(order.id, group),
      name: own[0]?.line.bundle?.title ?? '',
      sku: own[0]?.line.bundle?.sku ?? '',
      qty: 1,
      product_id: bundleId(group),
      ...both(order, {
        price: own.reduce((sum, one) => sum + one.row, 0),
        row_total: own.reduce((sum, one) => sum + one.row, 0),
        discount_amount: own.reduce((sum, one) => sum + one.discount, 0),
        tax_amount: own.reduce((sum, one) => sum + one.tax, 0),
      }),
    })
  }
  return rows
}
