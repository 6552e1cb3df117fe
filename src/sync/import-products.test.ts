import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { ImportRequest, Mapping } from './imports.ts'

/** One file of sales brings its products, too. */

const room = importRoom({ currency: 'USD', timezone: 'America/New_York' })
let files = 0
const file = (lines: readonly (string | readonly (string | number)[])[]): string => {
  files += 1
  const path = join(room.folder, `${files}.csv`)
  writeFileSync(path, lines.map(line => (typeof line === 'string' ? line : line.join(','))).join('\n'))
  return path
}
const take = (path: string, store: string, mapping: Mapping, more: Partial<ImportRequest> = {}) =>
  room.imports.run({ path, store, by: 'test', mapping, ...more })
const products = (store: string, what = 'product_id, title, category, brand, vendor, price') =>
  room.granary.query(`SELECT ${what} FROM products WHERE store = {store:String} ORDER BY product_id`, {
    store,
  })
const guess = async (path: string): Promise<Mapping> => {
  const { suggestions } = await room.imports.preview(path)
  return suggestions[0]?.mapping ?? { target: '', columns: {} }
}

const head = 'Order,When,SKU,Name,Category,Brand,Supplier,List price,Qty,Price'
const sales: Mapping = {
  target: 'sales_lines',
  columns: {
    order_id: 'Order',
    at: 'When',
    sku: 'SKU',
    title: 'Name',
    quantity: 'Qty',
    unit_price: 'Price',
    category: 'Category',
    brand: 'Brand',
    vendor: 'Supplier',
    list_price: '"List price"',
  },
}
const list: Mapping = {
  target: 'products',
  columns: {
    sku: 'SKU',
    title: 'Name',
    category: 'Category',
    brand: 'Brand',
    vendor: 'Supplier',
    price: '"List price"',
  },
}

describe('a stranger’s file', () => {
  const superstore = [
    'Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,Country,City,State,Postal Code,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit',
    '1,CA-1,11/8/2016,11/11/2016,Second Class,CG-1,Ann Archer,Consumer,United States,Henderson,Kentucky,42420,South,FUR-1,Furniture,Bookcases,A bookcase,261.96,2,0,41.91',
    '2,CA-1,11/8/2016,11/11/2016,Second Class,CG-1,Ann Archer,Consumer,United States,Henderson,Kentucky,42420,South,FUR-2,Furniture,Chairs,"Chairs, rounded",731.94,3,0,219.58',
    '3,CA-2,6/25/2016,6/26/2016,Second Class,DV-1,Bob Brown,Corporate,United States,Los Angeles,California,90036,West,OFF-1,Office Supplies,Labels,Labels,14.62,2,0,6.87',
  ]
  it('answers for net sales by category after one import, and once more changes nothing', async () => {
    const path = file(superstore)
    const mapping = await guess(path)
    expect(mapping).toMatchObject({
      target: 'sales_lines',
      columns: { sku: 'Product ID', title: 'Product Name', category: 'Category', amount: 'Sales' },
    })
    const came = await take(path, 'super', mapping)
    expect(came).toMatchObject({ rows: 3, accepted: 3, rejected: 0, repeats: 0 })
    expect(came.products).toEqual({ rows: 3, inserted: 3, changed: 0 })
    const byCategory = await room.granary.query(
      `SELECT p.category AS category, CAST(sum(l.gross) AS VARCHAR) AS sales FROM sales_lines l
       JOIN products p ON p.store = l.store AND p.product_id = l.product_id WHERE l.store = 'super' GROUP BY 1 ORDER BY 1`,
    )
    expect(byCategory).toEqual([
      { category: 'Furniture', sales: '993.9000' },
      { category: 'Office Supplies', sales: '14.6200' },
    ])
    const before = await products('super', '*')
    const again = await take(path, 'super', mapping)
    expect(again).toMatchObject({ rows: 3, accepted: 0, repeats: 3 })
    expect(again.products).toEqual({ rows: 3, inserted: 0, changed: 0 })
    expect(await products('super', '*')).toEqual(before)
  })

  it('without a code of the product brings none, and a mapping that names some says what it lacks', async () => {
    const path = file(['Order,When,Category,Price', '1,2026-01-05,Cups,3.50'])
    const mapping = await guess(path)
    expect(mapping.columns).not.toHaveProperty('category')
    expect((await take(path, 'codeless', mapping)).products).toBeUndefined()
    const named = { ...mapping, columns: { ...mapping.columns, category: 'Category' } }
    await expect(take(path, 'codeless', named)).rejects.toThrow('category says something of a product')
  })

  it('is not left out for what it says of a product and nobody can read', async () => {
    const path = file([head, ['1', '2026-01-05', 'A', 'Cup', 'Cups', 'Acme', 'Bo', 'on request', 1, 3]])
    expect(await take(path, 'unread', sales)).toMatchObject({ accepted: 1, rejected: 0 })
    expect(await products('unread')).toMatchObject([{ product_id: 'A', category: 'Cups', price: null }])
  })
})

describe('rows that differ', () => {
  it('the latest that is not empty counts, wherever it stands in the file, and that many differ is said', async () => {
    const path = file([
      head,
      ['3', '2026-03-05', 'A', 'Cup', '', 'Acme', 'Bo', '', 1, 3],
      ['2', '2026-02-05', 'A', 'Cup', 'Drinking', 'Acme', 'Bo', 4, 1, 3],
      ['1', '2026-01-05', 'A', 'Cup', 'Cups', 'Acme', 'Bo', 5, 1, 3],
      ['4', '2026-01-06', 'B', 'Jug', 'Jugs', 'Acme', 'Bo', 9, 1, 3],
    ])
    const came = await take(path, 'differ', sales)
    expect(await products('differ', 'product_id, category, price, from_sales')).toEqual([
      {
        product_id: 'A',
        category: 'Drinking',
        price: '4.0000',
        from_sales: '2026-03-05 product_id title category brand vendor price',
      },
      {
        product_id: 'B',
        category: 'Jugs',
        price: '9.0000',
        from_sales: '2026-01-06 product_id title category brand vendor price',
      },
    ])
    expect(came.warnings).toContain(
      '1 of 2 products have more than one category in the file, such as A: the one of the latest sale counts.',
    )
    expect(came.warnings.join()).not.toContain('brand')
  })

  it('rows that are rejected, or are no sale, say nothing', async () => {
    const path = file([
      `${head},Kind`,
      ['1', '2026-01-05', 'A', 'Cup', 'Cups', 'Acme', 'Bo', 5, 1, 3, 'sale'],
      ['2', '2026-02-05', 'A', 'damaged', 'Lost', 'Acme', 'Bo', 5, -1, 0, 'adjustment'],
      ['3', 'never', 'A', 'Cup', 'Wrong', 'Acme', 'Bo', 5, 1, 3, 'sale'],
      ['4', '2026-02-06', 'POST', 'Parcel', 'Post', 'Acme', 'Bo', 5, 1, 3, 'shipping'],
    ])
    const mapping = { ...sales, columns: { ...sales.columns, kind: 'Kind' } }
    expect(await take(path, 'nosale', mapping)).toMatchObject({ rows: 4, accepted: 3, rejected: 1 })
    expect(await products('nosale')).toMatchObject([{ product_id: 'A', title: 'Cup', category: 'Cups' }])
  })

  it('of several files the later dated counts, in whatever order they come, and an empty cell takes nothing away', async () => {
    const january = file([head, ['1', '2026-01-05', 'A', 'Cup', 'Cups', 'Acme', '', '', 1, 3]])
    const march = file([head, ['2', '2026-03-05', 'A', 'Mug', 'Mugs', '', '', '', 1, 3]])
    for (const [store, order] of [
      ['forth', [january, march]],
      ['back', [march, january, march, january]],
    ] as const) {
      for (const path of order) await take(path, store, sales)
      expect(await products(store)).toMatchObject([{ title: 'Mug', category: 'Mugs', brand: 'Acme' }])
    }
  })
})

describe('what a system or a list of products says', () => {
  const lists = ['SKU,Name,Category,Brand,Supplier,List price', 'A,The cup,,Best,,7', 'B,,,,,']
  const lines = [
    head,
    ['1', '2026-01-05', 'A', 'cup!', 'Cups', 'Acme', 'Bo', 5, 1, 3],
    ['2', '2026-01-06', 'C', 'Jug', 'Jugs', 'Acme', 'Bo', 9, 1, 3],
  ]
  it('stays, and what it leaves empty is filled, whichever came first and however often', async () => {
    const told = [file(lists), list] as const
    const sold = [file(lines), sales] as const
    for (const [store, order] of [
      ['listed', [told, sold]],
      ['sold', [sold, told]],
      ['often', [sold, told, sold, told, told, sold]],
    ] as const) {
      for (const [path, mapping] of order) await take(path, store, mapping)
      expect(await products(store)).toEqual([
        { product_id: 'A', title: 'The cup', category: 'Cups', brand: 'Best', vendor: 'Bo', price: '7.0000' },
        { product_id: 'B', title: '', category: '', brand: '', vendor: '', price: null },
        { product_id: 'C', title: 'Jug', category: 'Jugs', brand: 'Acme', vendor: 'Bo', price: '9.0000' },
      ])
    }
  })
})

it('a file mapped again brings the products its new mapping names, and takes back those of the old', async () => {
  const path = file([
    head,
    ['1', '2026-01-05', 'A', 'Cup', 'Acme', 'Cups', 'Bo', 5, 1, 3],
    ['2', '2026-01-06', 'B', 'Jug', 'Acme', 'Jugs', 'Bo', 9, 1, 3],
  ])
  const other = file([head, ['3', '2026-02-05', 'B', 'Jug', 'Large jugs', 'Best', 'Bo', 9, 1, 3]])
  await take(file(['SKU,Name,Category,Brand,Supplier,List price', 'A,The cup,,,,']), 'again', list)
  const first = await take(path, 'again', sales)
  const second = await take(other, 'again', sales)
  expect(await products('again')).toMatchObject([
    { product_id: 'A', title: 'The cup', category: 'Acme', brand: 'Cups' },
    { product_id: 'B', category: 'Large jugs', brand: 'Best' },
  ])
  if (!first.origin || !second.origin) throw new Error('An import says where it comes from.')
  const right = { ...sales, columns: { ...sales.columns, category: 'Brand', brand: 'Category' } }
  const others = [{ file: 'other', origin: second.origin, request: { mapping: sales } }]
  const again = (mapping: Mapping) =>
    take(path, 'again', mapping, {
      replaces: { origin: first.origin as never, table: 'sales_lines', others },
    })
  expect((await again(right)).products).toEqual({ rows: 2, inserted: 0, changed: 1 })
  expect(await products('again')).toMatchObject([
    { product_id: 'A', title: 'The cup', category: 'Cups', brand: 'Acme' },
    { product_id: 'B', category: 'Large jugs', brand: 'Best' },
  ])
  const { title: _, category: __, brand: ___, vendor: ____, list_price: _____, ...bare } = sales.columns
  await again({ ...sales, columns: bare })
  expect(await products('again')).toMatchObject([
    { product_id: 'A', title: 'The cup', category: '', brand: '', vendor: '', price: null },
    { product_id: 'B', category: 'Large jugs', brand: 'Best' },
  ])
})

it('brings what two imports of the file bring, whatever it holds', async () => {
  const text = fc.constantFrom('Cups', 'Jugs', 'Plates', 'Tea “set”', 'ça', 'x'.repeat(300))
  const row = fc.record({ sku: fc.nat(5), title: text, category: text, brand: text, price: fc.nat(90) })
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), async rows => {
      runs += 1
      // A list of products takes the last row of each; here every later row is a day later.
      const path = file([
        head,
        ...rows.map(({ sku, title, category, brand, price }, n) => [
          n,
          new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
          `P${sku}.0`,
          title,
          category,
          brand,
          '',
          price,
          1,
          3,
        ]),
      ])
      const [one, two] = [`one-${runs}`, `two-${runs}`]
      const came = await take(path, one, sales)
      const { list_price: _, category: __, brand: ___, vendor: ____, title: _____, ...bare } = sales.columns
      const apart = await take(path, two, { ...sales, columns: bare })
      await take(path, two, list)
      expect(await products(one)).toEqual(await products(two))
      expect(came.products?.rows).toBe(new Set(rows.map(one => one.sku)).size)
      // The rows are accounted for as ever.
      expect([came.rows, came.accepted, came.rejected, came.repeats]).toEqual([
        apart.rows,
        apart.accepted,
        apart.rejected,
        apart.repeats,
      ])
    }),
    { numRuns: 12 },
  )
})
