import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { ImportRequest, Mapping } from './imports.ts'

/** Answers of shops’ interfaces, saved as they came: the list inside an object, the lines inside each order. */

const room = importRoom({ currency: 'USD', timezone: 'America/New_York' })
let files = 0
const file = (content: string | Buffer): string => {
  files += 1
  const path = join(room.folder, `${files}.json`)
  writeFileSync(path, content)
  return path
}
const sums = async (store: string) => {
  const [row] = await room.granary.query(
    `SELECT count(*) AS rows, count(DISTINCT order_id) AS orders, CAST(sum(gross) AS DOUBLE) AS gross,
       CAST(sum(discounts) AS DOUBLE) AS discounts, CAST(sum(shipping) AS DOUBLE) AS shipping,
       CAST(sum(taxes) AS DOUBLE) AS taxes, CAST(sum(quantity) AS DOUBLE) AS quantity
     FROM sales_lines WHERE store = {store:String}`,
    { store },
  )
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]))
}
const guessed = async (path: string) => {
  const preview = await room.imports.preview(path)
  return { preview, mapping: preview.suggestions[0]?.mapping as Mapping }
}
const run = (path: string, store: string, more: Partial<ImportRequest>) =>
  room.imports.run({ path, store, by: 'test', ...more })

const order = (id: number, lines: readonly (readonly [sku: string, quantity: number, price: string])[]) => ({
  id,
  created_at: `2026-03-0${1 + (id % 9)}T10:00:00-05:00`,
  email: `c${id % 2}@example.com`,
  currency: 'USD',
  total_tax: '1.50',
  total_shipping: '4.00',
  tags: ['a', 'b'],
  customer: { id: 77, addresses: [{ city: 'Bonn' }] },
  line_items: lines.map(([sku, quantity, price], i) => ({
    id: id * 10 + i,
    sku,
    title: `${sku}, "x" [y] {z}\n`,
    quantity,
    price,
    tax_lines: [{ rate: 0.2 }],
  })),
})
const orders = [
  order(2, [
    ['MUG', 2, '10.00'],
    ['PEN', 1, '2.50'],
  ]),
  order(3, [['PEN', 4, '2.50']]),
]
const columns = {
  order_id: 'id',
  at: 'created_at',
  sku: 'line_items.sku',
  title: 'line_items.title',
  quantity: 'line_items.quantity',
  unit_price: 'line_items.price',
  order_tax: 'total_tax',
  order_shipping: 'total_shipping',
  customer_id: 'email',
}
const right = { rows: 3, orders: 2, gross: 32.5, discounts: 0, shipping: 8, taxes: 3, quantity: 7 }

describe('orders with their lines inside', () => {
  it.each([
    ['a list in an object', JSON.stringify({ count: 2, orders })],
    ['a list in an object, set out', JSON.stringify({ orders, next: null }, null, 2)],
    ['a list', JSON.stringify(orders)],
    ['a list, set out', `\uFEFF${JSON.stringify(orders, null, 4)}`],
    ['one a line', orders.map(one => JSON.stringify(one)).join('\r\n')],
    ['pages, one a line', orders.map(one => JSON.stringify({ orders: [one] })).join('\n')],
    [
      'edges and nodes',
      JSON.stringify({ data: { orders: { edges: orders.map(node => ({ cursor: 'x', node })) } } }),
    ],
  ])('%s are rows, one for each line', async (name, text) => {
    const { preview, mapping } = await guessed(file(text))
    expect(preview.reading).toMatchObject({ format: 'jsonl', lines: 'line_items' })
    expect(preview.rows).toHaveLength(3)
    expect(mapping).toMatchObject({
      target: 'order_lines',
      columns: { ...columns, customer_id: expect.anything() },
    })
    const store = name.replaceAll(/[^a-z]/g, '')
    const path = file(files % 2 ? text : gzipSync(text))
    const came = await run(path, store, { mapping: { target: 'order_lines', columns } })
    expect(came).toMatchObject({ rows: 3, accepted: 3, rejected: 0, warnings: [] })
    expect(await sums(store)).toEqual(right)
    expect(await run(path, store, { mapping: { target: 'order_lines', columns } })).toMatchObject({
      repeats: 3,
    })
  })

  it('of one order alone are its rows', async () => {
    const { preview } = await guessed(file(JSON.stringify(orders[0], null, 2)))
    expect(preview.reading).toMatchObject({ records: '', lines: 'line_items' })
    expect(preview.rows).toHaveLength(2)
  })

  it('can be taken as they are, or by another list', async () => {
    const path = file(
      JSON.stringify({ old: orders, orders: [{ id: 1, items: [{ a: 1 }], parts: [{ b: 1 }, { b: 2 }] }] }),
    )
    expect((await room.imports.preview(path)).lists.records).toEqual(['', 'old', 'orders'])
    const whole = await room.imports.preview(path, { lines: '' })
    expect(whole.rows).toHaveLength(2)
    const other = await room.imports.preview(path, { records: 'orders', lines: 'parts' })
    expect(other.columns.map(one => one.name)).toEqual(['id', 'parts.b'])
    expect(other.rows).toHaveLength(2)
    const mapping = { target: 'stock', columns: { sku: 'parts.b', on_hand: 'id' } }
    const came = await run(path, 'parts', { mapping, reading: { records: 'orders', lines: 'parts' } })
    expect(came).toMatchObject({ rows: 2, accepted: 2 })
    await expect(run(path, 'parts', { mapping, reading: { records: 'none' } })).rejects.toThrow(
      'no list at “none”',
    )
  })

  it('keep ids of more digits than numbers hold, and an order without lines is a row', async () => {
    const long = '9007199254740993'
    const text = JSON.stringify({ orders: [...orders, { ...orders[0], id: 'X', line_items: [] }] }).replace(
      '"id":3,',
      `"id":${long},`,
    )
    const came = await run(file(text), 'long', { mapping: { target: 'order_lines', columns } })
    expect(came).toMatchObject({ rows: 4, accepted: 3, rejected: 1 })
    expect(readFileSync(came.rejectsFile ?? '', 'utf8')).toContain('there is no price')
    const [row] = await room.granary.query(
      `SELECT order_id FROM sales_lines WHERE store = 'long' AND quantity = 4`,
    )
    expect(row?.order_id).toBe(long)
  })
})

describe('JSON that is not well', () => {
  const mapping = { target: 'order_lines', columns }
  const text = JSON.stringify({ orders })
  it.each([
    ['breaks off in an order', text.slice(0, -60), 'breaks off'],
    ['breaks off after one', text.slice(0, -2), 'breaks off'],
    [
      'has a comma too many inside',
      text.replace('"currency":"USD",', '"currency":"USD",,'),
      'not well formed',
    ],
    [
      'has an order of megabytes',
      JSON.stringify({ orders: [{ ...orders[0], note: 'x'.repeat(5 << 20) }] }),
      'too large',
    ],
    [
      'would grow without measure',
      JSON.stringify({
        orders: [{ ...orders[0], note: 'x'.repeat(1 << 20), line_items: Array(200).fill({ sku: 'a' }) }],
      }),
      'too large',
    ],
    ['holds a list of nothing', '{"orders":[]}', ''],
  ])('%s is refused, and nothing of it comes in', async (name, content, words) => {
    const store = `bad-${name.replaceAll(/[^a-z]/g, '')}`
    await expect(run(file(content), store, { mapping })).rejects.toThrow(words)
    expect(await sums(store)).toMatchObject({ rows: 0 })
  })

  it('in one line of many rejects that line', async () => {
    const lines = [JSON.stringify(orders[0]), '{"id": oops}', JSON.stringify(orders[1])]
    const came = await run(file(lines.join('\n')), 'oneline', { mapping })
    expect(came).toMatchObject({ rows: 4, accepted: 3, rejected: 1 })
  })
})

it('a long answer is read a record at a time', async () => {
  const many = Array.from({ length: 20_000 }, (_, n) =>
    order(n + 1, [
      ['MUG', 1, '10.00'],
      ['PEN', 2, '2.50'],
    ]),
  )
  const came = await run(file(JSON.stringify({ orders: many })), 'many', {
    mapping: { target: 'order_lines', columns },
  })
  expect(came).toMatchObject({ rows: 40_000, accepted: 40_000, rejected: 0 })
  expect(await sums('many')).toMatchObject({ orders: 20_000, gross: 300_000, shipping: 80_000 })
}, 60_000)

describe('presets of interfaces', () => {
  const shopify = {
    orders: [
      {
        id: 1,
        name: '#1001',
        created_at: '2026-03-01T10:00:00-05:00',
        cancelled_at: null,
        test: false,
        email: 'A@x.com',
        currency: 'USD',
        source_name: 'web',
        subtotal_price: '35.00',
        total_discounts: '5.00',
        total_tax: '2.80',
        total_price: '42.80',
        current_total_price: '42.80',
        total_shipping_price_set: { shop_money: { amount: '5.00', currency_code: 'USD' } },
        shipping_address: { country_code: 'US' },
        line_items: [
          {
            id: 11,
            sku: 'MUG',
            title: 'Mug',
            name: 'Mug',
            quantity: 3,
            price: '10.00',
            tax_lines: [{ price: '2.00' }],
          },
          { id: 12, sku: '', title: 'Gift', name: 'Gift', quantity: 1, price: '10.00', tax_lines: [] },
        ],
        shipping_lines: [{ price: '5.00' }],
        refunds: [],
      },
      {
        id: 2,
        name: '#1002',
        created_at: '2026-03-02T10:00:00-05:00',
        test: false,
        email: 'b@x.com',
        currency: 'USD',
        subtotal_price: '20.00',
        total_discounts: '0.00',
        total_tax: '1.60',
        total_price: '21.60',
        current_total_price: '10.80',
        line_items: [{ id: 21, sku: 'MUG', title: 'Mug', name: 'Mug', quantity: 2, price: '10.00' }],
      },
      {
        id: 3,
        name: '#1003',
        test: true,
        created_at: '2026-03-02T10:00:00-05:00',
        line_items: [{ id: 31, price: '1.00', quantity: 1 }],
      },
    ],
  }
  it('take Shopify’s orders to the cent', async () => {
    const path = file(JSON.stringify(shopify))
    expect((await room.imports.preview(path)).suggestions[0]?.preset).toBe('shopify-orders-json')
    const came = await run(path, 'shopify-json', { preset: 'shopify-orders-json' })
    expect(came).toMatchObject({ rows: 4, accepted: 3, rejected: 1, warnings: [] })
    expect(await sums('shopify-json')).toMatchObject({
      orders: 2,
      gross: 60,
      discounts: -5,
      taxes: 3.6,
      shipping: 5,
      quantity: 6,
    })
    const [back] = await room.granary.query(
      `SELECT CAST(sum(reversals) AS DOUBLE) AS back FROM sales_lines WHERE store = 'shopify-json'`,
    )
    expect(Number(back?.back)).toBe(-10)
  })

  const woo = [
    {
      id: 727,
      number: '727',
      status: 'processing',
      currency: 'USD',
      date_created: '2026-03-22T16:28:02',
      discount_total: '2.00',
      shipping_total: '10.00',
      shipping_tax: '0.50',
      total: '28.90',
      total_tax: '0.90',
      billing: { email: 'C@x.com', country: 'US' },
      shipping: { country: '' },
      created_via: 'checkout',
      line_items: [
        {
          id: 315,
          name: 'Woo Single #1',
          quantity: 2,
          subtotal: '10.00',
          total: '8.00',
          total_tax: '0.20',
          sku: '',
          price: 4,
        },
        {
          id: 316,
          name: 'Ship Your Idea',
          quantity: 1,
          subtotal: '10.00',
          total: '10.00',
          total_tax: '0.20',
          sku: 'IDEA',
          price: 10,
        },
      ],
      refunds: [],
    },
    {
      id: 728,
      number: '728',
      status: 'cancelled',
      total: '9.00',
      date_created: '2026-03-23T10:00:00',
      line_items: [{ subtotal: '9.00', total: '9.00', quantity: 1 }],
    },
  ]
  it('take what WooCommerce gave back in part, as its share of the order', async () => {
    const line = { subtotal: '20.00', total: '20.00', quantity: 1, name: 'Mug', total_tax: '4.00' }
    const order = {
      status: 'completed',
      date_created: '2026-03-24T10:00:00',
      total: '30.00',
      total_tax: '5.00',
    }
    const orders = [
      { number: '1', ...order, shipping_total: '5.00', line_items: [line], refunds: [] },
      {
        number: '2',
        ...order,
        shipping_total: '5.00',
        line_items: [line],
        refunds: [
          { id: 726, reason: 'broken', total: '-10.00' },
          { id: 725, reason: '', total: '-5.00' },
        ],
      },
    ]
    const came = await run(file(JSON.stringify(orders)), 'woo-part', { preset: 'woocommerce-orders-json' })
    expect(came).toMatchObject({ rows: 2, accepted: 2, warnings: [] })
    // Half of what was charged came back: of goods, shipping and tax alike.
    expect(await sums('woo-part')).toMatchObject({ gross: 40, shipping: 7.5, taxes: 7.5 })
    const what = "SELECT CAST(sum(reversals) AS DOUBLE) AS back FROM sales_lines WHERE store = 'woo-part'"
    expect(await room.granary.query(what)).toEqual([{ back: -10 }])
  })
  it('take WooCommerce’s orders, what was never paid left out', async () => {
    const path = file(JSON.stringify(woo, null, 2))
    expect((await room.imports.preview(path)).suggestions[0]?.preset).toBe('woocommerce-orders-json')
    const came = await run(path, 'woo-json', { preset: 'woocommerce-orders-json' })
    expect(came).toMatchObject({ rows: 3, accepted: 2, rejected: 1, warnings: [] })
    expect(await sums('woo-json')).toMatchObject({
      orders: 1,
      gross: 20,
      discounts: -2,
      shipping: 10,
      taxes: 0.9,
      quantity: 3,
    })
  })
})

it('rows that do not fit on the disk are told in words, and nothing of them comes in', async ({ skip }) => {
  const work = join(room.folder, 'work')
  mkdirSync(work, { recursive: true })
  const mount = (...how: string[]) => {
    try {
      execFileSync(how[0] ?? '', how.slice(1), { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  skip(
    !mount('mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', work),
    'a small disk cannot be mounted here (it takes root)',
  )
  try {
    const lines = Array.from({ length: 200 }, (_, i) => [`S${i}`, 1, '1.00'] as const)
    const many = Array.from({ length: 100 }, (_, n) => order(n + 1, lines))
    const came = run(file(JSON.stringify({ orders: many })), 'full', {
      mapping: { target: 'order_lines', columns },
    })
    await expect(came).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('disk is full'),
    })
    expect(await sums('full')).toMatchObject({ rows: 0 })
    expect(readdirSync(work)).toEqual([])
  } finally {
    mount('umount', work)
  }
})

describe('Parquet of orders that hold a list of lines', () => {
  const parquet = async (name: string, select: string): Promise<string> => {
    const path = join(room.folder, name)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
    return path
  }
  const line = (sku: string, quantity: number, price: string) =>
    `{'sku': '${sku}', 'quantity': ${quantity}, 'price': ${price}::DECIMAL(9,2)}`
  const orders = `SELECT * FROM (VALUES
    (1, TIMESTAMPTZ '2026-03-02 03:30:00+00', {'id': 'c1', 'country': 'US'}, [${line('MUG', 2, '10.00')}, ${line('PEN', 1, '2.50')}]),
    (2, TIMESTAMPTZ '2026-03-02 20:00:00+00', {'id': 'c2', 'country': 'CA'}, [${line('MUG', 1, '10.00')}]),
    (3, TIMESTAMPTZ '2026-03-03 20:00:00+00', {'id': 'c1', 'country': 'US'}, [])
  ) AS t(order_id, created_at, customer, line_items)`

  it('comes in as lines, each with its order, of the days of the shop', async () => {
    const path = await parquet('nested.parquet', orders)
    const { preview, mapping } = await guessed(path)
    expect(preview.lists.lines).toEqual(['', 'line_items'])
    expect(preview.columns.map(column => column.name)).toContain('line_items.sku')
    expect(mapping).toMatchObject({ target: 'sales_lines', columns: { country: 'customer.country' } })
    const came = await run(path, 'nested', { mapping })
    expect(came).toMatchObject({ rows: 4, accepted: 3, rejected: 1, from: '2026-03-01', to: '2026-03-02' })
    expect(await sums('nested')).toMatchObject({ rows: 3, orders: 2, gross: 32.5, quantity: 4 })
  })
  it('is read so also where it is said to be Parquet, or its rows are said to be orders', async () => {
    const path = await parquet('said.parquet', orders)
    const said = await room.imports.preview(path, { format: 'parquet' })
    expect(said.columns.map(column => column.name)).toContain('line_items.sku')
    const { mapping } = await guessed(path)
    expect(await run(path, 'said', { mapping, reading: { format: 'parquet' } })).toMatchObject({
      accepted: 3,
    })
    const whole = await room.imports.preview(path, { lines: '' })
    expect(whole.rows).toHaveLength(3)
  })
})

it('a moment with the hours of its zone alone, as databases write it, is that moment', async () => {
  const path = file('order,at,amount\n1,2026-03-02 03:30:00+00,5\n2,2026-03-02 03:30:00.25-05,5\n')
  const mapping = { target: 'sales_lines', columns: { order_id: 'order', at: 'at', amount: 'amount' } }
  await run(path, 'zoned', { mapping })
  const rows = await room.granary.query(
    "SELECT CAST(happened_at AS VARCHAR) AS at FROM sales_lines WHERE store = 'zoned' ORDER BY order_id",
  )
  expect(rows.map(row => String(row.at).slice(0, 16))).toEqual(['2026-03-01 22:30', '2026-03-02 03:30'])
})
