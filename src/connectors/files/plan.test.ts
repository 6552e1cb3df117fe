import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { functions } from './compile.ts'
import { plan } from './plan.ts'
import type { Source } from './reading.ts'
import { targets } from './targets/index.ts'

const source = (...names: string[]): Source => ({
  columns: names.map(name => ({ name, sql: 'text', dateFormats: [], numericDates: false })),
  decimal: '.',
  above: 1,
  from: () => 'file',
  split: null,
  fault: null,
  mended: false,
})
const target = targets.find(one => one.name === 'sales_lines')
if (!target) throw new Error('There are no sales lines.')
const place = { store: 's', currency: 'GBP', timezone: 'UTC', source: 'i', today: '2026-01-01' }
const base = { order_id: 'Order', at: 'When', sku: 'Item', quantity: '1' }
const names = ['Order', 'When', 'Item']
/** The plan's SQL where `text` gives the unit price of a file that also has `more` columns. */
const priced = (text: string, ...more: string[]): string =>
  plan(
    { target: 'sales_lines', columns: { ...base, unit_price: text } },
    source(...names, ...more),
    target,
    place,
  ).staged
const used = (sql: string): string[] => [...new Set(sql.match(/\bc\d+\b/g))].sort()

describe('what a mapping says is a column', () => {
  it('by its exact name first, whatever else it could mean', () => {
    expect(used(priced('Price / Unit', 'Price', 'Unit', 'Price / Unit'))).toEqual(['c0', 'c1', 'c2', 'c5'])
    expect(used(priced('price', 'Price', 'price'))).toEqual(['c0', 'c1', 'c2', 'c4'])
  })
  it.each([
    ['unit price', 'Unit_Price'],
    ['EINZELPREIS', 'Einzelpreis'],
    ['prix unite', 'Prix unité'],
    ['email price', 'E-mail price'],
    ['price/unit', 'Price / Unit'],
  ])('%s is %s where only one is called so', (text, heading) => {
    expect(used(priced(text, heading))).toContain('c3')
  })
  it.each(['Price +', 'Price -', '+ * Price', 'Price,', '(Price', "Price'"])(
    '%s is a broken expression, not the column Price',
    text => {
      expect(() => priced(text, 'Price')).toThrow(/unit_price: /)
    },
  )
  it('not where two are alike: it says which there are', () => {
    expect(() => priced('unit price', 'Unit Price', 'unit_price')).toThrow('no column')
  })
  it('not where it is a text or a number that a heading resembles', () => {
    const sql = plan(
      { target: 'sales_lines', columns: { ...base, unit_price: '2.50', currency: "'EUR'" } },
      source(...names, 'EUR', '250'),
      target,
      place,
    ).staged
    expect(used(sql)).toEqual(['c0', 'c1', 'c2'])
  })
})

describe('the page about mappings', () => {
  it('names every target, every function and every word of a reading, and its example is one', () => {
    const page = readFileSync('docs/mappings.md', 'utf8')
    const reading = 'format encoding delimiter quote header skip decimal dateOrder sheet member'.split(' ')
    const said = [...targets.map(one => one.name), ...Object.keys(functions), ...reading]
    expect(said.filter(name => !new RegExp(`\`${name}\\b`).test(page))).toEqual([])
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const columns = source('Order No', 'Ordered', 'SKU', 'Qty', 'Line total', 'Status')
    expect(plan(example, columns, target, place).given).toEqual(Object.keys(example.columns))
  })
})

it.each(targets.map(one => [one.name, one] as const))('%s give every column of their table', (name, one) => {
  const columns = Object.fromEntries(Object.keys(one.columns).map(column => [column, 'x']))
  expect(plan({ target: name, columns }, source('x'), one, place).staged).toContain('SELECT')
})
