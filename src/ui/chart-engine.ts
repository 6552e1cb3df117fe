/** The drawing library, only the parts we draw with. Reached by import() so that no first load carries it. */
import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import type { Palette } from './palette.ts'

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GraphicComponent,
  GridComponent,
  HeatmapChart,
  LabelLayout,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  ScatterChart,
  SVGRenderer,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
])

/** On the screen charts are vectors: sharp at any zoom and in print. */
export const draw = (element: HTMLElement): ECharts => init(element, null, { renderer: 'svg' })

/** The same drawing as a picture, with what it shows written on it, on the palette given. */
export function picture(
  option: EChartsCoreOption,
  words: { title: string; note: string },
  palette: Palette,
  size = { width: 1200, height: 630 },
): Promise<Blob> {
  const element = document.createElement('div')
  const chart = init(element, null, { renderer: 'canvas', devicePixelRatio: 2, ...size })
  chart.setOption({ ...option, animation: false, backgroundColor: palette.surface })
  const grid = (option as { grid?: Record<string, unknown> }).grid ?? {}
  chart.setOption({
    grid: { ...grid, top: 104, left: 24, right: 48, bottom: 24, containLabel: true },
    title: {
      text: words.title,
      subtext: words.note,
      left: 24,
      top: 20,
      textStyle: { color: palette.ink, fontSize: 20, fontWeight: 500, fontFamily: palette.font },
      subtextStyle: { color: palette.ink2, fontSize: 13, fontFamily: palette.font },
    },
  })
  const canvas = chart.renderToCanvas({ backgroundColor: palette.surface })
  chart.dispose()
  return new Promise((done, fail) =>
    canvas.toBlob(
      blob => (blob ? done(blob) : fail(new Error('The picture could not be drawn'))),
      'image/png',
    ),
  )
}
