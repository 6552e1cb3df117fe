import { type ReactNode, useState } from 'react'
import css from './connections.module.css'

/** How many stand on a phone at first: about six of its screens. */
const first = 20

/** Of many rows that stand as entries on a phone the first few, and a button for all of them; elsewhere all. */
export function FewFirst<Row>({
  rows,
  children,
}: {
  rows: readonly Row[]
  children: (shown: readonly Row[]) => ReactNode
}) {
  const [all, setAll] = useState(false)
  if (rows.length <= 1.5 * first || !window.matchMedia('(max-width: 700px)').matches) return children(rows)
  return (
    <>
      {children(all ? rows : rows.slice(0, first))}
      <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? `Show the first ${first}` : `Show all ${rows.length.toLocaleString('en-GB')}`}
      </button>
    </>
  )
}
