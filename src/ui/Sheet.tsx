import { Drawer } from '@mantine/core'
import type { DrawerProps } from './Drawer.tsx'
import { useOpened } from './Placed.tsx'

/** What draws a `Drawer`. Reached by import(). */
export function Sheet(props: DrawerProps) {
  return (
    <Drawer
      opened={useOpened(props.opened)}
      onClose={props.onClose}
      position={props.side ?? 'right'}
      size={props.size ?? 720}
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      title={
        <div>
          <div style={{ fontSize: 16, lineHeight: '22px', fontWeight: 550 }}>{props.title}</div>
          {props.note && (
            <div style={{ fontSize: 12, lineHeight: '18px', color: 'var(--ink-3)' }}>{props.note}</div>
          )}
        </div>
      }
    >
      {props.children}
    </Drawer>
  )
}
