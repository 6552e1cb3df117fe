import type { EChartsCoreOption } from 'echarts/core'
import { clearPlace, endName, isAlone, namedAt, nudges, plotOf } from './line-names.ts'
import type { Palette } from './palette.ts'

/** How the house draws: IBCS notation, five ticks, no axis line, the whole plot answers the pointer. */

export interface Line {
  name: string
  values: readonly (number | null)[]
  /** actual: solid · previous: dashed grey · last_year: pale solid · target: stepped · forecast: dashed · or a place in the categorical ramp. */
  look: 'actual' | 'previous' | 'last_year' | 'target' | 'forecast' | number
  /** What it may lie between: a pale band under the line. */
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] }
  /**
   * Whole at the point still in progress as well, as days of last year that are over; false: no further than it, too.
   * Absent: targets and forecasts are whole.
   */
  whole?: boolean | undefined
}

export interface LinesProps {
  /** Pixels the chart is high; keeps the names at the line ends apart. */
  height?: number
  lines: readonly Line[]
  /** Axis labels, one per point. */
  labels: readonly string[]
  axis: (value: number) => string
  /** The tooltip of a point, as rows; texts are made safe here. */
  tip: (index: number) => { title: string; rows: readonly (readonly [string, string, string?])[] }
  /** Ratios need no zero. */
  fromZero: boolean
  marks?: readonly { at: number; name: string }[]
  /** The point still in progress: what it brought so far stands hollow and apart, for it is no fall. */
  open?: number | null
}

const safe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A tooltip's inside: a title and rows of name, value, and a quieter third. */
export function tipHtml(
  tip: { title: string; rows: readonly (readonly [string, string, string?])[] },
  colours: Palette,
) {
  const cells = tip.rows
    .map(
      ([name, value, more]) =>
        `<tr><td style="color:${colours.ink2};padding:1px 16px 1px 0">${safe(name)}</td><td style="text-align:right;font-weight:500">${safe(value)}</td><td style="text-align:right;color:${colours.ink3};padding-left:10px">${safe(more ?? '')}</td></tr>`,
    )
    .join('')
  return `<div style="font-size:12px;line-height:17px;font-variant-numeric:tabular-nums"><div style="color:${colours.ink};font-weight:550;margin-bottom:2px">${safe(tip.title)}</div><table style="border-spacing:0">${cells}</table></div>`
}

/** A legend of coloured squares below a chart of bars. */
export const squares = (colours: Palette) => ({
  bottom: 0,
  left: 0,
  icon: 'roundRect',
  itemWidth: 10,
  itemHeight: 10,
  textStyle: { color: colours.ink2, fontSize: 11, fontFamily: colours.font },
})

/** The tip of a bar: the bar it is of lies in a shade. */
export const barTooltip = (colours: Palette) => ({
  trigger: 'axis',
  axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.4 } },
  ...tooltip(colours),
})

export const tooltip = (colours: Palette) => ({
  backgroundColor: colours.surface,
  borderColor: colours.lineStrong,
  borderWidth: 1,
  padding: [8, 10],
  textStyle: { color: colours.ink, fontFamily: colours.font },
  extraCssText: 'box-shadow: var(--popover-shadow); border-radius: 6px',
  confine: true,
  transitionDuration: 0,
})

/** Five ticks, faint lines, no axis line. */
export const valueAxis = (colours: Palette, axis: (value: number) => string, fromZero: boolean) => ({
  type: 'value',
  splitNumber: 4,
  scale: !fromZero,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: colours.ink3, fontSize: 11, fontFamily: colours.font, formatter: axis },
  splitLine: { lineStyle: { color: colours.line } },
})

export const nameAxis = (colours: Palette, labels: readonly string[]) => ({
  type: 'category',
  data: [...labels],
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: {
    color: colours.ink3,
    fontSize: 11,
    fontFamily: colours.font,
    hideOverlap: true,
    interval: Math.max(0, Math.ceil(labels.length / 8) - 1),
  },
})

/** The axis the marks of events stand on: as high as the plot, unseen. After a drawing's own. */
export const markAxis = { type: 'value', min: 0, max: 1, show: false }

/**
 * Events along a time axis, by name: hairlines as high as the plot, over every chart over time. They are columns on an axis of
 * their own, the `axis`th: so the library needs no part for marks alone, and names that would cover one another give way.
 */
export const eventMarks = (colours: Palette, marks: LinesProps['marks'], points: number, axis: number) =>
  !marks?.length
    ? []
    : [
        {
          type: 'bar',
          name: 'Events',
          yAxisIndex: axis,
          data: Array.from({ length: points }, (_, at) => (marks.some(mark => mark.at === at) ? 1 : null)),
          barWidth: 1,
          silent: true,
          z: 1,
          itemStyle: { color: colours.lineStrong },
          emphasis: { disabled: true },
          label: {
            show: true,
            position: 'top',
            distance: 2,
            color: colours.ink3,
            fontSize: 10,
            fontFamily: colours.font,
            formatter: (one: { dataIndex: number }) =>
              marks
                .filter(mark => mark.at === one.dataIndex)
                .map(mark => mark.name)
                .join(', '),
          },
          labelLayout: { hideOverlap: true },
        },
      ]

/** Also on a phone, where points between the names of the axis are left out else, and what stands at them with them. */
const everyPoint = { showSymbol: true, showAllSymbol: true } as const

const endOf = (values: readonly (number | null)[]) => values.findLastIndex(value => value !== null)

/** Lines over time. Names stand at the line ends when there are at most four. */
export const lines =
  (given: LinesProps) =>
  (colours: Palette): EChartsCoreOption => {
    const { parts, props } = apart(given)
    const ends = props.lines.length <= 4 && props.labels.length > 1
    const style = (look: Line['look']) => {
      if (look === 'actual') return { color: colours.actual, width: 2.2, type: 'solid' }
      if (look === 'previous') return { color: colours.previous, width: 1.4, type: [4, 3] }
      if (look === 'last_year') return { color: colours.lastYear, width: 1.8, type: 'solid' }
      if (look === 'forecast') return { color: colours.actual, width: 1.6, type: [6, 4] }
      if (look === 'target') return { color: colours.target, width: 1.2, type: 'solid' }
      return { color: colours.categorical[look % 8], width: 1.8, type: look < 8 ? 'solid' : [5, 3] }
    }
    // What is so far stands right of where its line ends: the name goes there, clear of the points.
    const last = props.labels.length - 1
    const shown = props.lines.map((line, n) => {
      const part = parts.find(one => one.of === n)?.values[last] ?? null
      return part === null ? line : { ...line, values: line.values.with(last, part) }
    })
    const plot = (props.height ?? 272) - 36
    const farthest = Math.max(...shown.map(line => endOf(line.values)))
    const short = ends
      ? props.lines.filter((line, n) => shown[n] === line && endOf(line.values) < farthest)
      : []
    const nudge = ends
      ? nudges(
          shown,
          plot,
          props.fromZero,
          short.map(line => props.lines.indexOf(line)),
        )
      : []
    const said = props.lines.map((line, n) =>
      endName(
        shown[n] !== line && line.look === 'actual' ? `${line.name} so far` : line.name,
        style(line.look),
        nudge.some(by => Math.abs(by) >= 7),
      ),
    )
    const longest = Math.max(
      ...props.lines.map((line, n) => line.name.length + (shown[n] === line ? 0 : 7)),
      0,
    )
    const beside = Math.max(...said.map(({ room }) => room), 0)
    const name = { fontSize: 11, fontFamily: colours.font, distance: 6 }
    const halo = { textBorderColor: colours.surface, textBorderWidth: 3 }
    const clear = (values: Line['values'], points: readonly number[], begins = false) =>
      clearPlace(
        values,
        [...props.lines, ...parts].map(one => one.values),
        plotOf(shown, plot, props.fromZero),
        points,
        begins,
      )
    const inkOf = (look: Line['look']) => (look === 'actual' ? colours.actual : colours.ink2)
    return {
      grid: {
        top: 12,
        left: 4,
        right: ends ? Math.min(132 + beside, 16 + beside + longest * 6) : 8,
        bottom: 4,
        containLabel: true,
      },
      legend: ends
        ? { show: false }
        : {
            bottom: 0,
            data: props.lines.map(line => line.name),
            icon: 'roundRect',
            itemWidth: 14,
            itemHeight: 3,
            textStyle: { color: colours.ink2, fontSize: 11, fontFamily: colours.font },
          },
      ...(!ends && { grid: { top: 12, left: 4, right: 8, bottom: 34, containLabel: true } }),
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'line', snap: true, lineStyle: { color: colours.lineStrong, type: 'solid' } },
        ...tooltip(colours),
        formatter: (those: { dataIndex: number }[]) => tipHtml(props.tip(those[0]?.dataIndex ?? 0), colours),
      },
      xAxis: { ...nameAxis(colours, props.labels), boundaryGap: props.labels.length === 1 },
      yAxis: [valueAxis(colours, props.axis, props.fromZero), markAxis],
      series: [
        ...props.lines.flatMap((line, n) => [
          ...bandOf(line, n, String(style(line.look).color)),
          {
            name: line.name,
            type: 'line',
            data: [...line.values],
            symbol: 'circle',
            // What no line leads to would be nowhere without its point.
            ...(props.labels.length > 1 && line.values.some((_, at) => isAlone(line.values, at))
              ? {
                  ...everyPoint,
                  symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
                    isAlone(line.values, dataIndex) ? 5 : 0,
                }
              : { symbolSize: 5, showSymbol: props.labels.length === 1 }),
            step: line.look === 'target' ? 'middle' : false,
            connectNulls: false,
            z: line.look === 'actual' ? 10 : 5 - n / 10,
            lineStyle: style(line.look),
            itemStyle: { color: style(line.look).color },
            emphasis: { disabled: true },
            endLabel: {
              ...name,
              show: ends && shown[n] === line && !short.includes(line),
              ...said[n],
              color: inkOf(line.look),
              offset: [0, nudge[n] ?? 0],
            },
          },
        ]),
        // A line that ends before others is named along its way, where no other runs.
        ...short.map(({ name: formatter, values, look }) => {
          const { points, begins } = namedAt(values)
          const { at, side } = clear(values, points, begins)
          return {
            name: formatter,
            type: 'line',
            data: values.map((value, n) => (n === at ? value : null)),
            symbolSize: 0.1,
            ...everyPoint,
            silent: true,
            z: 12,
            tooltip: { show: false },
            label: {
              ...name,
              ...halo,
              show: true,
              formatter,
              position: side,
              ...(begins && { align: 'left' }),
              color: inkOf(look),
            },
          }
        }),
        ...parts.map(part => ({
          name: `${part.name}, so far`,
          type: 'line',
          data: part.values,
          // The kit's own hollow circle is white within, also on a dark card.
          symbol: 'circle',
          symbolSize: 7,
          ...everyPoint,
          silent: true,
          z: part.look === 'actual' ? 12 : 11,
          lineStyle: { opacity: 0 },
          itemStyle: { color: colours.surface, borderColor: style(part.look).color, borderWidth: 1.8 },
          emphasis: { disabled: true },
          label: {
            ...name,
            ...(part.values[last] === null || !ends
              ? {
                  ...halo,
                  show: part === parts[0],
                  formatter: 'so far',
                  position: clear(part.values, [props.open ?? last]).side,
                  // In the colour of its line: grey would be taken for what it is compared with.
                  color: inkOf(part.look),
                }
              : {
                  show: true,
                  ...said[part.of],
                  position: 'right',
                  offset: [0, nudge[part.of] ?? 0],
                  color: inkOf(part.look),
                }),
          },
        })),
        ...eventMarks(colours, props.marks, props.labels.length, 1),
      ],
    }
  }

/** Lines without the point still in progress, and those points by themselves. */
function apart(props: LinesProps): {
  props: LinesProps
  parts: { name: string; of: number; look: Line['look']; values: (number | null)[] }[]
} {
  const { open } = props
  if (open === undefined || open === null) return { props, parts: [] }
  const cut = ({ whole, look }: Line) => !(whole ?? (look === 'target' || look === 'forecast'))
  const before = (values: readonly (number | null)[]) => values.map((value, n) => (n === open ? null : value))
  const over = props.lines.map(line =>
    cut(line)
      ? {
          ...line,
          values: before(line.values),
          ...(line.band && { band: { low: before(line.band.low), high: before(line.band.high) } }),
        }
      : line,
  )
  // A few returns before the first sale of a day are no reason to draw all of it above a cellar.
  const floor =
    props.fromZero && over.every(line => line.values.every(value => (value ?? 0) >= 0))
      ? 0
      : Number.NEGATIVE_INFINITY
  const parts = props.lines.flatMap((line, of) => {
    const value = line.values[open] ?? null
    if (!cut(line) || value === null) return []
    const values = line.values.map((_, n) => (n === open ? Math.max(floor, value) : null))
    return [{ name: line.name, of, look: line.look, values }]
  })
  return { props: { ...props, lines: over }, parts }
}

/** A band as two stacked series: what lies below it, unseen, and its height. */
const bandOf = ({ band, name }: Line, n: number, color: string) => {
  if (!band) return []
  const unseen = {
    type: 'line',
    stack: `band ${n}`,
    stackStrategy: 'all',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    emphasis: { disabled: true },
    z: 1,
  }
  const height = band.high.map((high, i) => {
    const low = band.low[i] ?? null
    return high === null || low === null ? null : high - low
  })
  return [
    { ...unseen, name: `${name}, low`, data: [...band.low] },
    { ...unseen, name: `${name}, high`, data: height, areaStyle: { color, opacity: 0.12 } },
  ]
}

export interface StackProps {
  parts: readonly { name: string; values: readonly (number | null)[]; look: number | 'pale' }[]
  labels: readonly string[]
  axis: (value: number) => string
  tip: LinesProps['tip']
  /** The column still in progress: drawn in outline. */
  open?: number | null
  /** Events, each at a column. */
  marks?: LinesProps['marks']
}

/** Columns on a zero baseline, stacked. */
export const stack =
  (props: StackProps) =>
  (colours: Palette): EChartsCoreOption => {
    const inkOf = ({ look }: StackProps['parts'][number]) =>
      look === 'pale' ? colours.lastYear : colours.categorical[look]
    // On an axis of their own: beside one another, columns and marks would share the room of a column.
    const marks = eventMarks(colours, props.marks, props.labels.length, 1).map(one => ({
      ...one,
      xAxisIndex: 1,
      // A name at the right edge goes left of its mark: there is no room beyond the last columns.
      data: one.data.map((value, at) =>
        value !== null && at >= 0.8 * (props.labels.length - 1)
          ? { value, label: { align: 'right' } }
          : value,
      ),
    }))
    const names = nameAxis(colours, props.labels)
    const values = valueAxis(colours, props.axis, true)
    return {
      grid: { top: 12, left: 4, right: 8, bottom: 30, containLabel: true },
      legend: {
        data: props.parts.map(part => part.name),
        ...squares(colours),
      },
      tooltip: {
        ...barTooltip(colours),
        formatter: (those: { dataIndex: number }[]) => tipHtml(props.tip(those[0]?.dataIndex ?? 0), colours),
      },
      ...(marks.length === 0
        ? { xAxis: names, yAxis: values }
        : {
            xAxis: [names, { ...names, show: false, axisPointer: { show: false } }],
            yAxis: [values, markAxis],
          }),
      series: [
        ...props.parts.map(part => ({
          name: part.name,
          type: 'bar',
          stack: 'all',
          barMaxWidth: 28,
          barCategoryGap: '28%',
          data: part.values.map((value, n) =>
            n === props.open
              ? {
                  value,
                  itemStyle: { color: colours.surface, borderColor: inkOf(part), borderType: 'dashed' },
                }
              : value,
          ),
          itemStyle: { color: inkOf(part) },
          emphasis: { disabled: true },
        })),
        ...marks,
      ],
    }
  }
