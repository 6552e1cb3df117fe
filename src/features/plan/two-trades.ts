import type { Input } from '#kernel/plan/calculate.ts'
import { type Sheet, sliceKey } from '#kernel/plan/sheet.ts'
import { slicesOf } from '#kernel/plan/slices.ts'

/** How each side of a trade of both is known by: what its orders were worth. */
const sides = [
  { worth: 'aov', label: 'consumers' },
  { worth: 'b2b_order_value', label: 'businesses' },
] as const

/**
 * What is nothing in a plan of consumers and businesses: where one side bought and the other did not, in a period there
 * are orders of, the drivers of the other are 0 and not unknown. A side with orders keeps its gaps: they are to be filled
 * in. Notes name the places one side bought nothing in at all.
 */
export function otherSide(
  sheet: Sheet,
  inputs: readonly Input[],
  named: (member: string) => string,
): { inputs: Input[]; notes: string[] } {
  const worth = new Set<string>(sides.map(side => side.worth))
  const key = (line: string, slice: readonly string[], period: string) =>
    JSON.stringify([line, sliceKey(slice), period])
  const known = new Set(inputs.map(one => key(one.line, one.slice, one.period)))
  const traded = new Set(inputs.flatMap(one => (worth.has(one.line) ? [one.period] : [])))
  const found: Input[] = []
  const notes: string[] = []
  for (const { worth: name, label } of sides) {
    const own = sheet.lines.find(line => line.name === name)
    const other = sheet.lines.find(line => worth.has(line.name) && line.name !== name)
    if (!own || !other) return { inputs: [], notes: [] }
    const drivers = sheet.lines.filter(
      line => line.section === own.section && line.formula === null && line.blank !== 'zero',
    )
    const slices = slicesOf(sheet, own)
    const without: string[] = []
    for (let n = 0; n < slices.count; n += 1) {
      const slice = slices.members(n)
      const had = (line: string) => sheet.periods.some(period => known.has(key(line, slice, period.key)))
      if (!had(name) && !had(other.name)) continue
      if (!had(name) && slice.length > 0) without.push(slice.map(named).join(', '))
      for (const { key: period } of sheet.periods)
        if (traded.has(period) && !known.has(key(name, slice, period)))
          for (const line of drivers)
            if (!known.has(key(line.name, slice, period)))
              found.push({ line: line.name, slice, period, value: '0' })
    }
    if (without.length > 0)
      notes.push(
        `Of ${without.slice(0, 5).join('; ')}${without.length > 5 ? ` and ${without.length - 5} more` : ''} ${label} ordered nothing: what they do there is 0.`,
      )
  }
  return { inputs: found, notes }
}
