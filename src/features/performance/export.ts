import { titleOf } from '#kernel/capital.ts'
import type { Answer, AnswerRow, Definition, Query } from '#metrics/query.ts'
import { withSubtotals } from './model.ts'

/** An answer as a flat table: what CSV, XLSX and the terminal show. Cells are decimal text, names, or null for N/A. */
export interface Sheet {
  columns: { key: string; label: string; unit: Definition['unit'] | 'text' }[]
  rows: (string | null)[][]
}

/**
 * The answer laid flat: period, dimensions, each metric, and for each comparison its value, change and relative change.
 * Subtotals stand before their rows, called so where the dimension they sum over would stand.
 */
export function sheetOf(query: Query, answer: Answer): Sheet {
  const columns: Sheet['columns'] = []
  const cells: ((row: AnswerRow) => string | null)[] = []
  const add = (
    column: Sheet['columns'][number],
    cell: (row: AnswerRow) => string | null | undefined,
  ): void => {
    columns.push(column)
    cells.push(row => cell(row) ?? null)
  }
  if (query.grain) add({ key: 'period', label: 'Period', unit: 'text' }, row => row.period)
  for (const dimension of query.by ?? [])
    add({ key: dimension, label: titleOf(dimension), unit: 'text' }, row => text(row[dimension]))
  for (const metric of query.metrics) {
    const definition = answer.meta.definitions[metric]
    const label = definition?.label ?? metric
    const unit = definition?.unit ?? 'quantity'
    add({ key: metric, label, unit }, row => text(row[metric]))
    for (const name of query.compare ?? []) {
      const against = answer.meta.comparisons[name]?.label ?? titleOf(name)
      const compared = (row: AnswerRow) => row.compare?.[name]?.values[metric]
      add({ key: `${metric}:${name}`, label: `${label}, ${against}`, unit }, row => compared(row)?.value)
      add(
        { key: `${metric}:${name}:delta`, label: `${label}, change from ${against}`, unit },
        row => compared(row)?.delta,
      )
      add(
        { key: `${metric}:${name}:ratio`, label: `${label}, relative change from ${against}`, unit: 'share' },
        row => compared(row)?.ratio,
      )
    }
  }
  const keys = [...(query.grain ? ['period'] : []), ...(query.by ?? [])]
  const rows = withSubtotals(answer, keys).map(({ row, depth }) =>
    cells.map((cell, i) => (i === depth && i < keys.length ? 'subtotal' : cell(row))),
  )
  return { columns, rows }
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))

const numeric = /^-?\d+(\.\d+)?$/

/**
 * Text that a spreadsheet would run as a formula gets a leading apostrophe, so that opening an export
 * can never start anything. Numbers stay numbers.
 */
export const escapeFormula = (cell: string): string =>
  /^[=+\-@\t\r]/.test(cell) && !numeric.test(cell) ? `'${cell}` : cell

const csvCell = (cell: string | null): string => {
  if (cell === null) return ''
  const safe = escapeFormula(cell)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** RFC 4180 with CRLF. Headers are the names of the language ('names') or what people read ('labels'). N/A is empty. */
export function csvOf(sheet: Sheet, headers: 'names' | 'labels'): string {
  const head = sheet.columns.map(column => (headers === 'names' ? column.key : column.label))
  return `${[head, ...sheet.rows].map(row => row.map(csvCell).join(',')).join('\r\n')}\r\n`
}

const formats: Record<Sheet['columns'][number]['unit'], string> = {
  text: '@',
  money: '#,##0.00',
  count: '#,##0',
  quantity: '#,##0.##',
  share: '0.0%',
  ratio: '0.00',
  days: '0.0',
  score: '0.0',
}

/** A workbook with the table, and a sheet that says what the numbers are: period, currency, freshness, definitions. */
export async function xlsxOf(sheet: Sheet, answer: Answer, cut: string | null = null): Promise<Uint8Array> {
  const { default: ExcelJS } = await import('exceljs')
  const book = new ExcelJS.Workbook()
  const page = book.addWorksheet('Answer', { views: [{ state: 'frozen', ySplit: 1 }] })
  page.columns = sheet.columns.map(column => ({
    header: column.label,
    width: Math.min(40, Math.max(12, column.label.length + 2)),
    style: { numFmt: formats[column.unit] },
  }))
  page.getRow(1).font = { bold: true }
  for (const row of sheet.rows)
    page.addRow(
      row.map((cell, i) => {
        if (cell === null) return null
        return sheet.columns[i]?.unit !== 'text' && numeric.test(cell) ? Number(cell) : cell
      }),
    )
  const about = book.addWorksheet('About')
  about.columns = [{ width: 24 }, { width: 100 }]
  const { meta } = answer
  about.addRows([
    ['Period', `${meta.from} to ${meta.to}`],
    ['Calendar', meta.calendar],
    ['Currency', meta.currency ?? ''],
    ['Stores', meta.stores.join(', ')],
    ['Data as of', meta.asOf ?? ''],
    ['Last day with data', meta.lastDay ?? ''],
    ['Rows behind', meta.rowsBehind],
    ...(cut ? [['Rows', cut]] : []),
    ...Object.values(meta.comparisons).map(one => [
      one.label,
      `${one.from} to ${one.to}${one.note ? `, ${one.note}` : ''}`,
    ]),
    ...meta.warnings.map(warning => ['Warning', warning.message]),
    ...Object.entries(meta.missing).map(([name, why]) => [name, `N/A: ${why}`]),
    [],
    ...Object.values(meta.definitions).map(one => [one.label, `${one.description} = ${one.formula}`]),
  ])
  return new Uint8Array(await book.xlsx.writeBuffer())
}
