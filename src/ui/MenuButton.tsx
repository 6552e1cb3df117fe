import type { PopoverProps } from '@mantine/core'
import { type ReactNode, useId, useRef, useState } from 'react'
import { later } from './Later.tsx'
import type { Opener } from './Popup.tsx'

const load = () => import('./MenuList.tsx')
const MenuList = later(() => load().then(module => module.MenuList))

export interface MenuEntry {
  label: string
  icon?: ReactNode
  disabled?: boolean
  /** A line stands over it. */
  apart?: boolean
  onClick: () => void
}

/** A button that opens a list of acts. What draws the list is fetched when the button is first pointed at or pressed. */
export function MenuButton(props: {
  button: (opener: Opener) => ReactNode
  entries: readonly MenuEntry[]
  position?: PopoverProps['position']
  width?: PopoverProps['width']
}) {
  const id = useId()
  const [opened, setOpened] = useState(false)
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null)
  const wanted = useRef(false)
  wanted.current ||= opened
  return (
    <>
      {props.button({
        id,
        ref: setAnchor,
        'aria-haspopup': 'menu',
        'aria-expanded': opened,
        'aria-controls': opened ? `${id}-dropdown` : undefined,
        onPointerEnter: () => load().catch(() => undefined),
        onClick: () => setOpened(!opened),
      })}
      {wanted.current && anchor && (
        <MenuList
          id={id}
          anchor={anchor}
          opened={opened}
          onChange={setOpened}
          entries={props.entries}
          position={props.position}
          width={props.width}
        />
      )}
    </>
  )
}
