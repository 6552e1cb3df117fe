import { IconAlertTriangle } from '@tabler/icons-react'
import type { Answer } from '#metrics/query.ts'
import { useUrl } from '#ui/url.ts'
import { withoutBehind } from './model.ts'
import css from './performance.module.css'

const phone = '(max-width: 700px)'

/** What is told for completeness: it says how figures are counted, and none of them would be read otherwise. */
const asides = new Set(['converted', 'counters'])
const shownAtOnce = 2

/**
 * What one must know to read the figures, a line each, what bears on them most first. Two stand there, the others are folded;
 * on a phone several are folded together, so that the figures come first.
 */
export function Notices({
  of,
}: {
  of: Pick<Answer['meta'], 'warnings'> & Partial<Pick<Answer['meta'], 'stores' | 'storeNames'>>
}) {
  const [search] = useUrl()
  const lines = of.warnings
    .toSorted((a, b) => Number(asides.has(a.code)) - Number(asides.has(b.code)))
    .map(one => (
      <span key={one.message} className={css.notice}>
        <IconAlertTriangle size={13} aria-hidden="true" />
        <span>
          {one.message}
          <Without search={search} of={withoutBehind(one, of)} />
        </span>
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

/** The way to the same screen of the stores that are whole alone. */
function Without({ search, of }: { search: Record<string, unknown>; of: ReturnType<typeof withoutBehind> }) {
  if (!of) return null
  const told = Object.entries({ ...search, store: of.stores.join(',') }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  )
  return (
    <>
      {' '}
      <a className={css.without} href={`?${new URLSearchParams(told)}`}>
        {of.words}
      </a>
    </>
  )
}
