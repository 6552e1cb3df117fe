import { Menu, type PopoverProps } from '@mantine/core'
import { Fragment } from 'react'
import { inWindow } from './in-window.ts'
import type { MenuEntry } from './MenuButton.tsx'
import { Anchor, useOpened } from './Placed.tsx'

/** The list of a `MenuButton`, beside it. Reached by import(). */
export function MenuList(props: {
  id: string
  anchor: HTMLElement
  opened: boolean
  onChange: (opened: boolean) => void
  entries: readonly MenuEntry[]
  position?: PopoverProps['position']
  width?: PopoverProps['width']
}) {
  const opened = useOpened(props.opened)
  return (
    <Menu
      // It is no entry, and a menu holds nothing else: the first entry takes the focus.
      withInitialFocusPlaceholder={false}
      id={props.id}
      opened={opened}
      onChange={props.onChange}
      middlewares={inWindow()}
      {...(props.position && { position: props.position })}
      {...(props.width && { width: props.width })}
    >
      <Menu.Target>
        <Anchor element={props.anchor} />
      </Menu.Target>
      <Menu.Dropdown>
        {props.entries.map(({ label, icon, disabled, apart, onClick }) => (
          <Fragment key={label}>
            {apart && <Menu.Divider />}
            <Menu.Item leftSection={icon} disabled={disabled} onClick={onClick}>
              {label}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
