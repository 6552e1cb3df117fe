import { invalid } from '../error.ts'
import { minus } from '../money.ts'
import type { Calculation, Input } from './calculate.ts'
import { fixed, plainOf, plainOrNull, rounded } from './fixed.ts'
import { type Part, rolled } from './roll.ts'
import type { Line } from './sheet.ts'
import { shapley } from './variance.ts'

/** Drivers shared out one by one; what is smaller goes together. Each one more doubles the work. */
const most = 8

/** What a driver is: how much, at which price, at which rate, or an amount of its own. */
export type DriverKind = 'volume' | 'price' | 'rate' | 'amount'

export interface DriverStep {
  /** The line; '' where several small ones stand together. */
  line: string
  label: string
  kind: DriverKind
  unit: string
  planned: string | null
  actual: string | null
  /** What it did to the target, to the cent. */
  value: string
}

export interface DriverShares {
  plan: string
  actual: string
  delta: string
  /** Adding up to the change, to the cent. */
  steps: DriverStep[]
}

/** What a filled-in line is by its unit: a cost for each of something is a rate, what each brings is a price. */
export const kindOf = ({ unit, good }: Pick<Line, 'unit' | 'good'>): DriverKind =>
  unit === 'money'
    ? 'amount'
    : unit.startsWith('money/') && good !== 'down'
      ? 'price'
      : unit === 'share' || unit.includes('/')
        ? 'rate'
        : 'volume'

/**
 * Why a line comes out otherwise when other figures stand in the lines it is made of: the plan is worked out again with
 * them, and the change is shared among the drivers with nothing left over (Shapley, `variance.ts`). The calculation is
 * left as it was.
 * @throws Failure('invalid') where the line has no total over the part.
 */
export function driverShares(
  plan: Calculation,
  target: string,
  part: Part,
  actuals: readonly Input[],
): DriverShares {
  const { sheet } = plan
  const lineOf = (name: string): Line => {
    const at = plan.lineNumber(name)
    const line = at === undefined ? undefined : sheet.lines[at]
    if (!line) throw invalid(`The plan has no line "${name}".`)
    return line
  }
  const { label, unit } = lineOf(target)
  const value = () => {
    const found = rolled(plan, target, part)
    if (found === null)
      throw invalid(
        `${label} has no total over these periods.`,
        'Fill in what it needs, or choose another line.',
      )
    return plainOf(found)
  }
  const total = (line: string) => plainOrNull(rolled(plan, line, part))
  const before = value()
  const drivers = [...Map.groupBy(actuals, one => one.line)].flatMap(([name, after]) => {
    const planned: Input[] = after.map(one => ({ ...one, value: plainOrNull(plan.value(one)) }))
    const was = total(name)
    plan.set(after)
    const [effect, is] = [Math.abs(Number(minus(value(), before))), total(name)]
    plan.set(planned)
    return effect === 0 && was === is ? [] : [{ line: lineOf(name), after, planned, effect, was, is }]
  })
  drivers.sort((a, b) => b.effect - a.effect)
  const alone = drivers.slice(0, drivers.length > most ? most - 1 : most)
  const rest = drivers.slice(alone.length)
  const groups = [...alone.map(one => [one]), ...(rest.length > 0 ? [rest] : [])]
  let set = groups.map(() => false)
  const turn = (chosen: readonly boolean[]) => {
    plan.set(
      groups.flatMap((group, n) =>
        chosen[n] === set[n] ? [] : group.flatMap(one => (chosen[n] ? one.after : one.planned)),
      ),
    )
    set = [...chosen]
    return value()
  }
  const shares = shapley(groups.length, turn)
  const after = turn(groups.map(() => true))
  turn(groups.map(() => false))
  const cents = (text: string) => plainOf(rounded(fixed(text), 2))
  return {
    plan: cents(before),
    actual: cents(after),
    delta: minus(cents(after), cents(before)) ?? '0',
    steps: groups.map((group, n): DriverStep => {
      const [only] = group
      return group.length === 1 && only
        ? {
            line: only.line.name,
            label: only.line.label,
            kind: kindOf(only.line),
            unit: only.line.unit,
            planned: only.was,
            actual: only.is,
            value: shares[n] ?? '0',
          }
        : {
            line: '',
            label: `${group.length} smaller drivers`,
            kind: 'amount',
            unit,
            planned: null,
            actual: null,
            value: shares[n] ?? '0',
          }
    }),
  }
}
