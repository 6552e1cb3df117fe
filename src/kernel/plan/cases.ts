import {
  addDays,
  civil,
  type Day,
  dateOf,
  dayCount,
  earlier,
  later,
  monthEnd,
  monthOf,
  yearOf,
} from '../day.ts'
import { invalid } from '../error.ts'
import { allocate, exact, roundTo, sum } from '../money.ts'
import { normalQuantile, stream } from './random.ts'
import type { Line, Sheet, SheetPeriod } from './sheet.ts'
import { quantileOf } from './simulate.ts'

/** Business cases as lines of a plan: what each brings and costs by period, in the result, and out of it again. */

/** What of a case the plan needs. */
export interface CaseTerms {
  currency: string
  /** The day its first period begins; '' is the plan's first day. */
  start: Day | ''
  periodsPerYear: 1 | 4 | 12
  periods: readonly { cost: string; benefit: string }[]
  /** 0 to 1: the benefit is worth so much of what is written. */
  likelihood: number
  benefitSd: number
  costSd: number
}

/** Money of a case by the plan's periods; what lies before or after the plan is told apart. */
export interface CaseFlows {
  /** Times the likelihood. */
  benefit: Record<string, string>
  cost: Record<string, string>
  outside: { benefit: string; cost: string }
}

/** The day `months` later; the 31st becomes the last of a shorter month. */
const monthsLater = (day: Day, months: number): Day => civil(yearOf(day), monthOf(day) + months, dateOf(day))

/** Civil months of a span, each by the part of its days that lies in it. */
function monthsIn(from: Day, to: Day): number {
  let months = 0
  for (let day = from; day <= to; day = addDays(monthEnd(day), 1)) {
    const end = monthEnd(day)
    months += dayCount(day, earlier(end, to)) / dateOf(end)
  }
  return months
}

/**
 * Costs and risk-adjusted benefits of a case by period of a plan, to the coin: a period of the case is shared evenly
 * among those of the plan it covers, in part where it covers them in part.
 */
export function caseFlows(one: CaseTerms, plan: readonly SheetPeriod[]): CaseFlows {
  const first = plan[0]
  const flows = {
    benefit: new Map<string, string[]>(),
    cost: new Map<string, string[]>(),
    outside: { benefit: [] as string[], cost: [] as string[] },
  }
  const start = one.start || first?.from
  if (!start) return { benefit: {}, cost: {}, outside: { benefit: '0', cost: '0' } }
  const months = 12 / one.periodsPerYear
  one.periods.forEach((period, n) => {
    const from = monthsLater(start, n * months)
    const to = addDays(monthsLater(start, (n + 1) * months), -1)
    const inside = plan
      .filter(each => each.from <= to && each.to >= from)
      .map(each => {
        const [begins, ends] = [later(each.from, from), earlier(each.to, to)]
        return {
          key: each.key,
          months: monthsIn(begins, ends),
          weight: dayCount(begins, ends) / dayCount(each.from, each.to),
        }
      })
    const weights = inside.reduce((all, each) => all + each.weight, 0)
    const covered = inside.reduce((all, each) => all + each.months, 0)
    // What lies outside the plan takes its part by the months it lasts.
    const beyond = covered === 0 ? 1 : (Math.max(0, monthsIn(from, to) - covered) / covered) * weights
    const shares = [...inside.map(each => each.weight), beyond].map(weight => weight.toFixed(9))
    for (const [what, amount] of [
      ['cost', period.cost],
      ['benefit', roundTo(exact(period.benefit).times(one.likelihood).toString(), one.currency)],
    ] as const) {
      const parts = allocate(amount, shares, one.currency)
      inside.forEach(({ key }, at) => {
        flows[what].set(key, [...(flows[what].get(key) ?? []), parts[at] ?? '0'])
      })
      flows.outside[what].push(parts[inside.length] ?? '0')
    }
  })
  const added = (parts: Map<string, string[]>) =>
    Object.fromEntries([...parts].map(([key, own]) => [key, sum(own) ?? '0']))
  return {
    benefit: added(flows.benefit),
    cost: added(flows.cost),
    outside: { benefit: sum(flows.outside.benefit) ?? '0', cost: sum(flows.outside.cost) ?? '0' },
  }
}

const section = 'Business cases'
const [result, investment] = ['cases_result', 'cases_investment']

/** Names of the lines of a case: what it brings, and what it costs. */
export const caseLines = (id: string, costs: 'running' | 'investment') => {
  const stem = `case_${id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 12)}`
  return { benefit: `${stem}_benefit`, cost: `${stem}_${costs === 'running' ? 'cost' : 'investment'}` }
}

/** The line cases flow into: the last result of the plan as a whole; none where there is no such line. */
export const caseResult = ({ lines }: Pick<Sheet, 'lines'>): Line | undefined => {
  const worked = lines.filter(
    line =>
      line.formula !== null &&
      line.over.length === 0 &&
      line.unit === 'money' &&
      line.roll === 'sum' &&
      line.name !== result,
  )
  return ['ebitda', 'profit', 'result'].flatMap(name => worked.find(line => line.name === name) ?? [])[0]
}

/**
 * A sheet with the lines of a case in it, flowing into the result once. Running costs go through the result; an
 * investment is paid for in cash.
 * @throws Failure('invalid') when the case is in it already.
 */
export function withCase(
  sheet: Sheet,
  one: { id: string; title: string; costs: 'running' | 'investment' },
): Sheet {
  if (holdsCase(sheet, one.id)) throw invalid(`${one.title} is in this plan already.`)
  const names = caseLines(one.id, one.costs)
  const line = (name: string, label: string, good: Line['good']): Line => ({
    name,
    label,
    unit: 'money',
    over: [],
    formula: null,
    roll: 'sum',
    good,
    blank: 'zero',
    negative: true,
    section,
    case: one.id,
    note: `From the business case “${one.title}”`,
  })
  const own = [
    line(names.benefit, `${one.title}: benefit`, 'up'),
    line(names.cost, `${one.title}: ${one.costs === 'running' ? 'cost' : 'investment'}`, 'down'),
  ]
  return woven(sheet, [...sheet.lines.filter(each => each.case), ...own])
}

/** A sheet without the lines of a case. */
export const withoutCase = (sheet: Sheet, id: string): Sheet =>
  woven(
    sheet,
    sheet.lines.filter(line => line.case && line.case !== id),
  )

export const holdsCase = ({ lines }: Pick<Sheet, 'lines'>, id: string): boolean =>
  lines.some(line => line.case === id)

/** The sheet with just these lines of cases, their sums, and the result made to read them. */
function woven(sheet: Sheet, cases: readonly Line[]): Sheet {
  const plain = sheet.lines
    .filter(line => !line.case && line.name !== result && line.name !== investment)
    .map(line => without(without(line, result), investment))
  if (cases.length === 0) return { ...sheet, lines: plain }
  const benefits = cases.filter(line => line.name.endsWith('_benefit'))
  const costs = cases.filter(line => line.name.endsWith('_cost'))
  const paid = cases.filter(line => line.name.endsWith('_investment'))
  const summed = (name: string, label: string, formula: string, good: Line['good']): Line => ({
    name,
    label,
    unit: 'money',
    over: [],
    formula,
    roll: 'sum',
    good,
    negative: true,
    section,
  })
  const added = [
    ...cases,
    summed(
      result,
      'Business cases, in the result',
      [benefits.map(line => line.name).join(' + '), ...costs.map(line => line.name)].join(' - '),
      'up',
    ),
    ...(paid.length > 0
      ? [summed(investment, 'Business cases, invested', paid.map(line => line.name).join(' + '), 'down')]
      : []),
  ]
  const into = caseResult({ lines: plain })
  const cash = plain.find(line => line.name === 'cash_out' && line.formula !== null && line.over.length === 0)
  const lines = plain.map(line => {
    // One that somebody made to read them in another way is left as it is: nothing counts twice.
    if (line === into && !line.formula?.includes(result)) return reading(line, result, 'business cases')
    if (line === cash && paid.length > 0 && !line.formula?.includes(investment))
      return reading(line, investment, 'investments of business cases')
    return line
  })
  const at = into ? plain.indexOf(into) : plain.length
  return { ...sheet, lines: [...lines.slice(0, at), ...added, ...lines.slice(at)] }
}

const reading = (line: Line, name: string, words: string): Line => ({
  ...line,
  formula: `${line.formula} + ${name}`,
  ...(line.layering && { layering: `${line.layering} + ${words}` }),
})

/** A line that no longer reads the sum of cases. */
const without = (line: Line, name: string): Line => {
  if (!line.formula?.includes(name)) return line
  return {
    ...line,
    formula: line.formula.replaceAll(new RegExp(`\\s*\\+\\s*${name}\\b`, 'g'), ''),
    ...(line.layering && {
      layering: line.layering.replace(/ \+ (investments of )?business cases$/, ''),
    }),
  }
}

/** What cases together come to: their sum as written times likelihood, and where eight of ten outcomes lie. */
export interface CaseRange {
  expected: number
  p10: number
  p50: number
  p90: number
  /** Share of outcomes above nothing. */
  likely: number
}

/**
 * The range of cases that come or do not, each benefit and cost as unsure as its author says: seeded draws, log-normal
 * around what is written.
 */
export function caseRange(
  cases: readonly (Pick<CaseTerms, 'likelihood' | 'benefitSd' | 'costSd'> & {
    /** As written, before the likelihood. */
    benefit: number
    cost: number
  })[],
  runs = 2000,
): CaseRange {
  const random = stream(20_240)
  const around = (sd: number) => {
    const s = Math.sqrt(Math.log(1 + sd ** 2))
    return Math.exp(s * normalQuantile(random()) - (s * s) / 2)
  }
  const draws = Float64Array.from({ length: runs }, () =>
    cases.reduce((all, one) => {
      const [benefit, cost] = [one.benefit * around(one.benefitSd), one.cost * around(one.costSd)]
      return all + (one.likelihood >= 1 || random() < one.likelihood ? benefit : 0) - cost
    }, 0),
  ).sort()
  return {
    expected: cases.reduce((all, one) => all + one.benefit * one.likelihood - one.cost, 0),
    p10: quantileOf(draws, 0.1),
    p50: quantileOf(draws, 0.5),
    p90: quantileOf(draws, 0.9),
    likely: draws.filter(value => value > 0).length / draws.length,
  }
}
