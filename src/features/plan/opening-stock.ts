import type { Context } from '#features/context.ts'
import { addDays, type Day, earlier } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { roundTo } from '#kernel/money.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import type { Sheet } from '#kernel/plan/sheet.ts'
import { askAs } from './actuals.ts'

/** How far back a count of stock may lie. */
const daysBack = 30

/**
 * What a plan's stock begins with: what was counted last before its first day, at cost. What nobody counted stays empty,
 * and is said, since stock and open to buy are then short of it.
 */
export async function openingStock(
  context: Context,
  sheet: Sheet,
  until: Day | null,
  named: (member: string) => string,
): Promise<{ inputs: Input[]; notes: string[] }> {
  const line = sheet.lines.find(one => one.name === 'opening_stock' && one.formula === null)
  const first = sheet.periods[0]
  if (!line || !first) return { inputs: [], notes: [] }
  const unknown = (which: string) => ({
    inputs: [],
    notes: [
      `${line.label} is not known${which}: until it is filled in, stock at the end and open to buy are short of it.`,
    ],
  })
  if (until === null) return unknown('')
  const to = earlier(addDays(first.from, -1), until)
  const by = [...line.over]
  const answer = await askAs(context, {
    metrics: ['stock_value'],
    ...(by.length > 0 && { by, limit: 10_000 }),
    from: addDays(to, -daysBack),
    to,
    currency: sheet.currency,
  })
  const members = (name: string) => sheet.dimensions.find(one => one.name === name)?.members ?? []
  const inputs = (by.length > 0 ? answer.rows : [answer.totals]).flatMap((row): Input[] => {
    const value = row.stock_value
    const slice = by.map(name => String(row[name] ?? ''))
    if (typeof value !== 'string' || value.startsWith('-')) return []
    if (!by.every((name, n) => members(name).includes(slice[n] as string))) return []
    return [{ line: line.name, slice, period: first.key, value: roundTo(value, sheet.currency) }]
  })
  if (inputs.length === 0) return unknown('')
  const [one] = by
  const counted = new Set(inputs.map(input => input.slice[0]))
  const without = by.length === 1 && one ? members(one).filter(member => !counted.has(member)) : []
  return {
    inputs,
    notes: [
      `${line.label} is as it was counted last, by ${showDay(to)}.`,
      ...(without.length > 0 ? unknown(` for ${without.slice(0, 5).map(named).join(', ')}`).notes : []),
    ],
  }
}
