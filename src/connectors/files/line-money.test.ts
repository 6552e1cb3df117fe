import { describe, expect, it } from 'vitest'
import type { ValueType } from './reading.ts'
import { suggest } from './suggest.ts'

/** The best guess of a small table, written with commas between its cells. */
const guess = (head: string, ...lines: string[]) => {
  const names = head.split(',')
  const rows = lines.map(line => line.split(','))
  const isDate = (cell: string) => /^\d{4}-/.test(cell)
  const columns = names.map((name, i) => {
    const examples = [...new Set(rows.map(row => row[i] ?? ''))]
    const type: ValueType = examples.every(isDate)
      ? 'date'
      : examples.every(cell => /^-?[\d.]+%?$/.test(cell))
        ? 'number'
        : 'text'
    return { name, type, examples: examples.slice(0, 4) }
  })
  const { suggestions, warnings } = suggest(columns, rows)
  return { mapping: suggestions[0]?.mapping, warnings: warnings.join(' ') }
}

describe('money of a line, as the guess of a mapping takes it', () => {
  it('a discount that is a share of the price is made money', () => {
    const { mapping } = guess(
      'Order ID,Order Date,SKU,Unit Price,Quantity,Discount',
      'A1,2026-01-05,M-1,20.00,3,0.25',
      'A2,2026-01-06,M-2,40.00,1,0',
      'A3,2026-01-06,M-3,15.00,2,0.1',
    )
    expect(mapping?.columns).toMatchObject({
      unit_price: 'Unit Price',
      discount: '"Discount" * "Unit Price" * "Quantity"',
    })
  })

  it('a percentage is divided, and an amount that is before it is what it is taken from', () => {
    const { mapping } = guess(
      'Order ID,Order Date,SKU,Unit Price,Quantity,Amount,Discount %',
      'A1,2026-01-05,M-1,20.00,3,60.00,25',
      'A2,2026-01-06,M-2,40.00,1,40.00,0',
      'A3,2026-01-06,M-3,15.00,2,30.00,10',
    )
    expect(mapping?.columns).toMatchObject({ amount: 'Amount', discount: '"Discount %" * "Amount" / 100' })
  })

  it('of a share whose base nobody can tell none is taken off, and that is said', () => {
    const { mapping, warnings } = guess(
      'Order ID,Order Date,Product ID,Sales,Quantity,Discount',
      'A1,2026-01-05,M-1,261.96,3,0.2',
      'A2,2026-01-06,M-2,731.94,1,0',
      'A3,2026-01-06,M-3,957.58,2,0.45',
    )
    expect(mapping?.columns).toMatchObject({ amount: 'Sales' })
    expect(mapping?.columns).not.toHaveProperty('discount')
    expect(warnings).toContain('whether “Sales” is before or after it')
  })

  it('a few cents off cheap goods are money', () => {
    const { mapping } = guess(
      'Order ID,Order Date,SKU,Unit Price,Quantity,Discount',
      'A1,2026-01-05,M-1,2.00,3,0.25',
      'A2,2026-01-06,M-2,1.50,1,0',
      'A3,2026-01-06,M-3,3.20,2,0.10',
    )
    expect(mapping?.columns.discount).toBe('Discount')
  })

  it('an amount that is after the discount gives way, as it would be taken off twice', () => {
    const { mapping, warnings } = guess(
      'Order ID,Order Date,SKU,Unit Price,Quantity,Discount,Line total',
      'A1,2026-01-05,M-1,20.00,3,5.00,55.00',
      'A2,2026-01-06,M-2,40.00,1,0.00,40.00',
      'A3,2026-01-06,M-3,15.00,2,2.50,27.50',
    )
    expect(mapping?.columns).toMatchObject({
      unit_price: 'Unit Price',
      quantity: 'Quantity',
      discount: 'Discount',
    })
    expect(mapping?.columns).not.toHaveProperty('amount')
    expect(warnings).toContain('so that nothing counts twice')
  })

  it('an amount before the discount stays', () => {
    const { mapping } = guess(
      'Order ID,Order Date,SKU,Unit Price,Quantity,Discount,Amount',
      'A1,2026-01-05,M-1,20.00,3,5.00,60.00',
      'A2,2026-01-06,M-2,40.00,1,0.00,40.00',
      'A3,2026-01-06,M-3,15.00,2,2.50,30.00',
    )
    expect(mapping?.columns).toMatchObject({ amount: 'Amount', discount: 'Discount' })
  })

  it('an amount that holds postage gives way', () => {
    const { mapping } = guess(
      'Order Number,Sale Date,Custom Label,Quantity,Sold For,Postage And Packaging,Total Price',
      '12-09-1,2026-03-01,MUG-B,2,12.00,3.50,27.50',
      '12-09-2,2026-03-02,MUG-B,1,12.00,8.50,20.50',
    )
    expect(mapping?.columns).toMatchObject({ unit_price: 'Sold For', shipping: 'Postage And Packaging' })
    expect(mapping?.columns).not.toHaveProperty('amount')
  })

  it('a tax called after its rate is known, and an amount that holds it gives way', () => {
    const { mapping } = guess(
      'Invoice ID,Date,SKU,Unit price,Quantity,Tax 5%,Total,cogs',
      '750-67-8428,2026-01-05,M-1,20.00,3,3.00,63.00,60.00',
      '226-31-3081,2026-01-06,M-2,40.00,1,2.00,42.00,40.00',
    )
    expect(mapping?.columns).toMatchObject({ unit_price: 'Unit price', quantity: 'Quantity', tax: 'Tax 5%' })
    expect(mapping?.columns).not.toHaveProperty('amount')
  })
})

it('of a log of what visitors did the purchases are taken', () => {
  const { mapping, warnings } = guess(
    'event_time,event_type,product_id,price,user_id',
    '2026-01-05,view,5802432,3.00,1',
    '2026-01-05,cart,5802432,3.00,1',
    '2026-01-05,purchase,5802432,3.00,1',
  )
  expect(mapping).toMatchObject({
    target: 'sales_lines',
    where: `lower(trim("event_type")) in ('purchase')`,
    reason: 'nothing was bought',
  })
  expect(warnings).toContain('Rows in which nothing was bought are left out')
})

it('deals of a CRM are no sales', () => {
  const { mapping, warnings } = guess(
    'Record ID,Deal Name,Deal Stage,Close Date,Amount,Pipeline,Create Date,Associated Company',
    '1001,Acme refit,Closed won,2026-03-01,12000.00,Sales Pipeline,2026-01-05,Acme',
    '1002,Bolt order,Proposal sent,2026-04-01,4500.00,Sales Pipeline,2026-02-05,Bolt',
  )
  expect(mapping).toBeUndefined()
  expect(warnings).toContain('Deals of a CRM')
})

it('a row that names its order is no report, though it counts its items', () => {
  const { mapping } = guess(
    'Date,Order #,N. Revenue,Status,Items sold',
    '2026-03-01,1201,30.00,completed,2',
    '2026-03-01,1202,12.50,completed,1',
  )
  expect(mapping?.columns).toMatchObject({ order_id: 'Order #' })
})
