import type { Preset } from '../preset.ts'

/** Orders as the shop's own interface answers them, saved to a file: one row for each line item. */
export const shopifyOrdersJson: Preset = {
  name: 'shopify-orders-json',
  label: 'Shopify orders (JSON)',
  about:
    'GET orders.json, saved as it came. Test orders are left out; money given back is dated by the order, for want of a day of its own.',
  target: 'order_lines',
  needs: ['name', 'created_at', 'subtotal_price', 'total_price', 'line_items.price', 'line_items.quantity'],
  mapping(_, has) {
    const given = (target: string, needs: string, text = `"${needs}"`) =>
      has(needs) ? { [target]: text } : {}
    return {
      name: 'Shopify orders (JSON)',
      target: 'order_lines',
      ...(has('test') && { where: 'test is empty or not test', reason: 'a test order' }),
      columns: {
        order_id: 'name',
        at: 'created_at',
        sku: has('line_items.sku')
          ? 'coalesce("line_items.sku", "line_items.title", "line_items.name")'
          : '"line_items.name"',
        title: has('line_items.title') ? '"line_items.title"' : '"line_items.name"',
        ...given('vendor', 'line_items.vendor'),
        ...given('brand', 'line_items.vendor'),
        ...given('gift_card', 'line_items.gift_card'),
        quantity: '"line_items.quantity"',
        unit_price: '"line_items.price"',
        order_subtotal: 'subtotal_price',
        order_total: 'total_price',
        ...given('order_tax', 'total_tax'),
        ...given('order_discount', 'total_discounts'),
        ...given('order_shipping', 'total_shipping_price_set.shop_money.amount'),
        ...given('order_duties', 'current_total_duties_set.shop_money.amount'),
        // What an order is worth after all that was given back.
        ...given('order_refunded', 'current_total_price', 'greatest(total_price - current_total_price, 0)'),
        ...given('cancelled_at', 'cancelled_at'),
        ...given('customer_id', 'email', 'lower(email)'),
        ...given('country', 'shipping_address.country_code'),
        ...given('channel', 'source_name'),
        ...given('currency', 'currency'),
      },
    }
  },
}

export const wooOrdersJson: Preset = {
  name: 'woocommerce-orders-json',
  label: 'WooCommerce orders (JSON)',
  about:
    'GET wc/v3/orders, saved as it came. Orders never paid are left out; money given back, in part or whole, is dated by the order, for want of a day of its own.',
  target: 'order_lines',
  needs: [
    'number',
    'date_created',
    'status',
    'total',
    'line_items.subtotal',
    'line_items.total',
    'line_items.quantity',
  ],
  mapping(pick, has) {
    const given = (target: string, needs: string, text = `"${needs}"`) =>
      has(needs) ? { [target]: text } : {}
    const country = has('shipping.country') && has('billing.country')
    return {
      name: 'WooCommerce orders (JSON)',
      target: 'order_lines',
      where: "status not in ('pending', 'failed', 'cancelled', 'trash', 'checkout-draft', 'auto-draft')",
      reason: 'never paid',
      gone: "status in ('failed', 'cancelled', 'trash')",
      columns: {
        order_id: 'number',
        at: 'date_created',
        sku: has('line_items.sku') ? 'coalesce("line_items.sku", "line_items.name")' : '"line_items.name"',
        title: '"line_items.name"',
        quantity: '"line_items.quantity"',
        // Both without tax: before and after what coupons take off.
        amount: '"line_items.subtotal"',
        discount: '"line_items.subtotal" - "line_items.total"',
        order_total: 'total',
        ...given('tax', 'line_items.total_tax'),
        ...given('order_tax', 'total_tax'),
        ...given('order_shipping', 'shipping_total'),
        order_refunded: has('refunds_total')
          ? "if(status = 'refunded', total, abs(refunds_total))"
          : "if(status = 'refunded', total, 0)",
        ...given('customer_id', 'billing.email', 'lower("billing.email")'),
        ...(country
          ? { country: 'coalesce("shipping.country", "billing.country")' }
          : given('country', pick('billing.country', 'shipping.country').slice(1, -1))),
        ...given('channel', 'created_via'),
        ...given('currency', 'currency'),
      },
    }
  },
}
