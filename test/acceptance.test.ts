/**
 * The main job on the real files, through the command itself: published totals to the penny.
 * The files are too big to ship; where they are absent the suite says so and skips.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '#metrics/query.ts'
import type { ImportResult } from '#sync/imports.ts'
import { stage } from './command.ts'

const root = resolve(import.meta.dirname, '..')
const shared = resolve(root, '../shared/data')
const present = existsSync(join(shared, 'online-retail/online_retail.csv.gz'))
const first = join(shared, 'online-retail-ii/online_retail_2009_2010.csv.gz')
const second = join(shared, 'online-retail/online_retail.csv.gz')

const shop = ['--store', 'gifts', '--currency', 'GBP', '--timezone', 'Europe/London', '--json']
const gifts = ['--preset', 'online-retail', ...shop]
const year2 = ['--from', '2010-12-01', '--to', '2011-12-09']

if (!present) console.warn('acceptance: the real files are not beside the project (../shared/data): skipped')

describe.skipIf(!present)('the main job on a million real sales lines', () => {
  const { place: scratch, run, serve, clear } = stage()
  const data = join(scratch, 'data')
  const quarterdeck = async <T>(...words: string[]): Promise<T> => {
    const ran = await run([...words, '--data', data])
    if (ran.code !== 0) throw new Error(ran.err)
    return JSON.parse(ran.out) as T
  }
  const ask = (...args: string[]) => quarterdeck<Answer>('query', ...args, '--format', 'json')
  const load = (file: string) => quarterdeck<ImportResult>('import', file, ...gifts)
  let imported: ImportResult

  beforeAll(async () => {
    imported = await load(second)
    // The first import opened the folder itself; everything after it asks a server, which is quicker.
    await serve(data)
  }, 300_000)
  afterAll(clear)

  it('takes every line of the file, exact repeats within it included', () => {
    expect(imported).toMatchObject({ rows: 541_909, accepted: 541_909, rejected: 0, repeats: 0 })
  })

  it('gives the published months to the penny', async () => {
    const metrics = 'gross_sales,sales_reversals,net_sales,orders'
    const answer = await ask('--metrics', metrics, '--grain', 'month', ...year2)
    expect(answer.rows.map(row => [row.period, Number(row.net_sales)])).toEqual([
      ['2010-12', 748957.02],
      ['2011-01', 560000.26],
      ['2011-02', 498062.65],
      ['2011-03', 683267.08],
      ['2011-04', 493207.121],
      ['2011-05', 723333.51],
      ['2011-06', 691123.12],
      ['2011-07', 681300.111],
      ['2011-08', 682680.51],
      ['2011-09', 1019687.622],
      ['2011-10', 1070704.67],
      ['2011-11', 1461756.25],
      ['2011-12', 433668.01],
    ])
    expect(answer.totals).toMatchObject({
      gross_sales: '10666684.544',
      sales_reversals: '-918936.61',
      net_sales: '9747747.934',
      orders: '19960',
    })
  })

  it('splits by country without losing a penny', async () => {
    const answer = await ask('--metrics', 'net_sales', '--by', 'country', ...year2)
    const by = Object.fromEntries(answer.rows.map(row => [row.country, Number(row.net_sales)]))
    expect(by).toMatchObject({
      'United Kingdom': 8187806.364,
      Netherlands: 284661.54,
      EIRE: 263276.82,
      Germany: 221698.21,
      France: 197403.9,
    })
    expect(answer.rows).toHaveLength(38)
    expect(answer.totals.net_sales).toBe('9747747.934')
  })

  it('ranks customers and products as published', async () => {
    const top = async (dimension: string) => {
      const ranking = ['--sort', '-net_sales', '--limit', '5']
      const answer = await ask('--metrics', 'net_sales', '--by', dimension, ...year2, ...ranking)
      return answer.rows.filter(row => row[dimension]).map(row => [row[dimension], Number(row.net_sales)])
    }
    const customers = await top('customer')
    expect(customers.slice(0, 3)).toEqual([
      ['14646', 279489.02],
      ['18102', 256438.49],
      ['17450', 187482.17],
    ])
    const products = await top('product')
    expect(products.slice(0, 3)).toEqual([
      ['DOT', 206245.48],
      ['22423', 164762.19],
      ['47566', 98302.98],
    ])
  })

  it('counts the overlap of a second file once, and a repeated import changes nothing', async () => {
    expect(await load(first)).toMatchObject({
      rows: 525_461,
      accepted: 502_938,
      repeats: 22_523,
      rejected: 0,
    })
    expect(await load(second)).toMatchObject({ rows: 541_909, accepted: 0, repeats: 541_909, rejected: 0 })
    const metrics = 'net_sales,gross_sales,orders,customers'
    const both = await ask('--metrics', metrics, '--from', '2009-12-01', '--to', '2011-12-09')
    expect(both.totals).toMatchObject({
      net_sales: '18909744.118',
      gross_sales: '20533723.918',
      orders: '40077',
    })
    const november = ['--from', '2011-11-01', '--to', '2011-11-30', '--compare', 'last_year']
    const change = (await ask('--metrics', 'net_sales', ...november)).totals.compare?.last_year?.values
      .net_sales
    expect(Number(change?.value)).toBe(1422654.642)
    expect(Number(change?.ratio)).toBeCloseTo(0.0275, 4)
  }, 300_000)

  const discs = join(shared, 'cdnow/cdnowElog.csv')
  it("gives a stranger's file its published totals with a five-line mapping", async () => {
    const mapping = join(scratch, 'discs.json')
    const columns = { customer_id: 'masterid', date: 'date', quantity: 'cds', amount: 'sales' }
    writeFileSync(mapping, JSON.stringify({ target: 'sales_lines', columns }))
    const place = ['--store', 'discs', '--currency', 'USD', '--timezone', 'America/New_York', '--json']
    const result = await quarterdeck<ImportResult>('import', discs, '--map', mapping, ...place)
    expect(result.accepted + result.rejected + result.repeats).toBe(6_919)
    const answer = await ask('--metrics', 'net_sales,units_sold', '--stores', 'discs', '--window', 'all_time')
    expect(answer.totals).toMatchObject({ net_sales: '244091.94', units_sold: '16479' })
    // Eight of them only ever took something for nothing: known by name, though never by an order.
    const people = await ask(
      '--metrics',
      'net_sales',
      '--by',
      'customer',
      '--stores',
      'discs',
      '--window',
      'all_time',
      '--limit',
      '1',
    )
    expect(people.meta.count).toBe(2357)
  }, 120_000)

  const orders = join(shared, 'adventureworks')
  it.skipIf(!existsSync(orders))(
    'tells the published figures of a company’s purchasing',
    async () => {
      const duck = await (await DuckDBInstance.create(':memory:')).connect()
      const csv = (name: string) => `read_csv('${join(orders, `${name}.csv`)}', all_varchar = true)`
      const lines = join(scratch, 'orders.csv')
      await duck.run(`COPY (SELECT l.*, h.OrderDate, h.Status, v.Name AS Vendor
        FROM ${csv('PurchaseOrderDetail')} l JOIN ${csv('PurchaseOrderHeader')} h USING (PurchaseOrderID)
        JOIN ${csv('Vendor')} v ON v.BusinessEntityID = h.VendorID) TO '${lines}'`)
      duck.closeSync()
      const place = ['--store', 'bikes', '--currency', 'USD', '--timezone', 'America/New_York', '--json']
      const load = async (name: string, mapping: object) => {
        const path = join(scratch, `${name}.json`)
        writeFileSync(path, JSON.stringify(mapping))
        return quarterdeck<ImportResult>('import', lines, '--map', path, ...place)
      }
      // What is ordered is guessed from the headings; what came is told with them.
      const guess = await quarterdeck<{ suggestions: { mapping: object }[] }>(
        ...(['import', lines, '--suggest', ...place] as const),
      )
      const ordered = await load('ordered', guess.suggestions[0]?.mapping ?? {})
      expect(ordered).toMatchObject({ table: 'purchase_orders', rows: 8845, accepted: 8845 })
      const line = { po_id: 'PurchaseOrderID', line_id: 'PurchaseOrderDetailID', day: 'ModifiedDate' }
      const columns = { ...line, received: 'ReceivedQty', rejected: 'RejectedQty' }
      expect(await load('received', { target: 'receipts', columns })).toMatchObject({ accepted: 8845 })

      const metrics = 'purchases,units_ordered,units_received,units_rejected,defect_rate'
      const all = ['--stores', 'bikes', '--window', 'all_time']
      const answer = await ask('--metrics', metrics, '--by', 'vendor', '--sort=-defect_rate', ...all)
      expect(answer.rows.length).toBe(86)
      expect(answer.totals).toMatchObject({
        purchases: '63791994.838',
        units_ordered: '2348637',
        units_received: '2327299',
        units_rejected: '72700',
      })
      expect(Number(answer.totals?.defect_rate)).toBeCloseTo(0.031238, 6)
      expect(answer.rows.slice(0, 2)).toMatchObject([
        { vendor: 'International', units_received: '153', units_rejected: '9' },
        { vendor: "Anderson's Custom Bikes", units_received: '27558', units_rejected: '1510' },
      ])
    },
    120_000,
  )
})
