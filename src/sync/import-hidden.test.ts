import { join } from 'node:path'
import exceljs from 'exceljs'
import { expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** What a workbook holds and does not show counts as the rest of it: that is said before and after it is taken in. */

const room = importRoom()
const { guessedFile } = guesser(room)

const book = async (name: string, change: (sheet: exceljs.Worksheet, all: exceljs.Workbook) => void) => {
  const workbook = new exceljs.Workbook()
  const sheet = workbook.addWorksheet('Sales & returns')
  sheet.addRow(['Order ID', 'Order Date', 'SKU', 'Quantity', 'Unit Price'])
  for (let i = 0; i < 6; i++) sheet.addRow([`A-${i}`, new Date(Date.UTC(2026, 2, 1 + i)), 'MUG', 1, 10])
  change(sheet, workbook)
  const path = join(room.folder, `${name}.xlsx`)
  await workbook.xlsx.writeFile(path)
  return path
}
const bothSay = async (path: string, store: string) => {
  const { preview, came, sums } = await guessedFile(path, store)
  return { sums, preview: preview.warnings.join('\n'), came: came.warnings.join('\n') }
}

it('hidden rows are read, and it is said', async () => {
  const path = await book('rows', sheet => {
    for (const at of [3, 4, 6]) sheet.getRow(at).hidden = true
  })
  const { sums, ...said } = await bothSay(path, 'rows')
  expect(sums).toMatchObject({ orders: 6, gross: 60 })
  for (const text of Object.values(said)) expect(text).toContain('3 hidden rows were read. Delete them')
})

it('so are rows that a filter hides', async () => {
  const path = await book('filter', sheet => {
    sheet.autoFilter = 'A1:E7'
    sheet.getRow(2).hidden = true
  })
  const { sums, ...said } = await bothSay(path, 'filter')
  expect(sums).toMatchObject({ orders: 6 })
  for (const text of Object.values(said)) expect(text).toContain('1 hidden row was read')
})

it('hidden columns are read, and named', async () => {
  const path = await book('columns', sheet => {
    sheet.getColumn(5).hidden = true
  })
  const { sums, ...said } = await bothSay(path, 'columns')
  expect(sums).toMatchObject({ gross: 60 })
  for (const text of Object.values(said)) expect(text).toContain('A hidden column was read: E.')
})

it('a hidden sheet is called so, among those left out as where it alone holds rows', async () => {
  const beside = await book('beside', (_, all) => {
    all.addWorksheet('Old', { state: 'hidden' }).addRow(['x', 1])
  })
  const { sums: _, ...said } = await bothSay(beside, 'beside')
  for (const text of Object.values(said)) expect(text).toContain('left out: Old (hidden)')
  const alone = await book('alone', (sheet, all) => {
    sheet.state = 'veryHidden'
    all.addWorksheet('Cover')
  })
  const { sums, ...told } = await bothSay(alone, 'alone')
  expect(sums).toMatchObject({ orders: 6 })
  for (const text of Object.values(told)) expect(text).toContain('“Sales & returns” is a hidden sheet')
})

it('of what is all seen nothing is said', async () => {
  const { sums: _, ...said } = await bothSay(await book('seen', () => undefined), 'seen')
  for (const text of Object.values(said)) expect(text).not.toContain('hidden')
})
