import { join } from 'node:path'
import exceljs from 'exceljs'
import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Warehouses as columns of a list of stock, and the sheets of a workbook. */

const room = importRoom()
const { write, guessed, guessedFile } = guesser(room)
const stockOf = (store: string) =>
  room.granary.query(
    `SELECT location, product_id, CAST(on_hand AS DOUBLE) AS units FROM stock_days WHERE store = {store:String} ORDER BY 1, 2`,
    { store },
  )

describe('warehouses in the headings of a list of stock', () => {
  const rows = ['MUG,Mug,5,0,3', 'PEN,Pen,2,,1']
  const levels = [
    { location: 'Berlin', product_id: 'MUG', units: 3 },
    { location: 'Berlin', product_id: 'PEN', units: 1 },
    { location: 'Leeds', product_id: 'MUG', units: 0 },
    { location: 'London', product_id: 'MUG', units: 5 },
    { location: 'London', product_id: 'PEN', units: 2 },
  ]
  it.each([
    ['by their names alone', 'SKU,Title,London,Leeds,Berlin', rows],
    ['with a word for stock', 'SKU,Title,London Qty,Leeds Qty,Berlin Qty', rows],
    ['beside their total', 'SKU,Title,London,Leeds,Berlin,Total', ['MUG,Mug,5,0,3,8', 'PEN,Pen,2,,1,3']],
  ])('are places of their own, %s', async (name, head, lines) => {
    const store = `places-${name.length}`
    const { preview, mapping } = await guessed([head, ...lines], store)
    expect(mapping.target).toBe('stock')
    expect(preview.warnings.join()).toContain('units on hand')
    expect(await stockOf(store)).toEqual(levels)
  })
  it('are none where they measure the product', async () => {
    const preview = await room.imports.preview(
      write(['SKU,Title,Width,Height,Depth', 'MUG,Mug,5,9,3', 'PEN,Pen,2,1,1']),
    )
    expect(preview.suggestions[0]?.mapping.target).not.toBe('stock')
    expect(preview.reading.turned).toBeUndefined()
  })
  it('are said to be stock by nothing but their places, where neither heading nor title calls them so', async () => {
    const cities = ['SKU,Title,London,Leeds', 'MUG,Mug,5,0', 'PEN,Pen,2,1']
    const bare = await room.imports.preview(write(cities))
    expect(bare.warnings.join()).toContain('could be units sold or ordered there')
    const called = await room.imports.preview(write(['Stock on hand', ...cities]))
    expect(called.warnings.join()).not.toContain('could be units sold')
  })
  it.each([
    ['sold by their title', ['Units sold by shop', 'SKU,Title,London,Leeds', 'MUG,Mug,5,0', 'PEN,Pen,2,1']],
    ['of days', ['Week,SKU,London,Leeds', '2026-03-02,MUG,5,0', '2026-03-09,MUG,2,1', '2026-03-09,PEN,2,1']],
  ])('are no stock where they are %s', async (_, lines) => {
    const preview = await room.imports.preview(write(lines))
    expect(preview.reading.turned).toBeUndefined()
    expect(preview.suggestions[0]?.mapping.target).not.toBe('stock')
  })
  it('are left to whoever maps the file as products', async () => {
    const path = write(['SKU,Title,London,Leeds', 'MUG,Mug,5,0', 'PEN,Pen,2,1'])
    const mapping = { target: 'products', columns: { sku: 'SKU', title: 'Title' } }
    expect(await room.imports.run({ path, store: 'as-products', by: 'test', mapping })).toMatchObject({
      rows: 2,
      accepted: 2,
    })
  })
})

describe('of a workbook of several sheets', () => {
  const book = async (sheets: { name: string; rows: number; hidden?: boolean }[]) => {
    const workbook = new exceljs.Workbook()
    for (const { name, rows, hidden } of sheets) {
      const sheet = workbook.addWorksheet(name, hidden ? { state: 'hidden' } : {})
      sheet.addRow(['Order ID', 'Order Date', 'SKU', 'Quantity', 'Unit Price'])
      for (let i = 0; i < rows; i++)
        sheet.addRow([`${name}-${i}`, new Date(Date.UTC(2026, 2, 1 + i)), 'MUG', 1, 10])
    }
    const path = join(room.folder, `${sheets.map(one => one.name).join('-')}.xlsx`)
    await workbook.xlsx.writeFile(path)
    return path
  }
  it('the fullest is read, and it is said which are not', async () => {
    const { preview, came, sums } = await guessedFile(
      await book([
        { name: 'March', rows: 3 },
        { name: 'April', rows: 5 },
      ]),
      'sheets',
    )
    expect(sums).toMatchObject({ orders: 5, gross: 50 })
    for (const warnings of [preview.warnings, came.warnings])
      expect(warnings.join()).toContain('“April” is read; left out: March')
  })
  it('one that is hidden is not read before one that is seen', async () => {
    const { sums } = await guessedFile(
      await book([
        { name: 'Old', rows: 20, hidden: true },
        { name: 'Seen', rows: 2 },
      ]),
      'hidden',
    )
    expect(sums).toMatchObject({ orders: 2, gross: 20 })
  })
  it('of one sheet nothing is said', async () => {
    const { preview } = await guessedFile(await book([{ name: 'Alone', rows: 4 }]), 'alone')
    expect(preview.warnings.join()).not.toContain('sheet')
  })
})
