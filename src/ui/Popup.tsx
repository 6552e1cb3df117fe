import type { PopoverProps } from '@mantine/core'
import { type ReactNode, type Ref, useId, useRef, useState } from 'react'
import { later } from './Later.tsx'

const load = () => import('./Placed.tsx')
const Placed = later(() => load().then(module => module.Placed))

/** What the button of something that opens must carry. */
export interface Opener {
  id: string
  ref: Ref<HTMLButtonElement>
  'aria-haspopup': 'dialog' | 'menu'
  'aria-expanded': boolean
  'aria-controls': string | undefined
  onPointerEnter: () => void
  onClick: () => void
}

export interface PopupProps {
  opened: boolean
  onChange: (opened: boolean) => void
  /** The button that opens it. */
  button: (opener: Opener) => ReactNode
  position?: PopoverProps['position']
  width?: PopoverProps['width']
  /** Keeps the keyboard inside, and gives it back to the button. */
  trapFocus?: boolean
  /** Padding, px. */
  padding?: number
  onPointerEnter?: () => void
  onPointerLeave?: () => void
  children: ReactNode
}

/** What a button opens beside itself. What places it is fetched when the button is first pointed at or pressed. */
export function Popup({ button, ...props }: PopupProps) {
  const id = useId()
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null)
  const wanted = useRef(false)
  wanted.current ||= props.opened
  return (
    <>
      {button({
        id,
        ref: setAnchor,
        'aria-haspopup': 'dialog',
        'aria-expanded': props.opened,
        'aria-controls': props.opened ? `${id}-dropdown` : undefined,
        onPointerEnter: () => load().catch(() => undefined),
        onClick: () => props.onChange(!props.opened),
      })}
      {wanted.current && anchor && <Placed id={id} anchor={anchor} {...props} />}
    </>
  )
}
