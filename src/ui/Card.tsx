import type { ReactNode } from 'react'
import css from './card.module.css'
import { edges } from './edges.ts'

export interface CardProps {
  title?: ReactNode
  /** What the content is compared with, counted in, limited to: small, beside the title. */
  note?: ReactNode
  actions?: ReactNode
  /** Content to the card's edge: tables. */
  flush?: boolean
  /** Anchor for a copied link. */
  id?: string
  /** Dims what is shown while newer data are on their way. */
  stale?: boolean
  children: ReactNode
}

/** A bordered surface with a heading. Flat; the only box on a screen. */
export function Card({ title, note, actions, flush, id, stale, children }: CardProps) {
  return (
    <section className={css.card} id={id} aria-busy={stale || undefined} data-stale={stale || undefined}>
      {(title || actions) && (
        <div className={css.head}>
          <div className={css.heading}>
            {title && <h2 className={css.title}>{title}</h2>}
            {note && <span className={css.note}>{note}</span>}
          </div>
          {actions && (
            <div ref={edges} className={`${css.actions} no-print`}>
              {actions}
            </div>
          )}
        </div>
      )}
      <div className={flush ? css.flush : css.body} data-headed={title ? true : undefined}>
        {children}
      </div>
    </section>
  )
}
