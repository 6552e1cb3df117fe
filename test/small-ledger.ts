import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type TableName, table } from '#kernel/canonical.ts'
import type { Delivery, Receipt, Warehouse } from '#warehouse/warehouse.ts'

/** A ledger row as a test says it; what it leaves out is empty, zero or follows from the rest. */
export interface Line {
  order_id: string
  day: string
  kind?: string
  hour?: number
  quantity?: number
  gross?: number | string
  discounts?: number | string
  reversals?: number | string
  shipping?: number | string
  taxes?: number | string
  cost?: number | null
  store?: string
  currency?: string
  product_id?: string
  customer_id?: string
  discount_code?: string
  account_id?: string
  country?: string
  channel?: string
  ordered_day?: string
  happened_at?: string
  line_key?: number
  source?: string
}

let keys = 0

/** The whole row of a line. */
export const lineRow = (line: Line): Record<string, unknown> => {
  const hour = line.hour ?? 10
  return {
    store: 'shop',
    line_key: ++keys,
    kind: 'sale',
    happened_at: `${line.day} ${String(hour).padStart(2, '0')}:00:00`,
    hour,
    ordered_day: line.day,
    currency: 'GBP',
    quantity: line.kind === 'reversal' ? -1 : 1,
    ...Object.fromEntries(
      ['gross', 'discounts', 'reversals', 'shipping', 'taxes', 'duties', 'fees', 'tips', 'gift_cards'].map(
        c => [c, 0],
      ),
    ),
    cost: null,
    ...Object.fromEntries(
      ['product_id', 'title', 'customer_id', 'account_id', 'country', 'channel', 'discount_code'].map(c => [
        c,
        '',
      ]),
    ),
    source: 'test',
    ...line,
  }
}

const types = {
  text: 'VARCHAR',
  money: 'DECIMAL(18,4)',
  quantity: 'DECIMAL(18,4)',
  rate: 'DECIMAL(18,8)',
  count: 'BIGINT',
  hash: 'UBIGINT',
  flag: 'BOOLEAN',
  day: 'DATE',
  time: 'TIMESTAMP',
  hour: 'TINYINT',
}

/** What writes rows: opened once for all of a process, as opening it takes longer than writing. */
let writer: Promise<DuckDBInstance> | undefined

/** Writes rows as a connector does. */
const written = async (file: string, name: TableName, rows: Record<string, unknown>[]): Promise<string> => {
  writer ??= DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await (await writer).connect()
  const columns = Object.entries(table(name).columns)
  try {
    await connection.run(
      `CREATE TEMP TABLE rows (${columns.map(([c, { type }]) => `${c} ${types[type]}`).join(', ')})`,
    )
    // As text, so that no amount becomes a binary number on its way.
    const given = rows.map(row =>
      JSON.stringify(Object.fromEntries(columns.map(([c]) => [c, row[c] == null ? null : String(row[c])]))),
    )
    writeFileSync(`${file}.json`, given.join('\n'))
    if (rows.length > 0)
      await connection.run(
        `INSERT INTO rows SELECT * FROM read_json('${file}.json', format = 'newline_delimited', columns = {${columns
          .map(([c, { type }]) => `${c}: '${types[type]}'`)
          .join(', ')}})`,
      )
    await connection.run(`COPY rows TO '${file}' (FORMAT parquet)`)
    return file
  } finally {
    connection.closeSync()
  }
}

/** Puts rows into a granary by its one road in: a Parquet file and a delivery; `named` are the products its rows name. */
export const deliver = async (
  granary: Warehouse,
  name: TableName,
  rows: Record<string, unknown>[],
  mode: Delivery['mode'] = 'merge',
  id: string = randomUUID(),
  {
    named,
    ...more
  }: Pick<Delivery, 'whole' | 'replaces' | 'gone' | 'more'> & {
    named?: Record<string, unknown>[]
  } = {},
): Promise<Receipt> => {
  const folder = mkdtempSync(join(tmpdir(), 'small-ledger-'))
  try {
    const files = [await written(join(folder, 'rows.parquet'), name, rows)]
    const products = named && { files: [await written(join(folder, 'named.parquet'), 'products', named)] }
    return await granary.deliver({ id, table: name, files, mode, ...more, ...(products && { products }) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const deliverLines = (
  granary: Warehouse,
  lines: Line[],
  mode?: Delivery['mode'],
  id?: string,
  more = false,
) => deliver(granary, 'sales_lines', lines.map(lineRow), mode, id, { more })
