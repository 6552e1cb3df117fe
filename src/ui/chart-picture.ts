/** The parts of the drawing library that only pictures need; fetched when one is asked for. */
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import {
  GridComponent,
  LegendPlainComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapContinuousComponent,
} from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { Palette } from './palette.ts'

use([
  BarChart,
  CanvasRenderer,
  GridComponent,
  HeatmapChart,
  LegendPlainComponent,
  LineChart,
  MarkLineComponent,
  TitleComponent,
  VisualMapContinuousComponent,
])

/** A drawing as a PNG, with what it shows written on it, in the palette given. */
export function picture(
  option: EChartsCoreOption,
  words: { title: string; note: string },
  palette: Palette,
  size = { width: 1200, height: 630 },
): Promise<Blob> {
  const element = document.createElement('div')
  const chart = init(element, null, { renderer: 'canvas', devicePixelRatio: 2, ...size })
  chart.setOption({ ...option, animation: false, backgroundColor: palette.surface })
  const { grid = {}, legend = {} } = option as { grid?: object; legend?: object }
  chart.setOption({
    grid: { ...grid, top: 104, left: 24, right: 120, bottom: 48, containLabel: true },
    legend: { ...legend, bottom: 12, left: 24 },
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
