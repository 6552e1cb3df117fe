import { describe, expect, it } from 'vitest'
import { counted } from './order-units.ts'
import type { Json } from './raw.ts'
import { unitsSent } from './shipments.ts'

const sent = (items: Json[], ...rows: [item: number, qty: number][]) =>
  Number(
    unitsSent({ items: rows.map(([order_item_id, qty]) => ({ order_item_id, qty })) }, items, counted(items)),
  )

describe('units that left', () => {
  it('are those of a configurable’s one row', () => {
    const items = [
      { item_id: 1, product_type: 'configurable', qty_ordered: 3, base_row_total: 30 },
      { item_id: 2, parent_item_id: 1, product_type: 'simple', qty_ordered: 3, base_row_total: 0 },
      { item_id: 3, product_type: 'simple', qty_ordered: 4, base_row_total: 8 },
    ]
    expect(sent(items, [1, 2], [3, 4])).toBe(6)
    // A child beside its parent only repeats it.
    expect(sent(items, [1, 2], [2, 2])).toBe(2)
    expect(sent(items, [99, 5])).toBe(0)
  })
  it('are sets where the set is priced, though its parts leave one by one', () => {
    const items = [
      { item_id: 1, product_type: 'bundle', qty_ordered: 2, base_row_total: 50 },
      { item_id: 2, parent_item_id: 1, product_type: 'simple', qty_ordered: 2, base_row_total: 0 },
      { item_id: 3, parent_item_id: 1, product_type: 'simple', qty_ordered: 6, base_row_total: 0 },
    ]
    expect(sent(items, [1, 2])).toBe(2)
    expect(sent(items, [2, 2], [3, 6])).toBe(2)
    expect(sent(items, [3, 6])).toBe(1)
  })
  it('are parts where parts are priced, though the set leaves as one', () => {
    const items = [
      { item_id: 1, product_type: 'bundle', qty_ordered: 2, base_row_total: 0 },
      { item_id: 2, parent_item_id: 1, product_type: 'simple', qty_ordered: 2, base_row_total: 20 },
      { item_id: 3, parent_item_id: 1, product_type: 'simple', qty_ordered: 6, base_row_total: 30 },
    ]
    expect(sent(items, [1, 1])).toBe(4)
    expect(sent(items, [2, 2], [3, 6])).toBe(8)
  })
})
