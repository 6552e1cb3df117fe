import { invalid } from '#kernel/error.ts'
import type { CalendarRule } from '#kernel/period.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import { type Line, type Sheet, type SheetPeriod, sheetPeriods } from '#kernel/plan/sheet.ts'
import { pointed, unlikelyShare } from '#kernel/plan/typed.ts'

/** A block of cells as a spreadsheet puts it on the clipboard, or as a file's sheet: rows of text. */
export type Block = readonly (readonly string[])[]

/** Text from the clipboard: rows by line, cells by tab (or by the separator of a file). Quoted cells may hold both. */
export function blockOf(text: string, separator = '\t'): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let n = 0; n < text.length; n += 1) {
    const sign = text[n] as string
    if (quoted) {
      if (sign === '"' && text[n + 1] === '"') {
        cell += '"'
        n += 1
      } else if (sign === '"') quoted = false
      else cell += sign
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === separator) {
      rows.at(-1)?.push(cell)
      cell = ''
    } else if (sign === '\n') {
      rows.at(-1)?.push(cell)
      rows.push([])
      cell = ''
    } else if (sign !== '\r' || (text[n + 1] !== '\n' && n + 1 < text.length)) cell += sign
  }
  rows.at(-1)?.push(cell)
  return rows.filter(row => row.some(one => one.trim() !== ''))
}

/**
 * A figure as people write it in spreadsheets: 1,234.50 · 1.234,50 · £1 234 · (12) · 3.5 %. Null for an empty cell.
 * @throws Failure('invalid') for a text.
 */
export function figure(text: string): string | null {
  let plain = text.replaceAll(/[\s\u00a0\u202f'£$€¥]/g, '').replace('−', '-')
  if (plain === '' || plain === '-' || plain === '–') return null
  const bracketed = /^\((.*)\)$/.exec(plain)
  if (bracketed) plain = `-${bracketed[1] ?? ''}`
  const percent = plain.endsWith('%')
  if (percent) plain = plain.slice(0, -1)
  plain = pointed(plain)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain))
    throw invalid(`"${text}" is no number.`, 'Write digits, e.g. 1234.50.')
  if (!percent) return plain
  const negative = plain.startsWith('-')
  const [whole = '', decimals = ''] = plain.replace(/^[+-]/, '').split('.')
  const digits = whole.padStart(3, '0') + decimals
  const cut = digits.length - decimals.length - 2
  return `${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

const nameOf = (label: string, taken: ReadonlySet<string>): string => {
  const base =
    label
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .replace(/^(\d)/, 'line_$1')
      .slice(0, 50) || 'line'
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}_${n}`
    if (!taken.has(name)) return name
  }
}

/**
 * A plan from a pasted block: periods in the first row, a line in each row below, its name first. Headings of columns
 * are matched to the plan's periods by key, label or first day; without any match they are taken in order.
 * @throws Failure('invalid') naming the cells that are no numbers, or a block with more columns than there are periods.
 */
export function sheetFrom(
  block: Block,
  {
    rule,
    from,
    to,
    grain,
    currency,
  }: {
    rule: CalendarRule
    from: string
    to: string
    grain: 'week' | 'month' | 'quarter' | 'year'
    currency: string
  },
): { sheet: Sheet; inputs: Input[]; sections: number } {
  const [head, ...body] = block
  if (!head || body.length === 0)
    throw invalid(
      'There are no rows to take.',
      'Copy the periods as the first row and a line in each row below.',
    )
  const periods = sheetPeriods(rule, from, to, grain)
  const columns = columnsOf(head.slice(1), periods)
  const lines: Line[] = []
  const inputs: Input[] = []
  const wrong: string[] = []
  let section = ''
  let sections = 0
  const taken = new Set<string>()
  for (const [n, row] of body.entries()) {
    const label = (row[0] ?? '').trim()
    const cells = row.slice(1)
    if (label && cells.every(cell => cell.trim() === '')) {
      section = label
      sections += 1
      continue
    }
    if (!label) continue
    const name = nameOf(label, taken)
    taken.add(name)
    let negative = false
    const percent = cells.some(cell => cell.includes('%'))
    cells.forEach((cell, at) => {
      const period = columns[at]
      if (cell.trim() === '') return
      if (!period) {
        wrong.push(`row ${n + 2}, column ${at + 2}: there is no period for it`)
        return
      }
      try {
        const value = figure(cell)
        if (value === null) return
        const unlikely = percent ? unlikelyShare(value, cell) : null
        if (unlikely) {
          wrong.push(`${label}, ${period.label}: ${unlikely.message}, beside cells in percent`)
          return
        }
        negative ||= value.startsWith('-')
        inputs.push({ line: name, slice: [], period: period.key, value })
      } catch {
        wrong.push(`${label}, ${period.label}: "${cell}" is no number`)
      }
    })
    lines.push({
      name,
      label,
      unit: percent ? 'share' : 'money',
      over: [],
      formula: null,
      roll: percent ? 'none' : 'sum',
      good: 'none',
      negative: negative || undefined,
      ...(section && { section }),
    })
  }
  if (wrong.length > 0)
    throw invalid(
      `${wrong.length} ${wrong.length === 1 ? 'cell cannot' : 'cells cannot'} be taken: ${wrong.slice(0, 5).join('; ')}${wrong.length > 5 ? '…' : ''}.`,
      'Mend them in the spreadsheet and copy again; nothing was taken.',
    )
  return { sheet: { currency, periods, dimensions: [], lines }, inputs, sections }
}

/** Which period each heading names; only those that name one where `strict`, else in order where none does. */
export function columnsOf(
  head: readonly string[],
  periods: readonly SheetPeriod[],
  strict = false,
): (SheetPeriod | undefined)[] {
  // Spreadsheets take 2027-01 for a day and save Jan-27.
  const key = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replace(/^([a-z]{3})-(\d\d)$/, '$1 20$2')
  const words = new Map<string, SheetPeriod>()
  for (const period of periods)
    for (const word of [period.key, period.label, period.from])
      if (!words.has(key(word))) words.set(key(word), period)
  const named = head.map(
    heading =>
      words.get(key(heading)) ??
      (strict
        ? undefined
        : periods.find(
            period =>
              key(period.label).startsWith(key(heading).slice(0, 3)) &&
              key(heading).length >= 3 &&
              periods.length <= 12 &&
              /^[a-z]+$/i.test(heading.trim()),
          )),
  )
  if (strict || named.some(Boolean)) return named
  const filled = head.filter(heading => heading.trim() !== '').length
  if (filled > periods.length)
    throw invalid(
      `The block has ${filled} columns of figures and the plan ${periods.length} periods.`,
      'Copy only the columns of the plan’s periods, or make the plan longer.',
    )
  return head.map((_, n) => periods[n])
}
