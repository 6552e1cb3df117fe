import { randomUUID } from 'node:crypto'
import { desc } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { minus, sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { person, versionOf, wholeCompany } from './cells.ts'
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
      wholeCompany(context.actor)
      person(context.actor)
      await versionOf(context, input.version)
      const id = randomUUID()
      const { actor } = context
      await context.ledger
        .insert(tables.overlays)
        .values({ ...input, id, byId: actor.id, byName: actor.name, at: context.clock().toISOString() })
      return { id }
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
            added: actual === null ? null : addedValue(one.baseline, one.value, actual),
          }
        }),
      )
      const owners = [
        ...Map.groupBy(
          overlays.filter(one => one.actual !== null),
          one => one.byName,
        ),
      ].map(([byName, own]) => ({
        byName,
        graded: own.length,
        added: sum(own.map(one => one.added)) ?? '0',
        bias: biasOf(own),
      }))
      return { overlays, owners }
    }),
}

/** |baseline − actual| − |value − actual|: how much nearer the overlay came. */
export const addedValue = (baseline: string, value: string, actual: string): string => {
  const miss = (of: string) => (minus(of, actual) ?? '0').replace(/^-/, '')
  return minus(miss(baseline), miss(value)) ?? '0'
}

/** Σ(value − actual) ÷ Σ actual: above 0 the owner hopes too much. */
const biasOf = (own: readonly { value: string; actual: string | null }[]): number | null => {
  const actual = own.reduce((all, one) => all + Number(one.actual), 0)
  return actual === 0
    ? null
    : own.reduce((all, one) => all + Number(one.value) - Number(one.actual), 0) / actual
}
