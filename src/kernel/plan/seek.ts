import { invalid } from '../error.ts'
import type { Calculation, Input } from './calculate.ts'
import { type Fixed, fixed, fixedOf, floatOf, plainOf, times } from './fixed.ts'
import { type Part, rolled, slicesIn } from './roll.ts'
import type { Line } from './sheet.ts'

/** A filled-in line moved as a whole, in the slices named. */
export interface Lever {
  line: string
  members?: Readonly<Record<string, string>>
}

/** What is asked of: a line over a part of the plan, and the periods that are closed, which no lever moves. */
export interface Target {
  line: string
  part: Part
  closed?: readonly string[]
}

/** The plan with levers at factors in its open periods; put back as it was afterwards. */
function tried<T>(
  calculation: Calculation,
  levers: readonly [Lever, Fixed][],
  { part, closed = [] }: Target,
  act: () => T,
): T {
  const { sheet } = calculation
  const before: Input[] = []
  const moved: Input[] = []
  for (const [lever, factor] of levers) {
    const at = calculation.lineNumber(lever.line)
    const line = at === undefined ? undefined : (sheet.lines[at] as Line)
    if (at === undefined || !line) throw invalid(`The plan has no line "${lever.line}".`)
    if (line.formula !== null)
      throw invalid(`${line.label} is worked out and cannot be turned.`, 'Choose a line that is filled in.')
    const slices = calculation.slices(at)
    for (const slice of slicesIn(calculation, line, { ...part, members: lever.members ?? {} }))
      for (let period = part.first; period <= part.last; period += 1) {
        const value = calculation.at(at, slice, period)
        const key = sheet.periods[period]?.key ?? ''
        if (value === null || closed.includes(key)) continue
        const address = { line: line.name, slice: slices.members(slice), period: key }
        before.push({ ...address, value: plainOf(value) })
        moved.push({ ...address, value: plainOf(times(value, factor)) })
      }
  }
  calculation.set(moved)
  try {
    return act()
  } finally {
    calculation.set(before)
  }
}

/** The answer to "what conversion makes the year?": the factor on a lever at which the target is the goal. */
export interface Sought {
  /** On what is filled in now; 1.05 is five percent more. */
  factor: string
  /** The lever over the open part before and at the answer, where it has a total. */
  before: string | null
  after: string | null
  reached: string
}

/**
 * Looks for the factor by halving, between 0 and 10 times what is filled in.
 * @throws Failure('invalid') when no factor there reaches the goal, saying how far it gets.
 */
export function seek(calculation: Calculation, lever: Lever, target: Target, goal: string): Sought {
  const wanted = fixed(goal)
  const open = { ...openPart(calculation, target), members: lever.members ?? {} }
  const at = (factor: Fixed) =>
    tried(calculation, [[lever, factor]], target, () => ({
      value: rolled(calculation, target.line, target.part),
      lever: rolled(calculation, lever.line, open),
    }))
  const label = (name: string) => calculation.sheet.lines.find(line => line.name === name)?.label ?? name
  const now = at(fixed('1'))
  if (now.value === null)
    throw invalid(
      `${label(target.line)} is N/A now, so nothing can be sought.`,
      'Fill in what it needs first.',
    )
  let [low, high] = [fixed('0'), fixed('10')]
  const ends = [at(low).value ?? 0n, at(high).value ?? 0n] as const
  const rising = ends[1] > ends[0]
  const [least, most] = rising ? ends : [ends[1], ends[0]]
  if (ends[0] === ends[1])
    throw invalid(
      `${label(target.line)} does not depend on ${label(lever.line)}.`,
      'Choose a driver it is made of.',
    )
  if (wanted < least || wanted > most)
    throw invalid(
      `${label(lever.line)} from nothing to ten times the plan does not make ${round(wanted)}: it gets from ${round(least)} to ${round(most)}.`,
      'Turn another driver as well, or change the goal.',
    )
  for (let n = 0; n < 48; n += 1) {
    const middle = (low + high) / 2n
    const value = at(middle).value
    if (value === null) break
    if (value === wanted) {
      low = middle
      high = middle
      break
    }
    if (value < wanted === rising) low = middle
    else high = middle
  }
  const factor = (low + high) / 2n
  const found = at(factor)
  return {
    factor: plainOf(factor),
    before: now.lever === null ? null : plainOf(now.lever),
    after: found.lever === null ? null : plainOf(found.lever),
    reached: plainOf(found.value ?? 0n),
  }
}

const round = (value: Fixed) => Math.round(floatOf(value)).toLocaleString('en-GB')

/**
 * A part from its first open period on.
 * @throws Failure('invalid') where all of it is closed: nothing in it moves any more.
 */
export function openPart(
  { sheet }: Calculation,
  { part, closed = [] }: Pick<Target, 'part' | 'closed'>,
): Part {
  const first = sheet.periods.findIndex(
    ({ key }, n) => n >= part.first && n <= part.last && !closed.includes(key),
  )
  if (first < 0)
    throw invalid(
      'Every period of it is closed: what came is what it is.',
      'Ask of a part that holds open periods.',
    )
  return { ...part, first }
}

/**
 * The target at each pair of changes of two levers (or one) in the open periods: a table of what-ifs. Changes are shares:
 * 0.05 is +5 %.
 */
export function sensitivity(
  calculation: Calculation,
  levers: readonly { lever: Lever; changes: readonly number[] }[],
  target: Target,
): { changes: number[]; value: string | null }[] {
  openPart(calculation, target)
  const combined = levers.reduce<number[][]>(
    (all, { changes }) => all.flatMap(before => changes.map(change => [...before, change])),
    [[]],
  )
  if (combined.length > 2500)
    throw invalid(`That table would have ${combined.length} cells.`, 'Ask for 2,500 or fewer.')
  return combined.map(changes => {
    const turned = levers.map(({ lever }, n): [Lever, Fixed] => [lever, fixedOf(1 + (changes[n] ?? 0))])
    const value = tried(calculation, turned, target, () => rolled(calculation, target.line, target.part))
    return { changes, value: value === null ? null : plainOf(value) }
  })
}
