import { useComputedColorScheme } from '@mantine/core'
import type { ECharts, EChartsCoreOption } from 'echarts/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import css from './chart.module.css'
import { type Palette, palette } from './palette.ts'
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
  const chart = useRef<ECharts>(undefined)
  const picked = useRef(onPick)
  picked.current = onPick
  const axis = useRef(along)
  axis.current = along
  const [ready, setReady] = useState(false)
  const [at, setAt] = useState<number | null>(null)
  const scheme = useComputedColorScheme('light')

  useEffect(() => {
    let gone = false
    let watch: ResizeObserver | undefined
    import('./chart-engine.ts').then(engine => {
      if (gone || !box.current) return
      const made = engine.draw(box.current)
      chart.current = made
      watch = new ResizeObserver(() => {
        made.resize({ animation: { duration: 0 } })
        scalable(made)
      })
      watch.observe(box.current)
      made.getZr().on('click', event => {
        const spot = made.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY])
        if (made.containPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]))
          picked.current?.(Math.round(Number(spot[axis.current === 'x' ? 0 : 1])))
      })
      setReady(true)
    })
    return () => {
      gone = true
      watch?.disconnect()
      chart.current?.dispose()
      chart.current = undefined
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the palette reads
  useEffect(() => {
    if (!ready || !chart.current) return
    chart.current.setOption({ animation: false, ...drawing(palette()) }, { notMerge: true })
    scalable(chart.current)
  }, [drawing, ready, scheme])

  const walk = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && at !== null) onPick?.(at)
    const step = ['ArrowRight', 'ArrowDown'].includes(event.key)
      ? 1
      : ['ArrowLeft', 'ArrowUp'].includes(event.key)
        ? -1
        : 0
    if (event.key === 'Escape') {
      chart.current?.dispatchAction({ type: 'hideTip' })
      setAt(null)
    }
    if (!step || !points) return
    event.preventDefault()
    const next = Math.min(points - 1, Math.max(0, at === null ? (step > 0 ? 0 : points - 1) : at + step))
    setAt(next)
    chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: next })
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
        onKeyDown={walk}
        data-pick={onPick ? true : undefined}
      />
      <span className="sr-only" aria-live="polite">
        {at !== null && describe?.(at)}
      </span>
    </div>
  )
}
