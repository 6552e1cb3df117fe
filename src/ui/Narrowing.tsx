import { Button, TextInput } from '@mantine/core'
import { IconFilter, IconX } from '@tabler/icons-react'
import { type ReactNode, Suspense, useState } from 'react'
import css from './narrowing.module.css'
import { Row } from './Page.tsx'
import { Popup } from './Popup.tsx'
import { Skeleton } from './State.tsx'

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
        {adding && (
          <Suspense fallback={<Skeleton height={180} />}>{props.children(() => setAdding(false))}</Suspense>
        )}
      </Popup>
      {parts.length > 1 && (
        <button type="button" className={`${css.clear} no-print`} onClick={props.onClear}>
          Clear all
        </button>
      )}
    </div>
  )
}

/** The form for one more part: what to narrow by, and to what. */
export function NarrowingForm(props: { ready: boolean; onApply: () => void; children: ReactNode }) {
  return (
    <form
      className={css.form}
      onSubmit={event => {
        event.preventDefault()
        if (props.ready) props.onApply()
      }}
    >
      {props.children}
      <Row end>
        <Button type="submit" variant="filled" disabled={!props.ready}>
          Apply
        </Button>
      </Row>
    </form>
  )
}

/** Values to choose from, found by typing: any number of them, or `one`. */
export function ValueChoice(props: {
  /** Undefined while they are on their way. */
  values: readonly string[] | undefined
  chosen: readonly string[]
  name: (value: string) => string
  search: string
  one?: boolean
  onSearch: (text: string) => void
  onChoose: (values: string[]) => void
}) {
  const { chosen, one, values } = props
  return (
    <>
      <TextInput
        aria-label="Find a value"
        placeholder="Type to find"
        value={props.search}
        onChange={event => props.onSearch(event.currentTarget.value)}
      />
      <ul className={css.values}>
        {[...new Set([...chosen, ...(values ?? [])])].map(value => (
          <li key={value}>
            <label>
              <input
                type={one ? 'radio' : 'checkbox'}
                name={one ? 'value' : undefined}
                checked={chosen.includes(value)}
                onChange={event =>
                  props.onChoose(
                    one
                      ? [value]
                      : event.target.checked
                        ? [...chosen, value]
                        : chosen.filter(other => other !== value),
                  )
                }
              />
              {props.name(value)}
            </label>
          </li>
        ))}
        {values?.length === 0 && <li>Nothing is called that</li>}
      </ul>
    </>
  )
}
