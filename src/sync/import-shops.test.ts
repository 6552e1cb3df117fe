import { expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Exports of tills, marketplaces and accountants, by their columns: their totals come in, or it is said what cannot be known. */

const room = importRoom()
const { write, guessed } = guesser(room)
const said = (warnings: readonly string[]) => warnings.join('\n')

it('the number of a record is no money, whatever else its heading says', async () => {
  const { mapping, sums } = await guessed(
    [
      'Sales Record Number,Order Number,Buyer Username,Custom Label,Quantity,Sold For,Shipping And Handling,Seller Collected Tax,Total Price,Sale Date',
      '501,11-1,ann,MUG,2,£20.00,£5.00,£0.00,£45.00,01-Mar-26',
      '502,11-2,bob,MUG,1,£20.00,£5.00,£0.00,£25.00,02-Mar-26',
      '503,11-3,cat,CUP,3,£25.00,£5.00,£0.00,£80.00,03-Mar-26',
    ],
    'records',
  )
  expect(Object.values(mapping.columns)).not.toContain('Sales Record Number')
  expect(sums).toMatchObject({ orders: 3, units: 6, gross: 135, shipping: 15 })
})

it('a refund of a part of an order counts by its own column, beside a state that says it of whole ones', async () => {
  const { sums } = await guessed(
    [
      'Order Number,Order Status,Order Date,Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,Item Name,Quantity,Item Cost',
      '701,Completed,2026-03-01 10:12,40.00,5.00,0.00,54.00,9.00,MUG,Mug,2,20.00',
      '702,Completed,2026-03-02 11:00,45.00,5.00,30.00,60.00,10.00,MUG,Mug,1,20.00',
      '702,Completed,2026-03-02 11:00,45.00,5.00,30.00,60.00,10.00,CUP,Cup,1,25.00',
      '703,Refunded,2026-03-03 12:00,20.00,5.00,30.00,30.00,5.00,MUG,Mug,1,20.00',
    ],
    'part',
  )
  // Half of the second order, all of the third.
  expect(sums).toMatchObject({ gross: 105, reversals: -42.5, shipping: 7.5, taxes: 14 })
})

it('a till that writes refunds as items below zero takes them back', async () => {
  const { sums } = await guessed(
    [
      'Date,Time,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type',
      '2026-03-01,10:00:00,Mugs,Blue mug,2.0,MUG,£40.00,-£4.00,£36.00,£7.20,T1,Payment',
      '2026-03-01,11:00:00,Cups,Cup,1.0,CUP,£25.00,£0.00,£25.00,£5.00,T2,Payment',
      '2026-03-02,11:00:00,Cups,Cup,-1.0,CUP,-£25.00,£0.00,-£25.00,-£5.00,T3,Refund',
    ],
    'till',
  )
  expect(sums).toMatchObject({ units: 2, gross: 65, discounts: -4, reversals: -25, taxes: 7.2 })
})

it('what a marketplace paid out is a statement, also where its columns have names of their own', async () => {
  const preview = await room.imports.preview(
    write([
      'Transaction creation date,Type,Order number,Net amount,Payout date,Payout ID,Item title,Quantity,Item subtotal,Final Value Fee - fixed,Gross transaction amount',
      '1 Mar 2026,Order,11-1,39.00,3 Mar 2026,77,Blue mug,2,40.00,-0.30,45.00',
      '5 Mar 2026,Refund,11-2,-21.30,7 Mar 2026,78,Blue mug,1,-20.00,--,-25.00',
      '6 Mar 2026,Payout,--,-38.70,7 Mar 2026,78,--,--,--,--,-38.70',
    ]),
  )
  expect(preview.suggestions).toEqual([])
  expect(said(preview.warnings)).toContain('A statement of payments')
})

it('months that no title calls a plan are said to be read as one', async () => {
  const sheet = [
    ',Jan,Feb,Mar,Total',
    'Online sales,12000,13500,15000,40500',
    'Wholesale,4000,3500,5000,12500',
  ]
  const bare = await room.imports.preview(write(['Acme Ltd,,,,', 'Sales by month 2026,,,,', ...sheet]))
  expect(said(bare.warnings)).toContain('whether the months are a plan or what was')
  const called = await room.imports.preview(write(['Budget 2026,,,,', ...sheet]))
  expect(said(called.warnings)).not.toContain('whether the months are a plan')
})

it('orders without units say so', async () => {
  const { came } = await guessed(
    ['Order ID,Date,Subtotal', '1,2026-03-01,30', '2,2026-03-02,15', '3,2026-03-02,10'],
    'units',
  )
  expect(said(came.warnings)).toContain('does not say how many units')
})
