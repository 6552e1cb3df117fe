import type { Change, Warehouse } from '#warehouse/warehouse.ts'
import type { Grain } from './query.ts'
import type { TargetSetting } from './world.ts'

/**
 * Plan versions that came in as budget lines, as targets: `target:budget` stands beside actuals like any saved target.
 * Only lines that name a metric and stand for a whole store can be compared; accounts and slices are the plan's own.
 */
export const plansOf = (granary: Warehouse) => {
  let known: TargetSetting[] = []
  let read = false
  return {
    async refresh(changes: readonly Change[]) {
      if (read && !changes.some(change => change.table === 'budget_lines')) return
      read = true
      const rows = await granary.query(
        `SELECT store, version, line, grain, currency, day, sum(amount) AS amount FROM budget_lines
         WHERE slice = '' GROUP BY store, version, line, grain, currency, day
         ORDER BY version, line, store, day`,
      )
      const targets = new Map<string, TargetSetting>()
      for (const row of rows) {
        const [store, name, metric, grain, currency] = ['store', 'version', 'line', 'grain', 'currency'].map(
          key => String(row[key]),
        ) as [string, string, string, Grain, string]
        const key = JSON.stringify([name, metric, store, grain])
        const target = targets.get(key) ?? {
          name,
          metric,
          grain,
          store,
          currency: currency || null,
          values: {},
        }
        targets.set(key, { ...target, values: { ...target.values, [String(row.day)]: String(row.amount) } })
      }
      known = [...targets.values()]
    },
    /** Saved targets first: one of the same name and metric is what people meant. */
    beside: (saved: readonly TargetSetting[]): readonly TargetSetting[] =>
      known.length === 0
        ? saved
        : [
            ...saved,
            ...known.filter(plan => !saved.some(t => t.name === plan.name && t.metric === plan.metric)),
          ],
  }
}
