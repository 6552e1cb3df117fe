import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import { hasher } from './place.ts'

const room = importRoom({ currency: 'USD', timezone: 'America/New_York' }, 's'.repeat(64))
const fixtures = join(import.meta.dirname, '../connectors/files/fixtures')

const load = (preset: string, currency = 'USD') =>
  room.imports.run({ path: join(fixtures, `${preset}.csv`), preset, store: preset, currency, by: 'test' })
const rows = (table: string, what: string, store: string, tail = '') =>
  room.granary.query(`SELECT ${what} FROM ${table} WHERE store = {store:String} ${tail}`, { store })

it('recognises every export by its headers', async () => {
  const tables = room.imports.presets().filter(one => !/^online-retail$|-json$|-fees$/.test(one.name))
  for (const { name } of tables) {
    const { suggestions } = await room.imports.preview(join(fixtures, `${name}.csv`))
    expect(suggestions[0]).toMatchObject({ preset: name })
  }
})

it('reads Shopify orders: totals from the first row, discounts shared out, refunds on their own row', async () => {
  expect(await load('shopify-orders')).toMatchObject({ rows: 4, accepted: 4, rejected: 0 })
  const lines = await rows(
    'sales_lines',
    'order_id, kind, CAST(happened_at AS VARCHAR) AS happened, quantity, gross, discounts, reversals, shipping, taxes, product_id, customer_id, country',
    'shopify-orders',
    'ORDER BY order_id, kind DESC, gross DESC',
  )
  const line = (
    order_id: string,
    kind: string,
    happened: string,
    ...[quantity, gross, discounts, reversals, shipping, taxes]: string[]
  ) => ({
    order_id,
    kind,
    happened,
    quantity,
    gross,
    discounts,
    reversals,
    shipping,
    taxes,
  })
  const seen = lines.map(({ product_id, customer_id, country, ...rest }) => rest)
  expect(seen).toEqual([
    line(
      '#1001',
      'sale',
      '2024-01-15 10:23:45',
      '3.0000',
      '60.0000',
      '-6.0000',
      '0.0000',
      '10.0000',
      '8.0000',
    ),
    line(
      '#1001',
      'sale',
      '2024-01-15 10:23:45',
      '2.0000',
      '40.0000',
      '-4.0000',
      '0.0000',
      '0.0000',
      '0.0000',
    ),
    line('#1002', 'sale', '2024-01-31 23:30:00', '1.0000', '50.0000', '0.0000', '0.0000', '0.0000', '5.0000'),
    line(
      '#1002',
      'reversal',
      '2024-01-31 23:30:00',
      '0.0000',
      '0.0000',
      '0.0000',
      '-25.0000',
      '0.0000',
      '-2.5000',
    ),
    line('#1003', 'sale', '2024-02-01 09:00:00', '1.0000', '33.3300', '0.0000', '0.0000', '0.0000', '0.0000'),
    line(
      '#1003',
      'reversal',
      '2024-02-03 08:00:00',
      '-1.0000',
      '0.0000',
      '0.0000',
      '-33.3300',
      '0.0000',
      '0.0000',
    ),
  ])
  expect(lines[0]).toMatchObject({
    product_id: 'Plate, large',
    customer_id: 'ann@example.com',
    country: 'US',
  })
  expect(await load('shopify-orders')).toMatchObject({ rows: 4, accepted: 0, repeats: 4 })
})

it('reads Shopify products: variants, titles from the first row of a product, no picture rows', async () => {
  expect(await load('shopify-products')).toMatchObject({ rows: 4, accepted: 3, rejected: 1 })
  expect(
    await rows('products', 'product_id, title, vendor, price', 'shopify-products', 'ORDER BY 1'),
  ).toEqual([
    { product_id: 'MUG-B', title: 'Mug', vendor: 'Acme', price: '20.0000' },
    { product_id: 'MUG-R', title: 'Mug', vendor: 'Acme', price: '21.0000' },
    { product_id: 'lamp', title: 'Lamp', vendor: 'Bright', price: '50.0000' },
  ])
})

it('reads Shopify customers by the name the orders know them by, and keeps no address in the clear', async () => {
  expect(await load('shopify-customers')).toMatchObject({ rows: 2, accepted: 2 })
  const [ann] = await rows('customers', '*', 'shopify-customers', 'ORDER BY customer_id')
  expect(ann).toMatchObject({
    customer_id: 'ann@example.com',
    name: 'Ann Archer',
    city: 'Boston',
    country: 'US',
    accepts_marketing: true,
  })
  expect(ann?.email_hash).toBe(hasher('s'.repeat(64))(' Ann@Example.com'))
})

it('reads the Magento grid: money with signs and commas, cancelled orders taken back', async () => {
  expect(await load('magento-orders')).toMatchObject({ rows: 2, accepted: 2 })
  expect(
    await rows(
      'sales_lines',
      'order_id, CAST(happened_at AS VARCHAR) AS happened, gross, shipping, taxes, discounts, reversals',
      'magento-orders',
      'ORDER BY 1',
    ),
  ).toEqual([
    {
      order_id: '000000101',
      happened: '2024-01-15 10:23:45',
      gross: '1234.5000',
      shipping: '10.0000',
      taxes: '10.0000',
      discounts: '0.0000',
      reversals: '0.0000',
    },
    {
      order_id: '000000102',
      happened: '2024-01-16 13:05:00',
      gross: '50.0000',
      shipping: '0.0000',
      taxes: '0.0000',
      discounts: '-10.0000',
      reversals: '-40.0000',
    },
  ])
})

it('reads Amazon orders: the price of an item is of all its units, what was cancelled was never sold', async () => {
  expect(await load('amazon-orders')).toMatchObject({ rows: 2, accepted: 1, rejected: 1 })
  const what = 'order_id, CAST(happened_at AS VARCHAR) AS at, quantity, gross, discounts, shipping, country'
  expect(await rows('sales_lines', what, 'amazon-orders')).toEqual([
    {
      order_id: '111-0000001-0000001',
      at: '2024-01-15 10:23:45',
      quantity: '2.0000',
      gross: '40.0000',
      discounts: '-4.0000',
      shipping: '5.0000',
      country: 'US',
    },
  ])
})

it('reads a GA4 exploration below its comments and without its totals', async () => {
  const result = await load('ga4-exploration')
  expect(result).toMatchObject({ rows: 4, accepted: 3, rejected: 1, from: '2024-01-01', to: '2024-01-02' })
  expect(result.reasons[0]?.reason).toBe('a row of totals')
  expect(
    await rows(
      'traffic_days',
      'sum(sessions) AS sessions, sum(purchase_revenue) AS revenue',
      'ga4-exploration',
    ),
  ).toEqual([{ sessions: '1500', revenue: '1234.5000' }])
})

it('reads GA4 search terms, each once however it was typed', async () => {
  expect(await load('ga4-search-terms')).toMatchObject({ rows: 5, accepted: 3, rejected: 2 })
  expect(
    await rows('search_days', 'term, sessions, searches, origin', 'ga4-search-terms', 'ORDER BY term'),
  ).toEqual([
    { term: 'blue mug', sessions: '15', searches: '20', origin: 'ga4' },
    { term: 'lamp', sessions: '4', searches: '4', origin: 'ga4' },
  ])
})

it('reads Google Ads between its titles and totals', async () => {
  expect(await load('google-ads')).toMatchObject({ rows: 4, accepted: 2, rejected: 2 })
  expect(
    await rows(
      'spend_days',
      'sum(cost) AS cost, sum(impressions) AS seen, sum(conversions) AS conversions',
      'google-ads',
    ),
  ).toEqual([{ cost: '1333.5600', seen: '12800', conversions: '12.5000' }])
})

it('reads Meta Ads, adds the ad sets of a campaign up, and takes the currency from the header', async () => {
  expect(await load('meta-ads', 'EUR')).toMatchObject({ rows: 3, accepted: 2, rejected: 1 })
  expect(await rows('spend_days', 'campaign, cost, clicks, currency', 'meta-ads')).toEqual([
    { campaign: 'Prospecting', cost: '60.5000', clicks: '45', currency: 'EUR' },
  ])
})

it('takes of an Amazon settlement what customers paid and got back, and its fees as postings', async () => {
  const came = await load('amazon-settlement')
  expect(came).toMatchObject({ rows: 18, accepted: 10, rejected: 8 })
  // The report's own currency stands on its first row: it is the store's, and nothing is to be told.
  expect(came.warnings).toEqual([])
  const sums = 'gross discounts reversals shipping taxes fees quantity'.split(' ')
  const what = sums.map(name => `CAST(sum(${name}) AS DOUBLE) AS ${name}`).join(', ')
  const [all] = await rows('sales_lines', `count(DISTINCT order_id) AS orders, ${what}`, 'amazon-settlement')
  const figures = Object.fromEntries(Object.entries(all ?? {}).map(([name, value]) => [name, Number(value)]))
  expect(figures).toEqual({
    orders: 1,
    gross: 40,
    discounts: -4,
    reversals: -18,
    shipping: 0,
    taxes: 2,
    fees: 2,
    quantity: 2,
  })
  const path = join(fixtures, 'amazon-settlement.csv')
  const fees = { path, preset: 'amazon-settlement-fees', store: 'amazon-fees', by: 'test' }
  expect(await room.imports.run(fees)).toMatchObject({ rows: 18, accepted: 5, rejected: 13 })
  expect(await room.imports.run(fees)).toMatchObject({ accepted: 0, repeats: 5 })
  const posted = 'account, CAST(sum(amount) AS DOUBLE) AS amount'
  expect(await rows('ledger_entries', posted, 'amazon-fees', 'GROUP BY 1 ORDER BY 1')).toEqual([
    { account: 'ItemFees', amount: 11.1 },
    { account: 'other-transaction', amount: 8.84 },
  ])
})

it('takes each settlement of a file in its own currency, which its first row alone says', async () => {
  const [head = '', ...rows] = readFileSync(join(fixtures, 'amazon-settlement.csv'), 'utf8')
    .trimEnd()
    .split('\n')
  const other = rows.map(row =>
    row.replace(/^9001/, '9002').replace('\tUSD\t', '\tCAD\t').replaceAll('111-1', '222-1'),
  )
  const path = join(room.folder, 'two-settlements.csv')
  writeFileSync(path, [head, ...rows, ...other].join('\n'))
  const sent = { path, store: 'amazon-two', currency: 'USD', by: 'test' }
  // Without a rate the other money is not taken for the store's.
  await expect(room.imports.run({ ...sent, preset: 'amazon-settlement' })).rejects.toMatchObject({
    message: expect.stringContaining('money in CAD beside USD'),
  })
  const rates = join(room.folder, 'cad.csv')
  writeFileSync(rates, 'base,quote,day,rate\nCAD,USD,2026-02-01,0.7\n')
  const columns = { base: 'base', quote: 'quote', day: 'day', rate: 'rate' }
  await room.imports.run({
    path: rates,
    store: 'amazon-two',
    by: 'test',
    mapping: { target: 'exchange_rates', columns },
  })
  await room.imports.run({ ...sent, preset: 'amazon-settlement' })
  const gross = await room.granary.query(
    "SELECT currency, CAST(sum(gross) AS DOUBLE) AS gross FROM sales_lines WHERE store = 'amazon-two' GROUP BY 1 ORDER BY 1",
  )
  expect(gross).toEqual([
    { currency: 'CAD', gross: 40 },
    { currency: 'USD', gross: 40 },
  ])
})

it('keeps gift cards of a Shopify order out of its sales, and gives them back with it', async () => {
  const head =
    'Name,Email,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem requires shipping,Refunded Amount'
  const at = '2026-03-05 10:00:00 -0500'
  const path = join(room.folder, 'cards.csv')
  const lines = [
    `#1,a@x.com,USD,70.00,5.00,0.00,75.00,0.00,${at},1,Mug,20.00,true,0.00`,
    `#1,a@x.com,,,,,,,${at},1,Gift Card - $50,50.00,false,`,
    `#2,a@x.com,USD,60.00,0.00,0.00,60.00,0.00,${at},2,Gift card holder,5.00,true,30.00`,
    `#2,a@x.com,,,,,,,${at},1,Gift Card,50.00,false,`,
  ]
  writeFileSync(path, [head, ...lines, ''].join('\n'))
  const came = await room.imports.run({ path, preset: 'shopify-orders', store: 'cards', by: 'test' })
  expect(came).toMatchObject({ rows: 4, accepted: 4 })
  const sums = await rows(
    'sales_lines',
    'order_id, sum(gross) AS gross, sum(gift_cards) AS cards, sum(reversals) AS back, sum(shipping) AS shipping',
    'cards',
    'GROUP BY 1 ORDER BY 1',
  )
  expect(sums).toEqual([
    { order_id: '#1', gross: '20.0000', cards: '50.0000', back: '0.0000', shipping: '5.0000' },
    { order_id: '#2', gross: '10.0000', cards: '25.0000', back: '-5.0000', shipping: '0.0000' },
  ])
})
