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
