import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import type { DrawerProps } from './Drawer.tsx'
import { useOpened } from './Placed.tsx'
import { useReturn } from './return.ts'

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
