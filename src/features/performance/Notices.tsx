import { IconAlertTriangle } from '@tabler/icons-react'
import css from './performance.module.css'

const phone = '(max-width: 700px)'

/** What one must know to read the figures, a line each; on a phone several are folded, so that the figures come first. */
export function Notices({ of }: { of: readonly { code: string; message: string }[] }) {
  const lines = of.map(one => (
    <span key={one.message} className={css.notice}>
      <IconAlertTriangle size={13} aria-hidden="true" /> {one.message}
    </span>
  ))
  if (of.length < 2) return lines
  return (
    <details className={css.notices} open={!window.matchMedia(phone).matches}>
      <summary>{of.length} notes on these figures</summary>
      {lines}
    </details>
  )
}
