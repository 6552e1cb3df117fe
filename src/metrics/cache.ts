import { type TableName, tables } from '#kernel/canonical.ts'
import type { Change } from '#warehouse/warehouse.ts'

/** What an answer rests on: a load evicts it exactly when it touched one of the tables, a store and a day of it. */
export interface Rest {
  tables: readonly TableName[]
  /** null: all stores. */
  stores: readonly string[] | null
  windows: readonly { from: string; to: string }[]
}

/**
 * Answers by question, the least recently asked leaving first; equal questions asked at once share one run. `version` counts
 * loads: who asks after one never shares a run that began before it.
 */
export const answerCache = <T>(most = 2_000) => {
  const kept = new Map<string, { answer: T; rest: Rest }>()
  const running = new Map<string, Promise<T>>()

  const touches = (change: Change, rest: Rest) => {
    if (!rest.tables.includes(change.table)) return false
    // Rates are of no store: any new one may be the last before a day.
    if (!('store' in tables[change.table].columns)) return true
    return (
      change.stores.some(s => rest.stores === null || rest.stores.includes(s)) &&
      (change.from === null ||
        rest.windows.some(w => (change.from ?? '') <= w.to && (change.to ?? '9') >= w.from))
    )
  }

  return {
    evict(changes: readonly Change[]) {
      if (changes.length === 0) return
      for (const [key, { rest }] of kept) if (changes.some(change => touches(change, rest))) kept.delete(key)
    },
    size: () => kept.size,
    async through(
      key: string,
      rest: Rest,
      version: () => number,
      ask: () => Promise<T>,
    ): Promise<{ answer: T; cached: boolean }> {
      const hit = kept.get(key)
      if (hit) {
        kept.delete(key)
        kept.set(key, hit)
        return { answer: hit.answer, cached: true }
      }
      const begun = version()
      const place = `${begun} ${key}`
      const shared = running.get(place)
      if (shared) return { answer: await shared, cached: true }
      const run = ask()
      running.set(place, run)
      try {
        const answer = await run
        // An answer that a load overtook may be half old: it is given, as of its time, but not kept.
        if (version() === begun) kept.set(key, { answer, rest })
        if (kept.size > most) kept.delete(kept.keys().next().value ?? '')
        return { answer, cached: false }
      } finally {
        running.delete(place)
      }
    },
  }
}
