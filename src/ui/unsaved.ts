import { useCallback, useEffect, useRef } from 'react'

/** What the fields of a form hold, told by the page itself: whatever draws them. */
const heldBy = (form: HTMLFormElement): string =>
  [...form.elements]
    .flatMap(field =>
      field instanceof HTMLInputElement
        ? [['checkbox', 'radio'].includes(field.type) ? String(field.checked) : field.value]
        : field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement
          ? [field.value]
          : [],
    )
    .join('\u0000')

/** What comes before a field holds anything else. */
const touches = ['pointerdown', 'keydown', 'beforeinput'] as const

/**
 * Whether a form in what `ref` is given to holds what is not saved. What its fields hold at the first touch is what they began
 * with, also where it came late. Whoever leaves the page meanwhile is asked.
 */
export function useUnsaved() {
  const within = useRef<HTMLDivElement>(null)
  const begun = useRef(new WeakMap<HTMLFormElement, string>())
  const forms = () => [...(within.current?.querySelectorAll('form') ?? [])]
  const isUnsaved = () =>
    forms().some(form => {
      const first = begun.current.get(form)
      return first !== undefined && first !== heldBy(form)
    })
  const ref = useCallback((element: HTMLDivElement) => {
    within.current = element
    const touch = () => {
      for (const form of element.querySelectorAll('form'))
        if (!begun.current.has(form)) begun.current.set(form, heldBy(form))
    }
    for (const kind of touches) element.addEventListener(kind, touch, true)
    return () => {
      within.current = null
      for (const kind of touches) element.removeEventListener(kind, touch, true)
    }
  }, [])
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isUnsaved()) event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  })
  return { ref, isUnsaved }
}
