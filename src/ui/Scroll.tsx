import type { ReactNode } from 'react'
import { edges } from './edges.ts'
import css from './table.module.css'

/** A wide table that scrolls inside its card, by keyboard too; it fades out towards the side where there is more of it. */
export function Scroll(props: { label: string; maxHeight?: number | string; children: ReactNode }) {
  return (
    <section
      ref={edges}
      className={css.scroll}
      style={{ maxHeight: props.maxHeight }}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {props.children}
    </section>
  )
}
