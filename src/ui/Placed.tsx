import { Popover, type PopoverProps } from '@mantine/core'
import { type Ref, useEffect, useImperativeHandle, useState } from 'react'
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

/** Whole in the window, between the bar above it and, on a phone, the one at its foot: what is longer scrolls in itself. */
export const inWindow = (): PopoverProps['middlewares'] => {
  const padding = { top: 56, bottom: globalThis.innerWidth > 900 ? 8 : 64 }
  return {
    flip: { padding },
    size: {
      padding,
      apply({ availableHeight, elements }) {
        const { style } = elements.floating
        style.maxHeight = `${Math.max(160, availableHeight)}px`
        style.overflowY = 'auto'
      },
    },
  }
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
