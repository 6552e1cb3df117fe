import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, writeLast } from '#features/base.ts'
import { Failure } from '#kernel/error.ts'
import { minus } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { person, wholeCompany } from './cells.ts'
import { ClosedState, stateOf } from './close-state.ts'

const day = z.iso.date()
const text = z.string().nullable()

/** Closing a period: its actuals are kept as they stand, and what changes later is seen as an adjustment. */
export const closeOperations = {
  close: writeLast({
    role: 'director',
    summary: 'Close a period: keep its actuals, and how they agree with the shops, as they stand',
    agents: false,
  })
    .input(
      z.object({
        period: z.string().max(40),
        from: day,
        to: day,
        reconciliation: z.string().trim().min(1).max(2000),
        metrics: z.array(z.string()).min(1).max(24).default(['net_sales', 'orders']),
      }),
    )
    .output(z.object({ figures: z.record(z.string(), text) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const { actor } = context
      const [before] = await context.ledger
        .select()
        .from(tables.closes)
        .where(eq(tables.closes.period, input.period))
      if (before)
        throw new Failure('conflict', `${input.period} was closed by ${before.byName} already.`, {
          next: 'What changed since is shown as prior-period adjustments.',
        })
      const answer = await askAs(context, { metrics: input.metrics, from: input.from, to: input.to })
      if (answer.meta.lastDay === null || answer.meta.lastDay < input.to)
        throw new Failure(
          'conflict',
          `The data end on ${answer.meta.lastDay ?? 'no day'}; ${input.period} ends on ${input.to}.`,
          { next: 'Load the rest of the period, then close it.' },
        )
      const figures = Object.fromEntries(
        input.metrics.map(name => [name, (answer.totals[name] as string | null | undefined) ?? null]),
      )
      const state = await stateOf(context, input)
      await context.record(async inside => {
        await inside.ledger.insert(tables.closes).values({
          period: input.period,
          from: input.from,
          to: input.to,
          figures,
          reconciliation: input.reconciliation,
          state,
          byId: actor.id,
          byName: actor.name,
          at: context.clock().toISOString(),
        })
        inside.note({
          subject: `period ${input.period}`,
          after: { figures, reconciliation: input.reconciliation, stores: state.stores },
        })
      })
      return { figures }
    }),

  agreement: read({
    role: 'viewer',
    summary: 'How the days of a period agree with the shops’ own totals now: what closing it would keep',
  })
    .input(z.object({ from: day, to: day }))
    .output(ClosedState)
    .handler(({ input, context }) => {
      wholeCompany(context.actor)
      return stateOf(context, input)
    }),

  closed: read({ role: 'viewer', summary: 'Closed periods, and what changed in them since' })
    .input(z.object({}).optional())
    .output(
      z.array(
        z.object({
          period: z.string(),
          from: z.string(),
          to: z.string(),
          byName: z.string(),
          at: z.string(),
          reconciliation: z.string().describe('How it agrees, as somebody said'),
          state: ClosedState.nullable().describe('How it agreed as the systems knew it; null: not kept then'),
          figures: z.array(z.object({ metric: z.string(), closed: text, now: text, adjustment: text })),
        }),
      ),
    )
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      const all = await context.ledger
        .select()
        .from(tables.closes)
        .orderBy(desc(tables.closes.from))
        .limit(36)
      return Promise.all(
        all.map(async ({ figures, byId: _, state, ...one }) => {
          const metrics = Object.keys(figures)
          const answer = await askAs(context, { metrics, from: one.from, to: one.to })
          return {
            ...one,
            state: state === null ? null : ClosedState.parse(state),
            figures: metrics.map(metric => {
              const [closed, now] = [
                figures[metric] ?? null,
                (answer.totals[metric] as string | null | undefined) ?? null,
              ]
              return { metric, closed, now, adjustment: minus(now, closed) }
            }),
          }
        }),
      )
    }),
}
