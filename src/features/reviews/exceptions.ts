import { type JudgedLimits, limitsOfKnown, limitsWords } from '#forecast/control-limits.ts'
import { type Measure, show, showSigned } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import type { Definition } from '#metrics/query.ts'
import type { Strange } from './matters.ts'
import { type Moved, type SixTwelve, weeksShown } from './model.ts'
import type { Block, Exception, Limits, Rule } from './shape.ts'

/** Weeks that limits need: with fewer they say more of chance than of the metric. */
const fewest = 8

/**
 * The week under review by limits of the weeks before the six shown (XmR): each as a ratio to the same week a year before
 * where that is known and calmer, else as it is. Null with fewer than eight weeks to take them from.
 * @param yearBefore the same weeks a year before, moving feasts aligned; null where not known
 */
export const judge = (
  chart: Pick<SixTwelve, 'weeks'>,
  yearBefore: readonly (number | null)[],
): JudgedLimits | null =>
  limitsOfKnown(
    chart.weeks.map(({ value }, n) => ({
      value: value === null ? null : Number(value),
      yearBefore: yearBefore[n] ?? null,
    })),
    weeksShown,
    fewest,
  )

/** The limits as they are drawn: those of the week under review, and of each of the six. */
export function limitsOf(seen: JudgedLimits | null, yearBefore: readonly (number | null)[]): Limits | null {
  if (!seen) return null
  const { basis, limits, judged } = seen
  const last = judged.length - 1
  const level = (of: number, before: number | null) =>
    basis === 'values' ? of : before === null ? null : of * before
  return {
    mean: seen.usual(last),
    low: seen.low(last),
    high: seen.high(last),
    basis,
    words: limitsWords(seen),
    weeks: yearBefore.slice(-weeksShown).map(before => ({
      low: level(limits.low, before),
      high: level(limits.high, before),
    })),
  }
}

const toneOf = (above: boolean, good: Measure['good']): Exception['tone'] =>
  good === 'none' ? 'neutral' : above === (good === 'up') ? 'good' : 'bad'

/**
 * What an owner has to speak to: the week beyond its limits, or the eighth in a row on one side of what is usual;
 * the week or the month so far off target by more than the rule allows, in share and for money in amount too.
 */
export function exceptionsOf(
  block: Block,
  chart: SixTwelve,
  seen: JudgedLimits | null,
  definition: Definition,
  currency: string | null,
  rule: Rule,
): Strange[] {
  const measure: Measure = { unit: definition.unit, good: definition.good, currency }
  const said = (value: number) => show(String(value), measure, 'table')
  const week = chart.week.value
  const last = (seen?.judged.length ?? 0) - 1
  const usual = seen ? seen.usual(last) : null
  const off = week === null || usual === null ? null : Number(week) - usual
  const ratio = (moved: Moved | null) => (moved?.ratio == null ? null : Number(moved.ratio))
  const base = {
    block: block.id,
    metric: chart.metric,
    owner: block.owner,
    slice: JSON.stringify(block.filters),
    ratios: {
      usual: off === null || !usual ? null : off / Math.abs(usual),
      target_week: ratio(chart.week.target),
      target_month: ratio(chart.month.target),
    },
  }
  const found: Strange[] = []
  const add = (kind: Exception['kind'], above: boolean, words: string, amount: number | null) =>
    found.push({
      ...base,
      key: `${block.id}:${chart.metric}:${kind}`,
      kind,
      above,
      amount: measure.unit === 'money' ? amount : null,
      tone: toneOf(above, measure.good),
      words: `${definition.label} ${words}`,
    })

  // What differs by less than it is shown with is the arithmetic's noise, not the process's.
  if (seen && week !== null && said(Number(week)) !== said(seen.usual(last)))
    for (const { kind, above } of seen.last) {
      const [where, yearly] = [above ? 'above' : 'below', seen.basis === 'year_before']
      // What is counted keeps to whole numbers: 17 is above 16.6, and not above 17.
      const whole = measure.unit === 'count'
      const [low, high] = [seen.low(last), seen.high(last)]
      const bounds = whole ? [Math.ceil(low), Math.floor(high)] : [low, high]
      const figures = [Number(week), ...bounds]
      // What is beyond a limit is not shown as equal to it.
      const place = said(Number(week)) === said(bounds[above ? 1 : 0] as number) ? 'tooltip' : 'table'
      const [own, least, most] = figures.map(one => show(String(one), measure, place))
      const span = `the ${least} to ${most}`
      if (kind === 'beyond_limits')
        add(
          kind,
          above,
          `${own}, ${where} ${span} ${yearly ? 'that the same week a year before lets expect' : 'it keeps to by itself'}`,
          off,
        )
      if (kind === 'run')
        add(
          kind,
          above,
          `has been ${where} ${yearly ? 'what the year before lets expect' : `its mean of ${said(seen.usual(last))}`} for eight weeks`,
          off,
        )
    }

  const miss = (kind: 'target_week' | 'target_month', moved: Moved | null, when: string) => {
    if (!moved || moved.delta === null || moved.ratio === null) return
    const [delta, share] = [Number(moved.delta), Math.abs(Number(moved.ratio))]
    if (share <= rule.share || (measure.unit === 'money' && Math.abs(delta) <= rule.money)) return
    const size = change(moved, measure).text
    // Of a share the points are all there is to say.
    const by = measure.unit === 'share' ? '' : ` (${showSigned(moved.delta, measure, 'table')})`
    add(kind, delta > 0, `${size} ${delta > 0 ? 'above' : 'below'} target ${when}${by}`, delta)
  }
  miss('target_week', chart.week.target, 'in the week')
  miss('target_month', chart.month.target, 'in the month so far')
  return found
}
