import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { Mapping } from './imports.ts'

/** Files that say on every row, or on the first, what is of the whole order: it counts once, or it is told. */

const room = importRoom({ currency: 'USD', timezone: 'America/New_York' })
const file = (name: string, lines: readonly string[]): string => {
  const path = join(room.folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}
const run = (path: string, store: string, mapping: Mapping) =>
  room.imports.run({ path, store, by: 'test', mapping })
const sums = async (store: string) => {
  const money = ['gross', 'discounts', 'reversals', 'shipping', 'taxes', 'cost']
  const [row] = await room.granary.query(
    `SELECT count(DISTINCT order_id) AS orders, ${money.map(name => `CAST(sum(${name}) AS DOUBLE) AS ${name}`).join(', ')}
     FROM sales_lines WHERE store = {store:String}`,
    { store },
  )
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]) => [name, value === null ? null : Number(value)]),
  )
}

/** Four orders, goods of 30, 45, 20 and 10; each with shipping and tax of its own, the second with a discount of 5. */
const orders = [
  {
    id: 1001,
    lines: [
      ['MUG', 2, 10],
      ['PEN', 1, 10],
    ],
    shipping: 4.95,
    tax: 2.4,
    discount: 0,
  },
  {
    id: 1002,
    lines: [
      ['BOWL', 1, 25],
      ['PEN', 2, 10],
    ],
    shipping: 6.95,
    tax: 3.2,
    discount: 5,
  },
  {
    id: 1003,
    lines: [
      ['MUG', 1, 10],
      ['CUP', 1, 8],
      ['LID', 1, 2],
    ],
    shipping: 3.95,
    tax: 1.6,
    discount: 0,
  },
  { id: 1004, lines: [['MUG', 1, 10]], shipping: 4.95, tax: 0.8, discount: 0 },
] as const
const rowsOf = (once: boolean, price: boolean) =>
  orders.flatMap(({ id, lines, shipping, tax, discount }) => {
    const goods = lines.reduce((sum, [, quantity, each]) => sum + quantity * each, 0)
    const totals = [discount, shipping, tax, (goods - discount + shipping + tax).toFixed(2)]
    return lines.map(([sku, quantity, each], i) =>
      [
        id,
        `2026-03-0${1 + (id % 5)}`,
        sku,
        quantity,
        ...(price ? [each] : []),
        ...(once && i > 0 ? ['', '', '', ''] : totals),
      ].join(),
    )
  })
const totals = 'Discount Amount,Shipping,Tax,Order Total'
const right = { orders: 4, gross: 105, discounts: -5, reversals: 0, shipping: 20.8, taxes: 8, cost: null }

describe.each([
  ['on every row', false],
  ['on the first row alone', true],
])('totals of an order that stand %s', (name, once) => {
  const path = () =>
    file(`${once}.csv`, [`Order Number,Order Date,SKU,Quantity,Price,${totals}`, ...rowsOf(once, true)])
  it('are taken once for it by what is suggested', async () => {
    const preview = await room.imports.preview(path())
    expect(preview.totals?.columns).toContainEqual({
      column: 'Order Total',
      stands: once ? 'first' : 'each',
      orders: 3,
    })
    const [best] = preview.suggestions
    expect(best?.mapping).toMatchObject({
      target: 'order_lines',
      columns: {
        order_total: 'Order Total',
        order_shipping: 'Shipping',
        order_tax: 'Tax',
        unit_price: 'Price',
      },
    })
    expect(preview.warnings).toEqual([])
    const store = `suggested-${once}`
    expect((await run(path(), store, best?.mapping as Mapping)).warnings).toEqual([])
    expect(await sums(store)).toEqual(right)
  })
  it(`are told where each line would take them: ${name}`, async () => {
    const came = await run(path(), `lines-${once}`, {
      target: 'sales_lines',
      columns: {
        order_id: 'Order Number',
        at: 'Order Date',
        sku: 'SKU',
        quantity: 'Quantity',
        amount: 'coalesce("Order Total", 0)',
        shipping: 'Shipping',
        tax: 'Tax',
      },
    })
    if (once) {
      expect(came.warnings).toEqual([expect.stringContaining('stands on the first row of an order alone')])
      // What is on the first row alone is right for what each line adds.
      expect(await sums(`lines-${once}`)).toMatchObject({ shipping: 20.8, taxes: 8 })
      return
    }
    expect(came.warnings).toEqual([
      expect.stringMatching(/^The amount is the same .* \(3 orders .* 138\.60 more than/),
      expect.stringMatching(/^The shipping .* 19\.80 more/),
      expect.stringMatching(/^The tax .* 8\.80 more/),
    ])
  })
})

it('totals on rows that have no price make orders, one for each', async () => {
  const path = file('no-price.csv', [
    `Order Number,Order Date,SKU,Quantity,${totals}`,
    ...rowsOf(false, false),
  ])
  const [best] = (await room.imports.preview(path)).suggestions
  expect(best?.mapping).toMatchObject({ target: 'orders', columns: { total: 'Order Total' } })
  expect(best?.mapping.columns).not.toHaveProperty('quantity')
  const came = await run(path, 'no-price', best?.mapping as Mapping)
  expect(came).toMatchObject({ rows: 8, accepted: 4, repeats: 4, rejected: 0 })
  expect(await sums('no-price')).toMatchObject({
    orders: 4,
    gross: 105,
    discounts: -5,
    shipping: 20.8,
    taxes: 8,
  })
})

it('lines that tell their own tax, discount and cost keep them beside the order’s shipping', async () => {
  const path = file('own.csv', [
    'Order Number,Order Date,SKU,Quantity,Line Total,Line Discount,Line Tax,Unit Cost,Shipping',
    '1,2026-03-01,A,2,20.00,2.00,1.00,4.00,5.00',
    '1,2026-03-01,B,1,30.00,0,2.00,10.00,5.00',
    '2,2026-03-02,A,1,10.00,1.00,0.50,4.00,6.00',
    '2,2026-03-02,C,1,12.00,0,0.60,5.00,6.00',
    '3,2026-03-03,B,1,30.00,3.00,2.00,10.00,7.00',
    '3,2026-03-03,C,2,24.00,0,1.20,5.00,7.00',
  ])
  const { suggestions } = await room.imports.preview(path)
  const { mapping } = suggestions[0] ?? {}
  expect(mapping).toMatchObject({
    target: 'order_lines',
    columns: { amount: 'Line Total', tax: 'Line Tax', discount: 'Line Discount', order_shipping: 'Shipping' },
  })
  expect((await run(path, 'own', mapping as Mapping)).warnings).toEqual([])
  const own = { gross: 126, discounts: -6, shipping: 18, taxes: 7.3, cost: 47 }
  expect(await sums('own')).toMatchObject(own)
  // A line's tax taken for its order's would leave out the others'.
  const columns = { ...mapping?.columns, order_tax: 'Line Tax' }
  const came = await run(path, 'mistaken', { target: 'order_lines', columns })
  expect(came.warnings).toEqual([expect.stringContaining("only one row's would count")])
})

it('lines that happen to cost alike are lines', async () => {
  const alike = Array.from({ length: 40 }, (_, i) => `${i >> 1},2026-03-01,SKU-${i},1,10.00`)
  const path = file('alike.csv', ['Order Number,Order Date,SKU,Quantity,Amount', ...alike])
  const { suggestions, totals: found } = await room.imports.preview(path)
  expect(found?.columns).toEqual([])
  expect(suggestions[0]?.mapping.target).toBe('sales_lines')
  expect((await run(path, 'alike', suggestions[0]?.mapping as Mapping)).warnings).toEqual([])
  // Rows that are alike throughout are two of one thing.
  const twins = Array.from({ length: 40 }, (_, i) => `${i >> 1},2026-03-01,SKU-${i >> 1},1,${10 + (i >> 1)}`)
  const two = file('twins.csv', ['Order Number,Order Date,SKU,Quantity,Amount', ...twins])
  const guess = (await room.imports.preview(two)).suggestions[0]?.mapping as Mapping
  expect((await run(two, 'twins', guess)).warnings).toEqual([])
})

describe('money given back for an order', () => {
  const columns = { order_id: 'Order', at: 'Date', shipping: 'Shipping', tax: 'Tax', refunded: 'Refunded' }
  const lines = [
    'Order,Date,Goods,Total,Shipping,Tax,Refunded',
    // Goods of 30, of all that was charged half is given back; then all; then more than all; then nothing.
    'a,2026-01-02,30,42,5,7,21',
    'b,2026-01-02,30,42,5,7,42',
    'c,2026-01-02,30,42,5,7,50',
    'd,2026-01-02,30,42,5,7,',
  ]
  it.for([
    ['goods', { gross: 'Goods' }],
    ['the total', { total: 'Total' }],
  ] as const)('takes its part of goods, shipping and tax, told by %s', async ([name, money]) => {
    const store = `back-${name.slice(-5)}`
    const mapping = { target: 'orders', columns: { ...columns, ...money } } as Mapping
    await run(file(`${store}.csv`, lines), store, mapping)
    expect(await sums(store)).toMatchObject({
      orders: 4,
      gross: 120,
      reversals: -75,
      shipping: 7.5,
      taxes: 10.5,
    })
  })
  it('is of goods alone where nothing else is known, and of a credit all of it', async () => {
    const path = file('credit.csv', ['Order,Date,Goods,Back', 'a,2026-01-02,30,10', 'b,2026-01-02,-8,2'])
    const mapping = {
      target: 'orders',
      columns: { order_id: 'Order', at: 'Date', gross: 'Goods', refunded: 'Back' },
    } as Mapping
    await run(path, 'credit', mapping)
    expect(await sums('credit')).toMatchObject({ gross: 30, reversals: -20 })
  })
})

describe.each([
  ['on each row', true],
  ['on the first row', false],
])('tips of an order, %s', (name, each) => {
  it('count once and in no sales, and go back with the order', async () => {
    const tip = (first: boolean, money: number) => (first || each ? money : '')
    const path = file(`tips-${each}.csv`, [
      'Order,Day,Item,Qty,Price,Total,Tip,Refunded',
      ...[
        ['1', 'MUG', 2, 10, 33, tip(true, 3), ''],
        ['1', 'PEN', 1, 10, 33, tip(false, 3), ''],
        ['2', 'MUG', 1, 10, 12, tip(true, 2), 12],
        ['3', 'PEN', 1, 10, 10, '', ''],
      ].map(([id, ...rest]) => [id, '2026-03-01', ...rest].join()),
    ])
    const columns = { order_id: 'Order', at: 'Day', sku: 'Item', quantity: 'Qty', unit_price: 'Price' }
    const store = `tips-${name.replaceAll(' ', '-')}`
    await run(path, store, {
      target: 'order_lines',
      columns: { ...columns, order_total: 'Total', order_tips: 'Tip', order_refunded: 'Refunded' },
    })
    expect(await sums(store)).toMatchObject({ gross: 50, reversals: -10, taxes: 0 })
    const tips = await room.granary.query(
      `SELECT order_id, CAST(sum(tips) AS DOUBLE) AS tips, CAST(sum(greatest(tips, 0)) AS DOUBLE) AS given
       FROM sales_lines WHERE store = {store:String} GROUP BY order_id ORDER BY order_id`,
      { store },
    )
    expect(tips.map(row => [row.order_id, Number(row.tips), Number(row.given)])).toEqual([
      ['1', 3, 3],
      ['2', 0, 2],
      ['3', 0, 0],
    ])
  })
})

it.each([
  ['Order,Date,SKU,Qty,Price,Shipping', 9],
  ['注文番号,注文日,商品番号,個数,単価,送料', 9],
  // What an item's heading says is the item's.
  ['Order,Date,SKU,Qty,Price,Item shipping', 14],
])(
  'shipping on the rows of a single order of several counts once, unless it is said to be of items: %s',
  async (head, shipping) => {
    const path = file(`few-${head.length}-${shipping}.csv`, [
      head,
      '1,2026-03-01,a,1,10,5',
      '1,2026-03-01,b,2,7,5',
      '2,2026-03-02,a,1,10,4',
      '3,2026-03-03,b,1,7,0',
    ])
    const { suggestions } = await room.imports.preview(path)
    const [best] = suggestions
    const store = `few-${head.length}-${shipping}`
    await run(path, store, best?.mapping as Mapping)
    expect(await sums(store)).toMatchObject({ orders: 3, gross: 41, shipping })
  },
)
