import type { EChartsCoreOption } from 'echarts/core'
import { type LinesProps, lines } from './drawings.ts'
import type { Palette } from './palette.ts'

export interface ControlChartProps extends Omit<LinesProps, 'lines'> {
  name: string
  values: readonly (number | null)[]
  usual: readonly (number | null)[]
  /** Null: none on this side, as of steps, which have no least. */
  low: readonly (number | null)[] | null
  high: readonly (number | null)[]
  /** Which values are no noise. */
  told: readonly boolean[]
}

/** A control chart: the values with a dot each, what is usual and the limits as thin lines, and rings where a rule is broken. */
export const controlChart =
  (props: ControlChartProps) =>
  (colours: Palette): EChartsCoreOption => {
    const { name, values, usual, low, high, told } = props
    const drawn = lines({
      ...props,
      lines: [
        { name, values, look: 'actual' },
        { name: 'Usual', values: usual, look: 'last_year' },
        ...(low ? [{ name: 'Lower limit', values: low, look: 'previous' as const }] : []),
        { name: 'Upper limit', values: high, look: 'previous' },
      ],
    })(colours)
    const series = drawn.series as Record<string, unknown>[]
    return {
      ...drawn,
      series: [
        ...series.map(one => (one.name === name ? { ...one, showSymbol: true, symbolSize: 4 } : one)),
        {
          name: 'Signal',
          type: 'line',
          data: values.map((value, n) => (told[n] ? value : null)),
          symbol: 'circle',
          symbolSize: 9,
          showSymbol: true,
          showAllSymbol: true,
          silent: true,
          z: 12,
          lineStyle: { opacity: 0 },
          itemStyle: { color: colours.surface, borderColor: colours.bad, borderWidth: 2 },
          emphasis: { disabled: true },
        },
      ],
    }
  }
