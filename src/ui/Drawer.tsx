import { createContext, type ReactNode, use, useRef } from 'react'
import { later } from './Later.tsx'

const Sheet = later(() => import('./Sheet.tsx').then(module => module.Sheet))

/** What a sheet says at its foot, as it covers the foot of the screen. */
export const SheetFoot = createContext<ReactNode>(null)

export interface DrawerProps {
  opened: boolean
  onClose: () => void
  title: ReactNode
  /** Under the title: what exactly is shown. */
  note?: ReactNode
  size?: number | string
  /** Where it comes from; the right when absent. */
  side?: 'left'
  children: ReactNode
}

/** A sheet from the side for the detail behind something; Escape closes it. Its being open belongs in the URL. */
export function Drawer(props: DrawerProps) {
  const foot = use(SheetFoot)
  // What draws it is fetched with the first one.
  const wanted = useRef(false)
  wanted.current ||= props.opened
  return wanted.current && <Sheet {...props} foot={foot} />
}
