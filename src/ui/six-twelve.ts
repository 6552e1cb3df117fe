import type { EChartsCoreOption } from 'echarts/core'
import { eventMarks, type LinesProps, markAxis, nameAxis, tipHtml, tooltip, valueAxis } from './drawings.ts'
import type { Palette } from './palette.ts'

/** A run of points on the shared axis: weeks, or months. */
export interface Run {
  labels: readonly string[]
  actual: readonly (number | null)[]
  lastYear: readonly (number | null)[]
  target: readonly (number | null)[]
  /** A second figure in the same unit. */
  second?: readonly (number | null)[] | undefined
  secondLastYear?: readonly (number | null)[] | undefined
}

export interface SixTwelveProps {
  weeks: Run
  months: Run
  /** What the second figure is called, where there is one. */
  second?: string | undefined
  /** Where the metric stays by itself, week by week. */
  limits: readonly { low: number | null; high: number | null }[] | null
  /** The last week is an exception. */
  strange: boolean
  /** A value beside its point. */
  text: (value: number) => string
  axis: (value: number) => string
  /** The same on the right, for months. */
  monthAxis: (value: number) => string
  /** The point at a place: weeks first, then a gap, then months. */
  tip: LinesProps['tip']
  /** Events, by place. */
  marks?: LinesProps['marks']
}

/**
 * Weeks and months of one figure on one axis: weeks against the left, months against the right. This year solid with its
 * values, last year pale, targets triangles; a second figure in the same unit beside it, thinner and without values, its own
 * last year pale in its colour: no figure stands without what it is compared with.
 */
export const sixTwelve =
  (props: SixTwelveProps) =>
  (colours: Palette): EChartsCoreOption => {
    const { weeks, months } = props
    const gap = weeks.labels.length
    const before = <T>(values: readonly T[]) => [...values, ...Array(months.labels.length + 1).fill(null)]
    const after = <T>(values: readonly T[]) => [...Array(gap + 1).fill(null), ...values]
    const green = colours.categorical[2]
    const quiet = { type: 'line', silent: true, emphasis: { disabled: true }, connectNulls: false }
    const known = (values: readonly (number | null)[]) => values.some(value => value !== null)
    const side = (run: Run, at: 0 | 1, place: typeof before) => [
      {
        ...quiet,
        name: 'This year',
        yAxisIndex: at,
        data: place(run.actual).map((value, n) =>
          at === 0 && n === gap - 1 && props.strange
            ? {
                value,
                symbolSize: 9,
                itemStyle: { color: colours.surface, borderColor: colours.bad, borderWidth: 2 },
              }
            : value,
        ),
        symbol: 'circle',
        symbolSize: 5,
        z: 10,
        lineStyle: { color: colours.actual, width: 2.2 },
        itemStyle: { color: colours.actual },
        label: {
          show: true,
          position: 'top',
          color: colours.ink,
          fontSize: 10,
          fontFamily: colours.font,
          // Kept apart from the line they stand on.
          textBorderColor: colours.surface,
          textBorderWidth: 3,
          formatter: (one: { value: unknown }) =>
            typeof one.value === 'number' ? props.text(one.value) : '',
        },
        labelLayout: { hideOverlap: true },
      },
      known(run.lastYear) && {
        ...quiet,
        name: 'Last year',
        yAxisIndex: at,
        data: place(run.lastYear),
        showSymbol: false,
        z: 5,
        lineStyle: { color: colours.lastYear, width: 1.6 },
        itemStyle: { color: colours.lastYear },
      },
      known(run.second ?? []) && {
        ...quiet,
        name: props.second ?? '',
        yAxisIndex: at,
        data: place(run.second ?? []),
        symbol: 'diamond',
        symbolSize: 5,
        z: 7,
        lineStyle: { color: colours.categorical[6], width: 1.6 },
        itemStyle: { color: colours.categorical[6] },
      },
      known(run.secondLastYear ?? []) && {
        ...quiet,
        name: `${props.second}, last year`,
        yAxisIndex: at,
        data: place(run.secondLastYear ?? []),
        showSymbol: false,
        z: 4,
        lineStyle: { color: colours.categorical[6], width: 1.2, opacity: 0.45 },
        itemStyle: { color: colours.categorical[6], opacity: 0.45 },
      },
      known(run.target) && {
        ...quiet,
        name: 'Target',
        yAxisIndex: at,
        data: place(run.target),
        symbol: 'triangle',
        symbolSize: 8,
        z: 8,
        lineStyle: { width: 0 },
        itemStyle: { color: green },
      },
    ]
    const limit = (values: readonly (number | null)[]) => ({
      ...quiet,
      name: 'Limits',
      yAxisIndex: 0,
      data: before(values),
      showSymbol: false,
      z: 2,
      lineStyle: { color: colours.previous, width: 1, type: 'dotted' },
      itemStyle: { color: colours.previous },
    })
    const names = nameAxis(colours, [...weeks.labels, '', ...months.labels])
    const value = valueAxis(colours, props.axis, false)
    const series = [
      ...side(weeks, 0, before),
      ...side(months, 1, after),
      ...(props.limits
        ? [limit(props.limits.map(one => one.low)), limit(props.limits.map(one => one.high))]
        : []),
    ].filter(one => one !== false)
    return {
      grid: { top: 22, left: 4, right: 4, bottom: 26, containLabel: true },
      legend: {
        bottom: 0,
        left: 0,
        data: [...new Set(series.map(one => one.name))],
        itemWidth: 14,
        itemHeight: 7,
        textStyle: { color: colours.ink2, fontSize: 11, fontFamily: colours.font },
      },
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'line', snap: true, lineStyle: { color: colours.lineStrong, type: 'solid' } },
        ...tooltip(colours),
        formatter: (those: { dataIndex: number }[]) => {
          const at = those[0]?.dataIndex ?? gap
          return at === gap ? '' : tipHtml(props.tip(at), colours)
        },
      },
      xAxis: { ...names, axisLabel: { ...names.axisLabel, interval: 0 }, boundaryGap: true },
      yAxis: [
        value,
        {
          ...valueAxis(colours, props.monthAxis, false),
          position: 'right',
          splitLine: { show: false },
        },
        markAxis,
      ],
      series: [...series, ...eventMarks(colours, props.marks, names.data.length, 2)],
    }
  }
