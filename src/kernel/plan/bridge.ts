import { invalid } from '../error.ts'
import type { Calculation } from './calculate.ts'
import { type Fixed, plainOf, rounded } from './fixed.ts'
import { type Node, parse } from './language.ts'
import { rolled } from './roll.ts'
import type { Line, Sheet } from './sheet.ts'
import type { CommonSpan } from './span.ts'

/** A line and what it does to the result it is part of: 1 adds, −1 takes. */
export interface Term {
  line: Line
  sign: 1 | -1
}

/** From one version's result to the other's, in plain decimals of the plan's currency; steps and rest add up to the change. */
export interface VersionBridge {
  result: { name: string; label: string }
  before: string
  after: string
  /** Above zero it adds to the result. */
  steps: { name: string; label: string; value: string }[]
  /** What no line that both have explains: the versions work the result out differently. */
  rest: string
}

/** Differences below a cent come from rounding: a year in weeks and the same in months. */
const dust = (value: Fixed): boolean => rounded(value, 2) === 0n

/** As many steps as a reader takes in at a glance. */
const most = 8

const sums = (line: Line) => line.formula !== null && line.unit === 'money' && line.roll === 'sum'

/** Money lines a line is the plain sum of; null where its formula does anything else. */
function sumOf(sheet: Pick<Sheet, 'lines'>, line: Line): Term[] | null {
  if (!sums(line)) return null
  const terms = (node: Node, sign: 1 | -1): Term[] | null => {
    if (node.is === 'number') return node.value === 0n ? [] : null
    if (node.is === 'line') {
      const found = sheet.lines.find(one => one.name === node.name)
      const plain = found && node.lag === 0 && !node.all && found.unit === 'money' && found.roll === 'sum'
      return plain ? [{ line: found, sign }] : null
    }
    if (node.is !== 'operation' || (node.sign !== '+' && node.sign !== '-')) return null
    const left = terms(node.left, sign)
    const right = terms(node.right, node.sign === '+' ? sign : sign === 1 ? -1 : 1)
    return left && right && [...left, ...right]
  }
  const found = terms(parse(line.formula ?? ''), 1)
  // A line taken twice would be two steps of one name.
  return found && new Set(found.map(one => one.line)).size === found.length ? found : null
}

/**
 * Lines that add up to a result, with their signs. A tier of the waterfall is always taken apart into its parts; another sum
 * only while the steps stay few, and where it is no metric, which people know by its name.
 */
export function termsOf(sheet: Pick<Sheet, 'lines'>, result: Line): Term[] {
  let terms: Term[] = sumOf(sheet, result) ?? []
  const open = (which: (line: Line, parts: readonly Term[]) => boolean) => {
    for (let n = 0; n < terms.length; ) {
      const term = terms[n] as Term
      const parts = sumOf(sheet, term.line)
      const known = new Set(terms.map(one => one.line))
      if (!parts || parts.some(one => known.has(one.line)) || !which(term.line, parts)) n += 1
      else {
        const signed = parts.map(part => ({ ...part, sign: (part.sign * term.sign) as 1 | -1 }))
        terms = [...terms.slice(0, n), ...signed, ...terms.slice(n + 1)]
      }
    }
  }
  open(line => line.layering !== undefined)
  open((line, parts) => line.metric === undefined && terms.length + parts.length - 1 <= most)
  return terms
}

/**
 * The line a plan is made for: its result by name, else the sum of money that most lines go into and that goes into none.
 * Undefined where nothing is a sum.
 */
export function resultOf(sheet: Pick<Sheet, 'lines'>): Line | undefined {
  const named = ['ebitda', 'profit', 'result'].flatMap(
    name => sheet.lines.find(line => line.name === name && sums(line)) ?? [],
  )[0]
  if (named) return named
  const own = sheet.lines.map(line => ({ line, parts: sumOf(sheet, line) ?? [] }))
  const used = new Set(own.flatMap(({ parts }) => parts.map(part => part.line)))
  return own
    .filter(({ line, parts }) => parts.length > 1 && !used.has(line))
    .toSorted((a, b) => termsOf(sheet, b.line).length - termsOf(sheet, a.line).length)[0]?.line
}

/**
 * What each line did to a result from one version to another, over the days both cover, exactly. The later version says
 * what the result is made of.
 * @returns null where either has no such result, or it is the same in both
 * @throws Failure('invalid') for a result that is no line of the later version
 */
export function versionBridge(
  a: Calculation,
  b: Calculation,
  span: CommonSpan,
  name?: string,
): VersionBridge | null {
  const result = name === undefined ? resultOf(b.sheet) : b.sheet.lines.find(line => line.name === name)
  if (!result) {
    if (name === undefined) return null
    throw invalid(`The plan has no line "${name}".`, 'Name a line worked out in money.')
  }
  const of = (plan: Calculation, line: string, which: 'a' | 'b'): Fixed | null =>
    plan.lineNumber(line) === undefined ? 0n : rolled(plan, line, { members: {}, ...span[which] })
  const [before, after] = [of(a, result.name, 'a'), of(b, result.name, 'b')]
  if (before === null || after === null || a.lineNumber(result.name) === undefined) return null
  if (dust(after - before)) return null
  let rest = after - before
  const steps = termsOf(b.sheet, result).flatMap(({ line, sign }) => {
    const [from, to] = [of(a, line.name, 'a'), of(b, line.name, 'b')]
    if (from === null || to === null || dust(to - from)) return []
    const value = BigInt(sign) * (to - from)
    rest -= value
    return [{ name: line.name, label: line.label, value: plainOf(value) }]
  })
  return {
    result: { name: result.name, label: result.label },
    before: plainOf(before),
    after: plainOf(after),
    steps,
    rest: plainOf(rest),
  }
}
