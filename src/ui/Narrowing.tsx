import { IconFilter, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import css from './narrowing.module.css'
import { Popup } from './Popup.tsx'

/** What a screen is narrowed to, each part removable, and the way to add one (`/`): `children` is the form for it. */
export function Narrowing(props: {
  parts: readonly { words: string; onRemove: () => void }[]
  onClear: () => void
  children: (done: () => void) => ReactNode
}) {
  const { parts } = props
  const [adding, setAdding] = useState(false)
  return (
    <div className={css.parts}>
      {parts.map(({ words, onRemove }) => (
        <span key={words} className={css.chip}>
          {words}
          <button type="button" aria-label={`Remove: ${words}`} className="no-print" onClick={onRemove}>
            <IconX size={12} stroke={2} aria-hidden="true" />
          </button>
        </span>
      ))}
      <Popup
        opened={adding}
        onChange={setAdding}
        position="bottom-start"
        trapFocus
        width={320}
        button={opener => (
          <button type="button" data-filter className={`${css.add} no-print`} {...opener}>
            <IconFilter size={13} stroke={1.7} aria-hidden="true" />
            {parts.length ? 'Add' : 'Filter'}
          </button>
        )}
      >
        {adding && props.children(() => setAdding(false))}
      </Popup>
      {parts.length > 1 && (
        <button type="button" className={`${css.clear} no-print`} onClick={props.onClear}>
          Clear all
        </button>
      )}
    </div>
  )
}
