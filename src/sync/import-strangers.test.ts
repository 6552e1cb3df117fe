import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { ImportRequest } from './imports.ts'

/** Files as other people's systems write them: what comes in is what they say, or they are told why not. */

const room = importRoom()
const { folder } = room

const columns = { order_id: 'Order', at: 'When', quantity: 'Qty', unit_price: 'Price' }
const mapping = { target: 'sales_lines', columns }
let files = 0
const file = (content: string | Buffer, name = 'file.csv'): string => {
  files += 1
  const path = join(folder, `${files}-${name}`)
  writeFileSync(path, content)
  return path
}
const run = (content: string | Buffer, store: string, more: Partial<ImportRequest> = {}) =>
  room.imports.run({ path: file(content), store, by: 'test', ...(more.preset ? {} : { mapping }), ...more })
const ledger = (store: string, what: string) =>
  room.granary.query(`SELECT ${what} FROM sales_lines WHERE store = {store:String} ORDER BY ALL`, { store })

describe('an order of several rows', () => {
  const head =
    'Name,Email,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price'
  const whole = [
    '#1,a@x.de,USD,90.00,10.00,8.00,108.00,10.00,2024-01-15 10:23:45 -0500,2,Mug,20.00',
    '#1,a@x.de,,,,,,,2024-01-15 10:23:45 -0500,3,Plate,20.00',
    '#2,b@x.de,USD,5.00,0,0,5.00,0,2024-01-15 10:23:45 -0500,1,Pen,5.00',
  ].join('\n')
  const figures = (store: string) =>
    room.granary.query(
      `SELECT order_id, CAST(sum(gross) AS VARCHAR) AS gross, CAST(sum(discounts) AS VARCHAR) AS discounts,
       CAST(sum(shipping) AS VARCHAR) AS shipping FROM sales_lines WHERE store = {store:String} GROUP BY 1 ORDER BY 1`,
      { store },
    )
  it('comes in whole or not at all, so that its mended rows are the order and take nothing away', async () => {
    const place = { preset: 'shopify-orders', currency: 'USD', timezone: 'America/New_York' }
    const torn = await run(`${head}\n${whole.replace('Plate,20.00', 'Plate,oops')}\n`, 'torn', place)
    expect(torn).toMatchObject({ rows: 3, accepted: 1, rejected: 2 })
    expect(torn.reasons.map(one => one.reason)).toContainEqual(expect.stringContaining('come in together'))
    const mended = readFileSync(torn.rejectsFile ?? '', 'utf8').replace('oops', '20.00')
    expect(await run(mended, 'torn', place)).toMatchObject({ rows: 2, accepted: 2, rejected: 0 })
    await run(`${head}\n${whole}\n`, 'whole', place)
    expect(await figures('torn')).toEqual(await figures('whole'))
  })

  it('of which a line has no cells to tell it by says so', async () => {
    const cut = await run(`${head}\n${whole}\n#2,b@x.de\n`, 'cut', {
      preset: 'shopify-orders',
      currency: 'USD',
    })
    expect(cut).toMatchObject({ rows: 4, rejected: 1 })
    expect(cut.warnings.join()).toContain('taken in without')
  })
})

describe('money', () => {
  it('of currencies with small coins is no overflow', async () => {
    const costs = { ...columns, unit_cost: '"Price" * 2 - 1' }
    const came = await run('Order,When,Qty,Price\n1,2024-01-05,3,123456789.12\n', 'rupiah', {
      mapping: { target: 'sales_lines', columns: costs },
      currency: 'IDR',
    })
    expect(came).toMatchObject({ accepted: 1, rejected: 0 })
    expect(await ledger('rupiah', 'gross, cost')).toEqual([
      { gross: '370370367.3600', cost: '740740731.7200' },
    ])
  })
})

describe('what a guess makes of the money of lines', () => {
  const sums = 'sum(gross) AS gross, sum(discounts) AS discounts, sum(taxes) AS taxes'
  it.each([
    [
      'a discount written as a share, with decimal commas',
      'shares',
      'Bestellnr;Bestelldatum;Artikel;Einzelpreis;Menge;Rabatt',
      ['10248;04.07.1996;Queso;14,00;12;0', '10248;04.07.1996;Tofu;18,60;9;0,25'],
      { gross: '335.4000', discounts: '-41.8500', taxes: '0.0000' },
    ],
    [
      'a total with tax beside a price without',
      'taxed',
      'Invoice ID;Date;SKU;Unit price;Quantity;Tax 5%;Total',
      ['750-67-8428;1/27/2019;A;74.69;7;26.1415;548.9715', '226-31-3081;3/8/2019;B;15.28;5;3.82;80.22'],
      { gross: '599.2300', discounts: '0.0000', taxes: '29.9615' },
    ],
  ])('%s counts once', async (_, store, head, lines, told) => {
    const text = [head, ...lines].join('\n')
    const { suggestions, reading } = await room.imports.preview(file(text))
    expect(reading.dateOrder).toBe(store === 'shares' ? 'dmy' : 'mdy')
    const guess = suggestions[0]?.mapping ?? mapping
    expect(await run(text, store, { mapping: guess, currency: 'EUR' })).toMatchObject({ accepted: 2 })
    const query = `SELECT ${sums} FROM sales_lines WHERE store = {store:String}`
    expect(await room.granary.query(query, { store })).toEqual([told])
  })
})

describe('days and months', () => {
  const days = (store: string) =>
    ledger(store, 'CAST(day AS VARCHAR) AS day').then(r => r.map(one => one.day))
  it('are told by whichever column of the file tells, and previewed as they are taken', async () => {
    const text = 'Order,When,Sent,Qty,Price\n1,05/04/2024,03/04/2024,1,1\n2,05/04/2024,25/04/2024,1,1\n'
    expect((await room.imports.preview(file(text))).reading.dateOrder).toBe('dmy')
    expect((await run(text, 'told', { currency: 'USD' })).warnings).toEqual([])
    expect(await days('told')).toEqual(['2024-04-05', '2024-04-05'])
  })

  it('are previewed as the store takes them where nothing tells', async () => {
    const text = 'Order,When,Qty,Price\n1,05/04/2024,1,1\n'
    for (const [currency, order, day] of [
      ['GBP', 'dmy', '2024-04-05'],
      ['USD', 'mdy', '2024-05-04'],
    ] as const) {
      const preview = await room.imports.preview(file(text), {}, currency)
      expect(preview.reading.dateOrder).toBe(order)
      const store = `untold-${order}`
      expect((await run(text, store, { currency })).warnings).toEqual(preview.warnings)
      expect(await days(store)).toEqual([day])
    }
  })

  it.each([
    ['Mon, 23 Sep 2024 23:21:24 +0000', '2024-09-24 00:21:24'],
    ['Mar 1, 2026 6:15:00 PM PST', '2026-03-02 02:15:00'],
    ['15/01/2024 23:23:45 -0500', '2024-01-16 04:23:45'],
    ['13.07.2026 00:30 MESZ', '2026-07-12 23:30:00'],
    ['13 Jul 2026 10:00:00 UTC', '2026-07-13 11:00:00'],
    ['2026-03-01 18:15:00 PST', '2026-03-02 02:15:00'],
    ['Sunday, March 1, 2026', '2026-03-01 00:00:00'],
    ['15-01-2024', '2024-01-15 00:00:00'],
  ])('are read with the day of the week and the zone they say: %s', async (cell, at) => {
    const store = `dressed-${files}`
    const came = await run(`Order;When;Qty;Price\n1;${cell};1;1.00\n`, store)
    expect(came.reasons).toEqual([])
    expect(await ledger(store, 'CAST(happened_at AS VARCHAR) AS at')).toEqual([{ at }])
  })

  it('are told by rows far below the first megabyte', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i},0${1 + (i % 9)}/03/2024,1,1.00`)
    const last = ['60001,31/03/2024,1,1.00']
    const came = await run(['Order,When,Qty,Price', ...rows, ...last].join('\n'), 'below', {
      currency: 'USD',
    })
    expect(came).toMatchObject({ rejected: 0, from: '2024-03-01', to: '2024-03-31', warnings: [] })
  })
})

describe('numbers', () => {
  const signs = { '₹': 'INR', US$: 'USD', R$: 'BRL', kr: 'SEK', zł: 'PLN', CHF: 'CHF', '€': 'EUR' }
  const one = async (cell: string, store: string, decimal?: '.' | ',') => {
    // Of the shop's own money: an amount in another's is rejected.
    const [, currency = 'GBP'] = Object.entries(signs).find(([sign]) => cell.includes(sign)) ?? []
    const came = await run(`Order;When;Qty;Price\n1;2024-01-05;1;${cell}\n`, store, {
      currency,
      ...(decimal && { reading: { decimal } }),
    })
    const [row] = await ledger(store, 'CAST(gross + reversals AS DOUBLE) AS money')
    return came.rejected > 0 ? null : Number(row?.money)
  }
  it.each([
    ['1,23,456.78', 123456.78],
    ['₹1,23,45,678', 12345678],
    ['1\u2009234.50', 1234.5],
    ['1’234.50', 1234.5],
    ['−12.50', -12.5],
    ['US$1,000.00', 1000],
    ['R$ 10.00', 10],
    ['10.00 kr', 10],
    ['3.00 zł', 3],
    ['GBP 7.00', 7],
    ['(£1,234.00)', -1234],
    ['12.00-', -12],
    ['12.-', 12],
    ["CHF 1'234.–", 1234],
    ['12.5%', null],
    ['1,2,3', null],
    ['12,34,567,8', null],
  ] as const)('written %s', async (cell, money) => {
    expect(await one(cell, `point-${files}`, '.')).toBe(money)
  })
  it.each([
    ['1.234,50 €', 1234.5],
    ['1\u202f234,50', 1234.5],
    ['12,-', 12],
    ['12,50-', -12.5],
    ['1.234.567', 1234567],
    ['12.50', null],
  ] as const)('written %s where commas are decimal', async (cell, money) => {
    expect(await one(cell, `comma-${files}`, ',')).toBe(money)
  })

  const umsatz = 'Order\tWhen\tPrice\n1\t2024-01-05\t1.234\n2\t2024-01-06\t2.500\n'
  it('that can be thousands or a fraction are pointed out, until one says which', async () => {
    const sums = (store: string) => ledger(store, 'gross').then(rows => rows.map(row => row.gross))
    const guessed = await run(umsatz, 'twofold', {
      mapping: { target: 'sales_lines', columns: { at: 'When', amount: 'Price' } },
    })
    expect(guessed.warnings.join()).toContain('thousands or a fraction')
    const told = await run(umsatz, 'thousands', {
      mapping: { target: 'sales_lines', columns: { at: 'When', amount: 'Price' }, reading: { decimal: ',' } },
    })
    expect(told.warnings).toEqual([])
    expect(await sums('thousands')).toEqual(['1234.0000', '2500.0000'])
  })

  it('that begin with nothing are fractions, and no thousands of the other writing', async () => {
    const text = 'Order,When,Qty,Price\n1,2024-01-05,1,"0,500"\n'
    expect((await run(text, 'comma')).warnings).toEqual([])
    expect(await ledger('comma', 'gross')).toEqual([{ gross: '0.5000' }])
    expect(await run(text, 'point', { reading: { decimal: '.' } })).toMatchObject({
      accepted: 0,
      rejected: 1,
    })
  })
})

describe('Parquet', () => {
  const parquet = async (sql: string) => {
    const path = file('', 'file.parquet')
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
    connection.closeSync()
    return path
  }
  it.each([
    [
      'texts are read as texts are elsewhere',
      `'31/12/2024' AS "When", '1.234,50' AS "Price"`,
      '2024-12-31',
      '1234.5000',
    ],
    ['whole numbers can be days', `20241231 AS "When", 2.5 AS "Price"`, '2024-12-31', '2.5000'],
    ['and seconds', `1735603200 AS "When", 2.5 AS "Price"`, '2024-12-31', '2.5000'],
  ])('%s', async (name, sql, day, gross) => {
    const path = await parquet(`SELECT 1 AS "Order", 1 AS "Qty", ${sql}`)
    const store = name.replaceAll(' ', '-')
    const came = await room.imports.run({ path, store, by: 'test', mapping })
    expect(came.reasons).toEqual([])
    expect(await ledger(store, 'CAST(day AS VARCHAR) AS day, gross')).toEqual([{ day, gross }])
  })

  it('can be overruled like any other', async () => {
    const path = await parquet(`SELECT 1 AS "Order", 1 AS "Qty", '05/04/2024' AS "When", '2' AS "Price"`)
    const reading = { dateOrder: 'mdy' } as const
    expect((await room.imports.preview(path, reading)).reading.dateOrder).toBe('mdy')
    expect(await room.imports.run({ path, store: 'overruled', by: 'test', mapping, reading })).toMatchObject({
      from: '2024-05-04',
    })
  })
})

describe('a text file', () => {
  it.each([
    [
      'that ends its lines in several ways',
      'Order,When,Qty,Price,Note\r\n1,2024-01-05,1,1,"a\r\nb"\n2,2024-01-05,1,2,c\r3,2024-01-05,1,4,d\r\n',
      3,
    ],
    [
      'whose header says a word twice and more',
      'Order,When,When,Qty,Price,price\n1,2024-01-05,2024-02-05,1,7,1\n',
      1,
    ],
  ])('%s is read', async (name, text, rows) => {
    const store = name.replaceAll(' ', '-')
    expect(await run(text, store)).toMatchObject({ rows, accepted: rows })
    expect(await ledger(store, 'CAST(sum(gross) AS DOUBLE) AS gross')).toEqual([{ gross: 7 }])
  })

  it('of UTF-8 with a broken letter keeps its other letters, and says so', async () => {
    const rows = ['Österreich', 'Österreich', '\u00ffX'].map((country, i) => `${i},2024-01-05,1,1,${country}`)
    const bytes = Buffer.from(`Order,When,Qty,Price,Land\n${rows.join('\n')}\n`)
    const at = bytes.indexOf(Buffer.from('\u00ff'))
    const torn = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
    const came = await run(torn, 'torn-letter', {
      mapping: { target: 'sales_lines', columns: { ...columns, country: 'Land' } },
    })
    expect(came.warnings.join()).toContain('no UTF-8')
    expect((await ledger('torn-letter', 'country')).map(row => row.country)).toEqual([
      'Österreich',
      'Österreich',
      '\uFFFDX',
    ])
  })

  it('may have the time of day in a column of its own', async () => {
    const came = await run(
      'Order,Date,Time,Qty,Price\n1,05.01.2024,10:30,1,10\n2,05.01.2024,9:05 PM,1,1\n',
      'clock',
      {
        mapping: {
          target: 'sales_lines',
          columns: { order_id: 'Order', date: 'Date', time: 'Time', unit_price: 'Price' },
        },
      },
    )
    expect(came.reasons).toEqual([])
    expect(await ledger('clock', 'CAST(happened_at AS VARCHAR) AS at')).toEqual([
      { at: '2024-01-05 10:30:00' },
      { at: '2024-01-05 21:05:00' },
    ])
  })

  it('of stock leaves its row of totals out', async () => {
    const came = await run('SKU,On hand\nA,10\nB,20\nTotal,30\n', 'totals', {
      mapping: { target: 'stock', columns: { sku: 'SKU', on_hand: 'On hand' } },
    })
    expect(came).toMatchObject({ accepted: 2, rejected: 1, reasons: [{ reason: 'a row of totals' }] })
  })
})

it('JSON that breaks off is said to', async () => {
  const cut = run('[{"Order":1,"When":"2024-01-05","Qty":1,"Price":1},{"Order":2,"Wh', 'cut-json')
  await expect(cut).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('breaks off') })
})

describe('a report of ads', () => {
  const head = 'Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions'
  it('of whole months is not taken for the first of each', async () => {
    const rows = 'A,10,1\n'
    const came = await run(`${head}\n2024-01-01,2024-01-31,${rows}2024-02-01,2024-02-01,${rows}`, 'months', {
      preset: 'meta-ads',
      currency: 'EUR',
    })
    expect(came).toMatchObject({ accepted: 1, rejected: 1, from: '2024-02-01' })
    expect(came.reasons[0]?.reason).toContain('several days')
  })
})

it('duties of a Shopify order are duties, and part of what is given back', async () => {
  const text = `Name,Email,Currency,Subtotal,Shipping,Taxes,Duties,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount
#1,a@x.de,USD,40.00,10.00,4.00,6.00,60.00,2024-01-15 10:23:45 -0500,2,Mug,20.00,30.00
`
  await run(text, 'duties', { preset: 'shopify-orders', currency: 'USD' })
  const sums =
    'CAST(sum(duties) AS DOUBLE) AS duties, CAST(sum(gross + reversals + shipping + taxes + duties) AS DOUBLE) AS total'
  expect(await ledger('duties', sums)).toEqual([{ duties: 3, total: 30 }])
})
