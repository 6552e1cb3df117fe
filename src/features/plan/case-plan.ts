import { randomUUID } from 'node:crypto'
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import { sum } from '#kernel/money.ts'
import {
  type CaseRange,
  caseLines,
  caseRange,
  caseResult,
  holdsCase,
  withCase,
  withoutCase,
} from '#kernel/plan/cases.ts'
import { check } from '#kernel/plan/check.ts'
import type { Row } from '#kernel/plan/rows.ts'
import * as tables from '#postgres/tables/plan.ts'
import { isUsed, saveItem } from './budget.ts'
import { itemChanges, keepChanges } from './budget-changes.ts'
import { lineOf } from './budget-lines.ts'
import { closedIn, storeRows, touched } from './cells.ts'
import { type KeptAs, keptOf } from './copies.ts'
import { initiativesOf } from './initiatives.ts'
import { CaseShape } from './model.ts'

/** Business cases in versions of the plan: as lines of their own, which the case alone fills in. */

type Version = typeof tables.versions.$inferSelect
type Kept = { id: string; content: z.output<typeof CaseShape> }
type ByPeriod = Readonly<Record<string, string>>

/** How its costs are named among budget lines. */
const accountOf = (id: string) => `case:${id}`

/** Versions a case stands in, their rows held until the transaction ends. */
export const versionsWith = ({ ledger }: Context, id: string): Promise<Version[]> =>
  ledger
    .select()
    .from(tables.versions)
    .where(sql`${tables.versions.sheet} -> 'lines' @> ${JSON.stringify([{ case: id }])}::jsonb`)
    .orderBy(tables.versions.id)
    .for('update')

/** Which cases stand in which version. */
export const versionsWithCases = ({ ledger }: Context) =>
  ledger
    .select({
      version: tables.versions.id,
      name: tables.versions.name,
      state: tables.versions.state,
      cases: sql<string[]>`jsonb_path_query_array(${tables.versions.sheet}, '$.lines[*].case')`,
    })
    .from(tables.versions)
    .where(sql`jsonb_path_exists(${tables.versions.sheet}, '$.lines[*].case')`)
    .orderBy(tables.versions.id)

/** What is kept of a change a case made to a cell, as of one somebody typed. */
function changesOf(
  { actor, clock }: Context,
  version: string,
  why: string,
  cells: readonly { id: string; line: string; period: string; before: string | null; after: string | null }[],
): (typeof tables.changes.$inferInsert)[] {
  const at = clock().toISOString()
  return cells.map(cell => ({
    ...cell,
    version,
    slice: '',
    why,
    byId: actor.id,
    byName: actor.name,
    at,
  }))
}

/**
 * Puts a case into a version, inside the write's transaction: its lines, filled in for periods that are open (what is
 * closed holds actuals, and what the case did is in them), and its costs as a budget line where amounts are given.
 * @throws Failure('invalid') when it stands there already, or the sheet would not work out with it.
 */
export async function putCase(
  context: Context,
  version: Version,
  { id, content }: Kept,
  flows: { benefit: ByPeriod; cost: ByPeriod },
  budget: Record<string, string> | null,
): Promise<void> {
  const { ledger } = context
  const { title, costs } = content
  const sheet = withCase(version.sheet, { id, title, costs })
  const before = new Set(check(version.sheet).problems.map(one => `${one.line} ${one.message}`))
  const problem = check(sheet).problems.find(one => !before.has(`${one.line} ${one.message}`))
  if (problem)
    throw new Failure('conflict', `${version.name} would not work out with it: ${problem.message}`, {
      next: 'Change the lines of the plan, or put the case into another version.',
    })
  const closed = new Set(await closedIn(context, version))
  const names = caseLines(id, costs)
  const cells = (['benefit', 'cost'] as const).flatMap(what =>
    Object.entries(flows[what])
      .filter(([period]) => !closed.has(period))
      .map(([period, after]) => ({ id: randomUUID(), line: names[what], period, before: null, after })),
  )
  const rows = new Map<string, Row>()
  for (const { id: edit, line, period, after } of cells) {
    const row = rows.get(line) ?? { line, slice: '', cells: {} }
    row.cells[period] = [edit, after]
    rows.set(line, row)
  }
  await reshaped(context, version, sheet)
  await storeRows(ledger, version.id, [...rows.values()])
  if (cells.length > 0)
    await ledger
      .insert(tables.changes)
      .values(changesOf(context, version.id, `Business case: ${title}`, cells))
  if (budget)
    await saveItem(
      context,
      {
        version: version.id,
        label: title,
        kind: costs === 'running' ? 'opex' : 'capex',
        account: accountOf(id),
        department: '',
        costCentre: '',
        owner: '',
        vendor: '',
        market: '',
        currency: content.currency,
        amounts: Object.fromEntries(Object.entries(budget).filter(([period]) => !closed.has(period))),
        pattern: null,
        actuals: [],
        note:
          content.initiative &&
          `For ${(await initiativesOf(context)).get(content.initiative)?.name ?? content.initiative}`,
      },
      `Business case: ${title}`,
    )
}

async function reshaped(context: Context, version: Version, sheet: Version['sheet']): Promise<void> {
  await touched(context, version)
  await context.ledger
    .update(tables.versions)
    .set({ sheet, revision: version.revision + 1, updatedAt: context.clock().toISOString() })
    .where(eq(tables.versions.id, version.id))
}

/** Takes a case out of a version again: its lines, and what they did to the result. */
export async function takeCase(context: Context, version: Version, id: string, why: string): Promise<void> {
  const { ledger } = context
  if (!holdsCase(version.sheet, id)) throw new Failure('conflict', `The case is not in ${version.name}.`)
  const lines = version.sheet.lines.filter(line => line.case === id).map(line => line.name)
  const mine = and(eq(tables.rows.version, version.id), inArray(tables.rows.line, lines))
  const rows = await ledger
    .select({ line: tables.rows.line, cells: tables.rows.cells })
    .from(tables.rows)
    .where(mine)
  await ledger.delete(tables.rows).where(mine)
  const cells = rows.flatMap(({ line, cells: own }) =>
    Object.entries(own).map(([period, heads]) => ({
      id: randomUUID(),
      line,
      period,
      before: heads.at(-1) ?? null,
      after: null,
    })),
  )
  if (cells.length > 0) await ledger.insert(tables.changes).values(changesOf(context, version.id, why, cells))
  await reshaped(context, version, withoutCase(version.sheet, id))
}

/**
 * Takes the budget line of a case away. One that money was spent or committed on stays, with nothing budgeted: it is
 * told so.
 */
export async function takeCaseBudget(
  context: Context,
  version: string,
  id: string,
  why: string,
): Promise<boolean> {
  const { ledger } = context
  const [item] = await ledger
    .select()
    .from(tables.items)
    .where(and(eq(tables.items.version, version), eq(tables.items.account, accountOf(id))))
  if (!item) return false
  if (!(await isUsed(context, lineOf(item)))) {
    await ledger.delete(tables.items).where(eq(tables.items.id, item.id))
    await keepChanges(context, version, itemChanges(item.id, item, null), why)
    return false
  }
  await ledger
    .update(tables.items)
    .set({ amounts: {}, pattern: null, saved: item.saved + 1, updatedAt: context.clock().toISOString() })
    .where(eq(tables.items.id, item.id))
  await keepChanges(context, version, itemChanges(item.id, item, { ...item, amounts: {} }), why)
  return true
}

/**
 * The cases of a version with what they bring and cost in it, by the figures that stand there, and their range. Of what is
 * kept of it (`held`) each case is as it was then, what became of it since told beside it; `copied` takes the figures from there too.
 */
export async function casesIn(
  context: Context,
  version: Version,
  held: KeptAs | null,
  copied = false,
): Promise<{
  currency: string
  into: string | null
  cases: {
    id: string
    title: string
    initiative: string
    state: string
    likelihood: number
    benefit: string
    cost: string
    range: CaseRange
  }[]
  range: CaseRange
  /** What a locked version or a copy does not hold of its cases. */
  notes: string[]
}> {
  const { ledger } = context
  const sheet = copied && held ? held.content.sheet : version.sheet
  const lines = sheet.lines.filter(line => line.case)
  const ids = [...new Set(lines.flatMap(line => line.case ?? []))]
  const found =
    ids.length === 0 ? [] : await ledger.select().from(tables.cases).where(inArray(tables.cases.id, ids))
  const kept = held?.content.cases ?? []
  const amounts =
    ids.length === 0
      ? []
      : copied && held
        ? held.content.rows.map(({ line, cells }) => ({ line, amounts: Object.values(cells) }))
        : (
            await ledger
              .select({ line: tables.rows.line, cells: tables.rows.cells })
              .from(tables.rows)
              .where(
                and(
                  eq(tables.rows.version, version.id),
                  inArray(
                    tables.rows.line,
                    lines.map(line => line.name),
                  ),
                ),
              )
          ).map(({ line, cells }) => ({
            line,
            amounts: Object.values(cells).map(heads => heads.at(-1) ?? '0'),
          }))
  const total = (names: readonly string[]) =>
    sum(amounts.filter(row => names.includes(row.line)).flatMap(row => row.amounts)) ?? '0'
  const terms = ids.flatMap(id => {
    const one = found.find(each => each.id === id)
    const then = kept.find(each => each.id === id)
    if (!one && !then) return []
    const content = CaseShape.parse((then ?? one)?.content)
    const own = lines.filter(line => line.case === id).map(line => line.name)
    const benefit = total(own.filter(name => name.endsWith('_benefit')))
    const cost = total(own.filter(name => !name.endsWith('_benefit')))
    const { likelihood } = content
    // The plan holds the benefit times its likelihood; the range draws from what is written.
    const written = likelihood > 0 ? Number(benefit) / likelihood : 0
    return [
      {
        id,
        state: one?.state ?? 'draft',
        content,
        named: then?.initiative,
        benefit,
        cost,
        draw: { ...content, benefit: written, cost: Number(cost) },
      },
    ]
  })
  const initiatives = ids.length === 0 ? null : await initiativesOf(context)
  return {
    currency: sheet.currency,
    into: caseResult(sheet)?.label ?? null,
    notes: terms
      .filter(one => held !== null && one.named === undefined)
      .map(
        ({ content }) =>
          `${content.title} was not kept when the version was ${held?.by}: its range is of what it is now.`,
      ),
    cases: terms.map(({ id, state, content, named, benefit, cost, draw }) => ({
      id,
      title: content.title,
      initiative: named ?? initiatives?.get(content.initiative)?.name ?? content.initiative,
      state,
      likelihood: content.likelihood,
      benefit,
      cost,
      range: caseRange([draw]),
    })),
    range: caseRange(terms.map(one => one.draw)),
  }
}

/** The cases of a version as they are now: what a copy of it keeps of them. */
export async function casesKept(context: Context, { sheet }: Version): Promise<tables.KeptCase[]> {
  const ids = [...new Set(sheet.lines.flatMap(line => line.case ?? []))]
  if (ids.length === 0) return []
  const found = await context.ledger.select().from(tables.cases).where(inArray(tables.cases.id, ids))
  const initiatives = await initiativesOf(context)
  return found.map(({ id, content }) => {
    const { initiative } = CaseShape.parse(content)
    return { id, content, initiative: initiatives.get(initiative)?.name ?? initiative }
  })
}

/** @throws Failure('conflict') where a version holds a case whose approval was withdrawn since. */
export async function casesApproved(context: Context, version: Version): Promise<void> {
  const { cases } = await casesIn(context, version, await keptOf(context, version))
  const gone = cases.find(one => one.state !== 'approved')
  if (gone)
    throw new Failure(
      'conflict',
      `${version.name} holds the business case “${gone.title}”, which is not approved any more.`,
      { next: 'Take the case out of the version, or have it approved again.' },
    )
}
