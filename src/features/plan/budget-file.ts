import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { shareOut } from '#forecast/phasing.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { type CalendarRule, type Grain, periodOf } from '#kernel/period.ts'
import type { SheetPeriod } from '#kernel/plan/sheet.ts'
import { forecastTarget } from '#kernel/view.ts'
import { withdrawn } from '#metrics/plans.ts'
import { insertMany } from '#postgres/insert-many.ts'
import * as tables from '#postgres/tables/plan.ts'
import { keepClosed } from './budget.ts'
import { itemChanges, keepChanges } from './budget-changes.ts'
import { closedIn } from './cells.ts'

type Item = typeof tables.items.$inferInsert

/** Lines a version's budget holds at most: beyond it a file is not one of lines but of entries. */
const most = 20_000

/** Rows of budgets that came in as files: not what versions of the plan and forecasts carry. */
const fromFiles = `grain <> {gone:String} AND source NOT LIKE 'plan:%' AND version <> '${forecastTarget}'`

/** A budget that came in as a file: under which name, how much of it, and which metrics it can stand beside. */
export async function importedBudgets({ granary, metrics }: Context) {
  const rows = await granary.query(
    `SELECT version, currency, count(DISTINCT line) AS accounts, count(*) AS rows, sum(amount) AS total,
       min(day) AS first, max(day) AS last
     FROM ${granary.dialect.from('budget_lines')} WHERE ${fromFiles} GROUP BY version, currency ORDER BY version`,
    { gone: withdrawn },
  )
  if (rows.length === 0) return []
  const names = (await metrics.definitions()).metrics
    .map(metric => metric.name)
    .filter(name => /^[a-z][a-z0-9_]*$/.test(name))
  const told = await granary.query(
    `SELECT DISTINCT version, line FROM ${granary.dialect.from('budget_lines')}
     WHERE ${fromFiles} AND line IN (${names.map(name => `'${name}'`).join(', ')}) ORDER BY line`,
    { gone: withdrawn },
  )
  return rows.map(row => ({
    name: String(row.version),
    currency: String(row.currency),
    accounts: Number(row.accounts),
    rows: Number(row.rows),
    total: String(row.total),
    from: String(row.first),
    to: String(row.last),
    metrics: told.filter(one => one.version === row.version).map(one => String(one.line)),
  }))
}

/** Budget lines a file makes, and what of it lies outside the plan. */
export interface FileLines {
  lines: Pick<Item, 'account' | 'department' | 'costCentre' | 'vendor' | 'currency' | 'amounts'>[]
  outside: { rows: number; amount: string }
}

/**
 * An imported budget as lines of a plan: one for each account, department, cost centre, vendor and currency; amounts of
 * longer periods are shared evenly among the plan's, to the cent. Lines named after a metric are the plan grid's own.
 * @throws Failure('invalid') when there is none of that name, or it makes more lines than a budget holds.
 */
export async function fileLines(
  context: Context,
  name: string,
  periods: readonly SheetPeriod[],
  rule: CalendarRule,
): Promise<FileLines> {
  const { granary } = context
  const metrics = new Set((await context.metrics.definitions()).metrics.map(metric => metric.name))
  const rows = await granary.query(
    `SELECT line, slice, currency, grain, day, sum(amount) AS amount, count(*) AS n
     FROM ${granary.dialect.from('budget_lines')}
     WHERE version = {version:String} AND grain <> {gone:String} AND source NOT LIKE 'plan:%'
     GROUP BY line, slice, currency, grain, day ORDER BY line, slice, currency, day`,
    { version: name, gone: withdrawn },
  )
  if (rows.length === 0)
    throw new Failure('not_found', `There is no imported budget called "${name}".`, {
      next: 'Import one: Connections → Import → Budget.',
    })
  const lines = new Map<string, FileLines['lines'][number]>()
  const outside: string[] = []
  for (const row of rows) {
    const [line, slice, currency, day] = [row.line, row.slice, row.currency, row.day].map(String) as [
      string,
      string,
      string,
      string,
    ]
    if (metrics.has(line)) continue
    const key = `${line}\u001e${slice}\u001e${currency}`
    const own = lines.get(key) ?? { account: line, ...partsOf(slice), currency, amounts: {} }
    const span = periodOf(rule, day, String(row.grain) as Grain)
    const within = periods.filter(period => period.from <= span.to && period.to >= span.from)
    if (within.length === 0) {
      outside.push(String(row.amount))
      continue
    }
    lines.set(key, own)
    const shares = shareOut(
      String(row.amount),
      within.map(() => 1),
      minorUnits(currency),
    )
    within.forEach((period, n) => {
      own.amounts[period.key] = sum([own.amounts[period.key] ?? '0', shares[n] ?? '0']) ?? '0'
    })
  }
  if (lines.size > most)
    throw invalid(
      `${name} makes ${lines.size.toLocaleString('en-GB')} lines; a budget holds ${most.toLocaleString('en-GB')}.`,
      'Import it without the finest column (vendor, or cost centre): its amounts are then added up.',
    )
  return { lines: [...lines.values()], outside: { rows: outside.length, amount: sum(outside) ?? '0' } }
}

/** A slice of an account: department, cost centre, vendor; words that are no JSON are its department. */
function partsOf(slice: string): Pick<FileLines['lines'][number], 'department' | 'costCentre' | 'vendor'> {
  const none = { department: '', costCentre: '', vendor: '' }
  if (slice === '') return none
  try {
    const read = JSON.parse(slice) as Record<string, unknown>
    const text = (key: string) => (typeof read[key] === 'string' ? (read[key] as string) : '')
    return { department: text('department'), costCentre: text('cost_centre'), vendor: text('vendor') }
  } catch {
    return { ...none, department: slice }
  }
}

const keyOf = (one: Pick<Item, 'account' | 'department' | 'costCentre' | 'vendor' | 'currency'>) =>
  JSON.stringify([one.account, one.department, one.costCentre, one.vendor, one.currency])

/** What taking a file's lines changes in a version: lines of the same account and parts are replaced, the rest added. */
export async function changesOf({ ledger }: Context, version: string, { lines }: FileLines) {
  const before = await ledger.select().from(tables.items).where(eq(tables.items.version, version))
  const known = new Map(before.map(item => [keyOf(item), item]))
  const added: FileLines['lines'] = []
  const changed: { item: (typeof before)[number]; amounts: Record<string, string> }[] = []
  let same = 0
  for (const line of lines) {
    const item = known.get(keyOf(line))
    if (!item) added.push(line)
    else if (isSame(item.amounts, line.amounts)) same += 1
    else changed.push({ item, amounts: line.amounts })
  }
  return { added, changed, same }
}

const isSame = (a: Record<string, string>, b: Record<string, string>) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key =>
    exact(a[key] ?? '0').eq(exact(b[key] ?? '0')),
  )

/** Puts a file's lines into a version, in the transaction of the write. */
export async function takeLines(
  context: Context,
  version: typeof tables.versions.$inferSelect,
  kind: 'opex' | 'capex' | 'media' | 'people',
  { added, changed }: Awaited<ReturnType<typeof changesOf>>,
  why: string,
): Promise<void> {
  const { ledger } = context
  const updatedAt = context.clock().toISOString()
  const rows = added.map(line => ({
    ...line,
    id: randomUUID(),
    version: version.id,
    label: [line.account, line.department, line.vendor].filter(Boolean).join(' · '),
    kind,
    owner: '',
    market: '',
    updatedAt,
  }))
  const closed = await closedIn(context, version)
  for (const one of rows) keepClosed(version, closed, one.label, {}, one.amounts)
  for (const { item, amounts } of changed) keepClosed(version, closed, item.label, item.amounts, amounts)
  await insertMany(ledger, tables.items, rows)
  for (const { item, amounts } of changed)
    await ledger
      .update(tables.items)
      .set({ amounts, pattern: null, saved: item.saved + 1, updatedAt })
      .where(eq(tables.items.id, item.id))
  const kept = [
    ...rows.flatMap(row => itemChanges(row.id, null, row)),
    ...changed.flatMap(({ item, amounts }) => itemChanges(item.id, item, { ...item, amounts })),
  ]
  await keepChanges(context, version.id, kept, why)
}
