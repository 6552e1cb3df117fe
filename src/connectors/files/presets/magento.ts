import type { Preset } from '../preset.ts'

/** Sales → Orders → Export, the grid as CSV: totals per order, no lines. */
export const magentoOrders: Preset = {
  name: 'magento-orders',
  label: 'Magento orders',
  about: 'Sales → Orders → Export → CSV: one row per order with its totals.',
  target: 'orders',
  needs: ['ID', 'Purchase Date', 'Grand Total (Base)', 'Status'],
  mapping(_, has) {
    const total = '"Grand Total (Base)"'
    const detailed = has('Subtotal') && has('Shipping and Handling')
    const cancelled = "lower(Status) in ('canceled', 'cancelled')"
    // A cancelled order was never charged: its goods are taken back, its shipping and tax never were.
    const unless = (what: string) => `if(${cancelled}, 0, ${what})`
    const rest = `${total} - Subtotal - "Shipping and Handling"`
    return {
      name: 'Magento orders',
      target: 'orders',
      columns: {
        order_id: 'ID',
        at: 'Purchase Date',
        total,
        ...(detailed && {
          gross: 'Subtotal',
          shipping: unless('"Shipping and Handling"'),
          // The grid gives neither tax nor discount: what the total is above or below the parts is one of them.
          tax: unless(`greatest(${rest}, 0)`),
          discount: `greatest(-(${rest}), 0)`,
        }),
        refunded: `if(${cancelled}, ${detailed ? `Subtotal - greatest(-(${rest}), 0)` : total}, ${has('Total Refunded') ? 'coalesce("Total Refunded", 0)' : '0'})`,
        ...(has('Customer Email') && { customer_id: 'lower("Customer Email")' }),
        ...(has('Purchase Point') && { channel: 'Purchase Point' }),
      },
    }
  },
}
