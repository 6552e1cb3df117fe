import type { Line } from '#kernel/plan/sheet.ts'
import { forecastTarget } from '#kernel/view.ts'
import type { Change, Warehouse } from '#warehouse/warehouse.ts'
import type { Grain } from './query.ts'
import type { PlanLine, TargetSetting } from './world.ts'

/**
 * Plan versions that came in as budget lines, as targets: `plan.budget` stands beside actuals like any saved target.
 * Lines that name a metric are compared; a line of a plan that is none is a metric that plans alone know; other accounts are
 * a file's own. A line of no store is the company's.
 */
export const plansOf = (granary: Warehouse) => {
  let known: TargetSetting[] = []
  let named: ReadonlySet<string> = new Set()
  let read = false
  let edition = 0
  return {
    /** Counts the times they were read anew: as long as it stands still, so do they. */
    edition: () => edition,
    /** Those of the lines of plans that are carried. */
    carried: (lines: readonly PlanLine[]): readonly PlanLine[] => lines.filter(line => named.has(line.name)),
    async refresh(changes: readonly Change[]) {
      if (read && !changes.some(change => change.table === 'budget_lines')) return
      read = true
      const rows = await granary.query(
        `SELECT store, version, line, slice, grain, currency, day, sum(amount) AS amount
         FROM ${granary.dialect.from('budget_lines')}
         WHERE grain <> '${withdrawn}' GROUP BY store, version, line, slice, grain, currency, day
         ORDER BY version, line, store, day`,
      )
      const targets = new Map<string, TargetSetting & { values: Record<string, string> }>()
      for (const row of rows) {
        const [store, name, metric, slice, grain, currency] = [
          'store',
          'version',
          'line',
          'slice',
          'grain',
          'currency',
        ].map(key => String(row[key])) as [string, string, string, string, Grain, string]
        const of = sliceOf(slice)
        if (of === null) continue
        const key = JSON.stringify([name, metric, store, slice, grain, currency])
        const target = targets.get(key) ?? {
          name,
          metric,
          grain,
          store: store === '' ? null : store,
          currency: currency || null,
          values: {},
          ...(slice !== '' && { slice: of }),
        }
        target.values[String(row.day)] = String(row.amount)
        targets.set(key, target)
      }
      known = inParts([...targets.values()])
      named = new Set(known.map(target => target.metric))
      edition += 1
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

/** Of a line whose days are in several currencies each is said to be a part of it. */
const inParts = (targets: readonly TargetSetting[]): TargetSetting[] => {
  const lineOf = ({ name, metric, store, slice, grain }: TargetSetting) =>
    JSON.stringify([name, metric, store, slice, grain])
  return [...Map.groupBy(targets, lineOf).values()].flatMap(same =>
    same.length === 1 ? same : same.map(one => ({ ...one, part: true as const })),
  )
}

const linePrefix = 'plan_'

/** Whether a name is of a line of a plan that is no metric of the catalogue. */
export const isPlanLine = (name: string): boolean => name.startsWith(linePrefix)

/**
 * Lines of a plan as metrics of their own, `plan_<line>`, in their order: by these names those that are no metric of the
 * catalogue are carried and asked. Amounts add up, stocks are the last, rates and lines without a total do not add up.
 */
export function planLines(
  lines: readonly Pick<Line, 'name' | 'label' | 'unit' | 'roll' | 'good'>[],
): PlanLine[] {
  const taken = new Set<string>()
  return lines.map(({ name, label, unit, roll, good }) => {
    const stem = `${linePrefix}${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`
    let own = stem
    for (let n = 2; taken.has(own); n += 1) own = `${stem}_${n}`
    taken.add(own)
    return { name: own, label: `${label} (plan)`, unit: unitsOf(unit), additivity: additivities[roll], good }
  })
}

const additivities: Record<Line['roll'], PlanLine['additivity']> = {
  sum: 'additive',
  last: 'semi_additive',
  ratio: 'ratio',
  weighted: 'ratio',
  none: 'non_additive',
}

/** Units of the plan as those of the language: money for each of something is money, too. */
const unitsOf = (unit: string): PlanLine['unit'] =>
  /^money\b/.test(unit) ? 'money' : unit === 'share' ? 'share' : unit.includes('/') ? 'ratio' : 'quantity'

/** Grain of a line that a later carrying of its version no longer has: rows are replaced, never taken out. */
export const withdrawn = 'withdrawn'

/** Plan versions carried into the granary that say what a metric is to be, the one that reaches furthest first; the forecast is none. */
export async function versionsCarried(granary: Warehouse, metric: string): Promise<string[]> {
  const rows = await granary.query(
    `SELECT version, max(day) AS last_day FROM ${granary.dialect.from('budget_lines')}
     WHERE line = {metric:String} AND grain <> {gone:String} AND version <> {forecast:String}
     GROUP BY version ORDER BY last_day DESC, version`,
    { metric, gone: withdrawn, forecast: forecastTarget },
  )
  return rows.map(row => String(row.version))
}

/** A slice as budget lines spell it: the members of an object, JSON. Null for what is spelt otherwise. */
const sliceOf = (text: string): Record<string, string> | null => {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, string>)
      : null
  } catch {
    return null
  }
}

/**
 * What net sales are held against: the first of the saved `targets` that is of them, else the version carried into the figures that
 * reaches furthest; null where there is neither. The forecast is no target. `targets`: by name, those the reader may see.
 */
export async function heldAgainst(
  granary: Warehouse,
  targets: readonly { name: string; metric: string }[],
): Promise<string | null> {
  const saved = targets.find(one => one.metric === 'net_sales')
  return saved?.name ?? (await versionsCarried(granary, 'net_sales'))[0] ?? null
}
