import { randomUUID } from 'node:crypto'
import type { Context } from '#features/context.ts'
import { phase } from '#forecast/phasing.ts'
import { minorUnits } from '#kernel/money-units.ts'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { plainOf, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import type { Line } from '#kernel/plan/sheet.ts'
import { withdrawn } from '#metrics/plans.ts'
import type * as tables from '#postgres/tables/plan.ts'
import { carryRows } from '#sync/own-rows.ts'
import { keptOf } from './copies.ts'
import { hoursUntil } from './hours.ts'
import { keptPhasing, shapesOf } from './shapes.ts'
import { latestDay, worked } from './versions.ts'

/** One figure of a version: a metric of a store ('' the company) and slice. */
interface Carried {
  line: Line
  store: string
  slice: Record<string, string>
}

/**
 * Carries a version into the granary as budget lines, so that `plan.<version>` is a comparison for every metric at
 * every grain: what adds up goes day by day in the shop's own shape and adds up to its period exactly; ratios go by
 * period. What an earlier carrying had and this one has not is withdrawn.
 */
export async function carry(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<{ lines: number; days: number; notes: string[] }> {
  const plan = await worked(context, version)
  const { definitions } = context.metrics
  const metrics = new Map((await definitions()).metrics.map(metric => [metric.name, metric]))
  const shapeFor = await shapesOf(context, await keptOf(context, version))
  const rows: Record<string, string>[] = []
  const notes = new Set<string>()
  const carried = toCarry(plan, metrics)
  for (const { line, store, slice } of carried) {
    const metric = metrics.get(line.metric as string)
    if (!metric) continue
    const additive = metric.additivity === 'additive'
    const places = metric.unit === 'money' ? minorUnits(plan.sheet.currency) : 4
    const key = Object.keys(slice).length > 0 ? JSON.stringify(slice) : ''
    const same = {
      store,
      version: version.id,
      line: metric.name,
      slice: key,
      currency: metric.unit === 'money' ? plan.sheet.currency : '',
    }
    const shape = additive ? await shapeFor(metric.name, store) : null
    if (additive && !shape)
      notes.add(`${metric.label} has no history to be phased by: its days share evenly.`)
    for (const note of shape?.notes ?? []) notes.add(note)
    plan.sheet.periods.forEach((period, at) => {
      const members = { ...slice, ...(store && { store }) }
      const value = rolled(plan, line.name, { members, first: at, last: at })
      if (value === null) return
      if (!additive) {
        rows.push({ ...same, day: period.from, grain: grainOf(plan), amount: plainOf(rounded(value, 4)) })
        return
      }
      const amount = plainOf(rounded(value, places))
      const adjusted = { places, adjustments: plan.sheet.phasing ?? {} }
      for (const one of phase(amount, period.from, period.to, shape ?? { weight: () => 1 }, adjusted))
        rows.push({ ...same, day: one.day, grain: 'day', amount: one.amount })
    })
  }
  const gone = await withdrawnRows(context, version.id, rows)
  await carryRows(context.granary, {
    id: `plan-${version.id}-${randomUUID()}`,
    table: 'budget_lines',
    rows: [...rows, ...gone],
    source: `plan:${version.id}`,
  })
  return { lines: carried.length, days: rows.length, notes: [...notes] }
}

const toCarry = (plan: Calculation, metrics: { has(name: string): boolean }): Carried[] =>
  plan.sheet.lines.flatMap(line => (line.metric && metrics.has(line.metric) ? slicesToCarry(plan, line) : []))

/** How every figure of a version goes over its days and hours as the shop trades now: what a copy of it keeps. */
export async function phasingNow(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<tables.KeptPhasing> {
  const plan = await worked(context, version)
  const metrics = new Map((await context.metrics.definitions()).metrics.map(metric => [metric.name, metric]))
  const added = toCarry(plan, metrics).flatMap(({ line: { metric = '' }, store }) =>
    metrics.get(metric)?.additivity === 'additive' ? [{ metric, store }] : [],
  )
  const until = await latestDay(context)
  const hours = until && (await hoursUntil(context, until))
  return { ...(await keptPhasing(context, version, added)), ...(hours && { hours }) }
}

/** The whole, each store, and each member of the other dimensions, of the whole and of each store. */
function slicesToCarry(plan: Calculation, line: Line): Carried[] {
  if (line.roll === 'none') return line.over.length === 0 ? [{ line, store: '', slice: {} }] : []
  const members = (name: string) => plan.sheet.dimensions.find(one => one.name === name)?.members ?? []
  const stores = line.over.includes('store') ? ['', ...members('store')] : ['']
  const others = line.over.filter(name => name !== 'store')
  const slices: Record<string, string>[] = [
    {},
    ...others.flatMap(name => members(name).map(member => ({ [name]: member }))),
  ]
  return stores.flatMap(store => slices.map(slice => ({ line, store, slice })))
}

/** The grain of the plan's periods, as budget lines name it. */
function grainOf({ sheet }: Calculation): string {
  const [first] = sheet.periods
  const days = first ? (Date.parse(first.to) - Date.parse(first.from)) / 86_400_000 + 1 : 30
  return days <= 1 ? 'day' : days <= 7 ? 'week' : days <= 36 ? 'month' : days <= 100 ? 'quarter' : 'year'
}

async function withdrawnRows(context: Context, version: string, rows: readonly Record<string, string>[]) {
  const key = (row: Record<string, unknown>) => `${row.store}|${row.day}|${row.line}|${row.slice}`
  const now = new Set(rows.map(key))
  const before = await context.granary.query(
    `SELECT store, day, line, slice, currency FROM ${context.granary.dialect.from('budget_lines')}
     WHERE version = {version:String} AND grain <> {gone:String}`,
    { version, gone: withdrawn },
  )
  return before
    .filter(row => !now.has(key(row)))
    .map(row => ({
      store: String(row.store),
      version,
      day: String(row.day),
      line: String(row.line),
      slice: String(row.slice),
      grain: withdrawn,
      amount: '0',
      currency: String(row.currency),
    }))
}
