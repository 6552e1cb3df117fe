import { ActionIcon } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react'
import type { MouseEvent } from 'react'
import css from './form.module.css'

/** Once the rows stand anew: what was pressed may have moved, or stand at an end, or be gone with its row. */
const afterwards = (act: () => void) => requestAnimationFrame(act)

/** Moves a row of a form up and down, and takes it away. The keyboard stays where it was, or on the row that took its place. */
export function RowTools(props: {
  /** What the row is, as its buttons call it. */
  what: string
  /** Without it rows have no order. */
  onMove?: (by: -1 | 1) => void
  first?: boolean
  last?: boolean
  onRemove: () => void
}) {
  const move = (by: -1 | 1) => (event: MouseEvent<HTMLButtonElement>) => {
    const pressed = event.currentTarget
    const other = by < 0 ? pressed.nextElementSibling : pressed.previousElementSibling
    props.onMove?.(by)
    afterwards(() => {
      const back = pressed.disabled ? other : pressed
      if (back instanceof HTMLElement) back.focus()
      back?.scrollIntoView({ block: 'nearest' })
    })
  }
  const remove = (event: MouseEvent<HTMLButtonElement>) => {
    const within = event.currentTarget.closest('form')
    const all = () => [...(within?.querySelectorAll<HTMLElement>('[data-takes]') ?? [])]
    const at = all().indexOf(event.currentTarget)
    props.onRemove()
    afterwards(() => (all()[at] ?? all()[at - 1] ?? within?.querySelector<HTMLElement>('button'))?.focus())
  }
  return (
    <div className={css.tools}>
      {props.onMove && (
        <>
          <ActionIcon
            color="gray"
            aria-label={`Move ${props.what} up`}
            disabled={props.first}
            onClick={move(-1)}
          >
            <IconArrowUp size={15} />
          </ActionIcon>
          <ActionIcon
            color="gray"
            aria-label={`Move ${props.what} down`}
            disabled={props.last}
            onClick={move(1)}
          >
            <IconArrowDown size={15} />
          </ActionIcon>
        </>
      )}
      <ActionIcon color="gray" data-takes aria-label={`Take ${props.what} away`} onClick={remove}>
        <IconX size={15} />
      </ActionIcon>
    </div>
  )
}
