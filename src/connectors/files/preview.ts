import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currenciesLeftOut, currencyColumns, currencyWords } from '#kernel/currency-columns.ts'
import { peek } from './intake.ts'
import { jsonRows } from './json-lines.ts'
import type { Preview, Reading, SourceColumn } from './reading.ts'
import { openSandbox } from './sandbox.ts'
import { type Layout, sniff } from './sniff.ts'
import { columnsOf, parquetSource, withinColumns } from './source.ts'
import { suggest } from './suggest.ts'
import { targets } from './targets/index.ts'

const shown = 20

/** The rows and names of a file's head, however it is written. */
const head = async (path: string, reading: Reading) => {
  const peeked = await peek(path, reading)
  if (peeked.container === 'parquet')
    return { peeked, layout: await parquetHead(path), format: 'parquet' as const }
  const json = reading.format === 'jsonl' || (!reading.format && /^\s*[[{]/.test(peeked.text))
  if (json)
    return {
      peeked,
      layout: { ...jsonRows(peeked.text), delimiter: ',', quote: '"', header: true, skip: 0 },
      format: 'jsonl' as const,
    }
  const format = peeked.container === 'xlsx' ? ('xlsx' as const) : ('csv' as const)
  return { peeked, layout: sniff(peeked.text, reading), format }
}

const parquetHead = async (path: string): Promise<Layout> => {
  const work = await mkdtemp(join(tmpdir(), 'preview-'))
  const sandbox = await openSandbox(path, work)
  try {
    const source = await parquetSource(path, sandbox)
    const cells = source.columns.map((_, i) => `CAST(c${i} AS VARCHAR) AS c${i}`).join(', ')
    const rows = await sandbox.rows<Record<string, string | null>>(
      `SELECT ${cells} FROM ${source.from('skip')} LIMIT 1000`,
    )
    return {
      delimiter: ',',
      quote: '"',
      header: true,
      skip: 0,
      names: source.columns.map(column => column.name),
      rows: rows.map(row => source.columns.map((_, i) => row[`c${i}`] ?? '')),
    }
  } finally {
    sandbox.close()
    await rm(work, { recursive: true, force: true })
  }
}

/** How a file would be read and what it could be, from its first megabyte. Nothing is stored. */
export const previewFile = async (path: string, reading: Reading = {}): Promise<Preview> => {
  const { peeked, layout, format } = await head(path, reading)
  withinColumns(layout.names)
  const { columns, decimal, found } = columnsOf(layout.names, layout.rows, reading, {
    delimiter: layout.delimiter,
  })
  const seen = columns.map((column, i) => ({
    name: column.name,
    type: found[i]?.type ?? 'text',
    filled: found[i]?.filled ?? 0,
    examples: [...new Set(layout.rows.map(row => (row[i] ?? '').trim()).filter(cell => cell !== ''))]
      .slice(0, 4)
      .map(cell => (cell.length > 80 ? `${cell.slice(0, 79)}…` : cell)),
  }))
  const order = found.flatMap(one => one.dateFormats)[0]
  const dateOrder =
    order === undefined ? 'ymd' : /^%[yY]/.test(order) ? 'ymd' : order.startsWith('%d') ? 'dmy' : 'mdy'
  const suggestions = suggest(seen, layout.rows)
  const currencies = currencyColumns(layout.names, layout.rows)
  const [best] = suggestions
  const taking = Object.keys(targets.find(target => target.name === best?.mapping.target)?.columns ?? {})
  const leftOut = best ? currenciesLeftOut(best.mapping, taking, currencies) : []
  return {
    reading: {
      format,
      encoding: peeked.encoding,
      delimiter: layout.delimiter,
      quote: layout.quote,
      header: layout.header,
      skip: layout.skip,
      decimal,
      dateOrder: reading.dateOrder ?? dateOrder,
      ...(peeked.sheet !== undefined && { sheet: peeked.sheet }),
      ...(peeked.member !== undefined && { member: peeked.member }),
    },
    columns: seen,
    rows: layout.rows.slice(0, shown).map(row => layout.names.map((_, i) => row[i] ?? '')),
    sheets: peeked.sheets,
    suggestions,
    currencies,
    warnings: [...warningsOf(layout, found, columns), ...leftOut.map(one => currencyWords(one))],
  }
}

/** What the director should look at before trusting the reading. */
export const warningsOf = (
  layout: Layout,
  found: ReturnType<typeof columnsOf>['found'],
  columns: readonly SourceColumn[],
): string[] => {
  const warnings: string[] = []
  const unsure = columns.filter((_, i) => found[i]?.ambiguous).map(column => column.name)
  if (unsure.length > 0) {
    const first = columns.find(column => unsure.includes(column.name))?.dateFormats[0]
    warnings.push(
      `Day and month of ${unsure.join(', ')} cannot be told apart; read as ${first?.startsWith('%d') ? 'day/month' : 'month/day'}. Set dateOrder if that is wrong.`,
    )
  }
  if (!layout.header) warnings.push('No header was found: columns are called column_1, column_2 …')
  if (layout.skip > 0)
    warnings.push(
      `${layout.skip} line${layout.skip === 1 ? '' : 's'} above the header ${layout.skip === 1 ? 'is' : 'are'} left out.`,
    )
  return warnings
}
