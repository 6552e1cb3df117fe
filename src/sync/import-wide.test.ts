import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import exceljs from 'exceljs'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { ImportResult } from './imports.ts'

const room = importRoom()
const { folder } = room

const columns = { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' }
const names = ['Order', 'When', 'Item', 'Qty', 'Price']
const more = Array.from({ length: 1995 }, (_, i) => `Extra ${i}`)
const row = (order: number, when: string) => [String(order), when, 'A', '1', '2.50']
const rows = Array.from({ length: 200 }, (_, i) => row(i, i === 7 ? '2024-02-31' : '2024-03-01'))
/** Cells that have to be quoted, guarded or left as they are, in passes far from each other. */
const extras = more.map((_, i) =>
  i === 3
    ? '=1+1'
    : i === 900
      ? 'says "no", twice'
      : i === 1500
        ? 'two\nlines'
        : i === 1990
          ? '-4.5'
          : `x${i}`,
)
const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const csv = (cells: string[]) => cells.map(quoted).join(',')

const run = (name: string, content: string | Buffer, store: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return room.imports.run({ path, store, by: 'test', mapping: { target: 'sales_lines', columns } })
}

/** A text table as Parquet. */
const parquetOf = async (text: string): Promise<Buffer> => {
  const path = join(folder, 'made.parquet')
  const from = join(folder, 'made-from.csv')
  writeFileSync(from, text)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (FROM read_csv('${from}', all_varchar = true, header = true, max_line_size = 4000000)) TO '${path}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  return readFileSync(path)
}

it('takes in a file of 2,000 columns and gives back its bad row whole, to mend and import again', async () => {
  const text = [csv([...names, ...more]), ...rows.map(one => csv([...one, ...extras]))].join('\n')
  const result = await run('wide.csv', `${text}\n`, 'wide')
  expect(result).toMatchObject({ rows: 200, accepted: 199, rejected: 1 })
  const rejects = readFileSync(result.rejectsFile ?? '', 'utf8')
  const guarded = extras.with(3, "'=1+1")
  expect(rejects).toBe(
    `${csv([...names, ...more, '_line', '_reason'])}\n${csv([...row(7, '2024-02-31'), ...guarded, '9', 'When is not a date: 2024-02-31'])}\n`,
  )
  const mended = await run('mended.csv', rejects.replace('7,2024-02-31', '7,2024-03-01'), 'wide')
  expect(mended).toMatchObject({ rows: 1, accepted: 1, rejected: 0 })
})

it('gives back a cell with control characters', async () => {
  const result = await run('control.csv', `${csv(names)}\n1,2024-02-31,a\x01b,1,2.50\n`, 'control')
  expect(readFileSync(result.rejectsFile ?? '', 'utf8')).toContain('a\x01b')
})

/** Three rows, one of them bad, of one column more than can be taken in. */
const tooWide = {
  names: [...names, ...more, 'One more'],
  rows: ['2024-03-01', '2024-02-31', '2024-03-02'].map((day, i) => [...row(i, day), ...extras, 'x']),
}

describe('a file of 2,001 columns is refused with what to do, and nothing of it is stored', () => {
  const refusal = 'The file has 2,001 columns; 2,000 can be taken in.'
  const lines = tooWide.rows.map(cells =>
    JSON.stringify(Object.fromEntries(tooWide.names.map((name, i) => [name, cells[i]]))),
  )
  const csvText = [csv(tooWide.names), ...tooWide.rows.map(csv), ''].join('\n')
  it.each([
    ['csv', () => csvText],
    ['jsonl', () => `${lines.join('\n')}\n`],
    ['json', () => `[${lines.join(',')}]`],
    [
      'xlsx',
      async () => {
        const book = new exceljs.Workbook()
        const sheet = book.addWorksheet('Orders')
        for (const cells of [tooWide.names, ...tooWide.rows]) sheet.addRow(cells)
        return Buffer.from(await book.xlsx.writeBuffer())
      },
    ],
    ['parquet', () => parquetOf(csvText)],
  ] as const)('%s', async (kind, content) => {
    const path = join(folder, `too-wide.${kind}`)
    writeFileSync(path, await content())
    await expect(run(`too-wide-copy.${kind}`, readFileSync(path), `too-wide-${kind}`)).rejects.toThrow(
      refusal,
    )
    await expect(room.imports.preview(path)).rejects.toThrow(refusal)
    const [kept] = await room.granary.query(
      'SELECT count(*) AS n FROM sales_lines WHERE store = {store:String}',
      {
        store: `too-wide-${kind}`,
      },
    )
    expect(Number(kept?.n)).toBe(0)
  })
})

describe('a file of 2,000 columns of another kind comes in too, and its bad row comes back whole', () => {
  const all = [...names, ...more]
  const table = rows.map(one => [...one, ...extras])
  const guarded = extras.with(3, "'=1+1")
  const backWhole = (result: ImportResult, count = 200) => {
    expect(result).toMatchObject({ rows: count, accepted: count - 1, rejected: 1 })
    const [header, ...bad] = readFileSync(result.rejectsFile ?? '', 'utf8').split(/\n(?=\d+,|$)/)
    expect(header).toBe(csv([...all, '_line', '_reason']))
    expect(bad.join('\n')).toMatch(/,When is not a date: 2024-02-31\n$/)
    expect(bad.join('\n')).toContain(csv([...row(7, '2024-02-31'), ...guarded]))
  }
  const object = (cells: string[]) =>
    JSON.stringify(Object.fromEntries(all.map((name, i) => [name, cells[i]])))

  it('JSON lines', async () => {
    backWhole(await run('wide.jsonl', `${table.map(object).join('\n')}\n`, 'wide-lines'))
  })
  it('a JSON array', async () => {
    backWhole(await run('wide.json', `[${table.map(object).join(',\n')}]`, 'wide-array'))
  })
  it('Excel', async () => {
    const book = new exceljs.Workbook()
    const sheet = book.addWorksheet('Orders')
    sheet.addRow(all)
    // Building the workbook is what takes long here.
    for (const cells of table.slice(0, 20)) sheet.addRow(cells)
    backWhole(await run('wide.xlsx', Buffer.from(await book.xlsx.writeBuffer()), 'wide-excel'), 20)
  })
  it('Parquet', async () => {
    const text = `${csv(all)}\n${table.map(csv).join('\n')}\n`
    backWhole(await run('wide-copy.parquet', await parquetOf(text), 'wide-parquet'))
  })
})
