import { invalid } from '../error.ts'
import { fixed, over, plainOrNull } from './fixed.ts'

/** What people type or paste into the plan room: figures, and lines of a few parts. */

/**
 * Digits with a point before their decimals, from 1,234.50, 1.234,50 and 12,5. A single comma before three digits is of
 * thousands (1,234), unless nothing but 0 stands before it.
 */
export function pointed(plain: string): string {
  const [comma, point] = [plain.lastIndexOf(','), plain.lastIndexOf('.')]
  const single = (plain.match(/,/g) ?? []).length === 1
  const thousands = /,\d{3}$/.test(plain) && point < 0 && /^[+-]?[1-9]\d{0,2},/.test(plain)
  return comma > point && single && !thousands
    ? plain.replaceAll('.', '').replace(',', '.')
    : plain.replaceAll(',', '')
}

/** Whether a line is a part of a whole, shown in percent: a share, or how many sessions order. */
export const inPercent = (unit: string | undefined): boolean => unit === 'share' || unit === 'orders/sessions'

/** What is wrong with a part of a whole above 1 that was written without a percent sign; null where nothing is. */
export function unlikelyShare(value: string, typed: string): { message: string; next: string } | null {
  if (typed.includes('%') || Math.abs(Number(value)) <= 1) return null
  const percent = `${Number((Number(value) * 100).toPrecision(12))} %`
  return {
    message: `${typed.trim()} is ${percent} here`,
    next: `Write ${typed.trim()} % for ${Number((Number(value) / 100).toPrecision(12))}, or ${percent} if you mean it.`,
  }
}

/**
 * What was typed into a cell, as decimal text; null empties it. Reads 1,234.50, 1.234,50, 12 % and (5).
 * @throws Failure('invalid') naming the cell: for what is no number, below 0 where nothing is, or a part of a whole above
 * it that does not say percent: 3.5 for 3.5 % would be a hundred times too much.
 */
export function figureOf(
  typed: string | null,
  line: { negative?: true | undefined; unit?: string | undefined },
  place: string,
): string | null {
  if (typed === null) return null
  let plain = typed.replaceAll(/[\s\u00a0\u202f£$€¥']/g, '').replace('−', '-')
  if (plain === '') return null
  const bracketed = /^\((.+)\)$/.exec(plain)
  if (bracketed) plain = `-${bracketed[1]}`
  const percent = plain.endsWith('%')
  if (percent) plain = plain.slice(0, -1)
  plain = pointed(plain)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain))
    throw invalid(`${place}: "${typed}" is no number.`, 'Write digits with a point before the decimals.')
  const value = percent ? over(fixed(plain), fixed('100')) : fixed(plain)
  if (value !== null && value < 0n && !line.negative) throw invalid(`${place} cannot be below 0: ${typed}.`)
  const text = plainOrNull(value)
  const unlikely = text !== null && inPercent(line.unit) ? unlikelyShare(text, typed) : null
  if (unlikely) throw invalid(`${place}: ${unlikely.message}.`, unlikely.next)
  return text
}

/** Lines of a currency and its rate. */
export function ratesIn(text: string): { rates: Record<string, string>; wrong: string[] } {
  const rates: Record<string, string> = {}
  const wrong: string[] = []
  for (const row of text.split('\n').filter(one => one.trim() !== '')) {
    const [, code, rate] = /^\s*([A-Za-z]{3})[\s:=;,]+(\d+(?:\.\d+)?)\s*$/.exec(row) ?? []
    if (code && rate && Number(rate) > 0) rates[code.toUpperCase()] = rate
    else wrong.push(row.trim())
  }
  return { rates, wrong }
}

/** Periods of a business case as pasted: name, cost, benefit on each line. */
export function flowsIn(text: string): {
  periods: { label: string; cost: string; benefit: string }[]
  wrong: string[]
} {
  const periods: { label: string; cost: string; benefit: string }[] = []
  const wrong: string[] = []
  for (const row of text.split('\n').filter(one => one.trim() !== '')) {
    const [name = '', cost = '', benefit = ''] = row.split(/\t|\|/).map(part => part.trim())
    try {
      if (!name) throw invalid('There is no period.')
      periods.push({
        label: name,
        cost: figureOf(cost || '0', { negative: true }, name) ?? '0',
        benefit: figureOf(benefit || '0', { negative: true }, name) ?? '0',
      })
    } catch {
      wrong.push(row.trim())
    }
  }
  return { periods, wrong }
}
