/** What is on the screen as a file: the same rows, exact values. */

export interface Sheet {
  /** File name without its ending. */
  name: string
  columns: readonly { key: string; label: string; numeric?: boolean }[]
  rows: readonly Readonly<Record<string, string | null>>[]
  /** Lines under the table in a workbook: period, source, as of. */
  notes?: readonly string[]
}

/** Text that a spreadsheet would run as a formula is made plain by a leading apostrophe; numbers keep their minus. */
export function plain(value: string): string {
  return /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value
}

const quote = (value: string) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/** RFC 4180 with a byte order mark, so that Excel reads it as UTF-8. An unknown value is an empty cell. */
export function csv(sheet: Sheet): string {
  const line = (cells: readonly string[]) => `${cells.map(cell => quote(plain(cell))).join(',')}\r\n`
  return `\uFEFF${line(sheet.columns.map(column => column.label))}${sheet.rows
    .map(row => line(sheet.columns.map(column => row[column.key] ?? '')))
    .join('')}`
}

/** Hands a file to the browser to keep. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

export const saveCsv = (sheet: Sheet) =>
  save(`${sheet.name}.csv`, new Blob([csv(sheet)], { type: 'text/csv;charset=utf-8' }))
