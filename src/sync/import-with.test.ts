import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { Beside, ImportRequest } from './imports.ts'

/** Shops keep orders, their lines and products in files of their own: together they are imported as one. */

const room = importRoom({ currency: 'EUR', timezone: 'Europe/Berlin' })
const file = (name: string, lines: readonly string[]) => {
  const path = join(room.folder, `${Math.random()}-${name}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return { path, name }
}
const lines = file('order_items.csv', [
  'order_id,item_no,product_id,quantity,price',
  'A1,1,7,2,10.00',
  'A1,2,8,1,5.50',
  'A2,1,7,1,10.00',
  'A3,1,9,1,3.00',
  'A4,1,8,4,5.50',
])
const orders = file('orders.csv', [
  'order_id;client_no;status;ordered on',
  'A1;c1;paid;01.03.2026 23:30',
  'A2;c1;cancelled;02.03.2026 10:00',
  'A3;c2;paid;13.03.2026 11:00',
  'A4;c2;paid;14.03.2026 12:00',
])
const products = file('products.csv', ['id,name,category', '7,Mug,Cups', '8,"Plate, large",Plates'])
const clients = file('clients.csv', ['client_no,country', 'c1,DE', 'c2,AT'])

const previewed = (first: typeof lines, ...files: (typeof lines)[]) =>
  room.imports.preview(first.path, {}, 'EUR', { name: first.name, files })
const run = (store: string, beside: Beside, mapping?: ImportRequest['mapping']) =>
  room.imports.run({
    path: lines.path,
    fileName: lines.name,
    store,
    by: 'test',
    beside,
    ...(mapping && { mapping }),
  })

describe('lines with their orders, products and clients', () => {
  it('are guessed and taken in as one file of the lines, and once more change nothing', async () => {
    const preview = await previewed(lines, orders, products, clients)
    const mapping = preview.suggestions[0]?.mapping
    expect(mapping).toMatchObject({
      target: 'sales_lines',
      columns: { at: 'ordered on', country: 'country' },
    })
    expect(preview.warnings.join()).toContain('by “product_id”: 4 of 5 rows find theirs')
    const beside = { files: [orders, products, clients] }
    const came = await run('shop', beside, mapping)
    expect(came).toMatchObject({ rows: 5, accepted: 4, rejected: 1, from: '2026-03-01', to: '2026-03-14' })
    expect(came.file).toBe('order_items.csv with orders.csv, products.csv, clients.csv')
    const rows = await room.granary.query(
      `SELECT order_id, CAST(day AS VARCHAR) AS day, country, CAST(sum(gross) AS VARCHAR) AS gross
       FROM sales_lines WHERE store = 'shop' GROUP BY ALL ORDER BY ALL`,
    )
    expect(rows).toEqual([
      { order_id: 'A1', day: '2026-03-01', country: 'DE', gross: '25.5000' },
      { order_id: 'A3', day: '2026-03-13', country: 'AT', gross: '3.0000' },
      { order_id: 'A4', day: '2026-03-14', country: 'AT', gross: '22.0000' },
    ])
    const named = await room.granary.query(
      "SELECT title, category FROM products WHERE store = 'shop' ORDER BY 1",
    )
    expect(named).toContainEqual({ title: 'Plate, large', category: 'Plates' })
    expect(await run('shop', beside, mapping)).toMatchObject({ accepted: 0, repeats: 4, rejected: 1 })
    // What was rejected comes back with what the others say of it, and needs them no more.
    const path = join(room.folder, 'mended.csv')
    writeFileSync(path, readFileSync(came.rejectsFile ?? '', 'utf8').replace('cancelled,0', 'paid,0'))
    const mended = await room.imports.run({ path, store: 'shop', by: 'test', ...(mapping && { mapping }) })
    expect(mended).toMatchObject({ rows: 1, accepted: 1, from: '2026-03-02' })
  })

  it('may be named in any order: what tells clients is in the orders', async () => {
    const beside = { name: orders.name, files: [clients, lines, products], anyFirst: true }
    const { together, columns } = await room.imports.preview(orders.path, {}, 'EUR', beside)
    expect(together?.order).toEqual([2, 0, 1, 3])
    expect(together?.words).toEqual([
      'orders.csv stands beside the rows of order_items.csv by “order_id”: all 5 rows find theirs.',
      'clients.csv stands beside the rows of order_items.csv by “client_no”: all 5 rows find theirs.',
      'products.csv stands beside the rows of order_items.csv by “product_id”: 4 of 5 rows find theirs.',
    ])
    expect(columns.map(column => column.name)).toContain('country')
  })

  it('say of a column that both have which file it is of', async () => {
    const two = file('states.csv', ['order_id,price', ...['A1', 'A2', 'A3', 'A4'].map(id => `${id},99.00`)])
    const preview = await previewed(lines, two)
    expect(preview.columns.map(column => column.name)).toContain('price (states)')
  })

  it('are read as each is written', async () => {
    const odd = file('lines.txt', [
      'Lines of March',
      '',
      'order_id|price|quantity',
      'A1|10,50|2',
      'A4|3,25|1',
    ])
    const preview = await previewed(odd, orders)
    const mapping = preview.suggestions[0]?.mapping
    const came = await room.imports.run({
      path: odd.path,
      store: 'odd',
      by: 'test',
      beside: { files: [orders] },
      ...(mapping && { mapping }),
    })
    expect(came).toMatchObject({ rows: 2, accepted: 2 })
    const [sum] = await room.granary.query(
      "SELECT CAST(sum(gross) AS VARCHAR) AS gross FROM sales_lines WHERE store = 'odd'",
    )
    expect(sum).toEqual({ gross: '24.2500' })
  })
})

describe('files that do not belong together are refused with what to do', () => {
  it.each([
    [
      'the same columns',
      lines,
      file('april.csv', ['order_id,item_no,product_id,quantity,price', 'A1,9,7,2,10.00']),
      /have the same columns: they hold more rows of one kind/,
    ],
    ['several rows of one', orders, lines, /several rows of one order_id/],
    ['no column of the same name', lines, clients, /no column of the same name/],
    [
      'nothing that is found',
      lines,
      file('orders.csv', ['order_id,status', 'Z9,paid', 'Z8,paid']),
      /No row of/,
    ],
    [
      'a line that is broken',
      lines,
      file('o.csv', ['order_id,at', 'A1,2026-03-01', 'A2']),
      /could not be split/,
    ],
  ])('%s', async (_, first, other, message) => {
    await expect(previewed(first, other)).rejects.toThrow(message)
  })

  it('several rows of one in each of them', async () => {
    const twice = file('states.csv', ['order_id,state', 'A1,paid', 'A1,sent'])
    const beside = { name: lines.name, files: [twice], anyFirst: true }
    await expect(room.imports.preview(lines.path, {}, 'EUR', beside)).rejects.toThrow(
      'Each of order_items.csv and states.csv has several rows of one order_id',
    )
  })
})
