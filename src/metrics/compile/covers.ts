import { tableOf } from '../reach.ts'
import type { Window } from './window.ts'

/** First and last day a fact has rows for, within the asker's stores; null where it has none. */
export type Reached = (fact: string) => { from: string; to: string } | null

/** Buckets of a side a fact has anything to say about: outside its days nothing is N/A, inside it is 0. */
export const covered = (
  window: Window,
  reached: Reached,
  fact: string,
  side: number,
): ReadonlySet<number> => {
  const range = reached(fact)
  if (!range) return new Set()
  const sides = window.own.get(tableOf(fact))?.sides ?? window.sides
  const segments = sides[side]?.segments ?? []
  return new Set(segments.filter(s => s.from <= range.to && s.to >= range.from).map(({ bucket }) => bucket))
}

/** Buckets as runs, first and last included. */
export const runsOf = (buckets: ReadonlySet<number>): { from: number; to: number }[] => {
  const runs: { from: number; to: number }[] = []
  for (const bucket of [...buckets].sort((a, b) => a - b)) {
    const open = runs.at(-1)
    if (open?.to === bucket - 1) open.to = bucket
    else runs.push({ from: bucket, to: bucket })
  }
  return runs
}
