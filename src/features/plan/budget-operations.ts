import { randomUUID } from 'node:crypto'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { mayAct } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'
import { rulesFor, rulesIn } from './approvals.ts'
import { budgetOf, saveItem, transfer } from './budget.ts'
import { person, wholeCompany } from './cells.ts'
import { CommitmentShape, decimal, ItemShape, type Strategy, StrategyShape } from './model.ts'

const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }
const day = z.iso.date()

const Used = z.object({
  budget: z.string(),
  budgetToDate: z.string(),
  actual: z.string(),
  committed: z.string(),
  remaining: z.string(),
  used: z.string().nullable(),
  runsOut: z.string().nullable(),
  unrated: z.array(z.string()),
})

const today = ({ clock }: Context) => clock().toISOString().slice(0, 10)

export const budgetOperations = {
  budget: read({
    role: 'viewer',
    summary: 'Budget lines with what is spent, committed and left, and when it runs out',
  })
    .input(z.object({ version: z.string(), today: day.optional() }))
    .output(
      z.object({
        state: z.string(),
        today: z.string(),
        lines: z.array(
          ItemShape.extend({
            id: z.string(),
            saved: z.int(),
            use: Used,
            commitments: z.array(CommitmentShape.extend({ id: z.string(), saved: z.int() })),
          }),
        ),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const on = input.today ?? today(context)
      const { version, lines } = await budgetOf(context, input.version, on)
      return {
        state: version.state,
        today: on,
        lines: lines.map(({ updatedAt: _, ...line }) => ({
          ...line,
          pattern: line.pattern as z.output<typeof ItemShape>['pattern'],
          commitments: line.commitments.map(({ updatedAt: _at, open, ...one }) => ({
            ...one,
            open: open === 1,
          })),
        })),
      }
    }),

  saveItem: write({ role: 'contributor', summary: 'Add or change a budget line', agents: false })
    .input(ItemShape)
    .output(z.object({ id: z.string(), saved: z.int() }))
    .handler(({ input, context }) => {
      wholeCompany(context.actor)
      return saveItem(context, input)
    }),

  transfer: write({
    role: 'contributor',
    summary: 'Move money from one budget line to another',
    agents: false,
  })
    .input(
      z.object({
        from: z.string(),
        to: z.string(),
        period: z.string(),
        amount: decimal,
        why: z.string().trim().min(1).max(500),
      }),
    )
    .output(Done)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [giver] = await context.ledger.select().from(tables.items).where(eq(tables.items.id, input.from))
      const rules = rulesFor(await rulesIn(context), [
        { department: giver?.department ?? '', amount: input.amount },
      ])
      const needed = rules.find(rule => !mayAct(context.actor.role, rule.role))
      if (needed)
        throw new Failure(
          'forbidden',
          `Moving ${input.amount} needs a ${needed.role} or above; you are ${context.actor.role}.`,
          {
            next: 'Ask one of them to move it.',
          },
        )
      await transfer(context, input)
      return done
    }),

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
      const [item] = await context.ledger.select().from(tables.items).where(eq(tables.items.id, given.item))
      if (!item) throw new Failure('not_found', 'There is no such budget line.')
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
      const known = new Set(
        (await context.ledger.select({ id: tables.items.id }).from(tables.items)).map(one => one.id),
      )
      const unknown = input.entries.find(one => !known.has(one.item))
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
        id: randomUUID(),
        source: input.source,
        byId: actor.id,
        byName: actor.name,
        at: context.clock().toISOString(),
      }))
      for (let n = 0; n < rows.length; n += 2000)
        await context.ledger.insert(tables.spent).values(rows.slice(n, n + 2000))
      context.note({ subject: `spent, ${input.source}`, after: { entries: rows.length } })
      return { entries: rows.length }
    }),

  strategy: read({ role: 'viewer', summary: 'The strategy as it is, and who changed it when and why' })
    .input(z.object({ revision: z.int().optional() }).optional())
    .output(
      z.object({
        revision: z.int(),
        content: StrategyShape,
        history: z.array(
          z.object({ revision: z.int(), why: z.string(), byName: z.string(), at: z.string() }),
        ),
      }),
    )
    .handler(async ({ input, context }) => {
      const all = await context.ledger
        .select()
        .from(tables.strategies)
        .orderBy(desc(tables.strategies.revision))
      const wanted = input?.revision === undefined ? all[0] : all.find(one => one.revision === input.revision)
      if (input?.revision !== undefined && !wanted)
        throw new Failure('not_found', 'There is no such revision.')
      return {
        revision: wanted?.revision ?? 0,
        content: StrategyShape.parse(wanted?.content ?? {}) as Strategy,
        history: all.map(({ content: _, byId: _id, ...one }) => one),
      }
    }),

  saveStrategy: write({
    role: 'director',
    summary: 'Save the strategy, saying why it changes',
    agents: false,
  })
    .input(z.object({ content: StrategyShape, revision: z.int(), why: z.string().trim().min(1).max(1000) }))
    .output(z.object({ revision: z.int() }))
    .handler(async ({ input, context }) => {
      person(context.actor)
      const { actor } = context
      const [last] = await context.ledger
        .select()
        .from(tables.strategies)
        .orderBy(desc(tables.strategies.revision))
        .limit(1)
      if ((last?.revision ?? 0) !== input.revision)
        throw new Failure(
          'conflict',
          `The strategy was changed by ${last?.byName ?? 'somebody'} meanwhile.`,
          { next: 'Read it again and repeat your change.' },
        )
      const revision = input.revision + 1
      const added = await context.ledger
        .insert(tables.strategies)
        .values({
          revision,
          content: input.content,
          why: input.why,
          byId: actor.id,
          byName: actor.name,
          at: context.clock().toISOString(),
        })
        .onConflictDoNothing()
        .returning()
      if (added.length === 0)
        throw new Failure('conflict', 'The strategy was changed by somebody else meanwhile.')
      context.note({
        subject: 'strategy',
        before: last?.content ?? null,
        after: { ...input.content, why: input.why },
      })
      return { revision }
    }),
}
