import type { EChartsCoreOption } from 'echarts/core'
import { nameAxis } from './drawings.ts'
import type { Palette } from './palette.ts'

interface GridProps {
  rows: readonly string[]
  columns: readonly string[]
  /** row, column, value */
  cells: readonly (readonly [number, number, number | null])[]
  text: (row: number, column: number) => string
}

/** A heat map as a picture; on the screen it is a table. */
export const heat =
  (props: GridProps) =>
  (colours: Palette): EChartsCoreOption => {
    const most = Math.max(...props.cells.map(one => one[2] ?? 0), 0) || 1
    return {
      grid: { top: 8, left: 4, right: 8, bottom: 4, containLabel: true },
      xAxis: {
        ...nameAxis(colours, props.columns),
        position: 'top',
        axisLabel: { color: colours.ink3, interval: 0, fontFamily: colours.font },
      },
      yAxis: {
        ...nameAxis(colours, props.rows),
        inverse: true,
        axisLabel: { color: colours.ink3, interval: 0, fontFamily: colours.font },
      },
      visualMap: { show: false, min: 0, max: most, inRange: { color: colours.sequential } },
      series: [
        {
          type: 'heatmap',
          data: props.cells
            .filter(one => one[2] !== null)
            .map(([row, column, value]) => [column, row, value]),
          label: {
            show: true,
            fontSize: 10,
            fontFamily: colours.font,
            formatter: (one: { value: [number, number, number] }) => props.text(one.value[1], one.value[0]),
          },
          itemStyle: { borderColor: colours.surface, borderWidth: 2, borderRadius: 3 },
        },
      ],
    }
  }
