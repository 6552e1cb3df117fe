import type { Sheet } from '#features/performance/export.ts'
import { safe } from './terminal.ts'

/** `1234567.5` → `1,234,567.5`, a quotient `36.4970005981` → `36.50`; anything else as it is. */
const grouped = (cell: string): string => {
  const number = /^-?\d+(?:\.(\d+))?$/.exec(cell)
  if (!number) return cell
  const decimals = number[1] ?? ''
  // A sum has as many decimals as its rows; more come from dividing.
  const divided = decimals.length > 4
  const digits = !divided ? decimals.length : Math.abs(Number(cell)) < 1 ? 4 : 2
  return new Intl.NumberFormat('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(cell as `${number}`)
}

const share = (cell: string): string => `${(Number(cell) * 100).toFixed(1)} %`

/** A table for people: numbers right-aligned and grouped, N/A spelled out, the last `footer` rows below a rule. */
export function tableOf(sheet: Sheet, footer = 0): string {
  const shown = sheet.rows.map(row =>
    row.map((cell, i) => {
      const unit = sheet.columns[i]?.unit
      if (cell === null) return unit === 'text' ? '' : 'N/A'
      return unit === 'text'
        ? safe(cell).replaceAll('\n', ' ')
        : unit === 'share'
          ? share(cell)
          : grouped(cell)
    }),
  )
  const widths = sheet.columns.map((column, i) =>
    Math.min(60, Math.max(column.key.length, ...shown.map(row => row[i]?.length ?? 0))),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const width = widths[i] ?? 0
        const cut = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell
        return sheet.columns[i]?.unit === 'text' ? cut.padEnd(width) : cut.padStart(width)
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map(width => '─'.repeat(width)).join('  ')
  const body = shown.slice(0, shown.length - footer)
  const last = shown.slice(shown.length - footer)
  return [
    line(sheet.columns.map(column => column.key)),
    rule,
    ...body.map(line),
    ...(footer > 0 ? [rule, ...last.map(line)] : []),
  ].join('\n')
}

/** A list of records as a table of text columns. */
export const recordsTable = (records: readonly Record<string, unknown>[]): string => {
  const keys = Object.keys(records[0] ?? {})
  return tableOf({
    columns: keys.map(key => ({ key, label: key, unit: 'text' })),
    rows: records.map(record => keys.map(key => words(record[key]))),
  })
}

const words = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : Array.isArray(value)
      ? value.join(', ')
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)

export interface Progress {
  step: string
  done: number
  total: number | null
  secondsLeft: number | null
}

const duration = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`

/** One line of progress: step, count, time left. */
export const progressLine = (progress: Progress): string => {
  const whole = (value: number) => Math.round(value).toLocaleString('en')
  // Where rows cannot be counted yet the share of the file read stands in for them.
  const count =
    progress.total === 100
      ? `${whole(progress.done)} %`
      : `${whole(progress.done)}${progress.total ? ` of ${whole(progress.total)}` : ''}`
  const left = progress.secondsLeft === null ? '' : `, ${duration(progress.secondsLeft)} left`
  return `${progress.step} ${count}${left}`
}

/**
 * Shows progress on stderr: rewriting one line on a terminal, else a new line per step so that logs stay short.
 * `end` leaves the cursor on a fresh line.
 */
export function progressOn(stream: NodeJS.WriteStream): { show(progress: Progress): void; end(): void } {
  let last = ''
  let step = ''
  let at = 0
  return {
    show(progress) {
      const line = progressLine(progress)
      if (line === last) return
      last = line
      if (!stream.isTTY) {
        if (progress.step !== step || Date.now() - at > 5_000) {
          stream.write(`${line}\n`)
          at = Date.now()
        }
      } else stream.write(`\r\u001b[K${line}`)
      step = progress.step
    },
    end() {
      if (last && stream.isTTY) stream.write('\n')
      last = ''
    },
  }
}

/** Says how far figures are worked out anew after an upgrade: a line for each tenth. */
export function derivingOn(terminal: { note(text: string): void }): (done: number, total: number) => void {
  let said = -1
  return (done, total) => {
    const tenth = total === 0 ? 10 : Math.floor((10 * done) / total)
    if (tenth === said) return
    said = tenth
    terminal.note(
      `Working out figures anew for this version, once: ${tenth * 10} % of ${total.toLocaleString('en')} lines`,
    )
  }
}
