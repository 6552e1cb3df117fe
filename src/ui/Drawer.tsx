import { Drawer as Sheet } from '@mantine/core'
import type { ReactNode } from 'react'

/** A sheet from the right for the detail behind something; Escape closes it. Its being open belongs in the URL. */
export function Drawer(props: {
  opened: boolean
  onClose: () => void
  title: ReactNode
  /** Under the title: what exactly is shown. */
  note?: ReactNode
  size?: number | string
  children: ReactNode
}) {
  return (
    <Sheet
      opened={props.opened}
      onClose={props.onClose}
      position="right"
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
    </Sheet>
  )
}
