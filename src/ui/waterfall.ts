import type { EChartsCoreOption } from 'echarts/core'
import { type LinesProps, nameAxis, tipHtml, tooltip, valueAxis } from './drawings.ts'
import type { Palette } from './palette.ts'

export interface WaterfallProps {
  /** What it was and is; left out where they would dwarf the steps, and the change stands at the end instead. */
  before: { name: string; value: number; look: 'lastYear' | 'previous' | 'target' }
  after: { name: string; value: number }
  /** Adding up to the difference. A total is what is left so far: it stands on zero and adds nothing. */
  steps: readonly { name: string; value: number; bad: boolean; total?: boolean }[]
  /** Bars stand on zero however small the steps are: what is left of a whole. */
  whole?: boolean
  change: string
  axis: (value: number) => string
  /** Columns lie under one another, for a phone: their names and words have room there. */
  across?: boolean
  /** The words over a column. */
  text: (index: number) => string
  tip: LinesProps['tip']
}

export interface Column {
  name: string
  from: number
  to: number
  look: 'before' | 'after' | 'total' | 'good' | 'bad'
  /** Place among the steps; null for the ends. */
  step: number | null
}

/** The columns of a bridge. Bars stand on zero; where the steps move less than a fifth of the whole, the bridge is of the change alone. */
export function columnsOf(
  props: Pick<WaterfallProps, 'before' | 'after' | 'steps' | 'change' | 'whole'>,
): Column[] {
  const { before, after } = props
  const steps = props.steps.map(step => (step.total ? { ...step, value: 0 } : step))
  const reach = steps.reduce(
    ({ at, low, high }, step) => {
      const next = at + step.value
      return { at: next, low: Math.min(low, next), high: Math.max(high, next) }
    },
    { at: 0, low: 0, high: 0 },
  )
  const whole =
    props.whole || reach.high - reach.low >= 0.2 * Math.max(Math.abs(before.value), Math.abs(after.value))
  let at = whole ? before.value : 0
  const columns = steps.map((step, n): Column => {
    const from = at
    at += step.value
    if (step.total) return { name: step.name, from: 0, to: at, look: 'total', step: n }
    return { name: step.name, from, to: at, look: step.bad ? 'bad' : 'good', step: n }
  })
  return whole
    ? [
        { name: before.name, from: 0, to: before.value, look: 'before', step: null },
        ...columns,
        { name: after.name, from: 0, to: after.value, look: 'after', step: null },
      ]
    : [...columns, { name: props.change, from: 0, to: at, look: 'after', step: null }]
}

/** Whether a span lies below zero. */
const isBelow = (low: number, high: number) => high <= 0 && low < 0

/** A bridge: each step begins where the one before ended. Bad steps are red, good ones plain. */
export const waterfall =
  (props: WaterfallProps) =>
  (colours: Palette): EChartsCoreOption => {
    const columns = columnsOf(props)
    const colour = (look: Column['look']) =>
      look === 'before'
        ? colours[props.before.look]
        : look === 'after' || look === 'total'
          ? colours.actual
          : look === 'bad'
            ? colours.bad
            : colours.ink3
    const spans = columns.map(one => [Math.min(one.from, one.to), Math.max(one.from, one.to)] as const)
    const bar = (values: number[], shown: boolean) => ({
      type: 'bar',
      stack: 'bridge',
      barMaxWidth: 56,
      barCategoryGap: '28%',
      emphasis: { disabled: true },
      data: values.map((value, n) => ({
        value,
        itemStyle: { color: shown ? colour(columns[n]?.look ?? 'after') : 'transparent' },
      })),
      ...(!shown && { silent: true }),
    })
    const words = (position: 'top' | 'bottom' | 'right' | 'insideLeft', data: (number | null)[]) => ({
      type: 'bar',
      stack: 'words',
      barGap: '-100%',
      barMaxWidth: 56,
      silent: true,
      data,
      itemStyle: { color: 'transparent' },
      label: {
        show: true,
        position,
        color: colours.ink,
        fontSize: 11,
        fontFamily: colours.font,
        formatter: (one: { dataIndex: number }) => props.text(one.dataIndex),
      },
    })
    const names = nameAxis(
      colours,
      columns.map(one => one.name),
    )
    const label = { color: colours.ink2, fontSize: 11, lineHeight: 13, fontFamily: colours.font, interval: 0 }
    const values = valueAxis(colours, props.axis, true)
    const widest = Math.max(0, ...columns.map(one => one.name.length))
    const below = spans.some(([low, high]) => isBelow(low, high))
    return {
      // Room for words over the highest bar and under the lowest; lying, at their right ends.
      grid: props.across
        ? { top: 4, left: 4, right: 52, bottom: 4, containLabel: true }
        : { top: 24, left: 4, right: 8, bottom: below ? 16 : 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.4 } },
        ...tooltip(colours),
        formatter: (those: { dataIndex: number }[]) => tipHtml(props.tip(those[0]?.dataIndex ?? 0), colours),
      },
      ...(props.across
        ? {
            xAxis: { ...values, splitNumber: 2, axisLabel: { ...values.axisLabel, hideOverlap: true } },
            // A long name breaks, and short ones take no more than they need: else the bars had no room.
            yAxis: {
              ...names,
              inverse: true,
              axisLabel: { ...label, fontSize: 12, width: Math.min(140, 12 + 7 * widest), overflow: 'break' },
            },
          }
        : {
            xAxis: { ...names, axisLabel: { ...label, width: 76, overflow: 'break' } },
            yAxis: values,
            // On a phone the names of the steps stand aslant: side by side they would run into one another.
            media: [
              { option: { xAxis: { axisLabel: { rotate: 0 } } } },
              { query: { maxWidth: 420 }, option: { xAxis: { axisLabel: { rotate: 30 } } } },
            ],
          }),
      series: [
        // A span on one side of zero floats on an unseen bar; one across zero is two bars from it.
        bar(
          spans.map(([low, high]) => (low > 0 ? low : Math.min(high, 0))),
          false,
        ),
        bar(
          spans.map(([low, high]) => (low > 0 ? high - low : Math.max(0, high))),
          true,
        ),
        bar(
          spans.map(([low, high]) => (high < 0 ? low - high : Math.min(0, low))),
          true,
        ),
        // The words stand over each span; under one that lies below zero, where over it there is only the line. Lying, all
        // stand to the right: on the left are the names. Below zero that is where an unseen bar from zero ends.
        words(
          props.across ? 'right' : 'top',
          spans.map(([low, high]) => (isBelow(low, high) ? null : Math.max(0, high))),
        ),
        words(
          props.across ? 'insideLeft' : 'bottom',
          spans.map(([low, high]) => (isBelow(low, high) ? (props.across ? high : low) : null)),
        ),
      ],
    }
  }
