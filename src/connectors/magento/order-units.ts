import type { Decimal } from 'decimal.js'
import { exact } from '#kernel/money.ts'
import { amount, type Json, known, text } from './raw.ts'

/** What is counted once of the rows that Magento has for a thing: price and discount of the parent, sku and cost of the child. */
export interface Unit {
  /** Id of the row that is charged. */
  id: string
  sku: string
  title: string
  quantity: Decimal
  invoiced: Decimal
  cancelled: Decimal
  /** Without tax. */
  row: Decimal
  /** Without tax, and as Magento shows it. */
  discount: Decimal
  discountShown: Decimal
  tax: Decimal
  /** Fixed product taxes, such as for recycling. */
  fee: Decimal
  /** Of one; null where nobody recorded it. */
  cost: Decimal | null
  giftCard: boolean
  changedAt: string
  /** What some units that were not invoiced are worth. */
  left(quantity: Decimal): { net: Decimal; tax: Decimal; fee: Decimal }
}

const zero = exact('0')

/** The rows that count. Of a configurable that is the parent; of a set its parts where they are priced, else the set. */
export function counted(items: readonly Json[]): Unit[] {
  const byId = new Map(items.map(item => [text(item.item_id), item]))
  const children = new Map<string, Json[]>()
  for (const item of items) {
    const parent = text(item.parent_item_id)
    if (parent && byId.has(parent)) children.set(parent, [...(children.get(parent) ?? []), item])
  }
  const isPriced = (item: Json) => !amount(item.base_row_total).isZero()
  const byParts = (id: string): boolean =>
    text(byId.get(id)?.product_type) !== 'configurable' && (children.get(id) ?? []).some(isPriced)
  return items.flatMap(item => {
    const id = text(item.item_id)
    const parent = text(item.parent_item_id)
    const inside = children.get(id) ?? []
    if (inside.length > 0 && byParts(id)) return []
    if (parent && byId.has(parent) && !byParts(parent)) return []
    return [unitOf(id, item, inside)]
  })
}

function unitOf(id: string, item: Json, children: readonly Json[]): Unit {
  const quantity = amount(item.qty_ordered)
  const row = amount(item.base_row_total)
  const shown = amount(item.base_discount_amount)
  const discount = shown.minus(amount(item.base_discount_tax_compensation_amount))
  const tax = amount(item.base_tax_amount)
  const fee = amount(item.base_weee_tax_applied_row_amnt)
  const isSet = text(item.product_type) === 'bundle'
  const [child] = children
  const cancelled = [item, ...(isSet ? [] : children)]
    .map(one => amount(one.qty_canceled))
    .reduce((most, one) => (one.gt(most) ? one : most), zero)
  const invoiced = amount(item.qty_invoiced)
  return {
    id,
    sku: text((isSet ? null : child)?.sku) || text(item.sku),
    title: text(item.name),
    quantity,
    invoiced,
    cancelled,
    row,
    discount,
    discountShown: shown,
    tax,
    fee,
    cost: isSet ? costOfSet(item, children, quantity) : (known(child?.base_cost) ?? known(item.base_cost)),
    giftCard: text(item.product_type) === 'giftcard',
    changedAt:
      [item, ...children]
        .map(one => text(one.updated_at))
        .sort()
        .at(-1) ?? '',
    left(gone) {
      if (gone.gte(quantity)) return { net: row.minus(discount), tax, fee }
      const rest = (whole: Decimal, billed: unknown) => {
        // Where the others were invoiced Magento has rounded them: the rest is what is left.
        const taken = invoiced.plus(gone).eq(quantity) ? known(billed) : null
        return taken === null ? whole.times(gone).div(quantity).toDecimalPlaces(2) : whole.minus(taken)
      }
      return {
        net: rest(row, item.base_row_invoiced).minus(
          rest(
            discount,
            item.base_discount_invoiced === undefined
              ? undefined
              : plainLess(item.base_discount_invoiced, item.base_discount_tax_compensation_invoiced),
          ),
        ),
        tax: rest(tax, item.base_tax_invoiced),
        fee: rest(fee, undefined),
      }
    },
  }
}

const plainLess = (a: unknown, b: unknown): string => amount(a).minus(amount(b)).toString()

/** A set costs what its parts cost; nobody knows it where one of them is not known. */
function costOfSet(item: Json, children: readonly Json[], quantity: Decimal): Decimal | null {
  if (children.length === 0 || quantity.isZero()) return known(item.base_cost)
  let sum = zero
  for (const child of children) {
    const cost = known(child.base_cost)
    if (cost === null) return null
    sum = sum.plus(cost.times(amount(child.qty_ordered)))
  }
  return sum.div(quantity)
}
