/**
 * For the `ref` of what scrolls sideways: says in `data-beyond` on which sides there is more, "left", "right" or both. base.css
 * lets what is shown fade out there, so that nobody takes a cut for the end.
 */
export function edges(element: HTMLElement | null) {
  if (!element) return
  const look = () => {
    const { scrollLeft, clientWidth, scrollWidth } = element
    const beyond = [scrollLeft > 1 && 'left', scrollLeft + clientWidth < scrollWidth - 1 && 'right']
    const said = beyond.filter(Boolean).join(' ')
    if (said !== (element.dataset.beyond ?? '')) element.dataset.beyond = said
  }
  const sizes = new ResizeObserver(look)
  const watch = () => {
    sizes.observe(element)
    for (const child of element.children) sizes.observe(child)
  }
  const children = new MutationObserver(watch)
  watch()
  children.observe(element, { childList: true })
  element.addEventListener('scroll', look, { passive: true })
  return () => {
    sizes.disconnect()
    children.disconnect()
    element.removeEventListener('scroll', look)
  }
}

/** How far a row is to be scrolled so that one of its parts stands in the middle of it; 0 where it is whole in sight. */
export const intoSight = (
  part: { left: number; right: number },
  row: { left: number; right: number },
): number =>
  part.left >= row.left && part.right <= row.right ? 0 : (part.left + part.right - row.left - row.right) / 2
