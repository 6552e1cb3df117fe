import type { Preset } from '../preset.ts'

/**
 * The UCI Online Retail sets: invoice lines of a gift wholesaler. C… is a cancellation, A… a bad-debt adjustment.
 * A missing customer, description or price is a fact about the shop, not a fault of the file.
 */
export const onlineRetail: Preset = {
  name: 'online-retail',
  label: 'Online Retail (UCI)',
  target: 'sales_lines',
  about:
    'Invoice lines with InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.',
  needs: ['InvoiceNo|Invoice', 'StockCode', 'Quantity', 'InvoiceDate', 'UnitPrice|Price', 'Country'],
  mapping: pick => ({
    name: 'Online Retail',
    target: 'sales_lines',
    columns: {
      order_id: pick('InvoiceNo', 'Invoice'),
      at: 'InvoiceDate',
      sku: 'StockCode',
      title: 'Description',
      quantity: 'Quantity',
      unit_price: pick('UnitPrice', 'Price'),
      customer_id: pick('CustomerID', 'Customer ID'),
      country: 'Country',
      kind: `case when starts_with(${pick('InvoiceNo', 'Invoice')}, 'C') then 'reversal'
        when Quantity > 0 and ${pick('UnitPrice', 'Price')} > 0 then 'sale' else 'adjustment' end`,
    },
  }),
}
