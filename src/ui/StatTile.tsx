import type { ReactNode } from 'react'
import { Sparkline } from './Sparkline.tsx'
import css from './stat.module.css'

export interface StatTileProps {
  label: ReactNode
  value: ReactNode
  /** One line per comparison. */
  deltas?: ReactNode
  spark?: readonly (number | null)[]
  selected?: boolean
  /** Makes the whole tile a switch; `name` is what a screen reader hears. */
  onSelect?: () => void
  name?: string
}

/** A headline number with what it is compared with and its course. Tiles stand in a TileRow. */
export function StatTile(props: StatTileProps) {
  const inside = (
    <>
      <span className={css.value}>{props.value}</span>
      {props.deltas && <span className={css.deltas}>{props.deltas}</span>}
      {props.spark && (
        <span className={css.spark}>
          <Sparkline values={props.spark} strong={props.selected} />
        </span>
      )}
    </>
  )
  return (
    <div
      className={css.tile}
      data-selected={props.selected || undefined}
      data-live={props.onSelect ? true : undefined}
    >
      <div className={css.label}>{props.label}</div>
      {props.onSelect ? (
        <button type="button" className={css.cover} aria-pressed={props.selected} onClick={props.onSelect}>
          <span className="sr-only">{props.name}: </span>
          {inside}
        </button>
      ) : (
        inside
      )}
    </div>
  )
}

/** Up to seven tiles side by side in one box. */
export function TileRow({ children, label }: { children: ReactNode; label: string }) {
  return (
    <section className={css.tiles} aria-label={label}>
      {children}
    </section>
  )
}
