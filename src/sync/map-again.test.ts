import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import {
  createImports,
  type ImportRequest,
  type ImportResult,
  type Imports,
  type Mapping,
} from './imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'again-'))
let granary: Warehouse
let imports: Imports
let now = Date.parse('2026-01-01T00:00:00Z')

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  imports = createImports({
    granary,
    folder,
    clock: () => {
      now += 1000
      return new Date(now)
    },
    ensureStore: async ({ currency = 'GBP', timezone = 'Europe/London' }) => ({ currency, timezone }),
  })
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

const header = 'Order,When,Item,Qty,Price,Cost,Kind'
const columns = { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Cost' }
/** As it was mapped by mistake, with the cost for the price; and as it is right. */
const wrong: Mapping = { target: 'sales_lines', columns }
const right: Mapping = { target: 'sales_lines', columns: { ...columns, unit_price: 'Price' } }

interface Imported {
  file: string
  request: ImportRequest
  result: ImportResult
}
let files = 0
const take = async (store: string, lines: string[], mapping: Mapping): Promise<Imported> => {
  files += 1
  const file = `${files}.csv`
  const path = join(folder, file)
  writeFileSync(path, [header, ...lines].join('\n'))
  const request = { path, store, by: 'test', mapping }
  return { file, request, result: await imports.run(request) }
}
const past = ({ file, request, result }: Imported) => {
  if (!result.origin) throw new Error('An import says where it comes from.')
  return { file, request: { mapping: request.mapping as Mapping }, origin: result.origin }
}
/** The kept file, by its content: what was uploaded may be gone. */
const again = (one: Imported, mapping: Mapping, others: Imported[] = []) => {
  const { origin } = past(one)
  return imports.run({
    path: join(folder, 'raw', origin.content),
    fileName: one.file,
    store: one.request.store,
    by: 'test',
    mapping,
    replaces: { origin, table: one.result.table, others: others.map(past) },
  })
}
const ledger = async (store: string, what: string) =>
  (await granary.query(`SELECT ${what} FROM sales_lines WHERE store = {store:String}`, { store }))[0]
const rows = async (store: string) =>
  (
    await granary.query(
      'SELECT order_id, product_id, gross FROM sales_lines WHERE store = {store:String} ORDER BY order_id, product_id, gross',
      { store },
    )
  ).map(row => `${row.order_id} ${row.product_id} ${row.gross}`)
/** What the figures answer from is what the ledger holds. */
const derivedAgrees = async (store: string) => {
  const [days] = await granary.query(
    'SELECT sum(gross) AS gross, sum(orders) AS orders FROM order_days WHERE store = {store:String}',
    { store },
  )
  const held = await ledger(store, 'sum(gross) AS gross, count(DISTINCT order_id) AS orders')
  expect(days?.gross).toEqual(held?.gross)
  expect(Number(days?.orders)).toBe(Number(held?.orders))
}

const first = [
  '1,2024-03-01,A,1,10.00,4.00,x',
  '2,2024-03-01,B,2,5.00,2.00,x',
  '3,2024-03-02,C,1,7.00,7.00,x',
]

it('a corrected mapping takes the place of the wrong one: nothing is counted twice, and no file is fetched', async () => {
  const one = await take('plain', first, wrong)
  expect(await ledger('plain', 'sum(gross) AS gross')).toEqual({ gross: '15.0000' })
  rmSync(one.request.path)
  const result = await again(one, right)
  // The third row says the same either way.
  expect(result).toMatchObject({ rows: 3, accepted: 2, repeats: 1, rejected: 0 })
  expect(await rows('plain')).toEqual(['1 A 10.0000', '2 B 10.0000', '3 C 7.0000'])
  await derivedAgrees('plain')
  expect(await again(one, right)).toMatchObject({ accepted: 0, repeats: 3 })
  await again({ ...one, result }, { ...right, where: "Item <> 'B'" })
  expect(await rows('plain')).toEqual(['1 A 10.0000', '3 C 7.0000'])
  await derivedAgrees('plain')
  const changes = await granary.changes(-1)
  expect(changes.at(-1)).toMatchObject({ stores: ['plain'], from: '2024-03-01', to: '2024-03-02' })
  expect(readdirSync(join(folder, 'work'))).toEqual([])
})

it('a row that another file brought too stays, whichever came first', async () => {
  const one = await take('shared', first, right)
  const other = await take('shared', [first[1] ?? '', '4,2024-03-03,D,1,1.00,1.00,x'], right)
  expect(other.result).toMatchObject({ accepted: 1, repeats: 1 })
  await again(one, { ...right, where: "Item = 'A'" }, [other])
  expect(await rows('shared')).toEqual(['1 A 10.0000', '2 B 10.0000', '4 D 1.0000'])
  await again(other, { ...right, where: "Item = 'D'" }, [
    { ...one, request: { ...one.request, mapping: { ...right, where: "Item = 'A'" } } },
  ])
  expect(await rows('shared')).toEqual(['1 A 10.0000', '4 D 1.0000'])
  await derivedAgrees('shared')
})

it('what a later file corrected is not undone, and what the file had corrected comes back', async () => {
  const stock = (quantity: number) => [`1,2024-03-01,A,${quantity},1,1,x`]
  const levels: Mapping = { target: 'stock', columns: { day: 'When', sku: 'Item', on_hand: 'Qty' } }
  const [one, two, three] = [
    await take('levels', stock(1), levels),
    await take('levels', [...stock(2), '1,2024-03-02,A,8,1,1,x'], levels),
    await take('levels', ['1,2024-03-02,A,9,1,1,x'], levels),
  ]
  const held = async () =>
    (
      await granary.query(
        "SELECT CAST(day AS VARCHAR) AS day, on_hand FROM stock_days WHERE store = 'levels' ORDER BY day",
      )
    ).map(row => `${row.day} ${Number(row.on_hand)}`)
  expect(await held()).toEqual(['2024-03-01 2', '2024-03-02 9'])
  await again(two, { ...levels, where: "When = '2024-03-02'" }, [one, three])
  expect(await held()).toEqual(['2024-03-01 1', '2024-03-02 9'])
})

it('a mapping that fits no row, or another table, changes nothing', async () => {
  const one = await take('kept', first, right)
  const before = await rows('kept')
  await expect(again(one, { ...right, where: "Item = 'none'" })).rejects.toMatchObject({ code: 'invalid' })
  const levels: Mapping = { target: 'stock', columns: { day: 'When', sku: 'Item', on_hand: 'Qty' } }
  await expect(again(one, levels)).rejects.toThrow('would fill stock days')
  const two = await take('kept', ['9,2024-03-09,Z,1,1,1,x'], right)
  rmSync(join(folder, 'raw', past(two).origin.content))
  await expect(again(one, wrong, [two])).rejects.toMatchObject({ code: 'not_found' })
  expect(await rows('kept')).toEqual([...before, '9 Z 1.0000'])
})

const status: Mapping = { ...right, where: "Kind <> 'cancelled'", gone: "Kind = 'cancelled'" }

it('an order that a file says is no more is gone after any of them is mapped again, in its place among the others', async () => {
  const one = await take('cancelled', first, status)
  const two = await take(
    'cancelled',
    ['1,2024-03-01,A,1,10.00,4.00,cancelled', '4,2024-03-03,D,1,1.00,1.00,x'],
    status,
  )
  expect(two.result.warnings.join()).toContain('1 order that an earlier import brought is gone')
  // A later file has it again: the shop took the cancellation back.
  const three = await take('cancelled', ['3,2024-03-02,C,1,7.00,7.00,cancelled'], status)
  const four = await take('cancelled', ['3,2024-03-02,C,1,8.00,7.00,x'], status)
  const stands = ['2 B 10.0000', '3 C 8.0000', '4 D 1.0000']
  expect(await rows('cancelled')).toEqual(stands)
  const all = [one, two, three, four]
  for (const each of all) {
    await again(
      each,
      status,
      all.filter(other => other !== each),
    )
    expect(await rows('cancelled')).toEqual(stands)
  }
  await derivedAgrees('cancelled')
  // Mapped without the word, as if nothing had ever been said of them: both are there.
  const { gone: _, ...silent } = status
  await again(two, silent, [one, three, four])
  expect(await rows('cancelled')).toEqual(['1 A 10.0000', ...stands])
  // Of what is left of no file nothing stays.
  const alone = await take('alone', ['1,2024-03-01,A,1,10.00,4.00,x'], status)
  const last = await take('alone', ['1,2024-03-01,A,1,10.00,4.00,cancelled'], status)
  expect(await rows('alone')).toEqual([])
  await again(alone, status, [last])
  expect(await rows('alone')).toEqual([])
})

it.each([
  ['row by row', 'together', {}],
  ['orders whole', 'restated', { restates: true }],
])('an order that is no more goes with what comes in, or stays with it: %s', async (_, store, more) => {
  const mapping = { ...status, ...more }
  await take(store, first, mapping)
  const lines = ['1,2024-03-01,A,1,10.00,4.00,cancelled', '5,2024-03-05,E,1,3.00,1.00,x']
  const whole = granary
  const deliver = whole.deliver
  const seen: string[][] = []
  whole.deliver = async (...given) => {
    const receipt = await deliver.apply(whole, given)
    seen.push(await rows(store))
    return receipt
  }
  try {
    await take(store, lines, mapping)
  } finally {
    whole.deliver = deliver
  }
  // As soon as the delivery is in, nothing is left to be done after it.
  expect(seen).toEqual([['2 B 10.0000', '3 C 7.0000', '5 E 3.0000']])
  await derivedAgrees(store)
  const change = (await granary.changes(-1)).at(-1)
  expect(change).toMatchObject({
    table: 'sales_lines',
    stores: [store],
    from: '2024-03-01',
    to: '2024-03-05',
  })
})
