import { Button, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import css from './narrowing.module.css'
import { Row } from './Page.tsx'

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
