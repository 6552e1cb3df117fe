import { colours, type Ink } from './ink.ts'
import type { Tone } from './paper.ts'

/** What is set in one piece: nothing of it goes overleaf without the rest. */
export interface Atom {
  /** Points. */
  height: number
  /** Stays on the page of the one after it. */
  keep?: boolean
  /** Room between others: none at the top of a page. */
  gap?: boolean
  draw(x: number, y: number): void
  /** Set once more above it where it begins a page, as the head of a table is. */
  again?: { height: number; draw(x: number, y: number): void }
}

export const inkOf = (tone: Tone | undefined): string => (tone === 'bad' ? colours.bad : colours.ink)

export const small = 7.2
export const body = 8.2
/** From line to line, in sizes. */
export const leading = 1.38

/** Sets lines under one another; gives the height they take. */
export function setLines(
  ink: Ink,
  lines: readonly string[],
  x: number,
  y: number,
  style: Parameters<Ink['write']>[3],
): number {
  for (const [n, line] of lines.entries()) ink.write(line, x, y + n * style.size * leading, style)
  return lines.length * style.size * leading
}
