import { type ReactNode, useRef, useState } from 'react'
import css from './hint.module.css'
import { Popup } from './Popup.tsx'

/**
 * Words that open an explanation: on hover and on focus while that lasts; pressed, it stays, takes the keyboard in, so
 * that what stands inside can be used, and closes on a second press, on Escape or on a press elsewhere.
 */
export function Hint({
  children,
  about,
  label,
  width = 320,
}: {
  children: ReactNode
  about: ReactNode
  label?: string
  /** Of the explanation: px, or a length of CSS. */
  width?: number | string
}) {
  const [shown, setShown] = useState<'no' | 'passing' | 'held'>('no')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const now = (state: typeof shown) => {
    clearTimeout(timer.current)
    setShown(state)
  }
  const passing = (open: boolean, wait: number) => {
    clearTimeout(timer.current)
    const next = open ? 'passing' : 'no'
    timer.current = setTimeout(() => setShown(before => (before === 'held' ? before : next)), wait)
  }
  return (
    <Popup
      opened={shown !== 'no'}
      onChange={open => now(open ? 'held' : 'no')}
      width={width}
      position="bottom-start"
      trapFocus={shown === 'held'}
      onPointerEnter={() => passing(true, 0)}
      onPointerLeave={() => passing(false, 120)}
      button={opener => (
        <button
          type="button"
          className={css.target}
          {...opener}
          aria-label={label}
          onMouseEnter={() => passing(true, 280)}
          onMouseLeave={() => passing(false, 120)}
          onFocus={event => event.currentTarget.matches(':focus-visible') && passing(true, 0)}
          onBlur={() => passing(false, 0)}
          onClick={event => {
            event.stopPropagation()
            now(shown === 'held' ? 'no' : 'held')
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
            <dd data-owner>{of.owner}</dd>
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
