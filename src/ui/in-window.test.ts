import { afterEach, expect, it, vi } from 'vitest'
import { inWindow } from './in-window.ts'

type Sized = {
  padding: { top: number; bottom: number }
  apply(of: { availableHeight: number; elements: { floating: { style: Record<string, string> } } }): void
}
const placed = (width: number, availableHeight: number) => {
  vi.stubGlobal('innerWidth', width)
  const { flip, size } = inWindow() as unknown as { flip: Pick<Sized, 'padding'>; size: Sized }
  const style: Record<string, string> = {}
  size.apply({ availableHeight, elements: { floating: { style } } })
  return { padding: size.padding, flips: flip.padding, style }
}
afterEach(() => vi.unstubAllGlobals())

it('what opens stands between the bars, on a phone above the one at its foot, and scrolls in itself', () => {
  const wide = placed(1440, 700)
  expect(wide.padding).toEqual({ top: 56, bottom: 8 })
  expect(wide.flips).toEqual(wide.padding)
  expect(wide.style).toEqual({ maxHeight: '700px', overflowY: 'auto' })
  expect(placed(390, 700).padding).toEqual({ top: 56, bottom: 64 })
})

it('what opens is never pressed to nothing', () => {
  expect(placed(390, 20).style.maxHeight).toBe('160px')
})
