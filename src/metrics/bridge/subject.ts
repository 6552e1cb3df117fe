import type { Engine, Scope } from '../engine.ts'
import type { AnswerRow, Query } from '../query.ts'
import type { Read, Split } from './chain.ts'
import type { Driver } from './drivers.ts'

/** What the search is told of the question: all of it is asked of the metric language, some at a time. */
export interface Subject {
  engine: Engine
  scope: Scope
  /** Period, stores, currency, filters. */
  base: Omit<Query, 'metrics'>
  comparison: string
  metric: string
  steps: readonly Driver[]
  whole: { read: Read; split: Split }
  digits: number
  /** The total row, with sessions and conversion as the counter has it. */
  totals: AnswerRow
  /** The first day of its period, and how many it has. */
  first: string
  days: number
}

/** Questions of one search that are asked at once. */
const atOnce = 4

/** Runs jobs a few at a time, in order. */
export async function some<T, R>(jobs: readonly T[], run: (job: T) => Promise<R>): Promise<R[]> {
  const out: R[] = new Array(jobs.length)
  let next = 0
  const worker = async () => {
    for (let n = next++; n < jobs.length; n = next++) out[n] = await run(jobs[n] as T)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker))
  return out
}

/** A figure of a row, or of what it is compared with; 0 where it is not known. */
export const figureOf = (row: AnswerRow, metric: string, comparison: string | null): number => {
  const found = comparison === null ? row[metric] : row.compare?.[comparison]?.values[metric]?.value
  return typeof found === 'string' ? Number(found) : 0
}
