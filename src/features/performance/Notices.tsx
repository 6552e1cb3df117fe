import { IconAlertTriangle } from '@tabler/icons-react'
import css from './performance.module.css'

const phone = '(max-width: 700px)'

/** What is told for completeness: it says how figures are counted, and none of them would be read otherwise. */
const asides = new Set(['converted', 'counters'])
const shownAtOnce = 2

/**
 * What one must know to read the figures, a line each, what bears on them most first. Two stand there, the others are folded;
 * on a phone several are folded together, so that the figures come first.
 */
export function Notices({ of }: { of: readonly { code: string; message: string }[] }) {
  const lines = of
    .toSorted((a, b) => Number(asides.has(a.code)) - Number(asides.has(b.code)))
    .map(one => (
      <span key={one.message} className={css.notice}>
        <IconAlertTriangle size={13} aria-hidden="true" /> {one.message}
      </span>
    ))
  if (lines.length < 2) return lines
  const first = window.matchMedia(phone).matches ? 0 : shownAtOnce
  const rest = lines.slice(first)
  return (
    <>
      {lines.slice(0, first)}
      {rest.length > 0 && (
        <details className={css.notices}>
          <summary>
            {first > 0
              ? `${rest.length} more ${rest.length === 1 ? 'note' : 'notes'}`
              : `${rest.length} notes on these figures`}
          </summary>
          {rest}
        </details>
      )}
    </>
  )
}
