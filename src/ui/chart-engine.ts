/** The drawing library, only the parts the screen draws with. Reached by import() so that no first load carries it. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendPlainComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { type ECharts, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([
  BarChart,
  GridComponent,
  LegendPlainComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  TooltipComponent,
])

/** On the screen charts are vectors: sharp at any zoom and in print. */
export const draw = (element: HTMLElement): ECharts => init(element, null, { renderer: 'svg' })
