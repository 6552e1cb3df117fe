import { Failure, invalid } from '../error.ts'
import { exact, minus, sum } from '../money.ts'
import type { Calculation, Input } from './calculate.ts'
import { fixed, over, plainOf, rounded, times } from './fixed.ts'
import { rolled, slicesIn } from './roll.ts'
import { seek } from './seek.ts'
import type { Line } from './sheet.ts'
import { spreadDown } from './spread.ts'

/** A reforecast: figures owners expect carried through a plan by its volume, and what may yet come beside it. */

/** A figure somebody expects of a line in a period. */
export interface Expected {
  line: string
  period: string
  value: string
}

/** Lines a line is made of, itself among them. */
function madeOf({ checked, lineNumber }: Calculation, name: string): Set<number> {
  const found = new Set([lineNumber(name) as number])
  for (const line of found) for (const edge of checked.edges) if (edge.to === line) found.add(edge.from)
  return found
}

/**
 * The filled-in line that moves another one by volume: sessions before orders before anything else that is counted and
 * adds up; money where nothing is counted. Undefined where there is none.
 */
export function volumeOf(plan: Calculation, name: string): Line | undefined {
  const upstream = madeOf(plan, name)
  const inputs = plan.sheet.lines.filter(
    (line, at) =>
      upstream.has(at) && line.formula === null && line.roll === 'sum' && !line.case && line.blank !== 'zero',
  )
  const counted = inputs.filter(line => !/money|share|ratio|number/.test(line.unit) && line.unit !== '')
  return (
    ['sessions', 'orders'].flatMap(unit => counted.find(line => line.unit === unit) ?? [])[0] ??
    counted[0] ??
    inputs[0]
  )
}

/**
 * Inputs at which a line comes to a figure in a period: a filled-in line is spread in the proportions it has; a
 * worked-out one follows from its volume, everything else as planned. The plan is left as it was.
 * @throws Failure('invalid') where nothing moves the line, or no volume reaches the figure.
 */
export function broughtTo(plan: Calculation, { line: name, period, value }: Expected): Input[] {
  const { sheet } = plan
  const at = sheet.periods.findIndex(one => one.key === period)
  const line = sheet.lines.find(one => one.name === name)
  if (!line || at < 0) throw invalid(`The plan has no line "${name}" in ${period}.`)
  const part = { members: {}, first: at, last: at }
  const digits = (of: Line) => (of.unit === 'money' ? 2 : 6)
  if (line.formula === null) {
    if (line.over.length === 0) return [{ line: name, slice: [], period, value }]
    return spreadDown(plan, name, part, value, 'proportional', digits(line))
  }
  const volume = volumeOf(plan, name)
  if (!volume)
    throw invalid(`${line.label} follows from no volume that is filled in.`, 'Change what it is made of.')
  const now = rolled(plan, name, part)
  const straight = now === null ? null : over(fixed(value), now)
  const turned = (factor: bigint): Input[] => {
    const number = plan.lineNumber(volume.name) as number
    const slices = plan.slices(number)
    return slicesIn(plan, volume, part).flatMap(slice => {
      const was = plan.at(number, slice, at)
      return was === null
        ? []
        : [
            {
              line: volume.name,
              slice: slices.members(slice),
              period,
              value: plainOf(rounded(times(was, factor), 9)),
            },
          ]
    })
  }
  const reaches = (inputs: Input[]): boolean => {
    const before = inputs.map(one => ({ ...one, value: plainOf(plan.value(one) ?? 0n) }))
    plan.set(inputs)
    const got = rolled(plan, name, part)
    plan.set(before)
    return got !== null && exact(plainOf(got)).minus(exact(value)).abs().lte('0.05')
  }
  // Sales are proportional to their volume as a rule; where costs stand in between it is sought.
  if (straight !== null && straight >= 0n) {
    const inputs = turned(straight)
    if (inputs.length > 0 && reaches(inputs)) return inputs
  }
  return turned(fixed(seek(plan, { line: volume.name }, { line: name, part }, value).factor))
}

/** A plan with what owners expect carried through it, later ones over earlier ones; what could not be is told. */
export function expecting(plan: Calculation, expected: readonly Expected[]): string[] {
  const notes: string[] = []
  for (const one of expected) {
    try {
      plan.set(broughtTo(plan, one))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const label = plan.sheet.lines.find(line => line.name === one.line)?.label ?? one.line
      const when = plan.sheet.periods.find(period => period.key === one.period)?.label ?? one.period
      notes.push(
        `${label} of ${Number(one.value).toLocaleString('en-GB')} in ${when} is not carried through: ${error.message}`,
      )
    }
  }
  return notes
}

/** Something that may come, for worse or better. */
export interface Possible {
  kind: 'risk' | 'opportunity'
  /** 0 to 1. */
  probability: string
  /** Period → what it takes or brings, above 0. */
  impact: Readonly<Record<string, string>>
}

/** What risks and opportunities come to: each times its probability, and all of them at worst and at best. */
export interface Weighted {
  /** Below 0. */
  risks: string
  opportunities: string
  net: string
  /** Every risk and no opportunity; the other way round. */
  worst: string
  best: string
  byPeriod: Record<string, string>
}

/** Σ probability × impact, risks against opportunities. Stands beside a landing, never in it. */
export function weighed(list: readonly Possible[]): Weighted {
  const whole = (one: Possible) => sum(Object.values(one.impact)) ?? '0'
  const times_ = (amount: string, probability: string) => exact(amount).times(exact(probability)).toString()
  const of = (kind: Possible['kind'], pick: (one: Possible) => string) =>
    sum(list.filter(one => one.kind === kind).map(pick)) ?? '0'
  const likely = (one: Possible) => times_(whole(one), one.probability)
  const [risks, opportunities] = [of('risk', likely), of('opportunity', likely)]
  const periods = [...new Set(list.flatMap(one => Object.keys(one.impact)))].sort()
  const cents = (text: string) => exact(text).toDecimalPlaces(2).toString()
  return {
    risks: cents(minus('0', risks) ?? '0'),
    opportunities: cents(opportunities),
    net: cents(minus(opportunities, risks) ?? '0'),
    worst: cents(minus('0', of('risk', whole)) ?? '0'),
    best: cents(of('opportunity', whole)),
    byPeriod: Object.fromEntries(
      periods.map(period => [
        period,
        cents(
          sum(
            list.map(one => {
              const part = times_(one.impact[period] ?? '0', one.probability)
              return one.kind === 'risk' ? (minus('0', part) ?? '0') : part
            }),
          ) ?? '0',
        ),
      ]),
    ),
  }
}

/** What may come on top of a landing, at its worst and at its best; nothing where nothing is listed. */
export const mayComeWords = (
  { worst, best }: { worst: string; best: string },
  money: (value: string) => string,
): string => {
  const [down, up] = [Number(worst) < 0, Number(best) > 0]
  if (down && up) return `from ${money(worst)} at worst to +${money(best)} at best`
  if (down) return `${money(worst)} at worst`
  return up ? `+${money(best)} at best` : 'nothing is listed'
}

/** What owners' expectations did to a landing: none, something, or nothing although there are some. */
export const expectedWords = (
  count: number,
  moved: string | null,
  money: (value: string) => string,
): string => {
  if (count === 0) return 'nobody expects otherwise'
  const those = `${count} ${count === 1 ? 'expectation' : 'expectations'}`
  const by = Number(moved ?? 0)
  return by === 0
    ? `${those}, which change nothing of it`
    : `${by > 0 ? '+' : ''}${money(moved ?? '0')} by ${those}`
}
