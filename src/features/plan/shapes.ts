import { companyEvents } from '#features/company-events.ts'
import type { Context } from '#features/context.ts'
import { learnShape, type YearShape } from '#forecast/year-shape.ts'
import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import type * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import type { KeptAs } from './copies.ts'
import { latestDay } from './versions.ts'

/** Shapes of a year that figures of the plan go over days by: learnt from what was sold, and as a lock kept them. */

type Version = typeof tables.versions.$inferSelect

/** Years of days a shape is learnt from. */
const learnFrom = 3 * 366

/** Days of a metric and the shape of a year they make. */
export interface Learnt {
  shape: YearShape
  days: { day: Day; value: number }[]
}

/**
 * Shapes by the rows they were learnt from, each with the events it was learnt with: the language gives the very same rows
 * again until a load touches a day of them, so that what is learnt goes exactly when it is no longer true.
 */
const learnt = new WeakMap<object, { events: string; found: Learnt }>()

/**
 * Days of a metric, and the shape they make; the day in progress tells nothing of what a day brings, nor do days of which
 * more is still to be read. `null` where the metric
 * has no history of its own.
 */
export async function shapeOf(
  context: Context,
  metric: string,
  until: Day,
  more: { stores?: string[]; filters?: { dimension: string; is: string[] }[]; currency?: string } = {},
): Promise<Learnt | null> {
  const { rows, meta } = await askAs(context, {
    metrics: [metric],
    grain: 'day',
    from: addDays(until, -learnFrom),
    to: until,
    ...more,
  })
  const events = await companyEvents(context)
  const asText = JSON.stringify([meta.today, meta.wholeFrom, events])
  const kept = learnt.get(rows)
  if (kept?.events === asText) return kept.found
  const days = rows
    .map(row => ({ day: String(row.period), value: Number(row[metric] ?? 0) }))
    .filter(one => one.day >= (meta.wholeFrom ?? '') && one.day < meta.today && Number.isFinite(one.value))
  const first = days.findIndex(one => one.value !== 0)
  if (first < 0) return null
  const own = days.slice(first)
  const found = { shape: learnShape(own, events), days: own }
  learnt.set(rows, { events: asText, found })
  return found
}

/** The shape of a metric's days in a store ('' the company): its own, else that of sales there, else of all sales. */
export type ShapeFor = (metric: string, store: string) => Promise<YearShape | null>

const fallbacks = (metric: string, store: string) =>
  [
    [metric, store],
    ['net_sales', store],
    ['net_sales', ''],
  ] as const

/** Shapes as the shop trades now. */
async function shapesNow(context: Context): Promise<ShapeFor> {
  const last = await latestDay(context)
  const known = new Map<string, YearShape | null>()
  return async (metric, store) => {
    if (!last) return null
    for (const [name, at] of fallbacks(metric, store)) {
      const key = `${name}|${at}`
      if (!known.has(key)) {
        const found = await shapeOf(context, name, last, at ? { stores: [at] } : {}).catch(() => null)
        known.set(key, found?.shape ?? null)
      }
      const shape = known.get(key)
      if (shape) return shape
    }
    return null
  }
}

/** Shapes of a version: as the shop trades now, and of a locked one or a copy as it traded when that was kept. */
export async function shapesOf(context: Context, held: KeptAs | null): Promise<ShapeFor> {
  if (!held) return shapesNow(context)
  const { content, by } = held
  const kept = content.phasing
  if (!kept)
    return saying(
      await shapesNow(context),
      `How its days weigh was not kept when it was ${by}: they follow what is known now.`,
    )
  const at = new Map(daysOf(content).map((day, n) => [day, n]))
  const shapes = kept.shapes.map(
    ({ weights, notes }): YearShape => ({
      weight: day => weights[at.get(day) ?? -1] ?? 0,
      why: () => [`as when the plan was ${by}`],
      notes,
      weekdays: [],
    }),
  )
  return async (metric, store) => {
    const [key = ''] = fallbacks(metric, store)
      .map(([name, where]) => `${name}|${where}`)
      .filter(name => name in kept.of)
    return shapes[kept.of[key] ?? -1] ?? null
  }
}

const saying =
  (shapeFor: ShapeFor, note: string): ShapeFor =>
  async (metric, store) => {
    const shape = await shapeFor(metric, store)
    return shape && { ...shape, notes: [note, ...shape.notes] }
  }

/** Every day a version plans. */
export const daysOf = ({ sheet }: Pick<Version, 'sheet'>): Day[] =>
  daysBetween(sheet.periods[0]?.from ?? '', sheet.periods.at(-1)?.to ?? '')

/** Weights of a version's days for figures that add up, as the shop trades now; each shape once. */
export async function keptPhasing(
  context: Context,
  version: Version,
  figures: readonly { metric: string; store: string }[],
): Promise<tables.KeptPhasing> {
  const shapeFor = await shapesNow(context)
  const days = daysOf(version)
  const shapes: YearShape[] = []
  const of: Record<string, number> = {}
  for (const { metric, store } of [...figures, { metric: 'net_sales', store: '' }]) {
    const shape = await shapeFor(metric, store)
    if (shape && !shapes.includes(shape)) shapes.push(shape)
    // Without any history days share evenly, and still do when there is one.
    of[`${metric}|${store}`] = shape ? shapes.indexOf(shape) : -1
  }
  return { shapes: shapes.map(({ weight, notes }) => ({ weights: days.map(weight), notes })), of }
}
