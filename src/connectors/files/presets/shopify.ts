import type { Preset } from '../preset.ts'

/**
 * A shop is brought in by files of its exports or by a connection to Shopify, not by both: an order has its name for an id
 * here and the vendor's number there, so its lines would count twice.
 */
export const shopifyOrders: Preset = {
  name: 'shopify-orders',
  label: 'Shopify orders',
  about: 'Orders → Export. One row per line item, order totals on the first row of each order.',
  target: 'order_lines',
  needs: ['Name', 'Created at', 'Lineitem quantity', 'Lineitem name', 'Lineitem price', 'Subtotal', 'Total'],
  mapping: (pick, has) => ({
    name: 'Shopify orders',
    target: 'order_lines',
    columns: {
      order_id: 'Name',
      at: 'Created at',
      sku: has('Lineitem sku') ? 'coalesce("Lineitem sku", "Lineitem name")' : 'Lineitem name',
      title: 'Lineitem name',
      // No column says so; a card is called one unless the shop renamed it, and is never sent.
      gift_card: `contains(lower("Lineitem name"), 'gift card')${has('Lineitem requires shipping') ? ` and lower("Lineitem requires shipping") = 'false'` : ''}`,
      ...(has('Vendor') && { vendor: 'Vendor', brand: 'Vendor' }),
      quantity: 'Lineitem quantity',
      unit_price: 'Lineitem price',
      order_subtotal: 'Subtotal',
      order_total: 'Total',
      ...(has('Discount Amount') && { order_discount: 'Discount Amount' }),
      ...(has('Shipping') && { order_shipping: 'Shipping' }),
      ...(has('Taxes') && { order_tax: 'Taxes' }),
      ...(has('Duties') && { order_duties: 'Duties' }),
      ...(has('Refunded Amount') && { order_refunded: 'Refunded Amount' }),
      ...(has('Cancelled at') && { cancelled_at: 'Cancelled at' }),
      ...(has('Email') && { customer_id: 'lower(Email)' }),
      ...((has('Shipping Country') || has('Billing Country')) && {
        country: pick('Shipping Country', 'Billing Country'),
      }),
      ...(has('Source') && { channel: 'Source' }),
      ...(has('Discount Code') && { discount_code: 'Discount Code' }),
      ...(has('Currency') && { currency: 'Currency' }),
    },
  }),
}

export const shopifyProducts: Preset = {
  name: 'shopify-products',
  label: 'Shopify products',
  about: 'Products → Export. One row per variant; title and vendor on the first row of a product.',
  target: 'products',
  needs: ['Handle', 'Title', 'Variant SKU', 'Variant Price'],
  mapping: (_, has) => ({
    name: 'Shopify products',
    target: 'products',
    where: '"Variant Price" is not empty',
    reason: 'a picture of the product above, no variant',
    columns: {
      sku: has('Option1 Value')
        ? `coalesce("Variant SKU", Handle || if("Option1 Value" is empty or "Option1 Value" = 'Default Title', '', '-' || "Option1 Value"))`
        : 'coalesce("Variant SKU", Handle)',
      parent_id: 'Handle',
      title: 'Title',
      price: 'Variant Price',
      ...(has('Vendor') && { vendor: 'Vendor', brand: 'Vendor' }),
      ...(has('Type') && {
        category: has('Product Category') ? 'coalesce(Type, "Product Category")' : 'Type',
      }),
      ...(has('Status') && { status: 'Status' }),
    },
  }),
}

export const shopifyCustomers: Preset = {
  name: 'shopify-customers',
  label: 'Shopify customers',
  about: 'Customers → Export. Customers are named by their e-mail address, as the orders export names them.',
  target: 'customers',
  needs: ['First Name', 'Last Name', 'Email', 'Customer ID|Total Spent'],
  mapping: (_, has) => ({
    name: 'Shopify customers',
    target: 'customers',
    columns: {
      customer_id: has('Customer ID') ? 'coalesce(lower(Email), "Customer ID")' : 'lower(Email)',
      first_name: 'First Name',
      last_name: 'Last Name',
      email: 'Email',
      ...(has('Default Address City') ? { city: 'Default Address City' } : has('City') && { city: 'City' }),
      ...(has('Default Address Country Code')
        ? { country: 'Default Address Country Code' }
        : has('Country Code') && { country: 'Country Code' }),
      ...(has('Tags') && { tags: 'Tags' }),
      ...(has('Accepts Email Marketing')
        ? { accepts_marketing: 'Accepts Email Marketing' }
        : has('Accepts Marketing') && { accepts_marketing: 'Accepts Marketing' }),
    },
  }),
}
