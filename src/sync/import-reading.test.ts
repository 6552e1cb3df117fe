import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import exceljs from 'exceljs'
import { describe, expect, it } from 'vitest'
import { openSandbox } from '#connectors/files/sandbox.ts'
import { importRoom } from '../../test/import-room.ts'
import { zip } from '../../test/zip.ts'
import type { ImportRequest } from './imports.ts'

const room = importRoom()
const { folder } = room

const columns = { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' }
let stores = 0
/** Imports the bytes into a store of their own and gives its ledger, a row as one text. */
const read = async (name: string, bytes: string | Buffer, more: Partial<ImportRequest> = {}) => {
  stores += 1
  const [path, store] = [join(folder, name), `s${stores}`]
  writeFileSync(path, bytes)
  const mapping = more.mapping ?? { target: 'sales_lines', columns }
  const result = await room.imports.run({ path, store, by: 'test', ...more, mapping })
  const rows = await room.granary.query(
    `SELECT order_id, CAST(happened_at AS VARCHAR) AS at, product_id, quantity, gross, country, channel
     FROM sales_lines WHERE store = {store:String} ORDER BY order_id, product_id`,
    { store },
  )
  const texts = rows.map(
    row => `${row.order_id} ${row.at} ${row.product_id} ${Number(row.quantity)}×${row.gross}`,
  )
  return { result, rows, texts }
}
const header = 'Order,When,Item,Qty,Price'
const text = `${header}\n1,2024-03-01 09:30:00,Größe–M €,2,1.50\n`
const meant = ['1 2024-03-01 09:30:00 Größe–M € 2×3.0000']

describe('whatever a text file is written in, its letters arrive', () => {
  const utf16 = (words: string) => Buffer.from(`\uFEFF${words}`, 'utf16le')
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', utf16(text)],
    ['UTF-16, big end first', utf16(text).swap16()],
    ['Windows-1252', Buffer.from(text.replace('–', '\u0096').replace('€', '\u0080'), 'latin1')],
  ])('%s', async (name, bytes) => {
    expect((await read(`${name}.csv`, bytes)).texts).toEqual(meant)
  })
  it('a Japanese list, by its own headings', async () => {
    const bytes = Buffer.from(
      '928d95b694d48d862c928d95b693fa2c8fa4956994d48d862c909497ca2c925089bf0d0a312c323032342f30332f30312c837d834f834a836283762c322c22312c353030220d0a322c323032342f30332f30322c939293db82dd2c312c3830300d0a',
      'hex',
    )
    const path = join(folder, 'ja.csv')
    writeFileSync(path, bytes)
    const { reading, suggestions } = await room.imports.preview(path)
    expect(reading.encoding).toBe('shift_jis')
    const { texts } = await read('ja.csv', bytes, { mapping: suggestions[0]?.mapping })
    expect(texts).toEqual([
      '1 2024-03-01 00:00:00 マグカップ 2×3000.0000',
      '2 2024-03-02 00:00:00 湯呑み 1×800.0000',
    ])
  })
  it('a letter of Windows-1252 far below the megabyte that is looked at first', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `${i},2024-03-01,A,1,1.00`).join('\n')
    const bytes = Buffer.from(`${header}\n${many}\nlast,2024-03-01,caf\u00e9,1,1.00\n`, 'latin1')
    expect((await read('late.csv', bytes)).rows.at(-1)?.product_id).toBe('café')
  })
})

describe('a workbook', () => {
  const book = async (fill: (one: exceljs.Workbook) => void): Promise<Buffer> => {
    const one = new exceljs.Workbook()
    fill(one)
    return Buffer.from(await one.xlsx.writeBuffer())
  }
  it('gives dates, serial numbers, results of formulas, rich text and gaps as they are shown', async () => {
    const bytes = await book(one => {
      const sheet = one.addWorksheet('Orders')
      sheet.addRow(header.split(','))
      sheet.addRow([1, new Date(Date.UTC(2024, 2, 1, 9, 30)), 'A', 2, 1.5])
      sheet.addRow([
        2,
        45352.5,
        { richText: [{ text: 'B' }, { text: '-1' }] },
        1,
        { formula: 'D2*2', result: 4 },
      ])
      sheet.addRow([3, '01.03.2024', { text: 'C', hyperlink: 'https://shop.example' }, 1, 0.1 + 0.2])
      sheet.addRow([4, new Date(Date.UTC(2024, 1, 29)), null, 1, 2])
    })
    expect((await read('book.xlsx', bytes)).texts).toEqual([
      '1 2024-03-01 09:30:00 A 2×3.0000',
      '2 2024-03-01 12:00:00 B-1 1×4.0000',
      '3 2024-03-01 00:00:00 C 1×0.3000',
      '4 2024-02-29 00:00:00  1×2.0000',
    ])
  })
  it('is read from its fullest sheet, or the one that is named', async () => {
    const bytes = await book(one => {
      one.addWorksheet('Cover').addRow(['Orders of March'])
      for (const [name, item] of [
        ['March', 'M'],
        ['Old', 'O'],
      ] as const) {
        const sheet = one.addWorksheet(name)
        sheet.addRow(header.split(','))
        for (let n = 0; n < (name === 'March' ? 3 : 2); n += 1) sheet.addRow([n, '2024-03-01', item, 1, 1])
      }
    })
    expect((await read('sheets.xlsx', bytes)).rows.map(row => row.product_id)).toEqual(['M', 'M', 'M'])
    const named = await read('sheets.xlsx', bytes, { reading: { sheet: 'Old' } })
    expect(named.rows.map(row => row.product_id)).toEqual(['O', 'O'])
    await expect(read('sheets.xlsx', bytes, { reading: { sheet: 'May' } })).rejects.toMatchObject({
      message: expect.stringContaining('no sheet “May”'),
      next: expect.stringContaining('March'),
    })
  })
  it('may hold its parts in any order', async () => {
    const of = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    const relation = (type: string, target: string) =>
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/${type}" Target="${target}"/></Relationships>`
    const rows = text.trim().split('\n')
    const cells = (row: string) =>
      row.split(',').map(value => `<c t="inlineStr"><is><t>${value}</t></is></c>`)
    const sheet = rows.map((row, n) => `<row r="${n + 1}">${cells(row).join('')}</row>`)
    const bytes = zip({
      '_rels/.rels': relation('officeDocument', 'xl/workbook.xml'),
      'xl/sharedStrings.xml': `<sst ${of}/>`,
      'xl/_rels/workbook.xml.rels': relation('worksheet', 'worksheets/sheet1.xml'),
      'xl/worksheets/sheet1.xml': `<worksheet ${of}><sheetData>${sheet.join('')}</sheetData></worksheet>`,
      'xl/workbook.xml': `<workbook ${of} xmlns:r="${office}"><sheets><sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      '[Content_Types].xml':
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    })
    expect((await read('order.xlsx', bytes)).texts).toEqual(meant)
  })
  it('that is broken is refused with what to do', async () => {
    const bytes = await book(one => one.addWorksheet('Orders').addRow(header.split(',')))
    await expect(read('broken.xlsx', bytes.subarray(0, bytes.length - 400))).rejects.toMatchObject({
      message: expect.stringContaining('cannot be read'),
      next: expect.stringContaining('save it again'),
    })
  })
})

describe('an archive', () => {
  it('gives its one table, past what packers add', async () => {
    const bytes = zip({ '__MACOSX/._a.csv': 'x', 'README.txt': 'hello', 'export/a.csv': text })
    expect((await read('one.zip', bytes)).texts).toEqual(meant)
  })
  it('of several tables asks which, and reads that', async () => {
    const bytes = zip({ 'a.csv': text, 'b.csv': text.replace('1,2024', '7,2024') })
    await expect(read('two.zip', bytes)).rejects.toMatchObject({
      next: expect.stringContaining('a.csv, b.csv'),
    })
    const shown = await room.imports.preview(join(folder, 'two.zip'))
    expect(shown).toMatchObject({ members: ['a.csv', 'b.csv'], reading: { member: 'a.csv' } })
    expect(shown.warnings.join()).toContain('Say which')
    const named = await read('two.zip', bytes, { reading: { member: 'b.csv' } })
    expect(named.rows.map(row => row.order_id)).toEqual(['7'])
  })
})

describe('typed files are taken at their word', () => {
  const mapping = {
    target: 'sales_lines',
    columns: { ...columns, order_id: 'order.id', country: 'order.to.land' },
  }
  const line = (id: number, more: object = {}) =>
    JSON.stringify({
      order: { id, to: { land: 'DE' } },
      When: '2024-03-01T09:30:00',
      Item: 'A',
      Qty: 2,
      Price: 1.5,
      ...more,
    })
  it('JSON lines, with what is nested, absent or broken', async () => {
    const bytes = [
      line(1),
      '',
      'no json',
      line(2, { Item: null, Price: '2.25' }),
      line(3, { Qty: 'two' }),
    ].join('\n')
    const { result, texts, rows } = await read('a.jsonl', bytes, { mapping })
    expect(texts).toEqual(['1 2024-03-01 09:30:00 A 2×3.0000', '2 2024-03-01 09:30:00  2×4.5000'])
    expect(rows.map(row => row.country)).toEqual(['DE', 'DE'])
    expect(result.reasons.map(one => one.reason).sort()).toEqual([
      'Qty is not a number',
      'the line is no JSON object',
    ])
  })
  it('a JSON array', async () => {
    const { texts } = await read('a.json', `[\n${line(1)},\n${line(2)}\n]`, { mapping })
    expect(texts).toHaveLength(2)
  })
  const parquet = async (name: string, select: string): Promise<Buffer> => {
    const path = join(folder, name)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
    return readFileSync(path)
  }
  it('a product is the same whether its id is text, a whole number, or one a table of doubles made of it', async () => {
    const table = (id: string) =>
      `SELECT 1 AS "Order", DATE '2024-03-01' AS "When", ${id} AS "Item", 2 AS "Qty", 1.5::DECIMAL(9,2) AS "Price"`
    const object = (id: string) => `{"Order":1,"When":"2024-03-01","Item":${id},"Qty":2,"Price":1.5}`
    const files: [string, string | Buffer][] = [
      ['id.csv', `${header}\n1,2024-03-01,84029,2,1.50\n`],
      ['id-spreadsheet.csv', `${header}\n1,2024-03-01,84029.0,2,1.50\n`],
      ['id.jsonl', object('84029')],
      ['id-double.jsonl', object('84029.0')],
      ['id-text.jsonl', object('"84029"')],
      ['id-integer-copy.parquet', await parquet('id-integer.parquet', table('84029::BIGINT'))],
      ['id-double-copy.parquet', await parquet('id-double.parquet', table('84029::DOUBLE'))],
      ['id-text-copy.parquet', await parquet('id-text.parquet', table("'84029'"))],
    ]
    for (const [name, bytes] of files)
      expect((await read(name, bytes)).texts, name).toEqual(['1 2024-03-01 00:00:00 84029 2×3.0000'])
  })
  it('Parquet: decimals, doubles, dates, moments with a zone, big and missing values', async () => {
    const bytes = await parquet(
      'types.parquet',
      `SELECT 9007199254740993::BIGINT AS "Order", TIMESTAMPTZ '2024-07-01 08:30:00+00' AS "When", 'A' AS "Item", 2::UTINYINT AS "Qty", 1.505::DECIMAL(9,3) AS "Price"
       UNION ALL SELECT 2, TIMESTAMPTZ '2024-01-01 00:00:00+00', NULL, 1, 0.1`,
    )
    // London is an hour ahead in July.
    expect((await read('types-copy.parquet', bytes)).texts).toEqual([
      '2 2024-01-01 00:00:00  1×0.1000',
      '9007199254740993 2024-07-01 09:30:00 A 2×3.0100',
    ])
    const dated = await parquet(
      'dated.parquet',
      `SELECT 1 AS "Order", DATE '2024-03-01' AS "When", 'A' AS "Item", 1.0::DOUBLE AS "Qty", 0.1::FLOAT AS "Price"`,
    )
    expect((await read('dated-copy.parquet', dated)).texts).toEqual(['1 2024-03-01 00:00:00 A 1×0.1000'])
  })
})

describe('a file can name other files, and reaches none', () => {
  it('neither by the engine nor by a mapping', async () => {
    const [input, work] = [join(folder, 'own.csv'), join(folder, 'own')]
    writeFileSync(input, text)
    const sandbox = await openSandbox(input, work)
    for (const sql of [
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM read_text('/etc/hostname')",
      "SELECT * FROM read_parquet('https://example.com/x.parquet')",
      "COPY (SELECT 1) TO '/tmp/reached.csv'",
      "ATTACH '/tmp/reached.duckdb'",
      'SET enable_external_access = true',
      'INSTALL httpfs',
    ])
      await expect(sandbox.rows(sql), sql).rejects.toThrow(
        /Permission|disabled|locked|Cannot change|external access/i,
      )
    expect(await sandbox.rows(`SELECT count(*) AS n FROM read_csv('${input}')`)).toEqual([{ n: '1' }])
    sandbox.close()
    for (const unit_price of ["read_csv('/etc/passwd')", "getenv('HOME')", 'Price FROM x', '(SELECT 1)'])
      await expect(
        read('own.csv', text, { mapping: { target: 'sales_lines', columns: { ...columns, unit_price } } }),
        unit_price,
      ).rejects.toMatchObject({ code: 'invalid' })
  })
  it('nor by its cells, which stay what they are', async () => {
    const odd = `${header}\n1,2024-03-01,"'); COPY (SELECT 1) TO '/tmp/x'; --",1,1\n`
    expect((await read('cells.csv', odd)).rows[0]?.product_id).toBe("'); COPY (SELECT 1) TO '/tmp/x'; --")
  })
})

describe('what a mapping can say', () => {
  it.each([
    ["upper(Item) || '-' || lower('X')", 'AB C-x'],
    ["replace(trim(Item), ' ', '_')", 'ab_c'],
    ["split_part(Item, ' ', 2)", 'c'],
    ['substr(Item, 1, 2)', 'ab'],
    ['substr(Item, 4)', 'c'],
    ["concat(Item, '/', Order)", 'ab c/7'],
    ["if(starts_with(Item, 'ab'), 'yes', 'no')", 'yes'],
    ["if(ends_with(Item, 'b') or contains(Item, 'zz'), 'yes', 'no')", 'no'],
    ["case when Qty > 1 and Price <= 2.5 then 'big' when Qty = 1 then 'one' else 'none' end", 'big'],
    ["coalesce(nullif(Item, 'ab c'), 'other')", 'other'],
    ["if(Item in ('x', 'ab c'), 'in', 'out')", 'in'],
    ["if(not Item is empty, 'some', 'none')", 'some'],
    ['length(Item)', '4'],
    ['round(Price * 1.2, 1)', '3'],
    ['floor(-Price) + ceil(Price)', '0'],
    ['abs(sign(-Qty)) + least(Qty, 9) + greatest(Qty, 9)', '13'],
    ['Price / 0', ''],
    ['text(add_days(date(When), 1))', '2024-03-02 00:00:00'],
    ['text(month_start(When))', '2024-03-01 00:00:00'],
    ["text(parse_date('31/12/23', '%d/%m/%y'))", '2023-12-31 00:00:00'],
    ['text(make_date(2024, 2, Qty))', '2024-02-03 00:00:00'],
    ["number('12.50') - 2", '10.5'],
  ])('%s', async (sku, value) => {
    const row = `${header}\n7,2024-03-01 09:30:00,ab c,3,2.50\n`
    const { rows } = await read('say.csv', row, {
      mapping: { target: 'sales_lines', columns: { ...columns, sku } },
    })
    expect(rows[0]?.product_id).toBe(value)
  })
})
