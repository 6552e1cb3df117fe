/**
 * A process to be killed: opens a granary and delivers the same rows to one store after another until it is. `moving`: each
 * delivery says that the orders of the store before are no more.
 */
import { readFileSync } from 'node:fs'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { deliver } from './small-ledger.ts'

const [place = '', file = '', moving] = process.argv.slice(2)
const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[]
const granary = await openDuckdb({ folder: place })
const orders = [...new Set(rows.map(row => String(row.order_id)))]
const begun = (await granary.changes(-1)).length
process.send?.('ready')
for (let n = begun; ; n += 1)
  await deliver(
    granary,
    'sales_lines',
    rows.map(row => ({ ...row, store: `s${n}` })),
    'merge',
    undefined,
    moving ? { gone: { store: `s${n - 1}`, orders } } : {},
  )
