import type { Line, Sheet } from './sheet.ts'

/** A line as a form holds it, and where it stands. */
export interface Placed {
  label: string
  unit: string
  /** Empty for a line people fill in. */
  formula: string
  roll: Line['roll']
  weight: string
  over: string[]
  good: Line['good']
  /** Name of the line before it; '' at the top. */
  after: string
}

/** A line of a sheet for the form; of none, what a new one begins as: money by all dimensions, at the end. */
export function changedLine({ lines, dimensions }: Sheet, line: Line | null): Placed {
  const at = line ? lines.indexOf(line) : lines.length
  return {
    label: line?.label ?? '',
    unit: line?.unit ?? 'money',
    formula: line?.formula ?? '',
    roll: line?.roll ?? 'sum',
    weight: line?.weight ?? lines[0]?.name ?? '',
    over: [...(line?.over ?? dimensions.map(one => one.name))],
    good: line?.good ?? 'up',
    after: lines[at - 1]?.name ?? '',
  }
}

/** A name for formulas out of what people call a line, of its own in the sheet: "Gift wrap" is gift_wrap, then gift_wrap_2. */
export function lineNamed({ lines }: Sheet, label: string): string {
  const plain = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40)
  const name = plain || 'line'
  const taken = new Set(lines.map(one => one.name))
  for (let n = 1; ; n++) {
    const own = n === 1 ? name : `${name}_${n}`
    if (!taken.has(own)) return own
  }
}

/** The sheet with a line as the form has it, in place of the one it was; what the form does not show stays. */
export function withLine(sheet: Sheet, was: Line | null, name: string, draft: Placed): Sheet {
  const { weight: _, ...kept } = was ?? ({} as Partial<Line>)
  const others = sheet.lines.filter(one => one !== was)
  const at = others.findIndex(one => one.name === draft.after) + 1
  const before = others[at - 1] ?? others[at]
  const line: Line = {
    ...(was === null && before?.section !== undefined && { section: before.section }),
    ...kept,
    name,
    label: draft.label.trim(),
    unit: draft.unit.trim(),
    formula: draft.formula.trim() || null,
    roll: draft.roll,
    ...(draft.roll === 'weighted' && { weight: draft.weight }),
    // In the order of the sheet's dimensions, whatever order they were chosen in.
    over: sheet.dimensions.flatMap(one => (draft.over.includes(one.name) ? [one.name] : [])),
    good: draft.good,
  }
  return { ...sheet, lines: others.toSpliced(at, 0, line) }
}

export const withoutLine = (sheet: Sheet, name: string): Sheet => ({
  ...sheet,
  lines: sheet.lines.filter(one => one.name !== name),
})
