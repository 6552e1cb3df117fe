import { useEffect, useRef } from 'react'

/**
 * Where the keyboard was before something lay over the page, given back also by what goes from the page at once instead of closing
 * first, as those do that are only there while something is edited.
 */
export function useReturn(opened: boolean) {
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
