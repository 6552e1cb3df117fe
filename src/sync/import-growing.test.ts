import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { Mapping } from './imports.ts'

/**
 * An export a week later repeats its orders, some of them changed, and adds new ones: brought in after the first it leaves
 * what it alone would, and brought in again it changes nothing.
 */

const room = importRoom()

/** A stream of chance that is the same for the same seed (mulberry32). */
const chance = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

interface Order {
  id: number
  day: string
  lines: { sku: string; units: number; price: number }[]
  shipping: number
  state: 'open' | 'cancelled' | 'refunded' | 'partly'
}

const skus = ['MUG', 'PEN', 'CUP', 'LAMP']
const made = (random: () => number, from: number, count: number): Order[] =>
  Array.from({ length: count }, (_, i) => ({
    id: 1000 + from + i,
    day: `2026-03-${String(1 + ((from + i) % 28)).padStart(2, '0')}`,
    // No two lines of a product: which of them changed could not be told.
    lines: skus
      .filter(() => random() < 0.5)
      .concat('BAG')
      .map(sku => ({ sku, units: 1 + Math.floor(random() * 3), price: 5 + Math.floor(random() * 20) })),
    shipping: random() < 0.5 ? 5 : 0,
    state: random() < 0.8 ? 'open' : 'cancelled',
  }))

/** What may have become of an order since. */
const later = (random: () => number, order: Order): Order => {
  const dice = random()
  if (dice < 0.15) return { ...order, state: 'cancelled' }
  if (dice < 0.3) return { ...order, state: 'refunded' }
  if (dice < 0.4) return { ...order, state: 'partly' }
  if (dice < 0.5) return { ...order, lines: order.lines.map((line, i) => (i ? line : { ...line, units: 9 })) }
  if (dice < 0.6) return { ...order, lines: order.lines.slice(-1) }
  return order
}

const goods = ({ lines }: Order) => lines.reduce((sum, line) => sum + line.units * line.price, 0)
const total = (order: Order) => goods(order) + order.shipping
const refunded = (order: Order) =>
  order.state === 'refunded' ? total(order) : order.state === 'partly' ? total(order) / 2 : 0

/** Exports of these orders. */
const exports: Record<string, (orders: readonly Order[]) => string[]> = {
  'Shopify orders': orders => [
    'Name,Email,Created at,Cancelled at,Currency,Subtotal,Shipping,Taxes,Total,Refunded Amount,Lineitem quantity,Lineitem name,Lineitem sku,Lineitem price',
    ...orders.flatMap(order =>
      order.lines.map((line, i) =>
        [
          `#${order.id}`,
          'a@example.com',
          `${order.day} 10:00:00 +0000`,
          i === 0 && order.state === 'cancelled' ? '2026-03-30 10:00:00 +0000' : '',
          ...(i === 0
            ? ['GBP', goods(order), order.shipping, 0, total(order), refunded(order)]
            : ['', '', '', '', '', '']),
          line.units,
          line.sku,
          line.sku,
          line.price,
        ].join(),
      ),
    ),
  ],
  'Magento orders': orders => [
    'ID,Purchase Point,Purchase Date,Customer Email,Subtotal,Shipping and Handling,Grand Total (Base),Total Refunded,Status',
    ...orders.map(order =>
      [
        `00000${order.id}`,
        'Main Website',
        `${order.day} 10:00:00`,
        'a@example.com',
        goods(order),
        order.shipping,
        total(order),
        refunded(order),
        order.state === 'cancelled' ? 'canceled' : order.state === 'refunded' ? 'closed' : 'complete',
      ].join(),
    ),
  ],
  'orders with numbers of their lines': orders => [
    'Order ID,Line ID,Order Date,Status,SKU,Quantity,Unit Price',
    ...orders.flatMap(order =>
      order.lines.map(line =>
        [
          order.id,
          `${order.id}-${line.sku}`,
          order.day,
          order.state === 'cancelled' ? 'Cancelled' : 'Shipped',
          line.sku,
          line.units,
          line.price,
        ].join(),
      ),
    ),
  ],
}

let files = 0
const bring = async (lines: readonly string[], store: string, change: Partial<Mapping> = {}) => {
  files += 1
  const path = join(room.folder, `growing-${files}.csv`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  const [best] = (await room.imports.preview(path, {}, 'GBP')).suggestions
  if (!best) throw new Error('nothing is guessed')
  return room.imports.run({ path, store, by: 'test', mapping: { ...best.mapping, ...change } })
}
/** All that counts of a store, wherever it came from. */
const whole = async (store: string) => {
  const all = async (table: string) =>
    (await room.granary.query(`SELECT * FROM ${table} WHERE store = {store:String} ORDER BY ALL`, { store }))
      .map(({ store: _, source: __, ...row }) => JSON.stringify(row))
      .sort()
  return { lines: await all('sales_lines'), orders: await all('order_days'), days: await all('product_days') }
}

describe.each(Object.entries(exports))('%s that grow', (name, written) => {
  it.each([1, 2, 3])('end as the last of them alone would, by chance of %s', async seed => {
    const random = chance(seed)
    const first = made(random, 0, 14)
    const then = [...first.map(order => later(random, order)), ...made(random, 14, 4)]
    // A line that an order no longer has is gone only where the file restates its orders.
    const told = name.includes('numbers')
      ? then.map((order, i) => ({ ...order, lines: (first[i] ?? order).lines }))
      : then
    const [grown, fresh] = [`grown-${name.length}-${seed}`, `fresh-${name.length}-${seed}`]
    expect(await bring(written(first), grown)).toMatchObject({ table: 'sales_lines' })
    await bring(written(told), grown)
    await bring(written(told), fresh)
    expect(await whole(grown)).toEqual(await whole(fresh))
    expect(await bring(written(told), grown)).toMatchObject({ accepted: 0 })
    expect(await whole(grown)).toEqual(await whole(fresh))
  })
})

describe('lines without numbers of their own', () => {
  const head = 'Order ID,Order Date,Status,SKU,Quantity,Unit Price'
  const first = [
    head,
    '1,2026-03-01,Shipped,MUG,2,10',
    '1,2026-03-01,Shipped,PEN,1,5',
    '2,2026-03-02,Shipped,MUG,1,10',
  ]
  const changed = [
    head,
    '1,2026-03-01,Shipped,MUG,1,10',
    '1,2026-03-01,Shipped,PEN,1,5',
    '2,2026-03-02,Shipped,MUG,1,10',
    '3,2026-03-03,Shipped,PEN,1,5',
  ]
  it('say that a changed line cannot be told from a new one', async () => {
    await bring(first, 'unnumbered')
    const again = await bring(changed, 'unnumbered')
    expect(again.warnings.join('\n')).toContain('1 order has rows of this file beside those of an earlier')
    // Where all is as it was and only new orders come, there is nothing to say.
    const added = await bring([...changed, '4,2026-03-04,Shipped,PEN,1,5'], 'unnumbered')
    expect(added.warnings.join('\n')).not.toContain('beside those of an earlier')
  })
  it('take the place of the earlier where the mapping says that the file restates its orders', async () => {
    await bring(first, 'restated', { restates: true })
    await bring(changed, 'restated', { restates: true })
    await bring(changed, 'restated-alone')
    expect(await whole('restated')).toEqual(await whole('restated-alone'))
  })
})

it('only files of orders may hold them whole', () => {
  const whole = room.imports.targets().filter(one => one.restates)
  expect(whole.map(one => one.name)).toEqual(expect.arrayContaining(['sales_lines', 'orders']))
  expect(whole.every(one => one.columns.some(column => column.name === 'order_id'))).toBe(true)
  expect(whole.map(one => one.name)).not.toContain('spend')
})

it('nothing is said to be gone of what is not left out', async () => {
  const rows = ['Order ID,Order Date,Status,SKU,Quantity,Unit Price', '1,2026-03-01,Cancelled,MUG,1,10']
  const path = join(room.folder, 'kept.csv')
  writeFileSync(path, `${rows.join('\n')}\n`)
  const columns = { order_id: 'Order ID', at: 'Order Date', quantity: 'Quantity', unit_price: 'Unit Price' }
  const mapping = { target: 'sales_lines', columns, gone: "Status = 'Cancelled'" }
  await expect(room.imports.run({ path, store: 'kept', by: 'test', mapping })).rejects.toThrow(
    'none is left out',
  )
})

it('what a file leaves out for another reason than that its orders are no more stays as it was', async () => {
  const rows = [
    'Order ID,Order Date,Country,SKU,Quantity,Unit Price',
    '1,2026-03-01,GB,MUG,1,10',
    '2,2026-03-01,DE,MUG,1,10',
  ]
  await bring(rows, 'parts', { where: "Country = 'GB'" })
  await bring(rows, 'parts', { where: "Country = 'DE'" })
  await bring(rows, 'parts-whole')
  expect(await whole('parts')).toEqual(await whole('parts-whole'))
})
