import type { ReactNode } from 'react'
import css from './chart.module.css'
import { uniqueKeys } from './keys.ts'

export interface Bar {
  key: string
  name: string
  /** A code beside the name. */
  hint?: string
  /** For the bar's length. */
  size: number | null
  /** A thin mark where the compared value stands. */
  mark?: number | null
  value: ReactNode
  delta?: ReactNode
  /** Where it leads: it is then a link. */
  href?: string
}

/** Names over pale bars, longest first: the quickest way to read a ranking. A bar that can be clicked narrows the screen to it. */
export function BarList({
  bars,
  label,
  onPick,
}: {
  bars: readonly Bar[]
  label: string
  onPick?: (bar: Bar) => void
}) {
  const most = Math.max(...bars.flatMap(bar => [Math.abs(bar.size ?? 0), Math.abs(bar.mark ?? 0)]), 0) || 1
  const keys = uniqueKeys(bars.map(bar => bar.key))
  return (
    <ul className={css.bars} aria-label={label}>
      {bars.map((bar, index) => {
        const inside = (
          <>
            <span
              className={css.fill}
              data-measure
              data-negative={(bar.size ?? 0) < 0 || undefined}
              style={{ width: `${(Math.abs(bar.size ?? 0) / most) * 100}%` }}
            />
            {bar.mark != null && bar.mark > 0 && (
              <span className={css.mark} style={{ left: `calc(${(bar.mark / most) * 100}% - 2px)` }} />
            )}
            <span className={css.barName} title={bar.hint ? `${bar.name} (${bar.hint})` : bar.name}>
              {bar.name}
              {bar.hint && <span className={css.barHint}> {bar.hint}</span>}
            </span>
            <span className={css.barValue}>{bar.value}</span>
            {bar.delta !== undefined && <span className={css.barDelta}>{bar.delta}</span>}
          </>
        )
        return (
          <li key={keys[index]}>
            {bar.href !== undefined ? (
              <a className={css.bar} data-plain={bar.delta === undefined || undefined} href={bar.href}>
                {inside}
              </a>
            ) : onPick ? (
              <button
                type="button"
                className={css.bar}
                data-plain={bar.delta === undefined || undefined}
                onClick={() => onPick(bar)}
              >
                {inside}
              </button>
            ) : (
              <div className={css.bar} data-plain={bar.delta === undefined || undefined}>
                {inside}
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}
