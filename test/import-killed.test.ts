import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { ended, forked } from './command.ts'

/** A process that takes in a JSON file, killed while it makes rows of what is nested, and while it checks them. */

const place = mkdtempSync(join(tmpdir(), 'import-killed-'))
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(place, { recursive: true, force: true })
})

const count = 3000
const order = (id: number) => ({
  id,
  name: `#${id}`,
  created_at: new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString(),
  email: `c${id % 99}@example.com`,
  currency: 'USD',
  subtotal_price: '10.00',
  total_price: '14.00',
  total_shipping_price_set: { shop_money: { amount: '4.00', currency_code: 'USD' } },
  note: 'n'.repeat(400),
  line_items: [1, 2].map(line => ({
    id: id * 10 + line,
    sku: `S${line}`,
    title: 'T',
    name: 'T',
    quantity: 1,
    price: '5.00',
    vendor: `Maker ${line}`,
    properties: [{ name: 'engraving', value: '"[{'.repeat(50) }],
  })),
})

test('a file that was being unrolled when the process was killed is taken in by the next, once', {
  timeout: 240_000,
}, async () => {
  const file = join(place, 'orders.json')
  writeFileSync(
    file,
    `{"orders":[${Array.from({ length: count }, (_, n) => JSON.stringify(order(n + 1))).join()}]}`,
  )
  const folder = join(place, 'data')
  const work = () =>
    existsSync(join(folder, 'work'))
      ? readdirSync(join(folder, 'work'), { recursive: true, encoding: 'utf8' })
      : []
  const start = () => {
    const child = forked('import-forever.ts', [folder, file])
    started.push(child)
    return { child, over: ended(child) }
  }
  const counted = async () => {
    const granary = await openDuckdb({ folder: join(folder, 'granary') })
    const [row] = await granary.query(
      'SELECT (SELECT count(*) FROM sales_lines) AS lines, (SELECT count(*) FROM products) AS products',
    )
    await granary.close()
    return [Number(row?.lines), Number(row?.products)]
  }
  for (const [met, wait] of [
    [/unrolled/, 0],
    [/staged/, 0],
    [/products/, 0],
    [/products/, 150],
    [/products/, 300],
  ] as const) {
    const { child, over } = start()
    let isOver = false
    over.then(() => (isOver = true))
    while (!isOver && !work().some(name => name.startsWith(`${child.pid}-`) && met.test(name))) await sleep(2)
    await Promise.race([sleep(wait), over])
    child.kill('SIGKILL')
    const code = await over
    if (wait === 0) {
      // It ended by the kill, in the middle, and not by itself.
      expect([met, code]).toEqual([met, null])
      expect(work()).not.toEqual([])
    }
    // The rows and the products that they name are both in, or neither.
    expect([
      [0, 0],
      [count * 2, 2],
    ]).toContainEqual(await counted())
    if (code === 0) break
  }
  expect(await start().over).toBe(0)
  expect(work()).toEqual([])
  const granary = await openDuckdb({ folder: join(folder, 'granary') })
  const [row] = await granary.query(
    `SELECT count(*) AS n, count(DISTINCT order_id) AS orders, CAST(sum(gross) AS VARCHAR) AS gross,
       CAST(sum(shipping) AS VARCHAR) AS shipping FROM sales_lines`,
  )
  const products = await granary.query(
    'SELECT product_id, title, brand, vendor FROM products ORDER BY product_id',
  )
  await granary.close()
  expect(products).toEqual(
    ['1', '2'].map(n => ({ product_id: `S${n}`, title: 'T', brand: `Maker ${n}`, vendor: `Maker ${n}` })),
  )
  expect(Number(row?.orders)).toBe(count)
  expect([Number(row?.gross), Number(row?.shipping)]).toEqual([count * 10, count * 4])
})
