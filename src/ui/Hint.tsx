import { type ReactNode, useRef, useState } from 'react'
import css from './hint.module.css'
import { Popup } from './Popup.tsx'

/** Words that open an explanation: on hover, on focus, on touch. */
export function Hint({ children, about, label }: { children: ReactNode; about: ReactNode; label?: string }) {
  const [opened, setOpened] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const later = (open: boolean, wait: number) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpened(open), wait)
  }
  return (
    <Popup
      opened={opened}
      onChange={setOpened}
      width={320}
      position="bottom-start"
      onPointerEnter={() => later(true, 0)}
      onPointerLeave={() => later(false, 120)}
      button={opener => (
        <button
          type="button"
          className={css.target}
          {...opener}
          aria-label={label}
          onMouseEnter={() => later(true, 280)}
          onMouseLeave={() => later(false, 120)}
          onFocus={event => event.currentTarget.matches(':focus-visible') && later(true, 0)}
          onBlur={() => later(false, 0)}
          onClick={event => {
            event.stopPropagation()
            later(!opened, 0)
          }}
        >
          {children}
        </button>
      )}
    >
      {about}
    </Popup>
  )
}

export interface Meaning {
  name: string
  label: string
  description: string
  formula: string
  owner: string
  sources: readonly string[]
}

/** What a number means: its definition, formula, where it comes from and whose it is. */
export function MeaningCard({ of }: { of: Meaning }) {
  return (
    <div className={css.meaning}>
      <p className={css.label}>{of.label}</p>
      <p>{of.description}</p>
      {of.formula && <p className={css.formula}>{of.formula}</p>}
      <dl>
        <dt>From</dt>
        <dd>{of.sources.join(', ') || 'worked out from other figures'}</dd>
        {of.owner && (
          <>
            <dt>Owner</dt>
            <dd>{of.owner}</dd>
          </>
        )}
        <dt>Name</dt>
        <dd>
          <code>{of.name}</code>
        </dd>
      </dl>
    </div>
  )
}
