import { desc } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { Failure } from '#kernel/error.ts'
import { type Strategy, StrategyShape } from '#kernel/plan/strategy.ts'
import * as tables from '#postgres/tables/plan.ts'
import { person, wholeCompany } from './cells.ts'

export const strategyOperations = {
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
      wholeCompany(context.actor)
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
      wholeCompany(context.actor)
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
