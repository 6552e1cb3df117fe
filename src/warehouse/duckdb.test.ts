import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, describe, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { deliver, deliverLines, type Line, lineRow } from '../../test/small-ledger.ts'
import { openDuckdb } from './duckdb.ts'
import type { Warehouse } from './warehouse.ts'

const folders: string[] = []
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'granary-'))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

/** A folder as another version left it: its own mark, a table without a column, figures that are wrong. */
async function fromAnotherVersion(place: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(place, 'granary.duckdb'))
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

describe('a folder whose derived tables another version built', () => {
  it.each([
    ['a version with another mark', ["UPDATE derivation SET mark = 'another'"]],
    ['a version that wrote down none', ['DROP TABLE derivation']],
    [
      'a version whose tables had other columns',
      ["UPDATE derivation SET mark = 'another'", 'ALTER TABLE order_days DROP COLUMN discount_code'],
    ],
  ])('is derived anew, once: %s', async (_, statements) => {
    const place = folder()
    const first = await openDuckdb({ folder: place })
    await deliverLines(first, [a, b])
    const before = await all(first)
    const log = await first.changes(-1)
    await first.close()
    await fromAnotherVersion(place, [
      'UPDATE order_days SET gross = 99, nth = 7',
      'DELETE FROM sales_hours',
      ...statements,
    ])
    const heard: number[] = []
    const second = await openDuckdb({ folder: place, onDerive: done => heard.push(done) })
    expect(await all(second)).toEqual(before)
    // Nothing came in: no answer is fresher than it was.
    expect(await second.changes(-1)).toEqual(log)
    expect(heard.at(-1)).toBe(2)
    await deliverLines(second, [{ ...a, order_id: 'later', day: '2011-03-01' }])
    await second.close()
    heard.length = 0
    await (await openDuckdb({ folder: place, onDerive: done => heard.push(done) })).close()
    expect(heard).toEqual([])
  })
})

const inMemory = () => openDuckdb({ folder: ':memory:' })
const all = async (granary: Warehouse) => ({
  lines: await granary.query('SELECT * FROM sales_lines ORDER BY store, order_id, line_key'),
  orders: await granary.query('SELECT * FROM order_days ORDER BY store, order_id, day'),
  buyers: await granary.query('SELECT * FROM buyer_days ORDER BY ALL'),
  hours: await granary.query('SELECT * FROM sales_hours ORDER BY ALL'),
  products: await granary.query('SELECT * FROM product_days ORDER BY ALL'),
})
const a: Line = {
  order_id: 'a',
  day: '2011-01-03',
  gross: 10,
  customer_id: 'c1',
  product_id: 'p1',
  line_key: 1,
}
const b: Line = {
  order_id: 'b',
  day: '2011-02-03',
  gross: 20,
  customer_id: 'c1',
  product_id: 'p2',
  line_key: 2,
}

describe('rows in batches', () => {
  it('are all of them, or a failure: never the first of them alone', async () => {
    const granary = await inMemory()
    const took = async (sql: string) => {
      let rows = 0
      for await (const batch of granary.stream(sql)) rows += batch.length
      return rows
    }
    const numbers = 'SELECT i AS n FROM range(500000) r(i)'
    expect(await took(numbers)).toBe(500_000)
    const late = `SELECT CAST(t AS INTEGER) AS n FROM (SELECT CASE i WHEN 400000 THEN 'x' ELSE i::VARCHAR END AS t FROM range(500000) r(i))`
    await expect(took(late)).rejects.toBeInstanceOf(Failure)
    expect(await took(numbers)).toBe(500_000)
    await granary.close()
  })
})

describe('a delivery', () => {
  it('changes nothing when it comes again, under its own id or another', async () => {
    const granary = await inMemory()
    expect(await deliverLines(granary, [a, b], 'merge', 'first')).toEqual({
      rows: 2,
      inserted: 2,
      changed: 0,
      repeats: 0,
    })
    const before = await all(granary)
    expect(await deliverLines(granary, [a, b], 'merge', 'first')).toEqual({
      rows: 2,
      inserted: 2,
      changed: 0,
      repeats: 0,
    })
    expect(await deliverLines(granary, [{ ...a, source: 'elsewhere' }, b])).toEqual({
      rows: 2,
      inserted: 0,
      changed: 0,
      repeats: 2,
    })
    expect(await all(granary)).toEqual(before)
    await granary.close()
  })
  it('gives the same granary whole or in parts, in any order', async () => {
    const lines: Line[] = Array.from({ length: 60 }, (_, i) => ({
      order_id: `o${i % 23}`,
      day: `2011-0${1 + ((i % 23) % 3)}-1${(i % 23) % 7}`,
      kind: i > 45 ? 'reversal' : 'sale',
      gross: i > 45 ? 0 : i + 1,
      reversals: i > 45 ? -i : 0,
      customer_id: `c${(i % 23) % 5}`,
      product_id: `p${i % 4}`,
      line_key: 100 + i,
    }))
    const whole = await inMemory()
    await deliverLines(whole, lines)
    const parts = await inMemory()
    for (const part of [lines.slice(40), lines.slice(0, 20), lines.slice(10, 45)])
      await deliverLines(parts, part)
    expect(await all(parts)).toEqual(await all(whole))
    await whole.close()
    await parts.close()
  })
  it('numbers what follows one another with the last of it, or when nothing followed', async () => {
    const c: Line = { ...b, order_id: 'c', day: '2011-03-04', line_key: 9 }
    const whole = await inMemory()
    await deliverLines(whole, [a, b, c])
    for (const isLast of [true, false]) {
      const parts = await inMemory()
      await deliverLines(parts, [c])
      await deliverLines(parts, [b], 'merge', 'second', true)
      const [{ nth } = {}] = await parts.query("SELECT nth FROM order_days WHERE order_id = 'c'")
      expect(nth).toBe('1')
      await deliverLines(parts, [a], 'merge', 'third', !isLast)
      if (!isLast) {
        const end = (await parts.changes(-1)).at(-1)?.version ?? 0
        await parts.settle()
        const [told] = await parts.changes(end)
        expect(told).toMatchObject({
          table: 'sales_lines',
          stores: ['shop'],
          from: a.day,
          to: c.day,
          rows: 0,
        })
      }
      expect(await all(parts)).toEqual(await all(whole))
      const end = (await parts.changes(-1)).length
      await parts.settle()
      expect((await parts.changes(-1)).length).toBe(end)
      await parts.close()
    }
    await whole.close()
  })
  it('forgets what was to be numbered of a store that is taken out', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [b])
    await deliverLines(granary, [a], 'merge', 'second', true)
    await granary.remove({ store: 'shop' })
    const [left] = await granary.query('SELECT count(*) AS n FROM unnumbered')
    expect(left?.n).toBe('0')
    await granary.close()
  })
  it('replaces a row of the same key, and what was derived from it', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [a, b])
    expect(await deliverLines(granary, [{ ...a, day: '2011-01-05', gross: 12 }])).toEqual({
      rows: 1,
      inserted: 0,
      changed: 1,
      repeats: 0,
    })
    const { orders, hours } = await all(granary)
    expect(orders.map(o => [o.order_id, o.day, o.gross])).toEqual([
      ['a', '2011-01-05', '12.0000'],
      ['b', '2011-02-03', '20.0000'],
    ])
    expect(hours.map(h => h.day).sort()).toEqual(['2011-01-05', '2011-02-03'])
    await granary.close()
  })
  it('restates whole orders: lines it no longer has are gone', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [a, { ...a, line_key: 3, gross: 5 }, b])
    await deliverLines(granary, [{ ...a, gross: 11 }], 'replace_orders')
    const { lines, orders } = await all(granary)
    expect(lines.map(l => [l.order_id, l.gross])).toEqual([
      ['a', '11.0000'],
      ['b', '20.0000'],
    ])
    expect(orders.map(o => o.gross)).toEqual(['11.0000', '20.0000'])
    expect(await deliverLines(granary, [{ ...a, gross: 11 }], 'replace_orders')).toMatchObject({
      repeats: 1,
      changed: 0,
      inserted: 0,
    })
    await deliverLines(
      granary,
      [
        { ...a, gross: 11 },
        { ...a, line_key: 4, gross: 2 },
      ],
      'replace_orders',
    )
    await deliverLines(granary, [{ ...a, gross: 11 }], 'replace_orders')
    expect((await all(granary)).orders.map(o => o.gross)).toEqual(['11.0000', '20.0000'])
    await granary.close()
  })
  it('renumbers a customer when an earlier order comes late, and logs the days that changes', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [b])
    const number = async () =>
      (await granary.query('SELECT order_id, nth, first_orders FROM order_days ORDER BY day')).map(r => [
        r.order_id,
        r.nth,
        r.first_orders,
      ])
    expect(await number()).toEqual([['b', '1', '1']])
    await deliverLines(granary, [a])
    expect(await number()).toEqual([
      ['a', '1', '1'],
      ['b', '2', '0'],
    ])
    const [hour] = await granary.query("SELECT first_orders FROM sales_hours WHERE day = '2011-02-03'")
    expect(hour?.first_orders).toBe('0')
    expect((await granary.changes(1)).map(c => [c.from, c.to])).toEqual([['2011-01-03', '2011-02-03']])
    await granary.close()
  })
  it('dates a sale by its order and a reversal by its own day', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [
      a,
      {
        ...a,
        line_key: 9,
        kind: 'reversal',
        day: '2011-03-01',
        gross: 0,
        reversals: -10,
        ordered_day: '2011-01-03',
      },
    ])
    expect((await all(granary)).orders.map(o => [o.day, o.orders, o.gross, o.reversals])).toEqual([
      ['2011-01-03', '1', '10.0000', '0.0000'],
      ['2011-03-01', '0', '0.0000', '-10.0000'],
    ])
    await granary.close()
  })
  it('logs the days and stores that rows leave: those that moved to another, and those that are gone', async () => {
    const granary = await inMemory()
    const spent = (store: string, day: string, campaign: string) => ({
      ...{ store, day, platform: 'p', account: '', channel: '', campaign, country: '', cost: 5 },
      ...{ currency: 'GBP', source: 'ads' },
    })
    const whole = (...rows: Record<string, unknown>[]) =>
      deliver(granary, 'spend_days', rows, 'merge', undefined, { whole: 'ads' })
    const last = async () => {
      const change = (await granary.changes(-1)).at(-1)
      return [change?.stores, change?.from, change?.to]
    }
    await whole(spent('shop', '2011-03-05', 'a'), spent('paris', '2011-04-05', 'b'))
    expect(await whole(spent('shop', '2011-03-05', 'a'))).toMatchObject({ repeats: 1, removed: 1 })
    expect(await last()).toEqual([['paris', 'shop'], '2011-03-05', '2011-04-05'])
    // Under another name of its shop it is all of the source still.
    expect(await whole(spent('store', '2011-03-06', 'a'))).toMatchObject({ inserted: 1, removed: 1 })
    expect(await last()).toEqual([['shop', 'store'], '2011-03-05', '2011-03-06'])
    expect(await whole(spent('shop', '2011-03-05', 'a'))).toMatchObject({ inserted: 1, removed: 1 })
    expect(await whole()).toMatchObject({ rows: 0, removed: 1 })
    expect(await last()).toEqual([['shop'], '2011-03-05', '2011-03-05'])
    expect(await whole()).toMatchObject({ rows: 0, removed: 0 })
    expect(await last()).toEqual([[], null, null])
    const lead = (day: string) => ({
      ...{ store: 'shop', platform: 'p', lead_id: '1', stage: 'lead', day, origin: '', country: '' },
      ...{ happened_at: `${day} 10:00:00`, created_day: day, account_id: '', email_hash: '', source: 'crm' },
    })
    await deliver(granary, 'leads', [lead('2011-05-05')])
    await deliver(granary, 'leads', [lead('2011-06-06')])
    expect(await last()).toEqual([['shop'], '2011-05-05', '2011-06-06'])
    await granary.close()
  })
  it('leaves nothing of itself when it cannot be read', async () => {
    const granary = await inMemory()
    const file = join(folder(), 'not.parquet')
    writeFileSync(file, 'this is no parquet')
    await expect(
      granary.deliver({ id: 'x', table: 'sales_lines', files: [file], mode: 'merge' }),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(await granary.changes(-1)).toEqual([])
    expect(await deliverLines(granary, [a])).toMatchObject({ inserted: 1 })
    await granary.close()
  })
  it('is in the log for whoever asks after it, though others read the log all the while', async () => {
    const granary = await inMemory()
    const seen: number[] = []
    let version = -1
    for (let day = 1; day <= 9; day += 1) {
      let going = true
      const reading = (async () => {
        while (going) {
          await granary.changes(version)
          await new Promise(setImmediate)
        }
      })()
      await deliverLines(granary, [{ ...a, order_id: `o${day}`, day: `2011-01-0${day}` }])
      const told = await granary.changes(version)
      seen.push(told.length)
      version = told.at(-1)?.version ?? version
      going = false
      await reading
      expect(await granary.changes(version)).toEqual([])
      expect(await granary.changes(Number.MAX_SAFE_INTEGER)).toEqual([])
    }
    expect(seen).toEqual(Array.from({ length: 9 }, () => 1))
    await granary.close()
  })
  it('queues behind another', async () => {
    const granary = await inMemory()
    const receipts = await Promise.all([
      deliverLines(granary, [a, b]),
      deliverLines(granary, [a, b]),
      deliverLines(granary, [b]),
    ])
    expect(receipts.reduce((sum, r) => sum + r.inserted, 0)).toBe(2)
    await granary.close()
  })
})

describe('removing', () => {
  it('takes a store, some orders or one customer, and derives anew', async () => {
    const granary = await inMemory()
    await deliverLines(granary, [a, b, { ...b, store: 'other' }])
    expect(await granary.remove({ store: 'shop', orders: ['b'] })).toBe(1)
    expect((await all(granary)).orders.map(o => [o.store, o.order_id])).toEqual([
      ['other', 'b'],
      ['shop', 'a'],
    ])
    expect(await granary.remove({ store: 'other' })).toBe(1)
    expect((await all(granary)).lines).toHaveLength(1)
    await granary.close()
  })
})

describe('a granary on disk', () => {
  it('is there when it is opened again, and copied by a backup', async () => {
    const place = folder()
    const first = await openDuckdb({ folder: place })
    await deliverLines(first, [a, b])
    const before = await all(first)
    const copy = folder()
    await first.backup(copy)
    await first.close()
    for (const at of [place, copy]) {
      const again = await openDuckdb({ folder: at })
      expect(await all(again)).toEqual(before)
      await again.close()
    }
  })
  it('is numbered when it is opened, where what was to follow never came', async () => {
    const place = folder()
    const first = await openDuckdb({ folder: place })
    await deliverLines(first, [b])
    await deliverLines(first, [a], 'merge', 'second', true)
    await first.close()
    const again = await openDuckdb({ folder: place })
    expect((await all(again)).orders.map(o => [o.order_id, o.nth])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
    await again.close()
  })
  it.each([
    ['rows alone', false],
    ['with orders that are no more', true],
  ])(
    'keeps a delivery whole or not at all through kill -9: %s',
    async (_, moving) => {
      const place = folder()
      const rows = Array.from({ length: 4_000 }, (_, i) => ({
        ...lineRow({
          order_id: `o${i % 900}`,
          day: `2011-01-${String(1 + (i % 28)).padStart(2, '0')}`,
          gross: 1,
          customer_id: `c${i % 50}`,
        }),
        line_key: i,
      }))
      const file = join(place, 'rows.json')
      writeFileSync(file, JSON.stringify(rows))
      for (const wait of [0, 60, 130]) {
        const child = fork(
          join(import.meta.dirname, '../../test/deliver-forever.ts'),
          [place, file, ...(moving ? ['moving'] : [])],
          {
            execPath: process.execPath,
            stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          },
        )
        await new Promise(resolve => child.once('message', resolve))
        await new Promise(resolve => setTimeout(resolve, wait))
        const ended = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGKILL')
        await ended
        const granary = await openDuckdb({ folder: place })
        const [lines] = await granary.query(
          'SELECT count(*) AS n, coalesce(sum(gross), 0) AS gross FROM sales_lines',
        )
        const [derived] = await granary.query(
          'SELECT coalesce(sum(lines), 0) AS n, coalesce(sum(gross), 0) AS gross FROM sales_hours',
        )
        expect(derived).toEqual({ n: String(lines?.n), gross: lines?.gross })
        // What came and what went, both or neither.
        const { length } = await granary.changes(-1)
        expect(Number(lines?.n)).toBe(4_000 * (moving ? Math.min(1, length) : length))
        await granary.close()
      }
    },
    60_000,
  )
})
