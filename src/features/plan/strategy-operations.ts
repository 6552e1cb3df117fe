import { randomUUID } from 'node:crypto'
import { desc } from 'drizzle-orm'
import { z } from 'zod'
import { read, writeLast } from '#features/base.ts'
import { Failure } from '#kernel/error.ts'
import { show, showDay } from '#kernel/format.ts'
import {
  identified,
  keptStrategy,
  metricsIn,
  plainMeasure,
  type StrategyMeasure,
  StrategyShape,
  strategyChanges,
} from '#kernel/plan/strategy.ts'
import { unknown } from '#metrics/vocabulary.ts'
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
          z.object({
            revision: z.int(),
            why: z.string(),
            byName: z.string(),
            at: z.string(),
            changes: z.array(z.string()).describe('What it changed of the revision before it'),
          }),
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
      const { metrics } = await context.metrics.definitions()
      const say = (measure: StrategyMeasure) => {
        const found = metrics.find(one => one.name === measure.metric)
        if (!found) return plainMeasure(measure)
        const target =
          measure.target === null ? null : show(measure.target, { unit: found.unit, currency: null }, 'full')
        return plainMeasure({ metric: found.label, target, by: measure.by && showDay(measure.by) })
      }
      return {
        revision: wanted?.revision ?? 0,
        content: keptStrategy(wanted?.content),
        history: all.map(({ content, byId: _id, ...one }, n) => ({
          ...one,
          changes: strategyChanges(keptStrategy(all[n + 1]?.content), keptStrategy(content), say),
        })),
      }
    }),

  saveStrategy: writeLast({
    role: 'director',
    summary: 'Save the strategy, saying why it changes',
    agents: false,
  })
    .input(z.object({ content: StrategyShape, revision: z.int(), why: z.string().trim().min(1).max(1000) }))
    .output(z.object({ revision: z.int() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const known = new Set((await context.metrics.definitions()).metrics.map(metric => metric.name))
      const strange = metricsIn(input.content).find(name => !known.has(name))
      if (strange !== undefined) throw unknown(strange, known, 'metric')
      return context.record(async inside => {
        const { actor } = inside
        const [last] = await inside.ledger
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
        const content = identified(input.content, keptStrategy(last?.content), () =>
          randomUUID().slice(0, 13),
        )
        const added = await inside.ledger
          .insert(tables.strategies)
          .values({
            revision,
            content,
            why: input.why,
            byId: actor.id,
            byName: actor.name,
            at: inside.clock().toISOString(),
          })
          .onConflictDoNothing()
          .returning()
        if (added.length === 0)
          throw new Failure('conflict', 'The strategy was changed by somebody else meanwhile.')
        inside.note({
          subject: 'strategy',
          before: last?.content ?? null,
          after: { ...content, why: input.why },
        })
        return { revision }
      })
    }),
}
