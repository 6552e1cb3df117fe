import type { Calculation } from './calculate.ts'
import { type Problem, spanOf } from './check.ts'
import { plainOrNull } from './fixed.ts'
import { print, references } from './language.ts'
import { type Address, type Line, placeWords } from './sheet.ts'

/** What a member is called, where the reader's names are known. */
type Named = (member: string) => string

/** Why a cell is what it is: its formula in words, what went in, and, where it is N/A, what is missing. */
export interface Explained {
  formula: string | null
  inputs: { line: string; label: string; value: string | null; periods: string }[]
  /** Null where the cell has a value. */
  missing: string | null
}

export function explain(calculation: Calculation, address: Address, named?: Named): Explained {
  const { sheet, checked } = calculation
  const place = calculation.locate(address)
  const { line, node } = checked.lines[place.line] as (typeof checked.lines)[number]
  const label = (name: string) => sheet.lines.find(one => one.name === name)?.label ?? name
  const inputs = (node ? references(node) : []).map(reference => {
    const { lo, hi } = spanOf(reference)
    const first = Math.max(0, Number.isFinite(lo) ? place.period + lo : 0)
    const last = Math.min(sheet.periods.length - 1, Number.isFinite(hi) ? place.period + hi : Infinity)
    return {
      line: reference.name,
      label: label(reference.name),
      value: plainOrNull(calculation.reader(place.line, reference)(place.slice, place.period)),
      periods:
        first === last
          ? (sheet.periods[first]?.label ?? '')
          : `${sheet.periods[first]?.label ?? ''} to ${sheet.periods[last]?.label ?? ''}`,
    }
  })
  const value = calculation.at(place.line, place.slice, place.period)
  return {
    formula: node ? print(node, label) : line.formula,
    inputs,
    missing: value === null ? why(calculation, address, new Set(), named) : null,
  }
}

/** The first thing missing beneath a cell, followed down to an empty input, a line with a problem, or a division by 0. */
function why(calculation: Calculation, address: Address, seen: Set<string>, named?: Named): string {
  const { sheet, checked, problems } = calculation
  const place = calculation.locate(address)
  const { line, node } = checked.lines[place.line] as (typeof checked.lines)[number]
  const problem = problems.find(one => one.line === line.name)
  if (problem) return problem.message
  const where = placeWords(sheet, address, named)
  if (!node) return `${where} is empty.`
  for (const reference of references(node)) {
    if (calculation.reader(place.line, reference)(place.slice, place.period) !== null) continue
    const other = sheet.lines.find(one => one.name === reference.name) as Line
    const { lo, hi } = spanOf(reference)
    const first = Number.isFinite(lo) ? place.period + lo : 0
    const last = Number.isFinite(hi) ? place.period + hi : sheet.periods.length - 1
    if (first < 0 || last >= sheet.periods.length)
      return `${where} needs ${other.label} ${first < 0 ? 'before' : 'after'} the periods of the plan.`
    const at = calculation.lineNumber(other.name) as number
    const slices = calculation.slices(at)
    const own = new Map(line.over.map((name, i) => [name, address.slice[i]]))
    for (let slice = 0; slice < slices.count; slice += 1) {
      const members = slices.members(slice)
      const all = reference.is === 'line' && reference.all
      if (!all && other.over.some((name, i) => own.has(name) && own.get(name) !== members[i])) continue
      for (let period = first; period <= last; period += 1) {
        if (calculation.at(at, slice, period) !== null) continue
        const next = { line: other.name, slice: members, period: sheet.periods[period]?.key ?? '' }
        const key = JSON.stringify(next)
        if (seen.has(key)) continue
        seen.add(key)
        return why(calculation, next, seen, named)
      }
    }
  }
  return `${where} divides by 0.`
}

/** What a line needs that nobody has filled in anywhere yet: with these, whatever follows from them is N/A. */
export const unfilled = (calculation: Calculation): Line[] =>
  calculation.sheet.lines.filter(({ formula, blank, case: from }, at) => {
    if (formula !== null || blank === 'zero' || from) return false
    const { count } = calculation.slices(at)
    for (let slice = 0; slice < count; slice += 1)
      for (let period = 0; period < calculation.sheet.periods.length; period += 1)
        if (calculation.at(at, slice, period) !== null) return false
    return true
  })

/** Ends of what `why` says where nothing is missing: N/A is the answer. */
const answered = / divides by 0\.$/

/**
 * Lines that do not work out, each with why and what helps: a formula that cannot be (a circle, units that do not go
 * together, a name that is not there), and one that has no figure somewhere since something beneath it is missing.
 */
export function unworked(calculation: Calculation, named?: Named): Problem[] {
  const { sheet, checked, problems } = calculation
  const told = new Set(problems.map(one => one.line))
  return [
    ...problems,
    ...sheet.lines.flatMap((line, at): Problem[] => {
      if (told.has(line.name) || !checked.lines[at]?.node) return []
      const slices = calculation.slices(at)
      for (let slice = 0; slice < slices.count; slice += 1)
        for (let period = 0; period < sheet.periods.length; period += 1) {
          if (calculation.at(at, slice, period) !== null) continue
          const address = {
            line: line.name,
            slice: slices.members(slice),
            period: sheet.periods[period]?.key ?? '',
          }
          const message = why(calculation, address, new Set(), named)
          if (!answered.test(message)) return [{ line: line.name, kind: 'missing', message }]
        }
      return []
    }),
  ]
}
