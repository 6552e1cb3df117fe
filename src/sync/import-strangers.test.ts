import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { createImports, type ImportRequest, type Imports } from './imports.ts'

/** Files as other people's systems write them: what comes in is what they say, or they are told why not. */

const folder = mkdtempSync(join(tmpdir(), 'strangers-'))
let granary: Warehouse
let imports: Imports
beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  imports = createImports({
    granary,
    folder,
    ensureStore: async ({ currency = 'GBP', timezone = 'Europe/London' }) => ({ currency, timezone }),
  })
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

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
  imports.run({ path: file(content), store, by: 'test', ...(more.preset ? {} : { mapping }), ...more })
const ledger = (store: string, what: string) =>
  granary.query(`SELECT ${what} FROM sales_lines WHERE store = {store:String} ORDER BY ALL`, { store })

describe('an order of several rows', () => {
  const head =
    'Name,Email,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price'
  const whole = [
    '#1,a@x.de,USD,90.00,10.00,8.00,108.00,10.00,2024-01-15 10:23:45 -0500,2,Mug,20.00',
    '#1,a@x.de,,,,,,,2024-01-15 10:23:45 -0500,3,Plate,20.00',
    '#2,b@x.de,USD,5.00,0,0,5.00,0,2024-01-15 10:23:45 -0500,1,Pen,5.00',
  ].join('\n')
  const figures = (store: string) =>
    granary.query(
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

describe('days and months', () => {
  const days = (store: string) =>
    ledger(store, 'CAST(day AS VARCHAR) AS day').then(r => r.map(one => one.day))
  it('are told by whichever column of the file tells, and previewed as they are taken', async () => {
    const text = 'Order,When,Sent,Qty,Price\n1,05/04/2024,03/04/2024,1,1\n2,05/04/2024,25/04/2024,1,1\n'
    expect((await imports.preview(file(text))).reading.dateOrder).toBe('dmy')
    expect((await run(text, 'told', { currency: 'USD' })).warnings).toEqual([])
    expect(await days('told')).toEqual(['2024-04-05', '2024-04-05'])
  })

  it('are previewed as the store takes them where nothing tells', async () => {
    const text = 'Order,When,Qty,Price\n1,05/04/2024,1,1\n'
    for (const [currency, order, day] of [
      ['GBP', 'dmy', '2024-04-05'],
      ['USD', 'mdy', '2024-05-04'],
    ] as const) {
      const preview = await imports.preview(file(text), {}, currency)
      expect(preview.reading.dateOrder).toBe(order)
      const store = `untold-${order}`
      expect((await run(text, store, { currency })).warnings).toEqual(preview.warnings)
      expect(await days(store)).toEqual([day])
    }
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
    const came = await imports.run({ path, store, by: 'test', mapping })
    expect(came.reasons).toEqual([])
    expect(await ledger(store, 'CAST(day AS VARCHAR) AS day, gross')).toEqual([{ day, gross }])
  })

  it('can be overruled like any other', async () => {
    const path = await parquet(`SELECT 1 AS "Order", 1 AS "Qty", '05/04/2024' AS "When", '2' AS "Price"`)
    const reading = { dateOrder: 'mdy' } as const
    expect((await imports.preview(path, reading)).reading.dateOrder).toBe('mdy')
    expect(await imports.run({ path, store: 'overruled', by: 'test', mapping, reading })).toMatchObject({
      from: '2024-05-04',
    })
  })
})
