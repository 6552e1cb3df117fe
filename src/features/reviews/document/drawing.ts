import { BarChart, LineChart } from 'echarts/charts'
import { GridSimpleComponent, LegendPlainComponent } from 'echarts/components'
import { type EChartsCoreOption, init, setPlatformAPI, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { colours, type Ink } from './ink.ts'

use([BarChart, GridSimpleComponent, LabelLayout, LegendPlainComponent, LineChart, SVGRenderer])

/**
 * A drawing of the screen on paper, as vectors: the library lays it out without a browser and tells it as SVG, of which it
 * uses paths, words and clips. `width` and `height` in points; it is laid out `closer` times as large and set smaller.
 */
export function draw(
  ink: Ink,
  drawing: (palette: typeof colours) => EChartsCoreOption,
  at: { x: number; y: number; width: number; height: number },
  closer = 1.45,
): void {
  setPlatformAPI({
    measureText: (text: string, font?: string) =>
      ({
        width: ink.width(text, { size: Number(/([\d.]+)px/.exec(font ?? '')?.[1] ?? 12) }) + 3,
      }) as TextMetrics,
  })
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: at.width * closer,
    height: at.height * closer,
  })
  // Nobody points at paper. What `containLabel` asks for is called otherwise by now.
  const { tooltip: _, grid, ...option } = drawing(colours)
  const { containLabel: __, ...within } = grid as Record<string, unknown>
  chart.setOption({
    animation: false,
    ...option,
    grid: { ...within, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const { doc } = ink
  doc.save()
  doc.translate(at.x, at.y).scale(1 / closer)
  paint(ink, svg)
  doc.restore()
}

type Attributes = Record<string, string>
const attributes = (text: string): Attributes =>
  Object.fromEntries([...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, is]) => [name, is]))

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const wordsOf = (text: string) => text.replaceAll(/&(#?\w+);/g, (all, name: string) => entities[name] ?? all)

/** #abc, #aabbcc or rgb(…) as #aabbcc; null for none. */
function colourOf(text: string | undefined): string | null {
  if (!text || text === 'none' || text === 'transparent') return null
  if (/^#[0-9a-f]{3}$/i.test(text)) return `#${[...text.slice(1)].map(one => one + one).join('')}`
  const parts = /^rgba?\(([^)]*)\)/.exec(text)?.[1]?.split(',').slice(0, 3)
  return parts ? `#${parts.map(one => Number(one).toString(16).padStart(2, '0')).join('')}` : text
}

const numbers = (text: string) => [...text.matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number)

function transform(doc: Ink['doc'], text: string | undefined): void {
  for (const [, name, inner = ''] of (text ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbers(inner)
    if (name === 'translate') doc.translate(a, b)
    else if (name === 'scale') doc.scale(a, numbers(inner)[1] ?? a)
    else if (name === 'rotate') doc.rotate(a)
    else if (name === 'matrix') doc.transform(a, b, c, d, e, f)
  }
}

/** Paints what the drawing library tells as SVG. Elements it does not tell are passed over. */
function paint(ink: Ink, svg: string): void {
  const { doc } = ink
  const clips = new Map(
    [...svg.matchAll(/<clipPath id="([^"]+)">\s*<path ([^>]*)>/g)].map(([, id, inner = '']) => [
      id,
      attributes(inner).d ?? '',
    ]),
  )
  const drawn = svg.replace(/<defs[\s\S]*?<\/defs>/g, '')
  for (const [, close, name, inner = '', words = ''] of drawn.matchAll(
    /<(\/?)(g|path|rect|text)\b([^>]*)>([^<]*)/g,
  )) {
    if (close) {
      if (name === 'g') doc.restore()
      continue
    }
    const is = attributes(inner)
    if (name === 'g') {
      doc.save()
      const clip = clips.get(/#([^)]+)/.exec(is['clip-path'] ?? '')?.[1] ?? '')
      if (clip) doc.path(clip).clip()
      continue
    }
    doc.save()
    transform(doc, is.transform)
    const opacity = Number(is.opacity ?? 1)
    if (name === 'text') {
      const size = Number(/font-size:([\d.]+)px/.exec(is.style ?? '')?.[1] ?? 12)
      const align = { end: 'right', middle: 'centre' }[is['text-anchor'] ?? ''] as
        | 'right'
        | 'centre'
        | undefined
      const text = wordsOf(words)
      const [x, y] = [Number(is.x ?? 0), Number(is.y ?? 0) - size * 0.605]
      const halo = colourOf(is.stroke)
      if (halo) {
        // Kept apart from the line it stands on.
        const wide = ink.width(text, { size })
        const left = align === 'right' ? x - wide : align === 'centre' ? x - wide / 2 : x
        doc
          .rect(left - 0.5, y + size * 0.18, wide + 1, size * 0.84)
          .fillColor(halo, 0.8)
          .fill()
      }
      ink.write(text, x, y, {
        size,
        colour: colourOf(is.fill) ?? colours.ink,
        opacity,
        ...(align && { align }),
      })
    } else if (name === 'path' && is.d) {
      const fill = Number(is['fill-opacity'] ?? 1) === 0 ? null : colourOf(is.fill ?? '#000')
      const width = Number(is['stroke-width'] ?? 1)
      const stroke = width > 0 ? colourOf(is.stroke) : null
      // A line is filled by nobody.
      const closed = /z\s*$/i.test(is.d) || / ?a/i.test(is.d)
      if (!stroke && !(fill && closed)) {
        doc.restore()
        continue
      }
      doc.path(is.d)
      if (stroke) {
        doc.lineWidth(width).lineJoin(is['stroke-linejoin'] === 'bevel' ? 'bevel' : 'miter')
        const dash = numbers(is['stroke-dasharray'] ?? '')
        if (dash.length > 0) doc.dash(dash[0] ?? 1, { space: dash[1] ?? dash[0] ?? 1 })
        else doc.undash()
        doc.strokeColor(stroke, opacity)
      }
      if (fill && closed) doc.fillColor(fill, opacity * Number(is['fill-opacity'] ?? 1))
      if (fill && closed && stroke) doc.fillAndStroke(fill, stroke)
      else if (fill && closed) doc.fill()
      else doc.stroke()
    }
    doc.restore()
  }
}
