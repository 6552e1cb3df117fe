import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** What is of an order stands once: on a row of its own, or on its first line with empty cells below. */

const room = importRoom()
const { write: file, guessed } = guesser(room)

describe('heads of orders above the rows of their items', () => {
  const head =
    'Order Number,Buyer,Item Number,Title,Quantity,Sold For,Postage,Seller Collected Tax,Total Price,Sale Date'
  const rows = [
    '11,ann,,,3,£25.00,£4.00,£5.80,£34.80,03-Mar-26',
    '11,,701,Mug,2,£10.00,,,,03-Mar-26',
    '11,,702,Pen,1,£5.00,,,,03-Mar-26',
    '12,bob,701,Mug,1,£10.00,£3.00,£2.60,£15.60,04-Mar-26',
    '13,cy,,,2,£15.00,£4.00,£3.80,£22.80,05-Mar-26',
    '13,,702,Pen,1,£5.00,,,,05-Mar-26',
    '13,,701,Mug,1,£10.00,,,,05-Mar-26',
  ]
  const right = {
    orders: 3,
    units: 6,
    gross: 50,
    discounts: 0,
    reversals: 0,
    shipping: 11,
    taxes: 12.2,
    customers: 3,
  }
  it('count once, with the postage and tax that they alone say', async () => {
    const { mapping, came, sums, preview } = await guessed([head, ...rows], 'headed')
    expect(mapping.target).toBe('order_lines')
    expect(preview.warnings.join()).toContain('heads')
    expect(came).toMatchObject({ rows: 7, accepted: 7, rejected: 0 })
    expect(sums).toEqual(right)
  })
  it('do so where the rows of items have no order number either', async () => {
    const bare = rows.map(row => row.replace(/^(\d+),,(.*),[^,]*$/, ',,$2,'))
    expect(bare[1]).toBe(',,701,Mug,2,£10.00,,,,')
    const { came, sums } = await guessed([head, ...bare], 'unnumbered')
    expect(came).toMatchObject({ accepted: 7, rejected: 0 })
    expect(sums).toEqual(right)
  })
  it('without any row of an item are rejected, and do not vanish', async () => {
    const { came, sums } = await guessed(
      [head, ...rows, '14,dot,,,2,£9.00,£1.00,£2.00,£12.00,06-Mar-26'],
      'childless',
    )
    expect(came).toMatchObject({ rows: 8, accepted: 7, rejected: 1 })
    expect(came.reasons[0]?.reason).toBe('the order has no row of an item')
    expect(sums).toEqual(right)
  })
  it('that say an order was cancelled say it of its items', async () => {
    const stated = [
      `${head},Order Status`,
      ...rows.map(
        row => `${row},${/^\d+,\w/.test(row) ? (row.startsWith('13') ? 'Cancelled' : 'Paid') : ''}`,
      ),
    ]
    const { came, sums } = await guessed(stated, 'undone')
    expect(came).toMatchObject({ accepted: 4, rejected: 3 })
    expect(sums).toEqual({
      orders: 2,
      units: 4,
      gross: 35,
      discounts: 0,
      reversals: 0,
      shipping: 7,
      taxes: 8.4,
      customers: 2,
    })
  })
})

describe('cells that are empty below the first row of an order', () => {
  const head = 'Order No,Order Date,Customer,SKU,Qty,Unit Price'
  const rows = [
    '1,2026-03-01,ann,MUG,2,10',
    ',,,PEN,1,5',
    '2,2026-03-02,bob,MUG,1,10',
    '3,2026-03-02,cy,PEN,4,5',
    ',,,MUG,1,10',
    ',,,CUP,1,8',
  ]
  const right = {
    orders: 3,
    units: 10,
    gross: 73,
    discounts: 0,
    reversals: 0,
    shipping: 0,
    taxes: 0,
    customers: 3,
  }
  it('are filled with what it says, and it is said so', async () => {
    const { came, sums, preview } = await guessed([head, ...rows], 'merged')
    expect(preview.reading.filled).toBe(true)
    expect(came).toMatchObject({ rows: 6, accepted: 6, rejected: 0 })
    expect(came.warnings.join()).toContain('filled')
    expect(sums).toEqual(right)
  })
  it('are filled where the day stands on each row, and is that of the order', async () => {
    const dated = [
      '1,2026-03-01,MUG,2,10',
      ',2026-03-01,PEN,1,5',
      '2,2026-03-02,MUG,1,10',
      '3,2026-03-03,PEN,4,5',
      ',2026-03-03,MUG,1,10',
      ',2026-03-03,CUP,1,8',
    ]
    const { sums } = await guessed(['Order No,Order Date,SKU,Qty,Unit Price', ...dated], 'dated')
    expect(sums).toEqual({ ...right, customers: 1 })
  })
  it('are left where days differ: who bought without an order number is no part of the order above', async () => {
    const loose = [
      '1,2026-03-01,MUG,2,10',
      ',2026-03-02,PEN,1,5',
      '2,2026-03-03,MUG,1,10',
      ',2026-03-04,PEN,4,5',
      ',2026-03-05,MUG,1,10',
    ]
    const { came, preview } = await guessed(['Order No,Order Date,SKU,Qty,Unit Price', ...loose], 'loose')
    expect(preview.reading.filled).toBeUndefined()
    expect(came).toMatchObject({ accepted: 2, rejected: 3 })
  })
  it('are left in a row that adds up the others', async () => {
    const { came, sums } = await guessed([head, ...rows, ',,,Total,10,73', ',,,,10,73'], 'added-up')
    expect(came).toMatchObject({ rows: 8, accepted: 6, rejected: 2 })
    expect(sums).toEqual(right)
  })
  it('are left where it is said that they are nothing', async () => {
    const path = file([head, ...rows])
    const mapping = {
      target: 'sales_lines',
      columns: { order_id: 'Order No', at: 'Order Date', quantity: 'Qty', unit_price: 'Unit Price' },
    }
    const came = await room.imports.run({
      path,
      store: 'unfilled',
      by: 'test',
      mapping,
      reading: { filled: false },
    })
    expect(came).toMatchObject({ accepted: 3, rejected: 3 })
  })
  it('are filled in the order of the file, however long it is', async () => {
    const many = Array.from(
      { length: 200_000 },
      (_, i) => `${i % 4 === 0 ? `${i},2026-03-0${1 + (i % 9)},c${i}` : ',,'},SKU-${i % 50},1,${i % 4}`,
    )
    const { sums } = await guessed([head, ...many], 'long')
    expect(sums).toMatchObject({ orders: 50_000, units: 200_000, gross: 300_000, customers: 50_000 })
    const [wrong] = await room.granary.query(
      `SELECT CAST(count(*) AS INTEGER) AS n FROM (SELECT order_id FROM sales_lines WHERE store = 'long' GROUP BY 1 HAVING count(*) <> 4 OR sum(gross) <> 6)`,
    )
    expect(wrong).toEqual({ n: 0 })
  })
})
