import { useEffect, useState } from 'react'
import { later } from './Later.tsx'

// Words over a thing that cannot come are no loss worth telling.
const Tip = later(() => import('./Tip.tsx').then(module => module.Tip), null, <span hidden />)

/**
 * Shows the `data-tip` of whatever the mouse rests on or the keyboard reaches: one for the whole page, since a screen of
 * figures has hundreds of things to say. What draws it is fetched with the first one; Escape takes it away.
 */
export function Tips() {
  const [at, setAt] = useState<HTMLElement | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let on: HTMLElement | null = null
    const rest = (element: HTMLElement | null) => {
      if (element === on) return
      clearTimeout(timer)
      on = element
      setAt(null)
      if (element) timer = setTimeout(() => setAt(element), 250)
    }
    const tipped = (event: Event) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null
    const away = () => rest(null)
    const heard: [string, (event: Event) => void][] = [
      ['pointerover', event => (event as PointerEvent).pointerType !== 'touch' && rest(tipped(event))],
      ['focusin', event => rest(document.querySelector(':focus-visible') ? tipped(event) : null)],
      ['focusout', away],
      ['pointerdown', away],
      ['keydown', event => (event as KeyboardEvent).key === 'Escape' && away()],
    ]
    for (const [name, listener] of heard) document.addEventListener(name, listener)
    document.documentElement.addEventListener('pointerleave', away)
    return () => {
      clearTimeout(timer)
      for (const [name, listener] of heard) document.removeEventListener(name, listener)
      document.documentElement.removeEventListener('pointerleave', away)
    }
  }, [])
  return at && <Tip element={at} />
}
