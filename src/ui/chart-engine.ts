/**
 * The drawing library, only the parts the screen draws with. Reached by import() so that no first load carries it; what only
 * some drawings need, or only who points at one, is fetched with the first of those.
 */
import { BarChart, LineChart } from 'echarts/charts'
import { GridSimpleComponent } from 'echarts/components'
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, GridSimpleComponent, LineChart, SVGRenderer])

const parts = {
  labels: () => import('./chart-labels.ts'),
  legend: () => import('./chart-legend.ts'),
  marks: () => import('./chart-marks.ts'),
  tips: () => import('./chart-tips.ts'),
}
type Part = keyof typeof parts
const here = new Set<Part>()

/** A drawing on an element, and the parts of the library that were there when it was made: it knows no later ones. */
export interface Drawn {
  chart: ECharts
  parts: ReadonlySet<Part>
}

/**
 * Draws on the element, anew or on what is drawn already, once the parts it takes are there; null when it is no longer
 * wanted by then. On the screen charts are vectors: sharp at any zoom and in print.
 */
export async function draw(
  element: HTMLElement,
  option: EChartsCoreOption,
  on: { before: () => Drawn | undefined; tips: boolean; wanted: () => boolean },
): Promise<Drawn | null> {
  const { legend, series } = option as { legend?: { show?: boolean }; series?: readonly object[] }
  const needed: Part[] = [
    ...(legend && legend.show !== false ? (['legend'] as const) : []),
    ...(series?.some(one => 'labelLayout' in one) ? (['labels'] as const) : []),
    ...(series?.some(one => 'markLine' in one) ? (['marks'] as const) : []),
    ...(on.tips ? (['tips'] as const) : []),
  ]
  const missing = needed.filter(part => !here.has(part))
  await Promise.all(missing.map(part => parts[part]()))
  for (const part of missing) here.add(part)
  if (!on.wanted()) return null
  const before = on.before()
  const fit = before && needed.every(part => before.parts.has(part))
  if (!fit) before?.chart.dispose()
  const drawn = fit ? before : { chart: init(element, null, { renderer: 'svg' }), parts: new Set(here) }
  drawn.chart.setOption({ animation: false, ...option }, { notMerge: true })
  return drawn
}
