import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Files in which refunds stand among the sales: what went back is no part of gross sales, nor an order, and is dated by its own day. */

const room = importRoom()
const { guessed } = guesser(room)
const said = (warnings: readonly string[]) => warnings.join('\n')

/** What the sales metrics add up of a store. */
const figures = async (store: string) => {
  const ask = (sql: string) => room.granary.query(`${sql} WHERE store = {store:String}`, { store })
  const [lines] = await ask(
    `SELECT CAST(sum(gross) AS DOUBLE) AS gross, CAST(sum(reversals) AS DOUBLE) AS reversals, CAST(sum(discounts) AS DOUBLE) AS discounts,
     CAST(sum(shipping) AS DOUBLE) AS shipping, CAST(sum(taxes) AS DOUBLE) AS taxes,
     CAST(sum(CASE WHEN kind = 'sale' THEN quantity ELSE 0 END) AS DOUBLE) AS sold,
     CAST(sum(CASE WHEN kind = 'reversal' THEN -quantity ELSE 0 END) AS DOUBLE) AS returned,
     CAST(min(CASE WHEN kind = 'reversal' THEN day END) AS VARCHAR) AS since FROM sales_lines`,
  )
  const [orders] = await ask('SELECT CAST(sum(orders) AS DOUBLE) AS orders FROM order_days')
  return { ...lines, ...orders }
}

const money = { gross: 55, reversals: -25, discounts: 0, shipping: 10, taxes: 0, orders: 3 }
const since = '2026-03-05'
const lines = [
  '1001,2026-03-01,MUG,2,10.00',
  '1001,2026-03-01,CUP,1,10.00',
  '1002,2026-03-02,PLATE,1,15.00',
  '1003,2026-03-02,MUG,1,10.00',
]
const totals = ['5,0,35', '5,0,35', '5,0,20', '5,0,15']
const head = 'Order Number,Order Date,SKU,Quantity,Price,Shipping,Order Tax,Order Total'

describe('lines of orders with their totals', () => {
  const sales = lines.map((line, i) => `${line},${totals[i]}`)
  it.each([
    ['of credits with numbers of their own', 'own', ['R1001', 'R1002']],
    ['by the number of the order', 'same', ['1001', '1002']],
  ])('take back %s', async (_, store, [first, second]) => {
    const { mapping, preview } = await guessed(
      [
        head,
        ...sales,
        `${first},2026-03-05,MUG,-1,10.00,0,0,-10`,
        `${second},2026-03-06,PLATE,-1,15.00,-5,0,-20`,
      ],
      store,
    )
    expect(mapping.target).toBe('order_lines')
    expect(await figures(store)).toEqual({ ...money, sold: 5, returned: 2, since })
    expect(said(preview.warnings)).toContain('Rows below zero take back')
  })

  it('take back what is exchanged in the order itself, whose discount is of what was sold', async () => {
    const { mapping } = await guessed(
      [
        'Order Number,Order Date,SKU,Quantity,Price,Order Discount,Order Total',
        ...[1, 2, 3].map(order => `${order},2026-03-0${order},MUG,2,10.00,0,20`),
        '4,2026-03-05,LAMP,1,50.00,5,35',
        '4,2026-03-05,MUG,-1,10.00,5,35',
      ],
      'exchange',
    )
    expect(mapping.target).toBe('order_lines')
    expect(await figures('exchange')).toMatchObject({
      gross: 110,
      reversals: -10,
      discounts: -5,
      sold: 7,
      returned: 1,
      orders: 4,
    })
  })
})

describe('orders that each are a row', () => {
  it.each([
    ['of their own number', 'rows', ['1004', '1005']],
    ['by the number of the order', 'again', ['1001', '1002']],
  ])('take back where they stand below zero, %s', async (_, store, [first, second]) => {
    const rows = [
      '1001,2026-03-01,30.00,5.00,35.00',
      '1002,2026-03-02,15.00,5.00,20.00',
      '1003,2026-03-02,10.00,5.00,15.00',
      `${first},2026-03-05,-10.00,0,-10.00`,
      `${second},2026-03-06,-15.00,-5.00,-20.00`,
    ]
    const { preview } = await guessed(['Order ID,Date,Subtotal,Shipping,Total', ...rows], store)
    expect(await figures(store)).toMatchObject({ ...money, sold: expect.any(Number), since })
    expect(said(preview.warnings)).toContain('Rows below zero take back')
    const mapping = {
      target: 'orders',
      columns: { order_id: 'Order ID', date: 'Date', subtotal: 'Subtotal', shipping: 'Shipping' },
    }
    const path = preview.suggestions[0] && `${store}-mapped`
    const { came } = await (async () => {
      const { write } = guesser(room)
      const file = write(['Order ID,Date,Subtotal,Shipping,Total', ...rows], `${path}.csv`)
      return { came: await room.imports.run({ path: file, store: `${path}`, by: 'test', mapping }) }
    })()
    expect(came).toMatchObject({ rows: 5, accepted: 5 })
    expect(await figures(`${path}`)).toMatchObject({ ...money, since })
  })
})

describe('rows that leave open what they are', () => {
  const sales = lines.map(line => `${line},Sale`)
  const columns = 'Order ID,Date,SKU,Quantity,Unit Price,Type'
  it('count no goods where a price is below zero and the units are not, and say so', async () => {
    const { preview } = await guessed([columns, ...sales, '1002,2026-03-05,PLATE,1,-15.00,Sale'], 'open')
    expect(await figures('open')).toMatchObject({ gross: 55, reversals: -15, sold: 5, returned: 0 })
    expect(said(preview.warnings)).toContain('can be refunds or discounts')
  })
  it('are returns where a column says so', async () => {
    const { preview } = await guessed([columns, ...sales, '1002,2026-03-05,PLATE,1,-15.00,Return'], 'type')
    expect(await figures('type')).toMatchObject({ gross: 55, reversals: -15, sold: 5, returned: 1 })
    expect(said(preview.warnings)).toContain('take their units back')
  })
  it('are discounts where they call themselves so', async () => {
    const { preview } = await guessed(
      [columns, ...sales, '1001,2026-03-01,Voucher SPRING,1,-5.00,Sale'],
      'voucher',
    )
    expect(await figures('voucher')).toMatchObject({ gross: 55, reversals: 0, discounts: -5, sold: 5 })
    expect(said(preview.warnings)).toContain('are discounts of their orders')
  })
  it('are taken back where units stand below zero beside money above it', async () => {
    const { preview } = await guessed(
      [
        'Order ID,Date,SKU,Quantity,Line Total',
        ...lines,
        '1001,2026-03-05,MUG,-1,10.00',
        '1002,2026-03-06,PLATE,-1,15.00',
      ].map((line, i) => (i === 1 ? line.replace('2,10.00', '2,20.00') : line)),
      'units',
    )
    expect(await figures('units')).toMatchObject({ gross: 55, reversals: -25, sold: 5, returned: 2 })
    expect(said(preview.warnings)).toContain('taken to be given back')
  })
})

it('an order is one also where its export does not say how many units it has', async () => {
  const orders = ['1001,2026-03-01,30.00', '1002,2026-03-02,15.00']
  const { mapping } = await guessed(['Order ID,Date,Subtotal', ...orders], 'unitless')
  expect(mapping.target).toBe('orders')
  expect(await figures('unitless')).toMatchObject({ gross: 45, orders: 2 })
})

describe('what the file says of when it came back dates it', () => {
  const days = async (store: string) =>
    (
      await room.granary.query(
        `SELECT CAST(day AS VARCHAR) AS day, CAST(ordered_day AS VARCHAR) AS ordered, CAST(round(sum(reversals), 2) AS DOUBLE) AS back,
         CAST(round(sum(taxes), 2) AS DOUBLE) AS taxes, CAST(sum(quantity) AS DOUBLE) AS units
         FROM sales_lines WHERE store = {store:String} AND kind = 'reversal' GROUP BY ALL ORDER BY ALL`,
        { store },
      )
    ).map(row => [row.day, row.ordered, row.back, row.taxes, row.units])

  it('of lines that were returned whole', async () => {
    const { came, preview, sums } = await guessed(
      [
        'order_item_id,order_id,created_at,returned_at,status,sku,sale_price,tax',
        '1,A,2026-03-01,2026-03-20,Returned,MUG,10.00,2.00',
        '2,A,2026-03-01,,Complete,CUP,5.00,1.00',
        '3,B,2026-03-02,,Complete,CUP,5.00,1.00',
        '4,C,2026-03-03,2026-04-02,Returned,PEN,3.00,0.60',
      ],
      'returned-lines',
    )
    expect(sums).toMatchObject({ gross: 23, reversals: -13, taxes: 2, orders: 3 })
    expect(await days('returned-lines')).toEqual([
      ['2026-03-20', '2026-03-01', -10, -2, -1],
      ['2026-04-02', '2026-03-03', -3, -0.6, -1],
    ])
    expect(came).toMatchObject({ rows: 4, accepted: 4, to: '2026-04-02' })
    expect(said(preview.warnings)).toContain('were given back whole on that day (2 of 4 looked at)')
    expect(said(preview.warnings)).not.toContain('count as sold')
  })

  it('of orders with what was refunded, again when it is told later', async () => {
    const head = 'Order,Date,Total,Tax,Refunded Amount,Refund Date'
    const first = [
      '1,2026-03-01,12.00,2.00,6.00,2026-03-09',
      '2,2026-03-01,24.00,4.00,,',
      '3,2026-03-02,6.00,1.00,,',
    ]
    await guessed([head, ...first], 'returned-orders')
    expect(await days('returned-orders')).toEqual([['2026-03-09', '2026-03-01', -5, -1, 0]])
    const again = await guessed(
      [head, first[0] ?? '', '2,2026-03-01,24.00,4.00,24.00,2026-03-30', first[2] ?? ''],
      'returned-orders',
    )
    expect(again.sums).toMatchObject({ gross: 35, reversals: -25, taxes: 2, orders: 3 })
    expect(await days('returned-orders')).toEqual([
      ['2026-03-09', '2026-03-01', -5, -1, 0],
      ['2026-03-30', '2026-03-01', -20, -4, 0],
    ])
  })

  it('of rows below zero, and of totals beside their lines', async () => {
    await guessed(
      [
        'Order ID,Order Date,Return Date,SKU,Quantity,Amount',
        'A,2026-03-01,,MUG,1,10.00',
        'B,2026-03-02,,MUG,1,10.00',
        'A,2026-03-01,2026-03-11,MUG,-1,-10.00',
      ],
      'returned-rows',
    )
    expect(await days('returned-rows')).toEqual([['2026-03-11', '2026-03-01', -10, 0, -1]])
    await guessed(
      [
        'Order ID,Order Date,SKU,Quantity,Price,Order Total,Refunded Amount,Refunded At',
        'A,2026-03-01,MUG,1,10.00,15.00,15.00,2026-03-12',
        'A,2026-03-01,CUP,1,5.00,15.00,15.00,2026-03-12',
        'B,2026-03-02,MUG,2,10.00,20.00,,',
        'C,2026-03-02,MUG,2,10.00,20.00,,',
      ],
      'returned-totals',
    )
    expect(await days('returned-totals')).toEqual([['2026-03-12', '2026-03-01', -15, 0, -2]])
  })

  it('is asked for where lines say how much of them, and no day of returns where all rows have one', async () => {
    const part = await guessed(
      [
        'Order ID,Order Date,SKU,Quantity,Amount,Returned Qty,Return Date',
        'A,2026-03-01,MUG,4,40.00,1,2026-03-11',
        'B,2026-03-02,MUG,1,10.00,0,',
        'C,2026-03-02,MUG,1,10.00,0,',
      ],
      'returned-part',
    )
    expect(part.sums).toMatchObject({ gross: 60, reversals: 0 })
    expect(said(part.preview.warnings)).toContain('import the file once more as refunds')
    const all = await guessed(
      [
        'Order ID,Order Date,Return Date,Amount',
        'A,2026-03-01,2026-03-31,40.00',
        'B,2026-03-02,2026-04-01,10.00',
      ],
      'returned-all',
    )
    expect(all.sums).toMatchObject({ gross: 50, reversals: 0 })
    expect(said(all.preview.warnings)).toContain('stands in nearly every row')
  })
})
