import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { type DriverShares, driverShares } from '#kernel/plan/driver-shares.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import type { Line } from '#kernel/plan/sheet.ts'
import { filledFrom } from './actuals.ts'
import { rowsOf, versionOf } from './cells.ts'
import { daysKnown, knownWhole } from './versions.ts'

export interface DriverVariance extends DriverShares {
  label: string
  unit: string
  good: Line['good']
  /** Period keys. */
  first: string
  last: string
  /** The first day of sales, where earlier periods asked for are left out for it. */
  since: string | null
  /** Lines without actuals, whose planned figures stand on both sides. */
  kept: string[]
}

/**
 * Why a line of a version came out otherwise than planned, over periods that are known and have ended: volume, price and rate of each
 * driver, to the cent; of a slice where members are named.
 * @throws Failure('invalid') where no period of the part is over yet, or the plan has no such slice of the line.
 */
export async function driverVariance(
  context: Context,
  asked: {
    version: string
    target: string
    members: Readonly<Record<string, string>>
    first?: string
    last?: string
  },
): Promise<DriverVariance> {
  const { sheet, id } = await versionOf(context, asked.version)
  const known = await daysKnown(context)
  const until = known?.to ?? null
  const over = sheet.periods.filter(period => until !== null && period.to <= until).length
  // Before the first day there are sales of, a plan would stand beside itself.
  const begun = sheet.periods.filter(period => !knownWhole(period, known)).length
  const place = (key: string | undefined, otherwise: number) =>
    key === undefined ? otherwise : sheet.periods.findIndex(period => period.key === key)
  const wanted = place(asked.first, 0)
  const first = wanted < 0 ? wanted : Math.max(wanted, begun)
  const last = Math.min(place(asked.last, over - 1), over - 1)
  if (known && wanted >= 0 && last >= wanted && last < first)
    throw invalid(
      `Nothing is known of these periods: the data begin on ${known.from}.`,
      'Choose later periods, or read more history from the shop.',
    )
  if (first < 0 || last < first)
    throw invalid(
      `None of these periods is over yet: the data end on ${until ?? 'no day'}.`,
      'Choose earlier periods, or wait until the first has ended.',
    )
  const target = sheet.lines.find(line => line.name === asked.target)
  if (!target) throw invalid(`The plan has no line "${asked.target}".`)
  for (const [name, member] of Object.entries(asked.members)) {
    const dimension = sheet.dimensions.find(one => one.name === name)
    if (!dimension || !target.over.includes(name))
      throw invalid(
        `${target.label} is not planned by ${dimension?.label ?? name}.`,
        target.over.length > 0 ? `It is by ${target.over.join(', ')}.` : 'It is planned for the whole alone.',
      )
    if (!dimension.members.includes(member))
      throw invalid(`${dimension.label} has no “${member}” in this plan.`)
  }
  const closed = { ...sheet, periods: sheet.periods.slice(first, last + 1) }
  // What a business case did is in the drivers themselves: beside them it came to nothing of its own.
  const ofCases = closed.lines
    .filter(line => line.case)
    .flatMap(line =>
      closed.periods.map(period => ({ line: line.name, slice: [], period: period.key, value: '0' })),
    )
  const actuals = [...(await filledFrom(context, closed, period => period, '0')), ...ofCases]
  const plan = calculate(sheet, inputsOf(sheet, await rowsOf(context, id)))
  const filled = new Set(actuals.map(one => one.line))
  return {
    ...driverShares(plan, asked.target, { members: asked.members, first, last }, actuals),
    label: target.label,
    unit: target.unit,
    good: target.good,
    first: sheet.periods[first]?.key ?? '',
    last: sheet.periods[last]?.key ?? '',
    since: first > wanted ? (known?.from ?? null) : null,
    kept: sheet.lines
      .filter(line => line.formula === null && line.blank !== 'zero' && !filled.has(line.name))
      .map(line => line.label),
  }
}
