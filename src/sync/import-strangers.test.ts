import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
