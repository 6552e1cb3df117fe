import { useLayoutEffect } from 'react'

/** What a text becomes by a key: null where the key writes nothing. */
const written = (text: string, key: string): string | null =>
  [...key].length === 1 ? text + key : key === 'Backspace' ? text.slice(0, -1) : null

/**
 * While `on`, hands on what is typed before the field it is meant for has the keyboard: none of it is lost, and none of it
 * acts or is written elsewhere. Escape calls it off.
 */
export function useTypedAhead(
  on: boolean,
  field: string,
  write: (change: (text: string) => string) => void,
  callOff: () => void,
): void {
  useLayoutEffect(() => {
    if (!on) return
    const since = performance.now()
    const heard = (event: KeyboardEvent) => {
      const there = event.target instanceof Element && event.target.matches(field)
      // A field that cannot be fetched never comes.
      const awaited = document.querySelector(field) !== null || performance.now() - since < 5_000
      if (there || !awaited || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return
      if (event.key === 'Escape' && !document.querySelector(field)) callOff()
      else if (written('', event.key) !== null) write(text => written(text, event.key) ?? text)
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('keydown', heard, { capture: true })
    return () => window.removeEventListener('keydown', heard, { capture: true })
  }, [on, field, write, callOff])
}
