import { createHash, randomUUID } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { inputsOf, type Row } from '#kernel/plan/rows.ts'
import { type Sheet, sliceOf } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { lineOf } from './budget-lines.ts'
import { rowsOf } from './cells.ts'

/** Copies of a version as it was submitted, approved, locked or frozen, and that they come out the same again. */

type Version = typeof tables.versions.$inferSelect
type Copy = typeof tables.snapshots.$inferSelect

interface PlainRow {
  line: string
  slice: string
  cells: Record<string, string>
}

/** What stands in the cells of a version, in one order, without who put it there. */
export const plainRows = (rows: readonly Row[]): PlainRow[] =>
  inRowOrder(
    rows
      .map(({ line, slice, cells }) => ({
        line,
        slice,
        cells: Object.fromEntries(
          Object.entries(cells)
            .flatMap(([period, heads]) =>
              heads.at(-1) == null ? [] : [[period, heads.at(-1) as string] as const],
            )
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      }))
      .filter(row => Object.keys(row.cells).length > 0),
  )

/** Rows by line and slice, in an order that no machine's language changes. */
const inRowOrder = (rows: readonly PlainRow[]): PlainRow[] =>
  rows.toSorted((a, b) => {
    const [x, y] = a.line === b.line ? [a.slice, b.slice] : [a.line, b.line]
    return x < y ? -1 : x > y ? 1 : 0
  })

/** The budget of a version in one order: what was spent and promised is no part of it. */
async function budgetOfCopy({ ledger }: Context, version: Version): Promise<tables.KeptBudget> {
  const items = await ledger.select().from(tables.items).where(eq(tables.items.version, version.id))
  return {
    rates: version.rates,
    lines: items
      .map(({ id, origin, version: _, saved: _s, updatedAt: _u, ...item }) => ({
        line: lineOf({ id, origin }),
        ...item,
      }))
      .sort((a, b) => (a.line < b.line ? -1 : 1)),
  }
}

/** Everything a version is, in one order: the same content has the same hash on every machine. */
export async function contentNow(context: Context, version: Version): Promise<Copy['content']> {
  const rows = plainRows(await rowsOf(context, version.id))
  return { sheet: version.sheet, rows, budget: await budgetOfCopy(context, version) }
}

/** What was filled in, as a copy has it. */
function figuresOf({ sheet, rows }: { sheet: Sheet; rows: readonly PlainRow[] }): Input[] {
  const known = new Set(sheet.lines.filter(line => line.formula === null).map(line => line.name))
  return rows
    .filter(row => known.has(row.line))
    .flatMap(({ line, slice, cells }) =>
      Object.entries(cells).map(([period, value]) => ({ line, slice: sliceOf(slice), period, value })),
    )
}

/** What a version goes by where that does not move with the times: content as it was kept, and what kept it, in words. */
export interface KeptAs {
  content: Copy['content']
  by: 'locked' | 'copied'
}

/**
 * What is kept of a version: the copy asked for, else of a locked version that of its lock; null: it goes with the times.
 * @throws Failure('not_found') where the version has no such copy.
 */
export async function keptOf(context: Context, version: Version, copy?: string): Promise<KeptAs | null> {
  if (copy === undefined) {
    const last = version.state === 'locked' && (await lastCopy(context, version.id, 'locked'))
    return last ? { content: last.content, by: 'locked' } : null
  }
  const [found] = await context.ledger
    .select()
    .from(tables.snapshots)
    .where(and(eq(tables.snapshots.id, copy), eq(tables.snapshots.version, version.id)))
  if (!found)
    throw new Failure('not_found', 'The version has no such copy.', {
      next: 'Its copies are listed with the steps of its approval.',
    })
  return { content: found.content, by: found.reason === 'locked' ? 'locked' : 'copied' }
}

/** A version as a kept copy of it has it, or as it is now: its sheet and what was filled in. */
export async function filledIn(
  context: Context,
  version: Version,
  copy: KeptAs | null,
): Promise<{ sheet: Sheet; figures: Input[] }> {
  if (copy) return { sheet: copy.content.sheet, figures: figuresOf(copy.content) }
  const { sheet } = version
  return { sheet, figures: inputsOf(sheet, await rowsOf(context, version.id)) }
}

/** Over inputs, formulas, every result, and the budget: a figure that came out otherwise would show. */
export function hashOf({
  sheet,
  rows,
  budget,
}: {
  sheet: Sheet
  rows: readonly PlainRow[]
  budget?: tables.KeptBudget | undefined
}): string {
  const plan = calculate(sheet, figuresOf({ sheet, rows }))
  const hash = createHash('sha256').update(
    JSON.stringify(inOrder(budget ? [sheet, rows, budget] : [sheet, rows])),
  )
  sheet.lines.forEach((_, line) => {
    for (let slice = 0; slice < plan.slices(line).count; slice += 1)
      for (let period = 0; period < sheet.periods.length; period += 1)
        hash.update(`${plainOrNull(plan.at(line, slice, period))};`)
  })
  return hash.digest('hex')
}

/** The ledger gives objects' members back in an order of its own. */
export const inOrder = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(inOrder)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, inner]) => [name, inOrder(inner)]),
        )
      : value

/**
 * A copy worked out again: whether every figure comes out as it did, and whether a version that is locked still is what
 * the copy of its lock holds (null: another copy, or a version that may change).
 */
export async function reproduced(
  context: Context,
  copy: Copy,
): Promise<{ same: boolean; hash: string; stands: boolean | null }> {
  const hash = hashOf(copy.content)
  const [version] = await context.ledger
    .select()
    .from(tables.versions)
    .where(eq(tables.versions.id, copy.version))
  const held = copy.reason === 'locked' && version?.state === 'locked'
  const now = held ? await contentNow(context, version) : null
  // Copies from before budgets were kept tell of the plan alone.
  // Copies of before stand in the order of the language of the machine that made them: both are put into one.
  const kept = hashOf({ ...copy.content, rows: inRowOrder(copy.content.rows) })
  const stands = now && hashOf(copy.content.budget ? now : { ...now, budget: undefined }) === kept
  return { same: hash === copy.hash, hash, stands }
}

/** Keeps a copy of a version as it is now. */
export async function keep(
  context: Context,
  version: Version,
  reason: Copy['reason'],
  more: Pick<Copy['content'], 'phasing' | 'cases'> = {},
): Promise<{ id: string; hash: string }> {
  const now = await contentNow(context, version)
  const hash = hashOf(now)
  const content = { ...now, ...more }
  const id = randomUUID()
  const { actor } = context
  await context.ledger.insert(tables.snapshots).values({
    id,
    version: version.id,
    reason,
    hash,
    content,
    byId: actor.id,
    byName: actor.name,
    at: context.clock().toISOString(),
  })
  return { id, hash }
}

/** What a version was when it was last approved (or locked), by whom and when; undefined where it never was. */
export async function lastCopy(
  { ledger }: Context,
  version: string,
  reason: 'approved' | 'locked' = 'approved',
): Promise<Copy | undefined> {
  const [last] = await ledger
    .select()
    .from(tables.snapshots)
    .where(and(eq(tables.snapshots.version, version), eq(tables.snapshots.reason, reason)))
    .orderBy(desc(tables.snapshots.at))
    .limit(1)
  return last
}
