import { dayAt } from '#kernel/zone.ts'
import { decimal, fixed } from './fixed.ts'
import { numberOf } from './order-map.ts'
import type { LineItem, OrderRecord } from './order-record.ts'
import { report } from './report.ts'
import type { About, Session } from './session.ts'

/** Orders of one question to the reports. */
const atOnce = 250

/**
 * Finds what a unit of each line cost when it was sold. An item has only its cost of now; that is the cost of every sale
 * after the item was last changed. For sales before that, and for items that are gone, the shop's own reports hold the
 * snapshot they took at the sale; without the scope for reports (or where they say nothing) the cost of now stands in as
 * an estimate.
 */
export async function priced(
  session: Session,
  shop: About,
  orders: readonly OrderRecord[],
): Promise<string[]> {
  const open = new Map<string, OrderRecord>()
  for (const order of orders) {
    const sold = Date.parse(order.processedAt)
    for (const line of order.lineItems) {
      if (line.isGiftCard) line.cost = { unit: null, by: 'item' }
      else if (isSince(line, sold)) line.cost = { unit: nowOf(line), by: 'item' }
      else if (!order.test) open.set(numberOf(order.id), order)
    }
  }
  if (open.size === 0) return []
  const known = shop.scopes.has('read_reports') ? await snapshots(session, shop, [...open.values()]) : null
  let estimates = 0
  for (const [id, order] of open)
    for (const line of order.lineItems) {
      if (line.cost) continue
      const found = known?.get(`${id} ${line.sku ?? ''}`)
      const unit = found === undefined ? nowOf(line) : found
      if (found === undefined && unit !== null) estimates += 1
      line.cost = { unit, by: found === undefined ? 'estimate' : 'report' }
    }
  return estimates === 0
    ? []
    : [
        `${estimates} lines were sold before their item was last changed: their cost is what the item costs now, an estimate.`,
      ]
}

const nowOf = (line: LineItem): string | null => line.variant?.inventoryItem?.unitCost?.amount ?? null

const isSince = ({ variant }: LineItem, sold: number): boolean => {
  const changed = variant?.inventoryItem?.updatedAt
  return changed !== undefined && Date.parse(changed) <= sold
}

/** Cost of a unit by order and SKU; null where the shop recorded none. */
async function snapshots(
  session: Session,
  { timezone }: About,
  orders: readonly OrderRecord[],
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  const until = dayAt(timezone, session.http.clock())
  for (let at = 0; at < orders.length; at += atOnce) {
    const some = orders.slice(at, at + atOnce)
    const first = Math.min(...some.map(one => Date.parse(one.processedAt)))
    const question = `FROM sales SHOW quantity_ordered, cost_of_goods_sold, net_sales_with_cost_recorded WHERE order_or_sales_reversal = 'order' AND line_type = 'product' AND order_id IN (${some.map(one => numberOf(one.id)).join(', ')}) GROUP BY order_id, product_variant_sku SINCE ${dayAt(timezone, first)} UNTIL ${until} ORDER BY order_id ASC, product_variant_sku ASC`
    for await (const rows of report(session, question))
      for (const row of rows) {
        const count = Number(row.quantity_ordered ?? 0)
        if (!(count > 0)) continue
        const cost = fixed(String(row.cost_of_goods_sold ?? '0'))
        // Costs that are really zero have sales with a cost recorded.
        const none = cost === 0 && fixed(String(row.net_sales_with_cost_recorded ?? '0')) === 0
        found.set(
          `${row.order_id} ${row.product_variant_sku ?? ''}`,
          none ? null : decimal(Math.round(cost / count)),
        )
      }
  }
  return found
}
