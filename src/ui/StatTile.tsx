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
  return (
    <div
      className={css.tile}
      data-selected={props.selected || undefined}
      data-live={props.onSelect ? true : undefined}
    >
      {props.onSelect && (
        <button
          type="button"
          className={css.cover}
          aria-pressed={props.selected}
          aria-label={props.name}
          onClick={props.onSelect}
        />
      )}
      <div className={css.label}>{props.label}</div>
      <div className={css.value}>{props.value}</div>
      {props.deltas && <div className={css.deltas}>{props.deltas}</div>}
      {props.spark && (
        <div className={css.spark}>
          <Sparkline values={props.spark} strong={props.selected} />
        </div>
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
