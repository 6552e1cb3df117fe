import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import { ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { sum } from '#kernel/money.ts'
import { insertMany } from '#postgres/insert-many.ts'
import * as tables from '#postgres/tables/plan.ts'
import { mayChange, removeItem, saveItem, shutTo } from './budget.ts'
import { changedSinceApproval, itemHistory, keepChanges, rateChanges } from './budget-changes.ts'
import { changesOf, fileLines, importedBudgets, takeLines } from './budget-file.ts'
import { knownLine, linesOf } from './budget-lines.ts'
import { budgetOf } from './budget-of.ts'
import { person, touched, versionOf, wholeCompany } from './cells.ts'
import { BudgetShape, CommitmentShape, decimal, FieldChangeShape, ItemShape } from './model.ts'
import { rateModes } from './rates.ts'
import { transferOperations } from './transfer-operations.ts'

const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }

const today = ({ clock }: Context) => clock().toISOString().slice(0, 10)

/** Changes of a budget shown at once; the rest is counted. */
const mostChanges = 500

const why = z.string().trim().max(500).default('').describe('Why; an approved version needs it')

/** What differs from the last approval, as much of it as is shown. */
async function approvedOf(context: Context, version: typeof tables.versions.$inferSelect) {
  const found = await changedSinceApproval(context, version)
  return (
    found && {
      ...found,
      changes: found.changes.slice(0, mostChanges),
      more: Math.max(0, found.changes.length - mostChanges),
    }
  )
}

export const budgetOperations = {
  budget: read({
    role: 'viewer',
    summary: 'Budget lines with what is spent, committed and left, and when it runs out',
  })
    .input(
      z.object({
        version: z.string(),
        today: day.optional(),
        rates: z.enum(rateModes).default('actual').describe('At which rates other currencies are told'),
      }),
    )
    .output(BudgetShape)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const on = input.today ?? today(context)
      const { version, lines, unplanned, unbudgeted, ...rest } = await budgetOf(
        context,
        input.version,
        on,
        input.rates,
      )
      const { currency, periods } = version.sheet
      const shown = (those: (typeof lines)[number]['commitments']) =>
        those.map(({ updatedAt: _at, open, ...one }) => ({ ...one, open: open === 1 }))
      return {
        ...rest,
        state: version.state,
        today: on,
        currency,
        periods: periods.map(({ key, label, to }) => ({ key, label, to })),
        rates: version.rates,
        shut: shutTo(version, context.actor),
        approved: await approvedOf(context, version),
        unplanned: unplanned
          .sort((a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)))
          .slice(0, 200),
        lines: lines.map(({ updatedAt: _, ...line }) => ({
          ...line,
          pattern: line.pattern as z.output<typeof ItemShape>['pattern'],
          commitments: shown(line.commitments),
        })),
        unbudgeted: unbudgeted.map(one => ({ ...one, commitments: shown(one.commitments) })),
      }
    }),

  saveRates: write({ role: 'lead', summary: 'Set the budget rates of a version', agents: false })
    .input(
      z.object({
        version: z.string(),
        rates: z
          .record(z.string().regex(/^[A-Z]{3}$/), z.string().regex(/^\d+(\.\d+)?$/))
          .describe("The plan's currency for one unit of each other"),
        why,
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      mayChange(version, context.actor, input.why)
      const none = Object.entries(input.rates).find(([, rate]) => Number(rate) === 0)
      if (none) throw invalid(`A rate of ${none[0]} above 0 is needed.`)
      await touched(context, version)
      await context.ledger
        .update(tables.versions)
        .set({ rates: input.rates, updatedAt: context.clock().toISOString() })
        .where(eq(tables.versions.id, version.id))
      await keepChanges(context, version.id, rateChanges(version.rates, input.rates), input.why)
      context.note({
        subject: `budget rates of ${version.id}`,
        before: version.rates,
        after: { ...input.rates, why: input.why },
      })
      return done
    }),

  importedBudgets: read({ role: 'viewer', summary: 'Budgets that came in as files' })
    .input(z.object({}).optional())
    .output(
      z.array(
        z.object({
          name: z.string(),
          currency: z.string(),
          accounts: z.int(),
          rows: z.int(),
          total: z.string(),
          from: z.string(),
          to: z.string(),
          metrics: z.array(z.string()).describe('Lines that are metrics: compared with as plan.<name>'),
        }),
      ),
    )
    .handler(({ context }) => {
      wholeCompany(context.actor)
      return importedBudgets(context)
    }),

  budgetChanges: read({
    role: 'contributor',
    summary: 'What an imported budget would change in a version; nothing is taken',
  })
    .input(z.object({ version: z.string(), name: z.string() }))
    .output(
      z.object({
        added: z.int(),
        changed: z.array(z.object({ label: z.string(), before: z.string(), after: z.string() })),
        same: z.int(),
        outside: z.object({ rows: z.int(), amount: z.string() }),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { sheet } = await versionOf(context, input.version)
      const file = await fileLines(context, input.name, sheet.periods, await ruleOf(context))
      const { added, changed, same } = await changesOf(context, input.version, file)
      const total = (amounts: Record<string, string>) => sum(Object.values(amounts)) ?? '0'
      return {
        added: added.length,
        changed: changed.slice(0, 500).map(({ item, amounts }) => ({
          label: item.label,
          before: total(item.amounts),
          after: total(amounts),
        })),
        same,
        outside: file.outside,
      }
    }),

  takeBudget: writeLast({
    role: 'lead',
    summary: 'Take an imported budget as the lines of a version',
    agents: false,
  })
    .input(
      z.object({
        version: z.string(),
        name: z.string(),
        kind: z.enum(['opex', 'capex', 'media', 'people']).default('opex'),
        why,
      }),
    )
    .output(z.object({ added: z.int(), changed: z.int(), same: z.int() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version)
      const file = await fileLines(context, input.name, version.sheet.periods, await ruleOf(context))
      return context.record(async inside => {
        const held = await versionOf(inside, input.version, true)
        const reason = input.why || `Taken from the imported budget ${input.name}`
        mayChange(held, inside.actor, reason)
        await touched(inside, held)
        const changes = await changesOf(inside, input.version, file)
        await takeLines(inside, held, input.kind, changes, reason)
        const counts = {
          added: changes.added.length,
          changed: changes.changed.length,
          same: changes.same,
        }
        inside.note({ subject: `budget of ${version.id}, from ${input.name}`, after: counts })
        return counts
      })
    }),

  saveItem: write({ role: 'contributor', summary: 'Add or change a budget line', agents: false })
    .input(ItemShape.extend({ why }))
    .output(z.object({ id: z.string(), saved: z.int() }))
    .handler(({ input: { why: reason, ...item }, context }) => {
      wholeCompany(context.actor)
      return saveItem(context, item, reason)
    }),

  removeItem: write({
    role: 'contributor',
    summary: 'Remove a budget line nothing was spent or committed on',
    agents: false,
  })
    .input(z.object({ id: z.string(), why }))
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      await removeItem(context, input.id, input.why)
      return done
    }),

  itemHistory: read({ role: 'viewer', summary: 'Who changed which field of a budget line, when and why' })
    .input(z.object({ id: z.string() }))
    .output(z.array(FieldChangeShape))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [item] = await context.ledger.select().from(tables.items).where(eq(tables.items.id, input.id))
      if (!item) throw new Failure('not_found', 'There is no such budget line; it may have been removed.')
      return itemHistory(context, await versionOf(context, item.version), item)
    }),

  ...transferOperations,

  saveCommitment: write({
    role: 'contributor',
    summary: 'Add or change a purchase order, contract or media booking',
    agents: false,
  })
    .input(CommitmentShape)
    .output(z.object({ id: z.string(), saved: z.int() }))
    .handler(async ({ input: { saved, open, ...given }, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      if (given.from > given.to) throw new Failure('invalid', 'The commitment ends before it begins.')
      const item = await knownLine(context, given.item)
      const id = given.id ?? randomUUID()
      const [before] = await context.ledger
        .select()
        .from(tables.commitments)
        .where(eq(tables.commitments.id, id))
        .for('update')
      if (before && before.saved !== saved)
        throw new Failure('conflict', `${before.reference} was changed by somebody else meanwhile.`, {
          next: 'Read it again and repeat your change.',
        })
      const next = (before?.saved ?? 0) + 1
      const values = {
        ...given,
        item,
        id,
        open: open ? 1 : 0,
        saved: next,
        updatedAt: context.clock().toISOString(),
      }
      if (before)
        await context.ledger.update(tables.commitments).set(values).where(eq(tables.commitments.id, id))
      else await context.ledger.insert(tables.commitments).values(values)
      context.note({ subject: `commitment ${given.reference}`, before: before ?? null, after: values })
      return { id, saved: next }
    }),

  recordSpent: write({
    role: 'contributor',
    summary: 'Record what was spent on a budget line, by hand or from a file',
    agents: false,
  })
    .input(
      z.object({
        source: z.string().trim().min(1).max(200).describe('by hand, or the file it is from'),
        entries: z
          .array(
            z.object({
              item: z.string(),
              day,
              amount: decimal,
              currency: z.string().length(3),
              reference: z.string().max(200).default(''),
            }),
          )
          .min(1)
          .max(20_000),
      }),
    )
    .output(z.object({ entries: z.int() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const lines = await linesOf(
        context,
        input.entries.map(one => one.item),
      )
      const unknown = input.entries.find(one => !lines.has(one.item))
      if (unknown) throw new Failure('not_found', `There is no budget line ${unknown.item}.`)
      const closes = await context.ledger.select().from(tables.closes)
      const shut = input.entries.find(one =>
        closes.some(period => one.day >= period.from && one.day <= period.to),
      )
      if (shut)
        throw new Failure('conflict', `${shut.day} is in a closed period.`, {
          next: 'Record it in the open period; it is a prior-period adjustment.',
        })
      const { actor } = context
      const rows = input.entries.map(one => ({
        ...one,
        item: lines.get(one.item) ?? one.item,
        id: randomUUID(),
        source: input.source,
        byId: actor.id,
        byName: actor.name,
        at: context.clock().toISOString(),
      }))
      await insertMany(context.ledger, tables.spent, rows)
      context.note({ subject: `spent, ${input.source}`, after: { entries: rows.length } })
      return { entries: rows.length }
    }),
}
