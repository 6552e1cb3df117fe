import { Button, Drawer } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import type { DrawerProps } from './Drawer.tsx'
import { useOpened } from './Placed.tsx'
import { useReturn } from './return.ts'
import css from './sheet.module.css'
import { useUnsaved } from './unsaved.ts'

/** What draws a `Drawer`. Reached by import(). It asks before it closes over a form that was typed into and not saved. */
export function Sheet(props: DrawerProps & { foot: ReactNode }) {
  useReturn(props.opened)
  const { ref, isUnsaved } = useUnsaved()
  const [asking, setAsking] = useState(false)
  const was = useRef<Element>(null)
  // A second Escape goes on writing: nobody loses anything by pressing it twice.
  const stay = () => {
    setAsking(false)
    if (was.current instanceof HTMLElement) was.current.focus()
  }
  const close = () => {
    if (asking) return stay()
    if (!isUnsaved()) return props.onClose()
    was.current = document.activeElement
    setAsking(true)
  }
  return (
    <Drawer.Root
      opened={useOpened(props.opened)}
      onClose={close}
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
        <Drawer.Body ref={ref}>{props.children}</Drawer.Body>
        {asking && (
          <div className={css.asks} role="alertdialog" aria-label="Not saved yet">
            <p>What you changed here is not saved.</p>
            <Button
              onClick={() => {
                setAsking(false)
                props.onClose()
              }}
            >
              Discard it
            </Button>
            <Button variant="filled" autoFocus onClick={stay}>
              Go on editing
            </Button>
          </div>
        )}
        {props.foot}
      </Drawer.Content>
    </Drawer.Root>
  )
}
