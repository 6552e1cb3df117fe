import { invalid } from '#kernel/error.ts'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import type { Sheet } from '#kernel/plan/sheet.ts'
import type { FileRead, Mark } from './file-differences.ts'
import { blockOf, columnsOf } from './pasted.ts'

/**
 * A version as CSV and back. A row is a line in one slice: what it is called, its name, a column for each dimension of the
 * plan, and one for each period. The first heading says which version it is of and its latest edit then; rows and
 * columns may be moved about.
 */

/** Text that a spreadsheet would take for a formula goes behind an apostrophe, and so does what begins with one. */
const guarded = (text: string): string =>
  /^['=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text

const unguarded = (text: string): string => (/^'['=+\-@\t\r]/.test(text) ? text.slice(1) : text)

const quoted = (text: string): string => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

export function csvOf(plan: Calculation, mark: Mark): string {
  const { periods, dimensions, lines } = plan.sheet
  const rows = [
    [
      `Line (${mark.version} edit ${mark.seq})`,
      'Name',
      ...dimensions.map(one => one.name),
      ...periods.map(one => one.key),
    ],
  ]
  lines.forEach((line, at) => {
    const slices = plan.slices(at)
    for (let n = 0; n < slices.count; n += 1) {
      const members = slices.members(n)
      rows.push([
        guarded(line.label),
        guarded(line.name),
        ...dimensions.map(one => guarded(members[line.over.indexOf(one.name)] ?? '')),
        ...periods.map((_, period) => plainOrNull(plan.at(at, n, period)) ?? ''),
      ])
    }
  })
  return `\ufeff${rows.map(row => row.map(quoted).join(',')).join('\r\n')}\r\n`
}

/**
 * Reads CSV made of a version, as it went or as a spreadsheet saved it anew: with semicolons and decimal commas, in an
 * older encoding, months as Jan-27.
 * @throws Failure('invalid') for a file without the names of lines or without a period of the plan.
 */
export function csvRead(bytes: Uint8Array, { periods, lines }: Sheet): FileRead {
  const text = textOf(bytes)
  const head = text.slice(0, text.search(/[\r\n]|$/))
  const separator = ([';', '\t', ','] as const).find(sign => head.split(sign).length > 2) ?? ','
  const [headings = [], ...body] = blockOf(text, separator)
  const nameAt = headings.findIndex(one => one.trim() === 'Name')
  if (nameAt < 0)
    throw invalid(
      'The file does not say which row is which line: it has no column Name.',
      'Use a CSV downloaded from this plan, or an XLSX workbook.',
    )
  const columns = columnsOf(headings, periods, true)
  if (!columns.some(Boolean))
    throw invalid(
      'The file does not say which column is which period.',
      `Use a CSV downloaded from this plan: its periods are ${periods[0]?.key} to ${periods.at(-1)?.key}.`,
    )
  const at = new Map(headings.map((heading, n) => [heading.trim(), n]))
  const over = new Map(lines.map(line => [line.name, line.over]))
  const [, version = '', seq = ''] =
    headings.map(one => /^Line \((\S+) edit (\d+)\)$/.exec(one.trim())).find(Boolean) ?? []
  return {
    mark: version === '' ? null : { version, seq: Number(seq) },
    rows: body.map(row => {
      const line = unguarded(row[nameAt] ?? '')
      return {
        line,
        slice: (over.get(line) ?? []).map(name => unguarded(row[at.get(name) ?? -1] ?? '')),
        words: unguarded(row[0] ?? '') || line,
        cells: columns.flatMap((period, n) =>
          period ? [{ period: period.key, raw: figureIn(row[n] ?? '', separator) }] : [],
        ),
      }
    }),
  }
}

/** Where semicolons part cells, a comma is before decimals. */
const figureIn = (cell: string, separator: string): string =>
  separator === ';' && /^\s*[+-]?\d+,\d+\s*%?\s*$/.test(cell) ? cell.replace(',', '.') : cell

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
