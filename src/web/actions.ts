import type { IconProps } from '@tabler/icons-react'
import type { ComponentType } from 'react'

/** Something one can do from anywhere. ⌘K, the shortcuts and the list behind `?` are all made of these. */
export interface Action {
  id: string
  label: string
  about?: string
  group: string
  icon?: ComponentType<IconProps>
  /** Keys pressed one after the other: ['g', 'c']; 'mod+k' for a chord. */
  keys?: readonly string[]
  /** Only in the list of shortcuts and under its keys, not in ⌘K. */
  quiet?: boolean
  run: () => void
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.role === 'textbox')

/** Listens for the actions' keys; a second key must follow within a second. Gives back how to stop. */
export function listen(actions: () => readonly Action[], on: Document = document): () => void {
  let before: { key: string; at: number } | null = null
  const heard = (event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey
    if (event.altKey || event.isComposing || (typing(event.target) && !mod)) return
    const key = mod ? `mod+${event.key.toLowerCase()}` : event.key
    const lead = before && event.timeStamp - before.at < 1000 ? before.key : null
    before = { key, at: event.timeStamp }
    const found = actions().find(({ keys }) =>
      keys?.length === 2
        ? keys[0] === lead && keys[1] === key
        : keys?.length === 1 && keys[0] === key && lead !== 'g',
    )
    if (!found) return
    event.preventDefault()
    before = null
    found.run()
  }
  on.addEventListener('keydown', heard)
  return () => on.removeEventListener('keydown', heard)
}
