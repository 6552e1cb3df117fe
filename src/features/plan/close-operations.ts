import { and, desc, eq, gte, lte } from 'drizzle-orm'
import { z } from 'zod'
import { read, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import type { Day } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { showDay } from '#kernel/format.ts'
import { exact, minus, roundTo } from '#kernel/money.ts'
import { dayAt } from '#kernel/zone.ts'
import type { Answer, AnswerRow } from '#metrics/query.ts'
import * as tables from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'
import { askAs } from './actuals.ts'
import { person, wholeCompany } from './cells.ts'
import { ClosedState, stateOf } from './close-state.ts'

const text = z.string().nullable()

type Figures = Record<string, string | null>

/** Figures of a span, of all and of each store, amounts in whole coins. */
async function figuresOf(
  context: Context,
  metrics: readonly string[],
  span: { from: Day; to: Day },
  currency: string | null,
): Promise<{ answer: Answer; figures: Figures; byStore: Record<string, Figures> }> {
  const question = { ...span, metrics: [...metrics], ...(currency !== null && { currency }) }
  const answer = await askAs(context, question)
  const own = await askAs(context, { ...question, by: ['store'], limit: 10_000 })
  const code = answer.meta.currency
  const inCoins = (row: AnswerRow): Figures =>
    Object.fromEntries(
      metrics.map(name => {
        const value = row[name]
        if (typeof value !== 'string') return [name, null]
        const money = answer.meta.definitions[name]?.unit === 'money' && code !== null
        return [name, money ? exact(roundTo(value, code)).toString() : value]
      }),
    )
  return {
    answer,
    figures: inCoins(answer.totals),
    byStore: Object.fromEntries(own.rows.map(row => [String(row.store), inCoins(row)])),
  }
}

/** @throws Failure('conflict') while a period is not over on the clock of each store, or a part of it is closed already. */
async function mayClose(context: Context, period: { period: string; from: Day; to: Day }): Promise<void> {
  const { ledger, clock } = context
  const [before] = await ledger.select().from(tables.closes).where(eq(tables.closes.period, period.period))
  if (before)
    throw new Failure('conflict', `${period.period} was closed by ${before.byName} already.`, {
      next: 'What changed since is shown as prior-period adjustments.',
    })
  const [other] = await ledger
    .select()
    .from(tables.closes)
    .where(and(lte(tables.closes.from, period.to), gte(tables.closes.to, period.from)))
  if (other)
    throw new Failure(
      'conflict',
      `${showDay(other.from)} to ${showDay(other.to)} is closed already, as ${other.period}: no day is closed twice.`,
      { next: 'Close days that are open.' },
    )
  const now = clock().getTime()
  const open = (await ledger.select().from(settings.stores).orderBy(settings.stores.store)).find(
    one => dayAt(one.timezone, now) <= period.to,
  )
  if (open)
    throw new Failure(
      'conflict',
      `${period.period} is not over: it is still ${showDay(dayAt(open.timezone, now))} in ${open.name}.`,
      { next: 'Close it once its last day is over in every store.' },
    )
}

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
      await mayClose(context, input)
      const { answer, figures, byStore } = await figuresOf(context, input.metrics, input, null)
      if (answer.meta.lastDay === null || answer.meta.lastDay < input.to)
        throw new Failure(
          'conflict',
          `The data end on ${answer.meta.lastDay ?? 'no day'}; ${input.period} ends on ${input.to}.`,
          { next: 'Load the rest of the period, then close it.' },
        )
      const state = await stateOf(context, input)
      await context.record(async inside => {
        await mayClose(inside, input)
        await inside.ledger.insert(tables.closes).values({
          period: input.period,
          from: input.from,
          to: input.to,
          figures,
          currency: answer.meta.currency,
          byStore,
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
          currency: text.describe('Of its amounts; null: not kept then'),
          figures: z.array(
            z.object({
              metric: z.string(),
              closed: text,
              now: text,
              adjustment: text,
              stores: z
                .array(z.object({ store: z.string(), adjustment: z.string() }))
                .describe('Stores whose part is another now'),
            }),
          ),
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
        all.map(async ({ figures, byId: _, state, byStore, ...one }) => {
          const metrics = Object.keys(figures)
          const found = await figuresOf(context, metrics, one, one.currency)
          const code = found.answer.meta.currency
          const coins = (metric: string, value: string | null) =>
            value !== null && code !== null && found.answer.meta.definitions[metric]?.unit === 'money'
              ? exact(roundTo(value, code)).toString()
              : value
          const places = [...new Set([...Object.keys(byStore ?? {}), ...Object.keys(found.byStore)])].sort()
          return {
            ...one,
            state: state === null ? null : ClosedState.parse(state),
            figures: metrics.map(metric => {
              const [closed, now] = [coins(metric, figures[metric] ?? null), found.figures[metric] ?? null]
              const stores = places.flatMap(store => {
                const change = minus(found.byStore[store]?.[metric] ?? '0', byStore?.[store]?.[metric] ?? '0')
                return byStore === null || change === null || exact(change).isZero()
                  ? []
                  : [{ store, adjustment: change }]
              })
              return { metric, closed, now, adjustment: minus(now, closed), stores }
            }),
          }
        }),
      )
    }),
}
