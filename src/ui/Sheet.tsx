import { Drawer } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import type { DrawerProps } from './Drawer.tsx'
import { useOpened } from './Placed.tsx'

/**
 * Where the keyboard was before a sheet, given back also by a sheet that goes from the page at once instead of closing
 * first, as those do that are only there while something is edited.
 */
function useReturn(opened: boolean) {
  const was = useRef<Element | null>(null)
  if (opened && was.current === null) was.current = document.activeElement
  if (!opened) was.current = null
  useEffect(
    () => () => {
      const back = was.current
      setTimeout(() => {
        const lost = document.activeElement === null || document.activeElement === document.body
        if (lost && back instanceof HTMLElement && back.isConnected) back.focus()
      })
    },
    [],
  )
}

/** What draws a `Drawer`. Reached by import(). */
export function Sheet(props: DrawerProps & { foot: ReactNode }) {
  useReturn(props.opened)
  return (
    <Drawer.Root
      opened={useOpened(props.opened)}
      onClose={props.onClose}
      position={props.side ?? 'right'}
      size={props.size ?? 720}
    >
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        {/* The kit makes it the head of the whole page, of which there is one already. */}
        <Drawer.Header role="presentation">
          <Drawer.Title>
            <div style={{ fontSize: 16, lineHeight: '22px', fontWeight: 550 }}>{props.title}</div>
            {props.note && (
              <div style={{ fontSize: 12, lineHeight: '18px', color: 'var(--ink-3)' }}>{props.note}</div>
            )}
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </Drawer.Header>
        <Drawer.Body>{props.children}</Drawer.Body>
        {props.foot}
      </Drawer.Content>
    </Drawer.Root>
  )
}
