import type { EChartsCoreOption } from 'echarts/core'
import { barTooltip, type LinesProps, nameAxis, squares, tipHtml } from './drawings.ts'
import type { Palette } from './palette.ts'

export interface RankProps {
  names: readonly string[]
  values: readonly (number | null)[]
  /** What they are compared with, drawn thin and pale behind. */
  compared?: { name: string; values: readonly (number | null)[] }
  name: string
  text: (index: number) => string
  tip?: LinesProps['tip']
}

/** Bars from longest to shortest with their values at the ends. */
export const rank =
  (props: RankProps) =>
  (colours: Palette): EChartsCoreOption => ({
    grid: { top: 4, left: 4, right: 72, bottom: props.compared ? 28 : 4, containLabel: true },
    legend: props.compared ? squares(colours) : { show: false },
    tooltip: {
      ...barTooltip(colours),
      show: !!props.tip,
      formatter: (those: { dataIndex: number }[]) =>
        props.tip ? tipHtml(props.tip(those[0]?.dataIndex ?? 0), colours) : '',
    },
    xAxis: { type: 'value', show: false },
    yAxis: {
      ...nameAxis(colours, props.names),
      inverse: true,
      axisLabel: {
        color: colours.ink,
        fontSize: 12,
        fontFamily: colours.font,
        width: 200,
        overflow: 'truncate',
        interval: 0,
      },
    },
    series: [
      {
        name: props.name,
        type: 'bar',
        data: [...props.values],
        barMaxWidth: 14,
        itemStyle: { color: colours.actual },
        emphasis: { disabled: true },
        label: {
          show: true,
          position: 'right',
          color: colours.ink,
          fontSize: 11,
          fontFamily: colours.font,
          formatter: (one: { dataIndex: number }) => props.text(one.dataIndex),
        },
      },
      ...(props.compared
        ? [
            {
              name: props.compared.name,
              type: 'bar',
              data: [...props.compared.values],
              barMaxWidth: 6,
              itemStyle: { color: colours.lastYear },
              emphasis: { disabled: true },
            },
          ]
        : []),
    ],
  })
