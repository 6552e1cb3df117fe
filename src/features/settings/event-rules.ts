import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { eventRules } from '#postgres/tables/settings.ts'
import { gatherEvents } from './gather-events.ts'
import { EventRule } from './model.ts'

/** A rule makes events of the tasks of every store. */
const wholeCompany = ({ actor }: Context) => {
  if (!seesAll(actor, 'all'))
    throw new Failure('forbidden', 'A rule concerns the tasks of every store.', {
      next: 'Ask somebody who sees all of them.',
    })
}

/** Rules by which tasks of Asana and Trello are events; the event log follows at once. */
export const eventRuleOperations = {
  saveEventRule: writeLast({ role: 'lead', summary: 'Say which tasks of Asana or Trello are events' })
    .input(EventRule)
    .output(z.object({ id: z.string(), version: z.int() }))
    .handler(async ({ input: { version, ...rule }, context }) => {
      wholeCompany(context)
      const saved = await context.record(async inside => {
        const id = rule.id ?? randomUUID()
        const [before] = await inside.ledger
          .select()
          .from(eventRules)
          .where(eq(eventRules.id, id))
          .for('update')
        if ((before?.version ?? undefined) !== version)
          throw new Failure('conflict', 'The rule was changed by somebody else meanwhile.', {
            next: 'Read it again and repeat your change.',
          })
        const values = { ...rule, id, version: (version ?? 0) + 1, updatedAt: context.clock().toISOString() }
        if (before) await inside.ledger.update(eventRules).set(values).where(eq(eventRules.id, id))
        else await inside.ledger.insert(eventRules).values(values)
        inside.note({
          subject: `events from tasks labelled ${rule.label}`,
          before: before ?? null,
          after: values,
        })
        return { id, version: values.version }
      })
      if (await gatherEvents(context.ledger, context.granary)) context.settled?.()
      return saved
    }),

  removeEventRule: writeLast({ role: 'lead', summary: 'Tasks with a label are no events any more' })
    .input(z.object({ id: z.string() }))
    .output(z.object({ removed: z.literal(true) }))
    .handler(async ({ input: { id }, context }) => {
      wholeCompany(context)
      await context.record(async inside => {
        const [before] = await inside.ledger.delete(eventRules).where(eq(eventRules.id, id)).returning()
        if (!before) throw new Failure('not_found', 'There is no such rule.')
        inside.note({ subject: `events from tasks labelled ${before.label}`, before, after: null })
      })
      if (await gatherEvents(context.ledger, context.granary)) context.settled?.()
      return { removed: true }
    }),
}
