import type { PopoverProps } from '@mantine/core'

/** Whole in the window, between the bar above it and, on a phone, the one at its foot: what is longer scrolls in itself. */
export const inWindow = (): PopoverProps['middlewares'] => {
  const padding = { top: 56, bottom: globalThis.innerWidth > 900 ? 8 : 64 }
  return {
    flip: { padding },
    size: {
      padding,
      apply({ availableHeight, elements }) {
        const { style } = elements.floating
        style.maxHeight = `${Math.max(160, availableHeight)}px`
        style.overflowY = 'auto'
      },
    },
  }
}
