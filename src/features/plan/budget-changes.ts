import { randomUUID } from 'node:crypto'
import { and, desc, eq, gt, like, or } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { insertMany } from '#postgres/insert-many.ts'
import * as tables from '#postgres/tables/plan.ts'
import { lastCopy } from './copies.ts'
import { type FieldChange, itemKinds } from './model.ts'

/**
 * Changes of budget lines and budget rates, field by field, kept beside those of cells: a line is `item:<id>` there and the
 * rates are `rates:`, neither of which a line of the grid can be called. An amount's period is the plan's, another field's
 * stands in its place after `.`.
 */

type Item = typeof tables.items.$inferSelect
type Fields = Record<string, string>

const told = [
  'label',
  'kind',
  'account',
  'department',
  'costCentre',
  'owner',
  'vendor',
  'market',
  'currency',
  'note',
] as const

const fieldsOf = (item: Partial<Item> | null): Fields =>
  item === null
    ? {}
    : {
        ...Object.fromEntries(told.map(name => [`.${name}`, String(item[name] ?? '')])),
        '.actuals': (item.actuals ?? []).length > 0 ? JSON.stringify(item.actuals) : '',
        ...item.amounts,
      }

interface Change {
  line: string
  field: string
  before: string | null
  after: string | null
}

const sameFigure = (a: string, b: string) => a !== '' && b !== '' && Number(a) === Number(b)

const differences = (line: string, before: Fields, after: Fields): Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(field => {
    const [from, to] = [before[field] ?? '', after[field] ?? '']
    const same = from === to || (!field.startsWith('.') && sameFigure(from || '0', to || '0'))
    return same ? [] : [{ line, field, before: from || null, after: to || null }]
  })

/** What differs between a budget line as it was and as it is: of one that is new or gone, that alone. */
export function itemChanges(id: string, before: Partial<Item> | null, after: Partial<Item> | null): Change[] {
  const line = `item:${id}`
  if (before === null || after === null)
    return [{ line, field: '.label', before: before?.label ?? null, after: after?.label ?? null }]
  return differences(line, fieldsOf(before), fieldsOf(after))
}

export const rateChanges = (before: Fields, after: Fields): Change[] => differences('rates:', before, after)

/** Keeps who changed which field of the budget, and why, in the transaction of the write. */
export async function keepChanges(
  { ledger, actor, clock }: Context,
  version: string,
  changes: readonly Change[],
  why: string,
): Promise<void> {
  const at = clock().toISOString()
  const rows = changes.map(({ field, ...change }) => ({
    ...change,
    id: randomUUID(),
    version,
    slice: '',
    period: field,
    why,
    byId: actor.id,
    byName: actor.name,
    at,
  }))
  await insertMany(ledger, tables.changes, rows)
}

/** Budget rates that stand from now on whatever rates come in: a locked budget is told in the plan's currency for good. */
export async function fixRates(
  context: Context,
  version: typeof tables.versions.$inferSelect,
  rates: Record<string, string>,
): Promise<void> {
  const changes = rateChanges(version.rates, rates)
  if (changes.length === 0) return
  await context.ledger.update(tables.versions).set({ rates }).where(eq(tables.versions.id, version.id))
  await keepChanges(context, version.id, changes, 'Locked: the rates its budget was told at')
}

type Kept = typeof tables.changes.$inferSelect

const fieldNames: Readonly<Record<string, string>> = {
  '.label': 'Name',
  '.kind': 'Kind',
  '.account': 'Account',
  '.department': 'Department',
  '.costCentre': 'Cost centre',
  '.owner': 'Owner',
  '.vendor': 'Vendor',
  '.market': 'Market',
  '.currency': 'Currency',
  '.note': 'Note',
  '.actuals': 'What is spent comes from',
}

/** A value as people read it: kinds and sources of actuals by their words. */
function worded(field: string, value: string | null): string | null {
  if (value === null) return field === '.actuals' ? 'the general ledger' : null
  if (field === '.kind') return itemKinds.find(one => one.value === value)?.label ?? value
  if (field !== '.actuals') return value
  const actuals = JSON.parse(value) as Item['actuals']
  return actuals
    .map(one => [one.metric.replaceAll('_', ' '), ...one.where.flatMap(part => part.is)].join(' of '))
    .join(', ')
}

/** What differs between a line in two budgets beside its amounts, field by field, in words. */
export const fieldDifferences = (before: Item, after: Item) =>
  differences('', fieldsOf(before), fieldsOf(after)).flatMap(({ field, before: from, after: to }) =>
    field.startsWith('.')
      ? [{ field: fieldNames[field] ?? field, before: worded(field, from), after: worded(field, to) }]
      : [],
  )

const shown =
  (labels: ReadonlyMap<string, string>, periods: ReadonlyMap<string, string>) =>
  ({ line, period, before, after, why, byName, at }: Kept): FieldChange => {
    const item = line.startsWith('item:') ? line.slice('item:'.length) : null
    return {
      item,
      label: item === null ? 'Budget rates' : (labels.get(line) ?? before ?? after ?? ''),
      field: item === null ? `1 ${period}` : (fieldNames[period] ?? periods.get(period) ?? period),
      amount: item !== null && !period.startsWith('.'),
      before: worded(period, before),
      after: worded(period, after),
      why,
      byName,
      at,
    }
  }

const namesOf = (version: Pick<typeof tables.versions.$inferSelect, 'sheet'>) =>
  new Map(version.sheet.periods.map(period => [period.key, period.label]))

/** What became of one budget line, latest first. */
export async function itemHistory(
  { ledger }: Context,
  version: typeof tables.versions.$inferSelect,
  item: Pick<Item, 'id' | 'label'>,
): Promise<FieldChange[]> {
  const line = `item:${item.id}`
  const rows = await ledger
    .select()
    .from(tables.changes)
    .where(and(eq(tables.changes.version, version.id), eq(tables.changes.line, line)))
    .orderBy(desc(tables.changes.seq))
    .limit(300)
  return rows.map(shown(new Map([[line, item.label]]), namesOf(version)))
}

/**
 * What of the budget differs from when the version was last approved, field by field: what was changed and changed back
 * is not told. Null where it was never approved.
 */
export async function changedSinceApproval(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<{ at: string; byName: string; changes: FieldChange[] } | null> {
  const { ledger } = context
  const last = await lastCopy(context, version.id)
  if (!last) return null
  const rows = await ledger
    .select()
    .from(tables.changes)
    .where(
      and(
        eq(tables.changes.version, version.id),
        or(like(tables.changes.line, 'item:%'), eq(tables.changes.line, 'rates:')),
        gt(tables.changes.at, last.at),
      ),
    )
    .orderBy(tables.changes.seq)
  const net = new Map<string, Kept>()
  for (const row of rows) {
    const key = `${row.line}\u001e${row.period}`
    const before = net.get(key)
    net.delete(key)
    net.set(key, { ...row, before: before ? before.before : row.before })
  }
  const items = await ledger
    .select({ id: tables.items.id, label: tables.items.label })
    .from(tables.items)
    .where(eq(tables.items.version, version.id))
  const labels = new Map(items.map(item => [`item:${item.id}`, item.label]))
  const changes = [...net.values()].filter(
    one =>
      one.before !== one.after &&
      !(one.before !== null && one.after !== null && sameFigure(one.before, one.after)) &&
      // Of a line that is gone only that it is gone.
      (one.period === '.label' || !one.line.startsWith('item:') || labels.has(one.line)),
  )
  return { at: last.at, byName: last.byName, changes: changes.reverse().map(shown(labels, namesOf(version))) }
}
