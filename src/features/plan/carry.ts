import { randomUUID } from 'node:crypto'
import type { Context } from '#features/context.ts'
import { phase } from '#forecast/phasing.ts'
import { minorUnits } from '#kernel/money-units.ts'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { plainOf, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import type { Line } from '#kernel/plan/sheet.ts'
import { isPlanLine, planLines, withdrawn } from '#metrics/plans.ts'
import type { Definition } from '#metrics/query.ts'
import type * as tables from '#postgres/tables/plan.ts'
import { carryRows } from '#sync/own-rows.ts'
import { keptOf } from './copies.ts'
import { hoursNow } from './hours.ts'
import { daysOf, keptPhasing, shapesOf } from './shapes.ts'
import { worked } from './versions.ts'

type Asked = Pick<Definition, 'name' | 'label' | 'unit' | 'additivity'>

/** One figure of a version: a metric of a store ('' the company) and slice. */
interface Carried {
  line: Line
  metric: Asked
  /** The metric whose days it goes over days by: its own, else sales. */
  goesBy: string
  store: string
  slice: Record<string, string>
}

/**
 * Carries every line of a version into the granary as budget lines, so that `plan.<version>` is a comparison for every
 * metric at every grain; a line that is no metric of the catalogue is one of its own (`plan_<line>`). What adds up goes day
 * by day in the shop's own shape and adds up to its period exactly; ratios and stocks go by period, and so do figures of a
 * kind that has more than `most` days. What an earlier carrying had and this one has not is withdrawn.
 */
export async function carry(
  context: Context,
  version: typeof tables.versions.$inferSelect,
  most = mostDays,
): Promise<{ lines: number; days: number; notes: string[] }> {
  const plan = await worked(context, version)
  const shapeFor = await shapesOf(context, await keptOf(context, version))
  const rows: Record<string, string>[] = []
  const notes = new Set<string>()
  const carried = await toCarry(context, plan)
  const byPeriod = coarseOf(carried, daysOf(version).length, most)
  for (const [kind, count] of byPeriod) notes.add(manyWords[kind](count))
  for (const { line, metric, goesBy, store, slice } of carried) {
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
    const whole = !additive || byPeriod.has(kindOf({ metric, store, slice }))
    const shape = whole ? null : await shapeFor(goesBy, store)
    if (!whole && !shape)
      notes.add(
        isPlanLine(metric.name)
          ? 'There are no sales to phase the lines by that are no metrics of the shop: their days share evenly.'
          : `${metric.label} has no history to be phased by: its days share evenly.`,
      )
    for (const note of shape?.notes ?? []) notes.add(note)
    plan.sheet.periods.forEach((period, at) => {
      const members = { ...slice, ...(store && { store }) }
      const value = rolled(plan, line.name, { members, first: at, last: at })
      if (value === null) return
      const amount = plainOf(rounded(value, additive ? places : 4))
      if (whole) {
        rows.push({ ...same, day: period.from, grain: grainOf(plan), amount })
        return
      }
      const adjusted = { places, adjustments: plan.sheet.phasing ?? {} }
      for (const one of phase(amount, period.from, period.to, shape ?? { weight: () => 1 }, adjusted))
        rows.push({ ...same, day: one.day, grain: 'day', amount: one.amount })
    })
  }
  const gone = await withdrawnRows(context, version.id, rows)
  await carryRows(context, {
    id: `plan-${version.id}-${randomUUID()}`,
    table: 'budget_lines',
    rows: [...rows, ...gone],
    source: `plan:${version.id}`,
  })
  return { lines: carried.length, days: rows.length, notes: [...notes] }
}

/** Takes away what stands beside the actuals of a version that is gone. */
export async function uncarry(context: Context, id: string): Promise<void> {
  const rows = await withdrawnRows(context, id, [])
  if (rows.length > 0)
    await carryRows(context, {
      id: `plan-${id}-${randomUUID()}`,
      table: 'budget_lines',
      rows,
      source: `plan:${id}`,
    })
}

/** Days of figures of one kind, as many as are carried one by one: beyond them they go by period. */
const mostDays = 250_000

/** Figures by how many of them there can be: the company's own are few, and always go day by day. */
type Kind = 'company' | 'stores' | 'slices' | 'own'

const kindOf = ({ metric, store, slice }: Pick<Carried, 'metric' | 'store' | 'slice'>): Kind =>
  isPlanLine(metric.name)
    ? 'own'
    : Object.keys(slice).length > 0
      ? 'slices'
      : store === ''
        ? 'company'
        : 'stores'

const manyWords: Record<Kind, (count: number) => string> = {
  company: String,
  stores: count => `${count} figures are of single stores: being so many, their days share evenly.`,
  slices: count => `${count} figures are of single slices: being so many, their days share evenly.`,
  own: count => `${count} figures are no metrics of the shop: being so many, their days share evenly.`,
}

/** Kinds of what adds up that have too many days to be told one by one, and how many figures they are. */
function coarseOf(carried: readonly Carried[], days: number, most: number): Map<Kind, number> {
  const counts = new Map<Kind, number>()
  for (const one of carried)
    if (one.metric.additivity === 'additive') counts.set(kindOf(one), (counts.get(kindOf(one)) ?? 0) + 1)
  return new Map([...counts].filter(([kind, count]) => kind !== 'company' && count * days > most))
}

/** Every line as the metric it is, or one of its own, over the slices it is carried in. */
async function toCarry({ metrics }: Context, plan: Calculation): Promise<Carried[]> {
  const known = new Map((await metrics.definitions()).metrics.map(metric => [metric.name, metric]))
  const own = planLines(plan.sheet.lines)
  return plan.sheet.lines.flatMap((line, n) => {
    const metric: Asked | undefined = (line.metric && known.get(line.metric)) || own[n]
    const goesBy = metric?.name === line.metric ? metric?.name : 'net_sales'
    return metric && goesBy
      ? slicesToCarry(plan, line).map(slice => ({ line, metric, goesBy, ...slice }))
      : []
  })
}

/** How every figure of a version goes over its days and hours as the shop trades now: what a copy of it keeps. */
export async function phasingNow(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<tables.KeptPhasing> {
  const plan = await worked(context, version)
  const added = (await toCarry(context, plan)).flatMap(({ metric, goesBy, store }) =>
    metric.additivity === 'additive' ? [{ metric: goesBy, store }] : [],
  )
  const hours = await hoursNow(context)
  return { ...(await keptPhasing(context, version, added)), ...(hours && { hours }) }
}

/** The whole, each store, and each member of the other dimensions, of the whole and of each store. */
function slicesToCarry(plan: Calculation, line: Line): Pick<Carried, 'store' | 'slice'>[] {
  if (line.roll === 'none') return line.over.length === 0 ? [{ store: '', slice: {} }] : []
  const members = (name: string) => plan.sheet.dimensions.find(one => one.name === name)?.members ?? []
  const stores = line.over.includes('store') ? ['', ...members('store')] : ['']
  const others = line.over.filter(name => name !== 'store')
  const slices: Record<string, string>[] = [
    {},
    ...others.flatMap(name => members(name).map(member => ({ [name]: member }))),
  ]
  return stores.flatMap(store => slices.map(slice => ({ store, slice })))
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
