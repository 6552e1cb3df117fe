import { randomUUID } from 'node:crypto'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { minus, sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { changeable, person, touched, wholeCompany } from './cells.ts'
import { decimal } from './model.ts'
import { latestDay } from './versions.ts'

const day = z.iso.date()
const text = z.string().nullable()

/** What owners change of a baseline, and how it is graded when the period is over. */
export const overlayOperations = {
  overlay: write({
    role: 'contributor',
    summary: 'Change a baseline of a reforecast, with reason and confidence',
    agents: false,
  })
    .input(
      z.object({
        version: z.string(),
        metric: z.string(),
        period: z.string(),
        from: day,
        to: day,
        baseline: decimal,
        value: decimal,
        reason: z.string().trim().min(1).max(1000),
        confidence: z.enum(['low', 'medium', 'high']),
      }),
    )
    .output(z.object({ id: z.string() }))
    .handler(async ({ input, context }) => {
      await touched(context, await changeable(context, input.version))
      const id = randomUUID()
      const { actor } = context
      await context.ledger
        .insert(tables.overlays)
        .values({ ...input, id, byId: actor.id, byName: actor.name, at: context.clock().toISOString() })
      return { id }
    }),

  removeOverlay: writeLast({
    role: 'contributor',
    summary: 'Take back what somebody expected otherwise of a baseline, while its period is not over',
    agents: false,
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ done: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const until = await latestDay(context)
      return context.record(async inside => {
        const { ledger, actor } = inside
        const mine = eq(tables.overlays.id, input.id)
        const [asked] = await ledger.select().from(tables.overlays).where(mine).for('update')
        if (!asked) throw new Failure('not_found', 'There is no such expectation.')
        const version = await changeable(inside, asked.version)
        if (!removable(actor, asked.byId))
          throw new Failure('forbidden', `This is what ${asked.byName} expects.`, {
            next: `Ask ${asked.byName} to take it back, or a lead.`,
          })
        if (until !== null && until >= asked.to)
          throw new Failure(
            'conflict',
            `${asked.period} is over: what was expected of it is graded and stays.`,
          )
        await touched(inside, version)
        await ledger.delete(tables.overlays).where(mine)
        inside.note({
          subject: `expectation of ${asked.metric}, ${asked.period}, in ${asked.version}`,
          before: asked,
          after: null,
        })
        return { done: true as const }
      })
    }),

  credit: read({
    role: 'viewer',
    summary:
      'The forecast credit ledger: what each overlay added over its baseline, and the bias of its owner',
  })
    .input(z.object({}).optional())
    .output(
      z.object({
        overlays: z.array(
          z.object({
            id: z.string(),
            version: z.string(),
            byName: z.string(),
            metric: z.string(),
            period: z.string(),
            baseline: z.string(),
            value: z.string(),
            actual: text,
            added: text,
            reason: z.string(),
            confidence: z.string(),
            mayRemove: z.boolean(),
          }),
        ),
        owners: z.array(
          z.object({ byName: z.string(), graded: z.int(), added: z.string(), bias: z.number().nullable() }),
        ),
      }),
    )
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      const until = await latestDay(context)
      const locked = new Set(
        (
          await context.ledger
            .select({ id: tables.versions.id })
            .from(tables.versions)
            .where(eq(tables.versions.state, 'locked'))
        ).map(one => one.id),
      )
      const all = await context.ledger
        .select()
        .from(tables.overlays)
        .orderBy(desc(tables.overlays.at))
        .limit(500)
      const overlays = await Promise.all(
        all.map(async one => {
          const over = until !== null && until >= one.to
          const answer = over
            ? await askAs(context, { metrics: [one.metric], from: one.from, to: one.to })
            : null
          const actual = (answer?.totals[one.metric] as string | null | undefined) ?? null
          return {
            ...one,
            actual,
            mayRemove: !over && !locked.has(one.version) && removable(context.actor, one.byId),
            added: actual === null ? null : addedValue(one.baseline, one.value, actual),
          }
        }),
      )
      const owners = [
        ...Map.groupBy(
          overlays.filter(one => one.actual !== null),
          one => one.byName,
        ),
      ].map(([byName, graded]) => ({
        byName,
        graded: graded.length,
        added: sum(graded.map(one => one.added)) ?? '0',
        bias: biasOf(graded),
      }))
      return { overlays, owners }
    }),
}

/** Whether an expectation is somebody's to take back: their own, or a lead's whoever's it is. */
const removable = (actor: Actor, byId: string): boolean =>
  actor.kind !== 'key' && (actor.id === byId ? mayAct(actor.role, 'contributor') : mayAct(actor.role, 'lead'))

/** |baseline − actual| − |value − actual|: how much nearer the overlay came. */
export const addedValue = (baseline: string, value: string, actual: string): string => {
  const miss = (of: string) => (minus(of, actual) ?? '0').replace(/^-/, '')
  return minus(miss(baseline), miss(value)) ?? '0'
}

/** Σ(value − actual) ÷ Σ actual: above 0 the owner hopes too much. */
const biasOf = (graded: readonly { value: string; actual: string | null }[]): number | null => {
  const actual = graded.reduce((all, one) => all + Number(one.actual), 0)
  return actual === 0
    ? null
    : graded.reduce((all, one) => all + Number(one.value) - Number(one.actual), 0) / actual
}
