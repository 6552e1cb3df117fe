import { controlLimits, signals } from '#forecast/control-limits.ts'
import { type Measure, show, showSigned } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import type { Definition } from '#metrics/query.ts'
import { type Moved, type SixTwelve, weeksShown } from './model.ts'
import type { Block, Exception, Rule } from './shape.ts'

/** Weeks that limits need: with fewer they say more of chance than of the metric. */
const fewest = 8

export interface Limits {
  mean: number
  low: number
  high: number
}

const numbers = (chart: Pick<SixTwelve, 'weeks'>) =>
  chart.weeks.map(week => (week.value === null ? null : Number(week.value)))

/** Where a metric stays by itself, by the weeks before the six shown (an XmR chart); null with fewer than eight of them. */
export function limitsOf(chart: Pick<SixTwelve, 'weeks'>): Limits | null {
  const before = numbers(chart)
    .slice(0, -weeksShown)
    .filter(value => value !== null)
  const limits = before.length < fewest ? null : controlLimits(before)
  return limits && { mean: limits.mean, low: limits.low, high: limits.high }
}

const toneOf = (above: boolean, good: Measure['good']): Exception['tone'] =>
  good === 'none' ? 'neutral' : above === (good === 'up') ? 'good' : 'bad'

/**
 * What an owner has to speak to: the week beyond the metric's own limits, or the eighth in a row on one side of its mean;
 * the week or the month so far off target by more than the rule allows, in share and for money in amount too.
 */
export function exceptionsOf(
  block: Block,
  chart: SixTwelve,
  definition: Definition,
  currency: string | null,
  rule: Rule,
): Exception[] {
  const measure: Measure = { unit: definition.unit, good: definition.good, currency }
  const said = (value: number) => show(String(value), measure, 'table')
  const base = { block: block.id, metric: chart.metric, owner: block.owner }
  const found: Exception[] = []
  const add = (kind: Exception['kind'], above: boolean, words: string) =>
    found.push({
      ...base,
      key: `${block.id}:${chart.metric}:${kind}`,
      kind,
      tone: toneOf(above, measure.good),
      words: `${definition.label} ${words}`,
    })

  const values = numbers(chart)
  const known = values.filter(value => value !== null)
  const limits = values.slice(0, -weeksShown).filter(value => value !== null)
  const of = limits.length < fewest ? null : controlLimits(limits)
  const week = chart.week.value
  if (of && week !== null)
    for (const signal of signals(known, of)) {
      // What differs by less than it is shown with is the arithmetic's noise, not the process's.
      if (signal.index !== known.length - 1 || said(Number(week)) === said(of.mean)) continue
      if (signal.kind === 'beyond_limits')
        add(
          'beyond_limits',
          signal.above,
          `${show(week, measure, 'table')}, ${signal.above ? 'above' : 'below'} the ${said(of.low)} to ${said(of.high)} it keeps to by itself`,
        )
      if (signal.kind === 'run')
        add(
          'run',
          signal.above,
          `has been ${signal.above ? 'above' : 'below'} its mean of ${said(of.mean)} for eight weeks`,
        )
    }

  const miss = (kind: 'target_week' | 'target_month', moved: Moved | null, when: string) => {
    if (!moved || moved.delta === null || moved.ratio === null) return
    const [delta, share] = [Number(moved.delta), Math.abs(Number(moved.ratio))]
    if (share <= rule.share || (measure.unit === 'money' && Math.abs(delta) <= rule.money)) return
    const size = change(moved, measure).text
    add(
      kind,
      delta > 0,
      `${size} ${delta > 0 ? 'above' : 'below'} target ${when} (${showSigned(moved.delta, measure, 'table')})`,
    )
  }
  miss('target_week', chart.week.target, 'in the week')
  miss('target_month', chart.month.target, 'in the month so far')
  return found
}
