import { type Measure, show, tickPlace } from '#kernel/format.ts'
import type { Run, SixTwelveProps } from './six-twelve.ts'

/** The figures of a 6-12 chart as it is drawn, on the screen and on paper alike. */

interface Point {
  period: string
  label: string
  value: string | null
  lastYear: string | null
  target: string | null
}

interface Charted {
  months: readonly Point[]
  limits: {
    low: number
    high: number
    weeks?: readonly { low: number | null; high: number | null }[] | undefined
  } | null
}

/** As short as can be and still told from its neighbours: a ratio of 0.04 is not 0, nor every share the same percent. */
export const brief = (value: string | null, measure: Measure): string =>
  show(
    value,
    measure,
    measure.unit === 'share' ||
      (measure.unit !== 'count' &&
        measure.unit !== 'quantity' &&
        Number(value) !== 0 &&
        Math.abs(Number(value)) < 10)
      ? 'card'
      : 'axis',
  )

function ticksOf(points: readonly Point[], measure: Measure): (value: number) => string {
  const known = points
    .flatMap(one => [one.value, one.lastYear, one.target])
    .flatMap(one => (one === null ? [] : [Number(one)]))
  const place = tickPlace(known, measure)
  return value => show(String(value), measure, place)
}

/** A period among points; undefined where it is none of them. */
export const pointAt = <One extends Point>(points: readonly One[], period: string): One | undefined =>
  points.find(one => one.period === period)

const number = (value: string | null) => (value === null ? null : Number(value))
const runOf = (points: readonly Point[], second: readonly Point[] | undefined): Run => ({
  labels: points.map(one => one.label),
  actual: points.map(one => number(one.value)),
  lastYear: points.map(one => number(one.lastYear)),
  target: points.map(one => number(one.target)),
  second: second && points.map(one => number(pointAt(second, one.period)?.value ?? null)),
  secondLastYear: second && points.map(one => number(pointAt(second, one.period)?.lastYear ?? null)),
})

/** One metric, or two of one unit, as the runs of a 6-12 chart: `weeks` are those shown, of each. */
export const runsOf = (
  chart: Charted & { weeks: readonly Point[] },
  second: { weeks: readonly Point[]; months: readonly Point[]; label: string } | undefined,
  measure: Measure,
): Pick<SixTwelveProps, 'weeks' | 'months' | 'second' | 'limits' | 'text' | 'axis' | 'monthAxis'> => ({
  weeks: runOf(chart.weeks, second?.weeks),
  months: runOf(chart.months, second?.months),
  second: second?.label,
  limits:
    chart.limits && (chart.limits.weeks ?? chart.weeks.map(() => chart.limits)).filter(one => one !== null),
  text: value => brief(String(value), measure),
  axis: ticksOf([...chart.weeks, ...(second?.weeks ?? [])], measure),
  monthAxis: ticksOf([...chart.months, ...(second?.months ?? [])], measure),
})
