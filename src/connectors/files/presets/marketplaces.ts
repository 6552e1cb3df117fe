import type { Preset } from '../preset.ts'

export const amazonOrders: Preset = {
  name: 'amazon-orders',
  label: 'Amazon orders',
  about:
    'Reports → Fulfilment → All orders. Prices as charged, with VAT where Amazon shows them so; cancelled items are left out.',
  target: 'sales_lines',
  needs: ['amazon-order-id', 'purchase-date', 'sku', 'quantity', 'item-price'],
  mapping(pick, has) {
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    const status = has('item-status') ? 'item-status' : has('order-status') ? 'order-status' : null
    return {
      name: 'Amazon orders',
      target: 'sales_lines',
      ...(status && {
        where: `lower("${status}") not in ('cancelled', 'canceled')`,
        reason: 'cancelled before it was charged',
      }),
      columns: {
        order_id: '"amazon-order-id"',
        at: '"purchase-date"',
        sku: 'sku',
        quantity: 'quantity',
        // The price of the item is that of all its units.
        amount: '"item-price"',
        ...given('title', 'product-name'),
        ...given('discount', 'item-promotion-discount'),
        ...given('shipping', 'shipping-price'),
        ...given('country', 'ship-country'),
        ...given('channel', 'sales-channel'),
        ...given('discount_code', 'promotion-ids'),
        ...given('currency', 'currency'),
      },
    }
  },
}
