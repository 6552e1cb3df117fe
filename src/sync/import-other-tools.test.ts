import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Files as other tools write them, where a word or a sign of theirs changes what the money, the day or the rows are. */

const room = importRoom()
const { write, guessed, guessedFile } = guesser(room)
const said = (warnings: readonly string[]) => warnings.join('\n')
const file = (content: string, name: string): string => {
  const path = join(room.folder, name)
  writeFileSync(path, content)
  return path
}

it('orders in JSON whose subtotal is before the discount take it off once, and cancelled ones are left out', async () => {
  const order = (id: number, status: string, off: number) => ({
    id: `o${id}`,
    createdAt: `2026-03-0${id}T10:00:00Z`,
    status,
    items: [
      { sku: 'MUG', quantity: 2, unitPrice: 20 },
      { sku: 'CUP', quantity: 1, unitPrice: 10 },
    ],
    subtotal: 50,
    discountTotal: off,
    shippingTotal: 5,
    total: 55 - off,
  })
  const orders = [order(1, 'paid', 0), order(2, 'paid', 10), order(3, 'cancelled', 0), order(4, 'paid', 5)]
  const lines = orders.map(one => JSON.stringify(one)).join('\n')
  const { sums, came } = await guessedFile(file(lines, 'orders.jsonl'), 'json')
  expect(sums).toMatchObject({ orders: 3, units: 9, gross: 150, discounts: -15, shipping: 15 })
  expect(came).toMatchObject({ rows: 8, accepted: 6, rejected: 2 })
})

describe('lines that end otherwise below the titles than in them', () => {
  it.each([
    ['\n', '\r\n'],
    ['\r\n', '\n'],
    ['\n', '\r'],
  ])('%j above %j are read', async (above, below) => {
    const table = ['Order,Date,SKU,Qty,Price', '1,2026-03-01,MUG,2,20.00', '2,2026-03-02,CUP,1,10.00', '']
    const path = file(`Sales of March${above}${above}${table.join(below)}`, 'ends.csv')
    const { sums } = await guessedFile(path, `ends-${above.length}-${below.length}-${below.charCodeAt(0)}`)
    expect(sums).toMatchObject({ orders: 2, units: 3, gross: 50 })
  })
})

describe('money in the signs of several currencies', () => {
  const rows = ['Order,Date,SKU,Qty,Price', '1,2026-03-01,MUG,1,£20.00', '2,2026-03-02,MUG,1,€30.00']
  const byCurrency = (store: string) =>
    room.granary.query(
      'SELECT currency, CAST(sum(gross) AS VARCHAR) AS gross FROM sales_lines WHERE store = {store:String} GROUP BY 1 ORDER BY 1',
      { store },
    )
  it('is each of its own, and a sign of many is pointed out', async () => {
    const mapping = { target: 'exchange_rates', columns: { base: 'a', quote: 'b', day: 'c', rate: 'd' } }
    await room.imports.run({
      path: write(['a,b,c,d', 'EUR,GBP,2026-03-01,0.85']),
      store: 'rates',
      by: 'test',
      mapping,
    })
    const { came } = await guessed(rows, 'signs')
    expect(await byCurrency('signs')).toEqual([
      { currency: 'EUR', gross: '30.0000' },
      { currency: 'GBP', gross: '20.0000' },
    ])
    expect(said(came.warnings)).not.toContain('written in')
    const codes = await guessed([...rows.slice(0, 2), '2,2026-03-02,MUG,1,EUR 30.00'], 'codes')
    expect(codes.mapping.columns.currency).toContain("'EUR'")
    const dollars = await guessed([...rows, '3,2026-03-03,MUG,1,$40.00'], 'dollars')
    expect(said(dollars.preview.warnings)).toContain('written in $')
    expect(await byCurrency('dollars')).toEqual([
      { currency: 'EUR', gross: '30.0000' },
      { currency: 'GBP', gross: '20.0000' },
    ])
    expect(dollars.came).toMatchObject({ rejected: 1 })
    expect(dollars.came.reasons).toMatchObject([
      { reason: 'Price names another currency than its row is taken in', example: '$40.00' },
    ])
  })
  it.each([
    ['without any', '20.00', '€30.00'],
    ['with its own', '£20.00', '€30.00'],
    ['with codes', '20.00 GBP', '30.00 EUR'],
  ])('is rejected where it comes only far below rows %s', async (_, usual, other) => {
    const many = Array.from({ length: 60_000 }, (__, n) => `${n},2026-03-01,MUG,1,${usual}`)
    const { came } = await guessed(
      ['Order,Date,SKU,Qty,Price', ...many, `x,2026-03-02,MUG,1,${other}`],
      `far-${usual.length}`,
    )
    expect(came).toMatchObject({ rows: 60_001, accepted: 60_000, rejected: 1 })
    expect(came.reasons).toMatchObject([{ example: other }])
  })
  it('and in none in other rows, is not taken for that of all', async () => {
    const bare = ['1,2026-03-01,MUG,1,20.00', '2,2026-03-02,MUG,1,€30.00', '3,2026-03-03,MUG,1,0']
    const { preview } = await guessed(['Order,Date,SKU,Qty,Price', ...bare], 'bare')
    expect(said(preview.warnings)).toContain('in € in some rows and in no currency in others')
    expect(await byCurrency('bare')).toEqual([
      { currency: 'EUR', gross: '30.0000' },
      { currency: 'GBP', gross: '20.0000' },
    ])
  })
  it('mapped by hand as that of the store says so', async () => {
    const columns = { order_id: 'Order', at: 'Date', quantity: 'Qty', unit_price: 'Price' }
    const came = await room.imports.run({
      path: write(rows),
      store: 'hand',
      by: 'test',
      mapping: { target: 'sales_lines', columns },
    })
    expect(said(came.warnings)).toContain('other currencies than GBP')
  })
})

describe('days', () => {
  it('of the order are when it was sold, where no other is told', async () => {
    const { sums, mapping } = await guessed(
      [
        'order_id,ordered_at,sku,quantity,unit_price',
        '1,2026-03-01 10:00,MUG,2,20',
        '2,2026-03-02 9:00,CUP,1,10',
      ],
      'ordered',
    )
    expect(mapping.columns.at).toBe('ordered_at')
    expect(sums).toMatchObject({ orders: 2, units: 3, gross: 50 })
  })
  it('by which something has to be sent are none, nor are lines of orders without a day stock', async () => {
    for (const day of [',shipping_limit_date', '']) {
      const preview = await room.imports.preview(
        write([`order_id,product_id,price,quantity${day}`, '1,MUG,20,1,2026-03-01', '1,CUP,10,2,2026-03-01']),
      )
      expect(preview.suggestions).toEqual([])
      expect(said(preview.warnings)).toContain('does not say when it was sold')
    }
  })
  it('of a snapshot are those of the stock', async () => {
    const { mapping } = await guessed(
      ['Warehouse,SKU,On hand,Snapshot date', 'North,MUG,5,2026-03-01', 'South,MUG,7,2026-03-01'],
      'snapshot',
    )
    expect(mapping).toMatchObject({
      target: 'stock',
      columns: { day: 'Snapshot date', location: 'Warehouse' },
    })
  })
})

it('months as German spreadsheets shorten them are months, and what stands among them is told', async () => {
  const sheet = (third: string) => [
    `Budget 2026;;;;`,
    `Kostenart;Jän 26;Feb 26;${third};Apr 26`,
    'SEA;1.000,50;2.000;3.000;4.000',
    'Versand;10;20;30;40',
  ]
  const { came } = await guessed(sheet('Mrz 26'), 'months')
  expect(came).toMatchObject({ table: 'budget_lines', accepted: 8 })
  const odd = await room.imports.preview(write(sheet('M3 26')))
  expect(said(odd.warnings)).toContain('“M3 26” stands among the months')
})

it('a code of the product that is called the id of the item numbers no lines', async () => {
  const { sums, mapping } = await guessed(
    [
      'Sale ID,Date,Item ID,Qty,Price',
      ...[1, 2, 3].flatMap(sale => ['A', 'B', 'A'].map(item => `${sale},2026-03-0${sale},${item},1,10.00`)),
    ],
    'items',
  )
  expect(mapping.columns).not.toHaveProperty('line_id')
  expect(sums).toMatchObject({ orders: 3, units: 9, gross: 90 })
})

describe('of columns of money the one is taken that', () => {
  it('is before the discount and the tax of a line', async () => {
    const rows = [
      'Sale ID,Date,Item,Qty,Subtotal,Discount,Subtotal w/ Discounts,Tax,Total',
      '1,2026-03-01,MUG,2,£40.00,£4.00,£36.00,£7.20,£43.20',
      '2,2026-03-02,CUP,1,£10.00,£0.00,£10.00,£2.00,£12.00',
      '3,2026-03-02,BOX,3,£30.00,£1.50,£28.50,£5.70,£34.20',
      '4,2026-03-03,CUP,1,£10.00,£1.00,£9.00,£1.80,£10.80',
    ]
    const { sums } = await guessed(rows, 'before')
    expect(sums).toMatchObject({ orders: 4, units: 7, gross: 90, discounts: -6.5, taxes: 16.7 })
  })
  it('makes the total of an order, and not what is left of it after fees', async () => {
    const rows = [
      'Sale Date,Order ID,Number of Items,Order Value,Discount Amount,Shipping,Sales Tax,Order Total,Card Processing Fees,Order Net',
      '2026-03-01,1,2,40.00,4.00,5.00,0.00,41.00,1.50,39.50',
      '2026-03-02,2,1,10.00,0.00,5.00,0.00,15.00,0.80,14.20',
      '2026-03-03,3,3,30.00,1.50,0.00,0.00,28.50,1.20,27.30',
    ]
    const { sums } = await guessed(rows, 'fees')
    expect(sums).toMatchObject({ orders: 3, units: 6, gross: 80, discounts: -5.5, shipping: 10 })
  })
})

it('a cost that does not grow with the quantity is that of one unit', async () => {
  const rows = [
    'order_id,date,sku,quantity,price,cost',
    '1,2026-03-01,MUG,2,20,8',
    '2,2026-03-02,MUG,1,20,8',
    '3,2026-03-02,CUP,3,10,4',
    '4,2026-03-03,CUP,1,10,4',
  ]
  await guessed(rows, 'costs')
  const [row] = await room.granary.query(
    "SELECT CAST(sum(cost) AS VARCHAR) AS cost FROM sales_lines WHERE store = 'costs'",
  )
  expect(row).toEqual({ cost: '40.0000' })
})

it('a rate of tax is no tax, and a total in German that stands on each row of its order counts once', async () => {
  const { mapping, sums } = await guessed(
    [
      'Bestellnummer;Bestellzeit;Gesamtbetrag;Versandkosten;Artikelnummer;Einzelpreis;Anzahl;Steuersatz',
      '20001;14.03.2026 10:00;32,13;5,95;MUG;11,90;2;19',
      '20001;14.03.2026 10:00;32,13;5,95;PEN;2,38;1;19',
      '20002;15.03.2026 11:00;11,90;0,00;MUG;11,90;1;19',
      '20003;15.03.2026 12:00;20,23;5,95;MUG;11,90;1;19',
      '20003;15.03.2026 12:00;20,23;5,95;PEN;2,38;1;19',
      '20004;16.03.2026 12:00;32,13;5,95;MUG;11,90;2;19',
      '20004;16.03.2026 12:00;32,13;5,95;PEN;2,38;1;19',
    ],
    'rates-of-tax',
  )
  expect(mapping.target).toBe('order_lines')
  expect(Object.values(mapping.columns)).not.toContain('Steuersatz')
  expect(sums).toMatchObject({ gross: 78.54, shipping: 17.85, taxes: 0 })
})
