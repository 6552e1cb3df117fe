import { execFile, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { createImports, type ImportRequest, type Imports } from './imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'bad-'))
let granary: Warehouse
let imports: Imports

const over = (place: string): Imports =>
  createImports({
    granary,
    folder: place,
    ensureStore: async ({ currency = 'GBP', timezone = 'Europe/London' }) => ({ currency, timezone }),
  })

beforeAll(async () => {
  mkdirSync(join(folder, 'in'))
  granary = await openDuckdb({ folder: ':memory:' })
  imports = over(folder)
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, 'in', name)
  writeFileSync(path, content)
  return path
}
const columns = { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' }
const mapping = { target: 'sales_lines', columns }
const run = (path: string, store: string, more: Partial<ImportRequest> = {}) =>
  imports.run({ path, store, by: 'test', mapping, ...more })
const header = 'Order,When,Item,Qty,Price'
const good = '1,2024-03-01,A,1,2.50'
const lines = async (store: string) =>
  Number(
    (await granary.query('SELECT count(*) AS n FROM sales_lines WHERE store = {store:String}', { store }))[0]
      ?.n,
  )

/** A workbook with a password: Office's older container, whose list of contents stands where its header says. */
const locked = (): Buffer => {
  const bytes = Buffer.alloc(4096)
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  bytes.writeUInt16LE(9, 30)
  bytes.writeUInt32LE(5, 48)
  bytes.write('EncryptedPackage', 6 * 512 + 128, 'utf16le')
  return bytes
}

describe('a file that cannot be imported is refused with the reason, and nothing of it is stored', () => {
  const refused: [string, string | Buffer, string | RegExp][] = [
    ['empty.csv', '', 'The file is empty.'],
    ['blank.csv', '\n\n  \n', 'The file has no rows.'],
    ['header.csv', `${header}\n`, 'The file has a header and no rows.'],
    ['picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), /PNG picture/],
    ['old.xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), /old Excel workbook/],
    ['locked.xlsx', locked(), /locked with a password/],
    [
      'sheet.ods',
      'PK\u0003\u0004…mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
      /OpenDocument file/,
    ],
    [
      'noise.csv',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => ((i * i * 7 + 99) % 256) ^ ((i >> 3) % 256))),
      /binary file/,
    ],
    ['page.csv', '<!DOCTYPE html><html><body>Sign in</body></html>', /web page/],
    [
      'binary.csv',
      Buffer.from(Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? 0 : i % 251))),
      /binary file/,
    ],
    [
      'cut.csv.gz',
      gzipSync(`${header}\n${`${good}\n`.repeat(50_000)}`).subarray(0, 300),
      /cut off before its end/,
    ],
    [
      'damaged.csv.gz',
      Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.from('this is not deflated data')]),
      /damaged/,
    ],
    ['cut.parquet', Buffer.from('PAR1 and then nothing of a footer'), /damaged or cut off/],
    ['cut.zip', Buffer.from('PK\u0003\u0004 and nothing else'), 'The zip archive is cut off or damaged.'],
    ['odd.jsonl', '{"broken', /holds no objects/],
  ]
  it.each(refused)('%s', async (name, content, message) => {
    const store = name.replaceAll(/[^a-z]/g, '-')
    await expect(run(file(name, content), store)).rejects.toMatchObject({
      code: 'invalid',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect(await lines(store)).toBe(0)
    expect(readdirSync(join(folder, 'work'))).toEqual([])
  })

  it('a file that is not there', async () => {
    await expect(run(join(folder, 'none.csv'), 'none')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('an unknown column in the mapping, naming the nearest', async () => {
    const wrong = { target: 'sales_lines', columns: { ...columns, unit_price: 'Pricee' } }
    await expect(
      run(file('unknown.csv', `${header}\n${good}`), 'unknown', { mapping: wrong }),
    ).rejects.toMatchObject({
      message: 'unit_price: The file has no column “Pricee”.',
      next: expect.stringMatching(/^Nearest: Price, /),
    })
    for (const name of ['Unit Price', 'Price (inc tax)', 'Price (GBP)'])
      await expect(
        run(file('unknown.csv', `${header}\n${good}`), 'unknown', {
          mapping: { target: 'sales_lines', columns: { ...columns, unit_price: name } },
        }),
      ).rejects.toMatchObject({ message: `unit_price: The file has no column “${name}”.` })
    expect(await lines('unknown')).toBe(0)
    const strange = { target: 'sales_lines', columns: { ...columns, prise: 'Price' } }
    await expect(
      run(file('unknown.csv', `${header}\n${good}`), 'unknown', { mapping: strange }),
    ).rejects.toThrow(/no column “prise”/)
    await expect(
      run(file('unknown.csv', `${header}\n${good}`), 'unknown', {
        mapping: { target: 'sale_lines', columns },
      }),
    ).rejects.toThrow(/no target “sale_lines”/)
  })

  it('a preset on a file of another kind, naming what is missing', async () => {
    await expect(
      run(file('other.csv', `${header}\n${good}`), 'other', { preset: 'online-retail', mapping: undefined }),
    ).rejects.toThrow(/no Online Retail.*InvoiceNo/)
  })

  it('money in several currencies without rates; with rates each row keeps its own', async () => {
    const path = file(
      'mixed.csv',
      'Order,When,Item,Qty,Price,Cur\n1,2024-03-01,A,1,2,GBP\n2,2024-03-01,A,1,2,EUR\n',
    )
    const mixed = { mapping: { target: 'sales_lines', columns: { ...columns, currency: 'Cur' } } }
    await expect(run(path, 'mixed', mixed)).rejects.toMatchObject({
      message: expect.stringMatching(/money in EUR beside GBP/),
      next: expect.stringMatching(/Import exchange rates first/),
    })
    expect(await lines('mixed')).toBe(0)
    const rates = file('rates.csv', 'from;to;day;rate\nEUR;GBP;01.03.2024;0,85512345\n')
    const rate = {
      target: 'exchange_rates',
      columns: { base: 'from', quote: 'to', day: 'day', rate: 'rate' },
    }
    expect(await run(rates, 'mixed', { mapping: rate })).toMatchObject({ accepted: 1 })
    expect(await granary.query('SELECT rate, CAST(day AS VARCHAR) AS day FROM exchange_rates')).toEqual([
      { rate: '0.85512345', day: '2024-03-01' },
    ])
    expect(await run(path, 'mixed', mixed)).toMatchObject({ accepted: 2 })
  })

  it('a formula that says what it may not', async () => {
    const wrong = (unit_price: string) =>
      run(file('sql.csv', `${header}\n${good}`), 'sql', {
        mapping: { target: 'sales_lines', columns: { ...columns, unit_price } },
      })
    await expect(wrong("read_csv('/etc/passwd')")).rejects.toThrow(/no function read_csv/)
    await expect(wrong('(select 1)')).rejects.toThrow(/needs “\)”/)
    await expect(wrong('Price; DROP TABLE x')).rejects.toThrow(/cannot be read at “;/)
  })
})

describe('rows that cannot be taken are rejected one by one', () => {
  it('impossible dates', async () => {
    const bad = ['2023-02-29', '2024-13-01', '0024-01-01', '2024-01-01 25:00:00', 'soon', '9999-01-01']
    const path = file('dates.csv', [header, good, ...bad.map(day => `2,${day},A,1,1`)].join('\n'))
    const result = await run(path, 'dates')
    expect(result).toMatchObject({ rows: 7, accepted: 1, rejected: 6 })
    expect(result.reasons).toMatchObject([{ reason: 'When is not a date', rows: 6 }])
  })

  it('numbers of another locale, and their file read by its own', async () => {
    const path = file(
      'locale.csv',
      `Order;When;Item;Qty;Price\n1;01.03.2024;A;1;1.234,50\n2;31.03.2024;A;1;2,5\n`,
    )
    const wrong = await run(path, 'locale', { reading: { decimal: '.' } })
    expect(wrong).toMatchObject({ rows: 2, accepted: 0, rejected: 2 })
    expect(wrong.reasons[0]).toMatchObject({ reason: 'Price is not a number', example: '1.234,50' })
    expect(await run(path, 'locale')).toMatchObject({
      rows: 2,
      accepted: 2,
      from: '2024-03-01',
      to: '2024-03-31',
    })
    expect(
      (await granary.query("SELECT sum(gross) AS gross FROM sales_lines WHERE store = 'locale'"))[0],
    ).toEqual({ gross: '1237.0000' })
  })

  it('records that break off, run over, or never close a quote', async () => {
    const path = file(
      'broken.csv',
      [header, good, '2,2024-03-01,A', '3,2024-03-01,A,1,1,extra', '4,2024-03-02,B,1,1', '5,"2024'].join(
        '\n',
      ),
    )
    const result = await run(path, 'broken')
    expect(result).toMatchObject({ rows: 5, accepted: 2, rejected: 3 })
    expect(result.reasons.map(one => one.reason).sort()).toEqual([
      'a quote is opened and never closed',
      'too few columns',
      'too many columns',
    ])
    const rejects = readFileSync(result.rejectsFile ?? '', 'utf8')
    expect(rejects).toContain('2,2024-03-01,A,,,3,too few columns')
    expect(rejects).toContain('3,2024-03-01,A,1,1,4,too many columns')
  })

  it('NUL bytes, where they are', async () => {
    const result = await run(
      file('nul.csv', `${header}\n${good}\n2,2024-03-01,A\0B,1,1\n3,2024-03-01,C,1,1\n`),
      'nul',
    )
    expect(result).toMatchObject({ rows: 3, accepted: 2, rejected: 1 })
    expect(result.reasons[0]?.reason).toBe('Item holds a NUL byte')
  })

  it('formulas are kept as text, guarded in the rejects file, and come back as they were', async () => {
    const path = file(
      'formula.csv',
      `${header}\n=1+1,2024-03-01,"=HYPERLINK(""http://x"")",1,2\n2,2024-02-31,@SUM(A1),-1,-2.5\n`,
    )
    const result = await run(path, 'formula')
    expect(result).toMatchObject({ accepted: 1, rejected: 1 })
    const rejects = readFileSync(result.rejectsFile ?? '', 'utf8')
    expect(rejects).toContain("2,2024-02-31,'@SUM(A1),-1,-2.5,3,")
    const mended = file('mended.csv', rejects.replace('02-31', '02-29'))
    expect(await run(mended, 'formula')).toMatchObject({ accepted: 1 })
    expect(
      await granary.query("SELECT product_id FROM sales_lines WHERE store = 'formula' ORDER BY 1"),
    ).toEqual([{ product_id: '=HYPERLINK("http://x")' }, { product_id: '@SUM(A1)' }])
  })

  it('two rows of one key: the later counts, the earlier is told', async () => {
    const path = file('twice.csv', 'sku,name\nA,Old\nB,Same\nB,Same\nA,New\n')
    const result = await run(path, 'twice', {
      mapping: { target: 'products', columns: { sku: 'sku', title: 'name' } },
    })
    expect(result).toMatchObject({ rows: 4, accepted: 2, rejected: 1, repeats: 1 })
    expect(result.reasons[0]?.reason).toMatch(/a later row has the same product id/)
    expect(readFileSync(result.rejectsFile ?? '', 'utf8')).toContain('A,Old,2,a later row')
    expect(await granary.query("SELECT title FROM products WHERE store = 'twice' ORDER BY 1")).toEqual([
      { title: 'New' },
      { title: 'Same' },
    ])
  })
})

describe('files that are only unusual are taken', () => {
  it('cells of ten thousand characters', async () => {
    const path = file(
      'long.csv',
      `${header},Title\n1,2024-03-01,A,1,1,${'x'.repeat(10_000)}\n${good},short\n`,
    )
    const long = { mapping: { target: 'sales_lines', columns: { ...columns, title: 'Title' } } }
    expect(await run(path, 'long', long)).toMatchObject({ rows: 2, accepted: 2, rejected: 0 })
    expect(
      (await granary.query("SELECT max(length(title)) AS n FROM sales_lines WHERE store = 'long'"))[0],
    ).toEqual({ n: '10000' })
  })

  it('quotes, line breaks and delimiters inside cells', async () => {
    const path = file('quoted.csv', `${header}\r\n1,2024-03-01,"a ""b"", c\nd",1,"1,250.75"\r\n`)
    expect(await run(path, 'quoted')).toMatchObject({ accepted: 1 })
    expect(await granary.query("SELECT product_id, gross FROM sales_lines WHERE store = 'quoted'")).toEqual([
      { product_id: 'a "b", c\nd', gross: '1250.7500' },
    ])
  })
})

describe('what happens around an import', () => {
  it('two at once wait in line and both are right', async () => {
    const a = file(
      'a.csv',
      [header, ...Array.from({ length: 500 }, (_, i) => `a${i},2024-03-01,A,1,1`)].join('\n'),
    )
    const b = file(
      'b.csv',
      [
        header,
        ...Array.from({ length: 500 }, (_, i) => `b${i},2024-03-01,A,1,1`),
        'a1,2024-03-01,A,1,1',
      ].join('\n'),
    )
    const results = await Promise.all([run(a, 'both'), run(b, 'both'), run(a, 'both')])
    expect(results.map(one => [one.accepted, one.repeats])).toEqual([
      [500, 0],
      [500, 1],
      [0, 500],
    ])
    expect(await lines('both')).toBe(1000)
  })

  it('a failed import does not hold up the next', async () => {
    const [failed, fine] = await Promise.allSettled([
      run(file('e.csv', ''), 'after'),
      run(file('f.csv', `${header}\n${good}`), 'after'),
    ])
    expect(failed.status).toBe('rejected')
    expect(fine).toMatchObject({ status: 'fulfilled', value: { accepted: 1 } })
  })

  const small = join(folder, 'small')
  const mounted = () => {
    try {
      mkdirSync(small, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=140m', 'tmpfs', small], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  it('a full disk says so and leaves nothing half behind', async ({ skip }) => {
    skip(!mounted(), 'a small disk cannot be mounted here (it takes root)')
    try {
      const row = (_: unknown, i: number) => `${i},2024-03-01,${Math.sin(i)},1,1`
      const path = file('big.csv', [header, ...Array.from({ length: 60_000 }, row)].join('\n'))
      const isFull = { code: 'unavailable', message: expect.stringMatching(/disk is full/) }
      const filler = join(small, 'filler')
      // Somebody else's file takes what was left while this one is read.
      const fill = () => {
        if (existsSync(filler)) return
        const { bavail, bsize } = statfsSync(small)
        writeFileSync(filler, Buffer.alloc(bavail * bsize - 300_000))
      }
      const request = { path, store: 'full', by: 'test', mapping }
      await expect(over(small).run(request, fill)).rejects.toMatchObject(isFull)
      expect(await lines('full')).toBe(0)
      expect(readdirSync(join(small, 'work'))).toEqual([])
      // The file itself is kept, once, to be read again.
      expect(readdirSync(join(small, 'raw')).length).toBe(1)
      // And one that is full before is not begun.
      await expect(over(small).run(request)).rejects.toMatchObject(isFull)
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('kill -9 in the middle: started again, nothing is lost and nothing is there twice', async () => {
    const place = join(folder, 'killed')
    const rows = Array.from(
      { length: 200_000 },
      (_, i) => `${i % 50_000},2024-03-${10 + (i % 20)},P${i % 977},${1 + (i % 3)},${(i % 100) / 4 + 1}`,
    )
    const path = file('killed.csv', [header, ...rows].join('\n'))
    const script = file(
      'import.ts',
      `import { createImports } from '#sync/imports.ts'
       import { openDuckdb } from '#warehouse/duckdb.ts'
       const granary = await openDuckdb({ folder: ${JSON.stringify(place)} })
       const imports = createImports({ granary, folder: ${JSON.stringify(place)}, ensureStore: async () => ({ currency: 'GBP', timezone: 'UTC' }) })
       console.log('ready')
       const result = await imports.run({ path: ${JSON.stringify(path)}, store: 'killed', by: 'test', mapping: ${JSON.stringify(mapping)} })
       const [sum] = await granary.query('SELECT count(*) AS lines, sum(gross) AS gross FROM sales_lines')
       console.log(JSON.stringify({ ...result, ...sum }))
       await granary.close()`,
    )
    const root = resolve(import.meta.dirname, '../..')
    // The script must stand in the project for its imports to be found.
    const inside = join(root, `.import-${process.pid}.ts`)
    writeFileSync(inside, readFileSync(script))
    try {
      for (const wait of [150, 500, 1100]) {
        const child = spawn(process.execPath, [inside], { cwd: root })
        await new Promise(done => child.stdout.once('data', done))
        await new Promise(done => setTimeout(done, wait))
        child.kill('SIGKILL')
        await new Promise(done => child.once('exit', done))
      }
      const { stdout } = await promisify(execFile)(process.execPath, [inside], { cwd: root })
      const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>
      expect(Number(last.accepted) + Number(last.repeats)).toBe(200_000)
      expect(last).toMatchObject({ rows: 200_000, rejected: 0, lines: '200000' })
      expect(readdirSync(join(place, 'work'))).toEqual([])
      expect(existsSync(join(place, 'raw'))).toBe(true)
    } finally {
      rmSync(inside, { force: true })
    }
  }, 120_000)
})
