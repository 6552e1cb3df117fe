import { useComputedColorScheme } from '@mantine/core'
import type { ECharts, EChartsCoreOption } from 'echarts/core'
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react'
import css from './chart.module.css'
import type { Drawn } from './chart-engine.ts'
import { lostOr } from './Later.tsx'
import { type Palette, palette, paperPalette } from './palette.ts'
import { Skeleton } from './State.tsx'

/** How a chart is drawn with given colours. */
export type Drawing = (colours: Palette) => EChartsCoreOption

export interface ChartProps {
  drawing: Drawing
  height?: number
  /** What the chart says, in a sentence, for who cannot see it. */
  label: string
  /** How many points stand along the x axis; arrow keys walk them. */
  points?: number
  /** A point's words, read out while walking. */
  describe?: (index: number) => string
  /** A click on the plot, or Enter on the walked-to point. */
  onPick?: (index: number) => void
  /** The axis the points stand along. */
  along?: 'x' | 'y'
}

/** On paper a box is narrower than on the screen, and nothing is drawn anew: the picture must know its own size to shrink. */
const scalable = (chart: ECharts) =>
  chart.getDom().querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`)

const point = (chart: ECharts, at: number) =>
  chart.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: at })

/** A drawing on the screen: resizes with its box, changes with the scheme, walks by arrow keys, never animates data changes. */
export function Chart({
  drawing,
  height = 260,
  label,
  points = 0,
  describe,
  onPick,
  along = 'x',
}: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn>(undefined)
  const watch = useRef<ResizeObserver>(undefined)
  const [ready, setReady] = useState(false)
  const [at, setAt] = useState<number | null>(null)
  /** Whether somebody came near: what points say is fetched for them. */
  const [near, setNear] = useState(false)
  const scheme = useComputedColorScheme('light')
  const walked = useRef(at)
  walked.current = at

  useEffect(
    () => () => {
      watch.current?.disconnect()
      drawn.current?.chart.dispose()
      drawn.current = undefined
    },
    [],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the palette reads
  useEffect(() => {
    let gone = false
    const show = async () => {
      const engine = await import('./chart-engine.ts')
      const element = box.current
      if (!element || gone) return
      const before = () => drawn.current
      const next = await engine.draw(element, drawing(palette()), { before, tips: near, wanted: () => !gone })
      if (!next) return
      const { chart } = next
      if (next !== drawn.current) {
        drawn.current = next
        watch.current?.disconnect()
        watch.current = new ResizeObserver(() => {
          chart.resize({ animation: { duration: 0 } })
          scalable(chart)
        })
        watch.current.observe(element)
      }
      scalable(chart)
      if (walked.current !== null) point(chart, walked.current)
      setReady(true)
    }
    show().catch(lostOr)
    return () => {
      gone = true
    }
  }, [drawing, near, scheme])

  // Paper is light: what is drawn in the colours of a dark screen is drawn anew for it, at once, and back after.
  useEffect(() => {
    if (scheme !== 'dark') return
    const redraw = (colours: () => Palette) => () => {
      const chart = drawn.current?.chart
      if (!chart) return
      chart.setOption({ animation: false, ...drawing(colours()) }, { notMerge: true })
      chart.getZr().flush()
      scalable(chart)
    }
    const [paper, screen] = [redraw(paperPalette), redraw(palette)]
    window.addEventListener('beforeprint', paper)
    window.addEventListener('afterprint', screen)
    return () => {
      window.removeEventListener('beforeprint', paper)
      window.removeEventListener('afterprint', screen)
    }
  }, [drawing, scheme])

  const pick = (event: MouseEvent<HTMLDivElement>) => {
    const chart = drawn.current?.chart
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const place = [event.clientX - left, event.clientY - top]
    if (chart?.containPixel({ gridIndex: 0 }, place))
      onPick?.(Math.round(Number(chart.convertFromPixel({ gridIndex: 0 }, place)[along === 'x' ? 0 : 1])))
  }

  const walk = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && at !== null) onPick?.(at)
    const step = ['ArrowRight', 'ArrowDown'].includes(event.key)
      ? 1
      : ['ArrowLeft', 'ArrowUp'].includes(event.key)
        ? -1
        : 0
    if (event.key === 'Escape') {
      drawn.current?.chart.dispatchAction({ type: 'hideTip' })
      setAt(null)
    }
    if (!step || !points) return
    event.preventDefault()
    const next = Math.min(points - 1, Math.max(0, at === null ? (step > 0 ? 0 : points - 1) : at + step))
    setAt(next)
    if (drawn.current) point(drawn.current.chart, next)
  }

  return (
    <div className={css.frame} style={{ height }}>
      {!ready && <Skeleton height={height} />}
      <div
        ref={box}
        className={css.plot}
        role="img"
        aria-label={points ? `${label} Arrow keys walk through the points.` : label}
        tabIndex={points ? 0 : undefined}
        onClick={pick}
        onKeyDown={walk}
        onFocus={() => setNear(true)}
        onPointerEnter={() => setNear(true)}
        data-pick={onPick ? true : undefined}
      />
      <span className="sr-only" aria-live="polite">
        {at !== null && describe?.(at)}
      </span>
    </div>
  )
}
