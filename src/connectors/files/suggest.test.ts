import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetMapping } from './preset.ts'
import { metaAds } from './presets/marketing.ts'
import type { ValueType } from './reading.ts'
import { suggest } from './suggest.ts'

const guessed = (...given: Parameters<typeof suggest>) => suggest(...given).suggestions
const products = ['parent_id', 'category', 'brand', 'vendor', 'product_status', 'list_price']
const seen = (name: string, type: ValueType, ...examples: string[]) => ({ name, type, examples })

it('a file of orders whose day goes by an odd name is a file of orders, not of stock', () => {
  const [best] = guessed(
    [
      seen('Order', 'number', '1'),
      seen('When', 'time', '2024-12-20 10:00:00'),
      seen('Item', 'text', 'SKU-1'),
      seen('Qty', 'number', '2'),
      seen('Price', 'number', '17.50'),
      seen('Cost', 'number', '6'),
      seen('Country', 'text', 'France'),
    ],
    [],
  )
  expect(best?.mapping).toMatchObject({
    target: 'sales_lines',
    columns: { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' },
  })
})

it('of two columns of dates with odd names none is taken for the day of a sale', () => {
  const guesses = guessed(
    [
      seen('Order', 'number', '1'),
      seen('When', 'date', '2024-12-20'),
      seen('Until', 'date', '2024-12-24'),
      seen('Price', 'number', '17.50'),
    ],
    [],
  )
  expect(guesses.filter(one => one.mapping.target === 'sales_lines')).toEqual([])
})

it('a file that is no such export is told what it lacks, in the words of its headings', () => {
  expect(() => presetMapping(metaAds, ['Day', 'Campaign name'])).toThrow(
    'The file is no Meta Ads export: it has no Amount spent, no Impressions.',
  )
})

it.each([
  [
    'an enterprise system in German',
    'Verkaufsbeleg Belegdatum Auftraggeber Material Materialkurztext Kundenauftragsmenge Nettowert Steuerbetrag Währg',
    ['4711', '2024-01-05', '100001', 'M-1', 'Tasse', '2', '20.00', '3.80', 'EUR'],
    {
      order_id: 'Verkaufsbeleg',
      customer_id: 'Auftraggeber',
      sku: 'Material',
      amount: 'Nettowert',
      tax: 'Steuerbetrag',
      currency: 'Währg',
    },
  ],
  [
    'a shop that tells totals with and without tax',
    'Order ID|Order Date|Customer Note|Customer Email|Cart Discount Amount|Subtotal (inc tax)|Subtotal (ex tax)|Tax Total|Status Type|VAT Included In Price',
    ['1', '2024-01-05', 'please ring', 'a@x.de', '1.00', '36.00', '30.00', '6.00', 'done', '4.00'],
    {
      order_id: 'Order ID',
      customer_id: 'Customer Email',
      amount: 'Subtotal (ex tax)',
      discount: 'Cart Discount Amount',
    },
  ],
  [
    'a ledger of invoices and credit notes',
    'Num|Date|Transaction Type|Memo|Qty|Sales Price|Amount|Discount',
    ['1001', '2024-01-05', 'Invoice', 'Blue mug', '2', '10.00', '20.00', '10%'],
    { date: 'Date', quantity: 'Qty', unit_price: 'Sales Price', amount: 'Amount' },
  ],
])('%s is taken for what it says', (_, headings, cells, columns) => {
  const split = headings.includes('|') ? '|' : ' '
  const type = (cell: string): ValueType =>
    /^\d{4}-/.test(cell) ? 'date' : /^[\d.]+%?$/.test(cell) ? 'number' : 'text'
  const guesses = guessed(
    headings.split(split).map((name, i) => seen(name, type(cells[i] ?? ''), cells[i] ?? '')),
    [],
  )
  const { mapping } = guesses.find(one => one.mapping.target === 'sales_lines') ?? {}
  expect(mapping?.columns).toMatchObject(columns)
  const taken = Object.values(mapping?.columns ?? {})
  for (const other of ['Customer Note', 'VAT Included In Price', 'Transaction Type', 'Discount'])
    expect(taken).not.toContain(other)
})

it.each([
  ['a code', 'AccountCode', ['200', '200', '200', '200']],
  ['a nominal account', 'Nominal account', ['4000', '4000', '4000', '4000']],
  ['an account that changes within an invoice', 'Account', ['Sales', 'Freight', 'Sales', 'Freight']],
])('the account that %s of a ledger books an invoice on is no B2B account', (_, heading, accounts) => {
  const names = [
    'ContactName',
    'InvoiceNumber',
    'InvoiceDate',
    'Description',
    'Quantity',
    'UnitAmount',
    heading,
  ]
  const rows = accounts.map((account, i) => [
    'Acme',
    `INV-${i >> 1}`,
    '2026-01-05',
    `Item ${i}`,
    '1',
    '10.00',
    account,
  ])
  const types: ValueType[] = ['text', 'text', 'date', 'text', 'number', 'number', 'text']
  const columns = names.map((name, i) =>
    seen(name, types[i] ?? 'text', ...new Set(rows.map(row => row[i] ?? ''))),
  )
  for (const { mapping } of guessed(columns, rows).filter(one => 'order_id' in one.mapping.columns))
    expect(mapping.columns).not.toHaveProperty('account_id', heading)
  // Who buys is still known by the same word where it does not.
  const same = rows.map(row => row.with(-1, 'K-1'))
  const account = names.with(-1, 'Account')
  const known = account.map((name, i) =>
    seen(name, types[i] ?? 'text', ...new Set(same.map(row => row[i] ?? ''))),
  )
  expect(guessed(known, same)[0]?.mapping.columns).toHaveProperty('account_id', 'Account')
})

it('one row an order with its totals is taken for orders, not for lines', () => {
  const rows = [
    ['100', '2026-03-02', '20.00', '4.80', '5.00', '30.00'],
    ['101', '2026-03-14', '30.00', '7.20', '5.00', '42.00'],
  ]
  const names = [
    'Order ID',
    'Order Date',
    'Subtotal (ex tax)',
    'Tax Total',
    'Shipping Cost',
    'Order Total (inc tax)',
  ]
  const columns = names.map((name, i) =>
    seen(name, i === 1 ? 'date' : 'number', ...rows.map(row => row[i] ?? '')),
  )
  expect(guessed(columns, rows)[0]?.mapping.target).toBe('orders')
})

it('a feed of products, whose code is called id, is one of products', () => {
  const columns = [
    seen('id', 'text', 'MUG-B'),
    seen('title', 'text', 'Mug'),
    seen('price', 'number', '12.00 GBP'),
    seen('brand', 'text', 'Lark'),
    seen('product_type', 'text', 'Home > Kitchen'),
    seen('item_group_id', 'text', 'MUG'),
  ]
  expect(guessed(columns, [])[0]?.mapping).toMatchObject({
    target: 'products',
    columns: { sku: 'id', parent_id: 'item_group_id', category: 'product_type' },
  })
})

it.each([
  ['a code that holds the short name of a currency', 'SKU', 'kreations-1', []],
  ['a price', 'Price', '12 kr', ['“Price” is written in kr']],
])('%s says so of money alone', (_, heading, cell, said) => {
  const names = ['Order ID', 'Order Date', 'SKU', 'Price']
  const row = ['1', '2026-01-05', 'M-1', '12.00'].map((own, i) => (names[i] === heading ? cell : own))
  const types: ValueType[] = ['number', 'date', 'text', 'number']
  const columns = names.map((name, i) => seen(name, types[i] ?? 'text', row[i] ?? ''))
  const { warnings } = suggest(columns, [row, row], null, { currency: 'GBP' })
  expect(warnings.map(one => one.slice(0, 24))).toEqual(said)
})

it.each([
  [
    'Portuguese',
    'Pedido;Data;Produto;Quantidade;Valor unitário;Frete',
    'order_id date sku quantity unit_price shipping',
  ],
  [
    'Polish',
    'Nr zamówienia;Data zamówienia;Produkt;Ilość;Cena;Wartość',
    'order_id at sku quantity unit_price amount',
  ],
  [
    'Swedish',
    'Ordernummer;Orderdatum;Artikelnr;Antal;Pris;Summa;Moms',
    'order_id at sku quantity unit_price amount tax',
  ],
  [
    'Spanish',
    'Nº pedido;Fecha pedido;Artículo;Unidades;Precio;Importe',
    'order_id at sku quantity unit_price amount',
  ],
  ['Japanese', '注文番号;注文日;商品番号;数量;単価;合計', 'order_id at sku quantity unit_price amount'],
  [
    'French, with money without and with tax',
    'N° de commande;Date de commande;Référence;Quantité;Prix unitaire HT;Total HT',
    'order_id at sku quantity unit_price amount',
  ],
])('lines of orders in %s are known by their headings', (_, headings, friendly) => {
  const names = headings.split(';')
  const row = ['A1', '2026-01-05', 'M-1', '2', '10.00', '20.00', '4.00'].slice(0, names.length)
  const types: ValueType[] = ['text', 'date', 'text', 'number', 'number', 'number', 'number']
  const columns = names.map((name, i) => seen(name, types[i] ?? 'text', row[i] ?? ''))
  const found = guessed(columns, [row, row.with(0, 'A2').with(2, 'M-2')]).find(
    one => one.mapping.target === 'sales_lines',
  )
  expect(found?.mapping.columns).toEqual(
    Object.fromEntries(friendly.split(' ').map((name, i) => [name, names[i]])),
  )
})

describe('what a file of sales says of its products', () => {
  const text = (name: string, example: string) => seen(name, 'text', example)
  const sold = [
    seen('Order ID', 'text', 'A-1'),
    seen('Order Date', 'date', '2026-01-05'),
    seen('SKU', 'text', 'CUP-1'),
    seen('Quantity', 'number', '2'),
    seen('Unit Price', 'number', '3.50'),
  ]
  const mapped = (...more: ReturnType<typeof seen>[]) => {
    const best = guessed([...sold, ...more], []).find(one => one.mapping.target === 'sales_lines')
    return best?.mapping.columns ?? {}
  }
  it.each([
    ['English', { category: 'Category', brand: 'Brand', vendor: 'Vendor', parent_id: 'Handle' }],
    ['longer names', { category: 'Category Name', brand: 'Brand name', vendor: 'Supplier name' }],
    ['a classic sample', { category: 'PRODUCTLINE' }],
    ['German', { category: 'Warengruppe', brand: 'Marke', vendor: 'Lieferant' }],
    ['French', { category: 'Catégorie', brand: 'Marque', vendor: 'Fournisseur' }],
    ['Spanish', { category: 'Categoría', brand: 'Marca', vendor: 'Proveedor' }],
    ['sub-categories alone', { category: 'Sub-Category' }],
  ])('is known by its headings: %s', (_, headings) => {
    expect(mapped(...Object.values(headings).map(name => text(name, 'Things')))).toMatchObject(headings)
  })

  it('is the list price beside the price, and the category before what is below it', () => {
    expect(
      mapped(seen('MSRP', 'number', '95'), text('Sub-Category', 'Mugs'), text('Category', 'Cups')),
    ).toMatchObject({ unit_price: 'Unit Price', list_price: 'MSRP', category: 'Category' })
  })

  it.each(['Status', 'State', 'Type', 'Customer Category', 'Payment category', 'Order priority'])(
    'is not what is of the order or the buyer: %s',
    name => {
      const own = mapped(text(name, 'Shipped'))
      expect(own).not.toHaveProperty('category')
      expect(own).not.toHaveProperty('product_status')
    },
  )

  it('takes no column away from the sales, whatever else the file has', () => {
    const others =
      'Name|Description|Category|Type|Vendor|Brand|Price|Total|Status|Manufacturer|List price|Parent SKU|Product|Department|Discount|Country'
    fc.assert(
      fc.property(fc.subarray(others.split('|')), names => {
        const more = names.map(name =>
          /price|total|discount/i.test(name) ? seen(name, 'number', '7.25') : text(name, 'Thing'),
        )
        const columns = mapped(...more)
        const own = Object.entries(columns).filter(([name]) => !products.includes(name))
        const among = new Set(own.map(([, from]) => from))
        // Without the columns that were given to products the sales are mapped alike.
        const rest = more.filter(one => among.has(one.name) || !Object.values(columns).includes(one.name))
        const alone = Object.entries(mapped(...rest)).filter(([name]) => !products.includes(name))
        expect(Object.fromEntries(own)).toEqual(Object.fromEntries(alone))
      }),
    )
  })
})

it('a bare list of orders is of those that were sold, and one of vendors of those that were bought', async () => {
  const lines = (head: string, more: string) => [
    `Order ID,Order Date,Status,SKU,Quantity,Unit Price${head}`,
    ...[1, 2, 3].map(n => `${n},2026-03-0${n},Shipped,MUG,2,10${more}`),
  ]
  for (const [head, more, target] of [
    ['', '', 'sales_lines'],
    [',Supplier', ',Acme', 'purchase_orders'],
  ] as const) {
    const [names = '', ...rows] = lines(head, more)
    const cells = rows.map(row => row.split(','))
    const columns = names.split(',').map((name, i) => ({
      name,
      type: i === 1 ? ('date' as const) : i > 3 && i < 6 ? ('number' as const) : ('text' as const),
      examples: cells.map(row => row[i] ?? ''),
    }))
    expect(suggest(columns, cells).suggestions[0]?.mapping.target).toBe(target)
  }
})
