import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { createImports, type ImportRequest, type Imports } from './imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'imports-'))
let granary: Warehouse
let imports: Imports

beforeAll(async () => {
  mkdirSync(join(folder, 'in'))
  granary = await openDuckdb({ folder: join(folder, 'granary') })
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

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, 'in', name)
  writeFileSync(path, content)
  return path
}
const run = (path: string, store: string, more: Partial<ImportRequest> = {}) =>
  imports.run({ path, store, by: 'test', ...more })
const mapping = {
  target: 'sales_lines',
  columns: { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' },
}
const ask = async (store: string, what: string) =>
  (await granary.query(`SELECT ${what} FROM sales_lines WHERE store = {store:String}`, { store }))[0]

describe('importing a file of sales', () => {
  const header = 'Order,When,Item,Qty,Price'
  const lines = ['1,2024-03-01 10:00:00,A,2,5.00', '1,2024-03-01 10:00:00,A,2,5.0', '2,2024-03-02,B,-1,3.125']

  it('keeps exact repeats within one file and knows them when they come again', async () => {
    const path = file('repeats.csv', [header, ...lines].join('\n'))
    expect(await run(path, 'repeats', { mapping })).toMatchObject({ rows: 3, accepted: 3, repeats: 0 })
    expect(await ask('repeats', 'sum(gross) AS gross, sum(reversals) AS back')).toEqual({
      gross: '20.0000',
      back: '-3.1250',
    })
    expect(await run(path, 'repeats', { mapping })).toMatchObject({ rows: 3, accepted: 0, repeats: 3 })
    const longer = file('longer.csv', [header, ...lines, '3,2024-03-03,C,1,1'].join('\r\n'))
    expect(await run(longer, 'repeats', { mapping })).toMatchObject({ rows: 4, accepted: 1, repeats: 3 })
  })

  it('writes rejected rows with line and reason, to mend and import again', async () => {
    const path = file(
      'faults.csv',
      [header, ...lines, '4,2024-02-30,C,1,1', '5,2024-03-04,C,one,1'].join('\n'),
    )
    const result = await run(path, 'faults', { mapping })
    expect(result).toMatchObject({ rows: 5, accepted: 3, rejected: 2, repeats: 0, from: '2024-03-01' })
    expect(result.reasons.map(one => [one.reason, one.rows, one.example]).sort()).toEqual([
      ['Qty is not a number', 1, 'one'],
      ['When is not a date', 1, '2024-02-30'],
    ])
    const rejects = readFileSync(result.rejectsFile ?? '', 'utf8')
    expect(rejects).toBe(
      'Order,When,Item,Qty,Price,_line,_reason\n4,2024-02-30,C,1,1,5,When is not a date: 2024-02-30\n5,2024-03-04,C,one,1,6,Qty is not a number: one\n',
    )
    const mended = file('mended.csv', rejects.replace('02-30', '02-29').replace('one', '1'))
    expect(await run(mended, 'faults', { mapping })).toMatchObject({ rows: 2, accepted: 2, rejected: 0 })
  })

  it('warns of currencies that the mapping leaves out, however deep in the file, before and after', async () => {
    const rows = ['1,2024-03-01,A,1,5,GBP', '2,2024-03-02,B,1,5,EUR', '3,2024-03-03,B,1,5,']
    const path = file('money.csv', [`${header},Ccy`, ...rows].join('\n'))
    const preview = await imports.preview(path)
    expect(preview.currencies).toEqual([{ column: 'Ccy', codes: ['EUR', 'GBP'] }])
    expect(preview.warnings).toEqual([
      "“Ccy” says EUR, GBP, and the mapping leaves it out: its amounts would be taken as the store's. Map it as currency.",
    ])
    const said = async (lines: string[], more: object = {}, where?: string) => {
      const one = file('one.csv', [`${header},Ccy`, ...lines].join('\n'))
      const columns = { ...mapping.columns, ...more }
      const given = { ...mapping, columns, ...(where && { where }) }
      return (await run(one, 'money', { mapping: given })).warnings
    }
    expect(await said(rows)).toEqual([
      '“Ccy” says EUR, GBP, and the mapping leaves it out: its amounts were taken as GBP. Map it as currency, and map the import again.',
    ])
    const many = Array.from({ length: 60_000 }, (_, n) => `a${n},2024-03-01,A,1,5,GBP`)
    expect(await said([...many, 'b,2024-03-01,A,1,5,CHF'])).toEqual([
      expect.stringContaining('says CHF, GBP'),
    ])
    expect(await said(many.slice(0, 3))).toEqual([])
    expect(await said(rows, {}, "Ccy = 'GBP'")).toEqual([])
    await expect(said(rows, { currency: 'Ccy' })).rejects.toThrow('no exchange rates')
  })

  it('keeps the original file by content and cleans up after itself', async () => {
    const path = file('kept.csv.gz', gzipSync([header, ...lines].join('\n')))
    await run(path, 'kept', { mapping })
    const kept = readdirSync(join(folder, 'raw')).map(name => readFileSync(join(folder, 'raw', name)))
    expect(kept.some(bytes => bytes.equals(readFileSync(path)))).toBe(true)
    expect(readdirSync(join(folder, 'work'))).toEqual([])
  })
})

const shared = resolve(import.meta.dirname, '../../../shared/data')
const second = join(shared, 'online-retail/online_retail.csv.gz')
describe.skipIf(!existsSync(second))('the real shop', () => {
  it('takes two years, the overlap once, and a repeat changes nothing', async () => {
    const preset = { preset: 'online-retail' }
    const first = join(shared, 'online-retail-ii/online_retail_2009_2010.csv.gz')
    expect(await run(second, 'gifts', preset)).toMatchObject({ rows: 541_909, accepted: 541_909, repeats: 0 })
    expect(await run(first, 'gifts', preset)).toMatchObject({
      accepted: 502_938,
      repeats: 22_523,
      rejected: 0,
    })
    expect(await run(second, 'gifts', preset)).toMatchObject({ accepted: 0, repeats: 541_909, rejected: 0 })
    const sums = await ask('gifts', 'count(*) AS lines, sum(gross) AS gross, sum(gross + reversals) AS net')
    expect(sums).toEqual({ lines: '1044847', gross: '20533723.9180', net: '18909744.1180' })
  }, 180_000)
})
