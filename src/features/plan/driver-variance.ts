import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import { minus } from '#kernel/money.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { fixed, plainOf, plainOrNull, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import type { Line } from '#kernel/plan/sheet.ts'
import { shapley } from '#kernel/plan/variance.ts'
import { filledFrom } from './actuals.ts'
import { rowsOf, versionOf } from './cells.ts'
import { inputsOf } from './model.ts'
import { latestDay } from './versions.ts'

/** Drivers shared out one by one; what is smaller goes together. Each one more doubles the work. */
const most = 8

/** What a driver is: how much, at which price, at which rate, or an amount of its own. */
export type DriverKind = 'volume' | 'price' | 'rate' | 'amount'

export interface DriverVariance {
  label: string
  unit: string
  good: Line['good']
  plan: string
  actual: string
  delta: string
  /** Adding up to the change, to the cent. */
  steps: {
    line: string
    label: string
    kind: DriverKind
    unit: string
    planned: string | null
    actual: string | null
    value: string
  }[]
  /** Lines without actuals, whose planned figures stand on both sides. */
  kept: string[]
}

const kindOf = ({ unit, good }: Line): DriverKind =>
  unit === 'money'
    ? 'amount'
    : unit.startsWith('money/')
      ? good === 'down'
        ? 'rate'
        : 'price'
      : unit === 'share' || unit.includes('/')
        ? 'rate'
        : 'volume'

/**
 * Why a line of the plan came out otherwise than planned: the plan worked out again with what happened in place of what
 * was filled in, and the change shared among the drivers (Shapley), so that nothing is left over.
 * @throws Failure('invalid') where no period of the part is over yet, or the line has no total.
 */
export async function driverVariance(
  context: Context,
  asked: { version: string; target: string; first?: string; last?: string },
): Promise<DriverVariance & { first: string; last: string }> {
  const { sheet, id } = await versionOf(context, asked.version)
  const until = await latestDay(context)
  const over = sheet.periods.filter(period => until !== null && period.to <= until)
  const at = (key: string | undefined, otherwise: number) =>
    key === undefined ? otherwise : sheet.periods.findIndex(period => period.key === key)
  const first = at(asked.first, 0)
  const last = Math.min(at(asked.last, over.length - 1), over.length - 1)
  if (first < 0 || last < first)
    throw invalid(
      `No period of it is over yet: the data end on ${until ?? 'no day'}.`,
      'Choose earlier periods, or wait until the first has ended.',
    )
  const inputs = inputsOf(sheet, await rowsOf(context, id))
  const plan = calculate(sheet, inputs)
  const at0 = plan.lineNumber(asked.target)
  const target = at0 === undefined ? undefined : sheet.lines[at0]
  if (!target) throw invalid(`The plan has no line "${asked.target}".`)
  const part = { members: {}, first, last }
  const value = () => {
    const found = rolled(plan, asked.target, part)
    if (found === null)
      throw invalid(
        `${target.label} has no total over these periods.`,
        'Fill in what it needs, or choose another line.',
      )
    return plainOf(found)
  }
  const closed = { ...sheet, periods: sheet.periods.slice(first, last + 1) }
  const actuals = await filledFrom(context, closed, period => period, '0')
  const byLine = Map.groupBy(actuals, one => one.line)
  const total = (line: string) => plainOrNull(rolled(plan, line, part))
  const before = value()
  const drivers = [...byLine].flatMap(([name, after]) => {
    const line = sheet.lines.find(one => one.name === name) as Line
    const planned: Input[] = after.map(({ value: _, ...address }) => ({
      ...address,
      value: plainOrNull(plan.value(address)),
    }))
    const was = total(name)
    plan.set(after)
    const [effect, is] = [minus(value(), before) ?? '0', total(name)]
    plan.set(planned)
    return Number(effect) === 0 && was === is
      ? []
      : [{ line, after, planned, effect: Math.abs(Number(effect)), was, is }]
  })
  drivers.sort((a, b) => b.effect - a.effect)
  const alone = drivers.slice(0, drivers.length > most ? most - 1 : most)
  const rest = drivers.slice(alone.length)
  const groups = [...alone.map(one => [one]), ...(rest.length > 0 ? [rest] : [])]
  let set = groups.map(() => false)
  const shares = shapley(groups.length, chosen => {
    plan.set(
      groups.flatMap((group, n) =>
        chosen[n] === set[n] ? [] : group.flatMap(one => (chosen[n] ? one.after : one.planned)),
      ),
    )
    set = [...chosen]
    return value()
  })
  plan.set(groups.flatMap(group => group.flatMap(one => one.after)))
  const after = value()
  const cents = (text: string) => plainOf(rounded(fixed(text), 2))
  const [planned, actual] = [cents(before), cents(after)]
  const filled = new Set(byLine.keys())
  return {
    label: target.label,
    unit: target.unit,
    good: target.good,
    first: sheet.periods[first]?.key ?? '',
    last: sheet.periods[last]?.key ?? '',
    plan: planned,
    actual,
    delta: minus(actual, planned) ?? '0',
    steps: groups.map((group, n) => {
      const [only] = group
      const single = group.length === 1 && only
      return {
        line: single ? only.line.name : '',
        label: single ? only.line.label : `${group.length} smaller drivers`,
        kind: single ? kindOf(only.line) : ('amount' as const),
        unit: single ? only.line.unit : target.unit,
        planned: single ? only.was : null,
        actual: single ? only.is : null,
        value: shares[n] ?? '0',
      }
    }),
    kept: sheet.lines
      .filter(line => line.formula === null && line.blank !== 'zero' && !filled.has(line.name))
      .map(line => line.label),
  }
}
