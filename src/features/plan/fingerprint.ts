import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Row } from '#kernel/plan/rows.ts'
import * as tables from '#postgres/tables/plan.ts'
import { rowsOf } from './cells.ts'
import { inOrder, plainRows } from './copies.ts'

/** What somebody consented to, as one short text kept beside their consent: other content, other text. */

type Version = typeof tables.versions.$inferSelect

const printOf = (content: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(inOrder(content)))
    .digest('hex')

const byId = <T extends { id: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.id < b.id ? -1 : 1))

/** What owners expect of a version. */
async function expectationsPrint({ ledger }: Context, version: string): Promise<string> {
  const { id, metric, period, value } = tables.overlays
  return printOf(
    byId(
      await ledger
        .select({ id, metric, period, value })
        .from(tables.overlays)
        .where(eq(tables.overlays.version, version)),
    ),
  )
}

/** Risks and opportunities of a version. */
async function risksPrint({ ledger }: Context, version: string): Promise<string> {
  const { id, kind, line, title, probability, impact, owner, treatment, what, open } = tables.risks
  const of = { id, kind, line, title, probability, impact, owner, treatment, what, open }
  return printOf(byId(await ledger.select(of).from(tables.risks).where(eq(tables.risks.version, version))))
}

/** Lines and cells of a version: what its baseline is. */
const cellsPrint = (version: Version, rows: readonly Row[]): string =>
  printOf([version.sheet, plainRows(rows)])

/** What a signature under each step of a reforecast is of. */
export const signedPrint = {
  baseline: async (context: Context, version: Version, rows?: readonly Row[]) =>
    cellsPrint(version, rows ?? (await rowsOf(context, version.id))),
  expectations: (context: Context, version: Version) => expectationsPrint(context, version.id),
  risks: (context: Context, version: Version) => risksPrint(context, version.id),
}

/**
 * All that approval of a version is of: its lines and cells, budget rates and lines, and of a reforecast what owners
 * expect. What was spent, promised, noted or attached beside them is not.
 */
export async function approvalPrint(context: Context, version: Version): Promise<string> {
  const { id, label, kind, account, department, costCentre, currency, amounts } = tables.items
  const items = await context.ledger
    .select({ id, label, kind, account, department, costCentre, currency, amounts })
    .from(tables.items)
    .where(eq(tables.items.version, version.id))
  return printOf([
    cellsPrint(version, await rowsOf(context, version.id)),
    version.rates,
    byId(items),
    version.kind === 'le' ? await expectationsPrint(context, version.id) : '',
  ])
}

/**
 * Does something the rules of approval consent to by themselves, such as a transfer between budget lines: consent given to
 * the version before it stands for the version after it.
 */
export async function consented(
  context: Context,
  version: Version,
  change: () => Promise<void>,
): Promise<void> {
  const before = await approvalPrint(context, version)
  await change()
  await context.ledger
    .update(tables.decisions)
    .set({ content: await approvalPrint(context, version) })
    .where(and(eq(tables.decisions.subject, `version:${version.id}`), eq(tables.decisions.content, before)))
}
