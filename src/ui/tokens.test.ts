import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media screen')
const tokens = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  )

/** Relative luminance, WCAG 2.2. */
const luminance = (colour: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(one => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [less = 0, more = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (more + 0.05) / (less + 0.05)
}

it.each([
  ['light', light],
  ['dark', dark],
])('what carries data stands out from a card by three to one at least, in %s', (_, text) => {
  const own = tokens(text)
  const series = Object.entries(own).filter(([name]) => /^(series|cat)-/.test(name))
  expect(series).toHaveLength(12)
  for (const [name, colour] of series)
    expect(contrast(String(colour), String(own.surface)), name).toBeGreaterThanOrEqual(3)
})
