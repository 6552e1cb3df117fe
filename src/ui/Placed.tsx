import { Popover } from '@mantine/core'
import { type Ref, useEffect, useImperativeHandle, useState } from 'react'
import { inWindow } from './in-window.ts'
import type { PopupProps } from './Popup.tsx'

/** Stands in for a button that is on the page already, so that the kit can place something beside it. */
export function Anchor({ element, ref }: { element: HTMLElement; ref?: Ref<HTMLElement> }) {
  useImperativeHandle(ref, () => element, [element])
  return null
}

/** Opens just after it is there: the kit remembers where the keyboard was only when something opens before its eyes. */
export function useOpened(opened: boolean): boolean {
  const [there, setThere] = useState(false)
  useEffect(() => setThere(true), [])
  return opened && there
}

/** The inside of a `Popup`, beside its button. Reached by import(). */
export function Placed(props: Omit<PopupProps, 'button'> & { id: string; anchor: HTMLElement }) {
  const opened = useOpened(props.opened)
  return (
    <Popover
      id={props.id}
      opened={opened}
      onChange={props.onChange}
      position={props.position}
      middlewares={inWindow()}
      width={props.width}
      trapFocus={props.trapFocus}
      returnFocus={props.trapFocus}
    >
      <Popover.Target>
        <Anchor element={props.anchor} />
      </Popover.Target>
      <Popover.Dropdown
        p={props.padding}
        onMouseEnter={props.onPointerEnter}
        onMouseLeave={props.onPointerLeave}
      >
        {props.children}
      </Popover.Dropdown>
    </Popover>
  )
}
