import { randomUUID } from 'node:crypto'
import { and, eq, gt, notLike } from 'drizzle-orm'
import type { z } from 'zod'
import { closedDay, ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { addDays, type Day, earlier } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { beyond } from '#kernel/plan/bounds.ts'
import { type Calculation, calculate, type Input } from '#kernel/plan/calculate.ts'
import { type Content, inConflict } from '#kernel/plan/edits.ts'
import { inputsOf, type Row } from '#kernel/plan/rows.ts'
import { addressKey, type Sheet, sheetPeriods, sliceOf } from '#kernel/plan/sheet.ts'
import { type Tier, template } from '#kernel/plan/templates.ts'
import { forecastTarget } from '#kernel/view.ts'
import { insertMany } from '#postgres/insert-many.ts'
import * as tables from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'
import { askAs, filledFrom, known, lastOver, membersOf, perAccount, yearBefore } from './actuals.ts'
import { itemChanges, keepChanges } from './budget-changes.ts'
import { lineOf } from './budget-lines.ts'
import { checkFigure, rowsFrom, rowsOf, storeRows, versionOf } from './cells.ts'
import { lastCopy } from './copies.ts'
import { SheetShape, type StartShape } from './model.ts'
import { openingStock } from './opening-stock.ts'
import { blockOf, sheetFrom } from './pasted.ts'
import { mapped, rememberRows } from './sheet-rows.ts'
import { otherSide } from './two-trades.ts'

type Found = typeof tables.versions.$inferSelect
type Start = z.output<typeof StartShape>

/** A version as it is told of: without its sheet, but for the days it plans. */
export const shown = ({ sheet, createdAt: _, ...version }: Found) => ({
  ...version,
  from: sheet.periods[0]?.from ?? '',
  to: sheet.periods.at(-1)?.to ?? '',
})

/** A version worked out, from the ledger. */
export async function worked(context: Context, version: Found): Promise<Calculation> {
  return calculate(version.sheet, inputsOf(version.sheet, await rowsOf(context, version.id)))
}

export const contentOf = (sheet: Sheet, rows: readonly Row[]): Content => ({
  sheet,
  figures: new Map(
    inputsOf(sheet, rows)
      .filter(input => input.value !== null)
      .map(input => [addressKey(input), input]),
  ),
})

/** Keeps a version as it was begun. */
export async function start(context: Context, input: Start, made: Begun): Promise<Found> {
  const { ledger, actor } = context
  if ([input.id, input.name].some(one => one.trim().toLowerCase() === forecastTarget))
    throw invalid(
      `“${input.name}” is the name of Quarterdeck's own forecast.`,
      'Give the version another name, such as “our forecast”.',
    )
  const [taken] = await ledger
    .select({ id: tables.versions.id })
    .from(tables.versions)
    .where(eq(tables.versions.id, input.id))
  if (taken)
    throw new Failure('conflict', `There is a version "${input.id}" already.`, {
      next: 'Choose another name.',
    })
  const at = context.clock().toISOString()
  const batch = randomUUID().slice(0, 8)
  const rows = made.rows ?? rowsFrom(made.inputs, n => `${batch}-${n.toString(36)}`)
  const [version] = await ledger
    .insert(tables.versions)
    .values({
      id: input.id,
      name: input.name,
      kind: input.kind,
      basedOn: made.basedOn,
      closedPeriods: made.closedPeriods,
      rates: made.rates ?? {},
      sheet: made.sheet,
      createdBy: actor.name,
      createdAt: at,
      updatedAt: at,
    })
    .returning()
  await storeRows(ledger, input.id, rows)
  if (made.basedOn !== null) await takeBudgetAlong(context, await versionOf(context, made.basedOn), input.id)
  if (input.begin.with === 'pasted') await rememberRows(context, input.begin.rows)
  return version as Found
}

/** Takes the budget of a version along into one begun from it: lines as they are, each the same line as before. */
async function takeBudgetAlong(
  context: Context,
  from: Pick<typeof tables.versions.$inferSelect, 'id' | 'name'>,
  to: string,
): Promise<void> {
  const { ledger, clock } = context
  const before = await ledger.select().from(tables.items).where(eq(tables.items.version, from.id))
  const updatedAt = clock().toISOString()
  const copies = before.map(item => ({
    ...item,
    id: randomUUID(),
    version: to,
    origin: lineOf(item),
    saved: 1,
    updatedAt,
  }))
  await insertMany(ledger, tables.items, copies)
  const changes = copies.flatMap(item => itemChanges(item.id, null, item))
  await keepChanges(context, to, changes, `Taken along from ${from.name}`)
}

export interface Begun {
  sheet: Sheet
  inputs: Input[]
  rows?: Row[]
  /** Budget rates people set in the version it is begun from. */
  rates?: Record<string, string>
  basedOn: string | null
  closedPeriods: number
  notes: string[]
}

/** What a version begins with: asked of last year, the run-rate, another version, or what was pasted. */
export async function begin(context: Context, input: Start): Promise<Begun> {
  if (input.from > input.to) throw invalid('The plan ends before it begins.')
  const begun = await beginning(context, input)
  soundSheet(begun.sheet)
  for (const figure of begun.inputs) checkFigure(begun.sheet, figure)
  return begun
}

async function beginning(context: Context, input: Start): Promise<Begun> {
  const { begin: how, currency, from, to, grain } = input
  const rule = await ruleOf(context)
  const none = { basedOn: null, closedPeriods: 0, notes: [] }
  if (how.with === 'sheet') return { ...none, sheet: how.sheet, inputs: [] }
  if (how.with === 'pasted') {
    const pasted = sheetFrom(blockOf(how.text), { rule, from, to, grain, currency })
    return { ...none, ...mapped(pasted, template({ trade: how.trade, over: [] }), how.rows) }
  }
  if (how.with === 'version') {
    const begun = await fromVersion(context, how.version, how.closedPeriods)
    const [first, last] = [begun.sheet.periods[0], begun.sheet.periods.at(-1)]
    const same = begun.sheet.currency === currency && first?.from === from && last?.to === to
    const keeps = `It has the periods and the currency of the version it is begun from: ${first?.label} to ${last?.label}, in ${begun.sheet.currency}.`
    return same ? begun : { ...begun, notes: [keeps, ...begun.notes] }
  }
  const periods = sheetPeriods(rule, from, to, grain)
  const first = periods[0]
  const last = periods.at(-1)
  if (!first || !last) throw invalid('There is no period between these days.')
  const lastDay = await lastWholeDay(context)
  const base =
    how.with === 'run_rate' && lastDay
      ? // Thirteen whole weeks: each weekday as often as the others.
        { from: addDays(lastDay, -90), to: lastDay }
      : { from: yearBefore(rule, first).from, to: yearBefore(rule, last).to }
  const sessions = how.with === 'template' || (await known(context, ['sessions'], base)).has('sessions')
  const sheet: Sheet = {
    currency,
    periods,
    dimensions: how.over.length > 0 ? await membersOf(context, how.over, base) : [],
    lines: template({ ...how, sessions, ...(await tiersOf(context, how.waterfall)) }),
  }
  if (how.with === 'template') return { ...none, sheet, inputs: [] }
  // Before every one of its cells is asked for.
  soundSheet(sheet)
  const counted = await filledFrom(
    context,
    sheet,
    period => (how.with === 'run_rate' ? base : lastOver(rule, period, lastDay)),
    how.growth,
  )
  const early =
    how.with === 'run_rate'
      ? []
      : periods.filter(one => lastOver(rule, one, lastDay).to < yearBefore(rule, one).to)
  const names = new Map(
    (await context.ledger.select().from(settings.stores)).map(one => [one.store, one.name]),
  )
  const whole = await daysKnown(context)
  const coming = periods.filter(one => {
    const span = how.with === 'run_rate' ? base : lastOver(rule, one, lastDay)
    return whole?.coming && span.from < whole.from
  })
  const other = otherSide(sheet, counted, member => names.get(member) || member)
  const stock = await openingStock(context, sheet, lastDay, member => names.get(member) || member)
  const inputs = [...counted, ...other.inputs, ...stock.inputs]
  const filled = new Set(inputs.map(one => one.line))
  const empty = sheet.lines.filter(
    line => line.formula === null && line.blank !== 'zero' && !filled.has(line.name),
  )
  return {
    ...none,
    sheet,
    inputs,
    notes: [
      `Filled from ${base.from} to ${lastDay ? earlier(base.to, lastDay) : base.to}.`,
      ...(early.length > 0
        ? [
            `${aFew(early.map(one => one.label))}: the year before is not over, so they are filled from the one before that.`,
          ]
        : []),
      ...(coming.length > 0 && whole
        ? [
            `${aFew(coming.map(one => one.label))}: sales are whole from ${whole.from} on, and earlier ones are still being read, so they are left to be filled in.`,
          ]
        : []),
      ...(how.with === 'run_rate' ? overWindow(sheet, filled) : []),
      ...other.notes,
      ...stock.notes,
      ...(sessions
        ? []
        : ['No sessions are counted: orders are filled in instead of sessions × conversion.']),
      ...(empty.length > 0 ? [`Still to be filled in: ${empty.map(line => line.label).join(', ')}.`] : []),
    ],
  }
}

/**
 * @throws Failure('invalid') where lines, dimensions, their members or periods of a sheet cannot be told apart, are more
 * than a version holds, or make more cells than can be worked out.
 */
export function soundSheet(sheet: Sheet): void {
  const { lines, dimensions, periods } = sheet
  const most = beyond(sheet)
  const said = (count: number) => count.toLocaleString('en-GB')
  if (most && most.what !== 'cells')
    throw invalid(
      `The version would have ${said(most.count)} ${most.what}; it holds ${said(most.most)}.`,
      most.what === 'lines'
        ? 'Sum up what is finer, or import it as a budget: that holds 20,000 lines.'
        : 'Plan it in longer periods, or over fewer years.',
    )
  const apart = (what: string, names: readonly string[]) => {
    const seen = new Set<string>()
    for (const name of names) {
      if (seen.has(name)) throw invalid(`Two ${what} are called ${name}.`, 'Give each a name of its own.')
      seen.add(name)
    }
  }
  const names = (of: readonly { name: string }[]) => of.map(one => one.name)
  apart('lines', names(lines))
  apart('dimensions', names(dimensions))
  const keys = periods.map(one => one.key)
  apart('periods', keys)
  for (const { label, members } of dimensions) apart(`members of ${label}`, members)
  if (most)
    throw invalid(
      `The version would have ${said(most.count)} cells; ${said(most.most)} can be worked out.`,
      'Split it by fewer things at once, or by fewer members, or plan it in longer periods.',
    )
  // What could be kept and never be read again is not kept.
  const { error } = SheetShape.safeParse(sheet)
  const [issue] = error?.issues ?? []
  if (issue) {
    const [part, at] = issue.path
    const one = part === 'lines' ? lines[Number(at)] : part === 'dimensions' ? dimensions[Number(at)] : null
    throw invalid(
      `${one ? `“${one.label.slice(0, 60)}”` : String(part)} cannot be kept: ${String(issue.path.at(-1))}: ${issue.message}.`,
      'Mend it in the sheet; nothing was taken.',
    )
  }
}

/** What a window longer than a period says of rates that count over time. */
function overWindow({ lines }: Sheet, filled: ReadonlySet<string>): string[] {
  const own = lines.find(line => perAccount(line) && filled.has(line.name))
  const share = lines.find(line => own && line.section === own.section && line.unit === 'share')
  return own && share
    ? [`${share.label} is that of the whole 13 weeks; ${own.label} is brought to the length of each period.`]
    : []
}

const aFew = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

/** The tiers asked for, else those the company measures itself by: plan and actuals are layered alike. */
async function tiersOf({ ledger }: Context, asked?: Tier[]): Promise<{ waterfall?: Tier[] }> {
  if (asked) return { waterfall: asked }
  const [own] = await ledger.select().from(settings.costWaterfall)
  return own ? { waterfall: own.tiers } : {}
}

async function fromVersion(context: Context, id: string, closedPeriods: number): Promise<Begun> {
  const before = await versionOf(context, id)
  const rows = await rowsOf(context, id)
  const notes: string[] = []
  const { sheet } = before
  if (closedPeriods > sheet.periods.length)
    throw invalid(
      `${before.name} has ${sheet.periods.length} periods; ${closedPeriods} of them cannot be closed.`,
    )
  // What a business case did is in the actuals of a closed period: its own figures end there.
  const ofCases = new Set(sheet.lines.filter(line => line.case).map(line => line.name))
  const over = new Set(sheet.periods.slice(0, closedPeriods).map(period => period.key))
  let kept: Row[] = rows.map(row => ({
    ...row,
    cells: lastOnly(
      ofCases.has(row.line)
        ? Object.fromEntries(Object.entries(row.cells).filter(([period]) => !over.has(period)))
        : row.cells,
    ),
  }))
  if (closedPeriods > 0) {
    // Closed periods take what happened; where nothing was counted the plan stays, and it is said.
    const closed = { ...sheet, periods: sheet.periods.slice(0, closedPeriods) }
    const actuals = await filledFrom(context, closed, period => period, '0')
    const batch = randomUUID().slice(0, 8)
    const byRow = new Map(kept.map(row => [`${row.line}\u001e${row.slice}`, row]))
    for (const row of rowsFrom(actuals, n => `${batch}-${n.toString(36)}`)) {
      const own = byRow.get(`${row.line}\u001e${row.slice}`)
      if (own) Object.assign(own.cells, row.cells)
      else byRow.set(`${row.line}\u001e${row.slice}`, row)
    }
    kept = [...byRow.values()]
    const filled = new Set(actuals.map(one => one.line))
    const days = await daysKnown(context)
    const early = closed.periods.filter(period => !knownWhole(period, days))
    const without = sheet.lines.filter(line => line.formula === null && !line.case && !filled.has(line.name))
    notes.push(
      `${closedPeriods} ${closedPeriods === 1 ? 'period is' : 'periods are'} actuals, the rest from ${before.name}.`,
      ...(early.length > 0 && days
        ? [
            `${aFew(early.map(one => one.label))}: sales are known from ${days.from} on, so the figures of ${before.name} stay, or what was counted of a part stands.`,
          ]
        : []),
      ...(without.length > 0
        ? [
            `No actuals are known for ${without.map(line => line.label).join(', ')}: the figures of ${before.name} stay.`,
          ]
        : []),
    )
  }
  return { sheet, inputs: [], rows: kept, rates: before.rates, basedOn: id, closedPeriods, notes }
}

/** Cells as one edit each; where two people contradict each other both go along, for somebody to choose. */
const lastOnly = (cells: Row['cells']): Row['cells'] =>
  Object.fromEntries(
    Object.entries(cells).map(([period, heads]) => [period, inConflict(heads) ? heads : heads.slice(-2)]),
  )

/** The last day there are sales of. */
export const latestDay = async (context: Context): Promise<Day | null> =>
  (await daysKnown(context))?.to ?? null

/** The last day there are sales of that is over in every store: what of today is there says nothing of how a day sells. */
export const lastWholeDay = async (context: Context): Promise<Day | null> =>
  (await daysKnown(context))?.over ?? null

interface DaysKnown {
  from: Day
  to: Day
  over: Day
  /** What was before the first of them is still being read. */
  coming: boolean
}

/** The first day sales are whole from, the last there are any of, and the last of them that is over. */
export async function daysKnown(context: Context): Promise<DaysKnown | null> {
  const { meta } = await askAs(context, { metrics: ['net_sales'], window: 'all_time' })
  const { from, lastDay: to } = meta
  return to === null
    ? null
    : {
        from: meta.wholeFrom ?? from,
        to,
        over: earlier(to, await closedDay(context)),
        coming: meta.wholeFrom !== undefined,
      }
}

/** Whether a period is known from its beginning: a shop is shut for a few days, not for more than a week. */
export const knownWhole = (period: { from: Day }, known: { from: Day } | null): boolean =>
  known !== null && known.from <= addDays(period.from, 7)

/** Cells that differ from when the version was last approved, by address. */
export async function changedSince(context: Context, version: Found): Promise<string[]> {
  if (version.state !== 'approved' && version.state !== 'locked') return []
  const last = await lastCopy(context, version.id)
  if (!last) return []
  const changes = await context.ledger
    .selectDistinct({ line: tables.changes.line, slice: tables.changes.slice, period: tables.changes.period })
    .from(tables.changes)
    .where(
      and(
        eq(tables.changes.version, version.id),
        gt(tables.changes.at, last.at),
        // Names of lines have no colon; those of the budget's own changes have.
        notLike(tables.changes.line, '%:%'),
      ),
    )
  if (changes.length === 0) return []
  const then = new Map(last.content.rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
  const rows = await rowsOf(context, version.id)
  const now = new Map(rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
  return changes
    .filter(({ line, slice, period }) => {
      const key = `${line}\u001e${slice}`
      return (then.get(key)?.[period] ?? null) !== (now.get(key)?.[period]?.at(-1) ?? null)
    })
    .map(({ line, slice, period }) => addressKey({ line, slice: sliceOf(slice), period }))
}
