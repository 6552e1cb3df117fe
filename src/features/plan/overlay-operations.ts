import { randomUUID } from 'node:crypto'
import { desc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { read, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import type { Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { showDay } from '#kernel/format.ts'
import { exact, minus, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { unknown } from '#metrics/vocabulary.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { changeable, person, touched, wholeCompany } from './cells.ts'
import { decimal } from './model.ts'
import { latestDay, worked } from './versions.ts'

const text = z.string().nullable()

/** What owners change of a baseline, and how it is graded when the period is over. */
export const overlayOperations = {
  overlay: writeLast({
    role: 'contributor',
    summary: 'Change a baseline of a reforecast while its period is not over, with reason and confidence',
    agents: false,
  })
    .input(
      z.object({
        version: z.string(),
        metric: z.string(),
        period: z.string(),
        from: day,
        to: day,
        baseline: decimal
          .optional()
          .describe('As it was seen; refused where the version says otherwise. Its own where absent'),
        value: decimal,
        reason: z.string().trim().min(1).max(1000),
        confidence: z.enum(['low', 'medium', 'high']),
      }),
    )
    .output(z.object({ id: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const known = new Set((await context.metrics.definitions()).metrics.map(metric => metric.name))
      if (!known.has(input.metric)) throw unknown(input.metric, known, 'metric')
      const until = await latestDay(context)
      return context.record(async inside => {
        const { ledger, actor, clock } = inside
        const version = await changeable(inside, input.version)
        const period = version.sheet.periods.find(one => one.key === input.period)
        if (!period || period.from !== input.from || period.to !== input.to)
          throw invalid(
            `${version.name} has no period "${input.period}" from ${showDay(input.from)} to ${showDay(input.to)}.`,
            'Name a period of the version, with its own days.',
          )
        // What is graded was said before it could be known.
        if (isOver(inside, period.to, until))
          throw new Failure('conflict', `${period.label} is over: it is too late to expect anything of it.`, {
            next: 'Say what you expect of the periods to come.',
          })
        const baseline = await baselineIn(inside, version, input)
        await touched(inside, version)
        const id = randomUUID()
        await ledger
          .insert(tables.overlays)
          .values({ ...input, baseline, id, byId: actor.id, byName: actor.name, at: clock().toISOString() })
        return { id }
      })
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
        if (isOver(inside, asked.to, until))
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
          z.object({
            byId: z.string(),
            byName: z.string(),
            metric: z.string(),
            label: z.string(),
            currency: text.describe('Of amounts; null where it counts something else'),
            graded: z.int(),
            added: z.string(),
            bias: z.number().nullable(),
          }),
        ),
      }),
    )
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      const until = await latestDay(context)
      const versions = new Map(
        (
          await context.ledger
            .select({
              id: tables.versions.id,
              state: tables.versions.state,
              currency: sql<string>`${tables.versions.sheet} ->> 'currency'`,
            })
            .from(tables.versions)
        ).map(one => [one.id, one]),
      )
      const { metrics } = await context.metrics.definitions()
      const meant = new Map(metrics.map(metric => [metric.name, metric]))
      const all = await context.ledger
        .select()
        .from(tables.overlays)
        .orderBy(desc(tables.overlays.at))
        .limit(500)
      const overlays = await Promise.all(
        all.map(async one => {
          const over = isOver(context, one.to, until)
          const version = versions.get(one.version)
          // Amounts were said in the currency of the plan, whatever the company reads in.
          const answer =
            over && meant.has(one.metric)
              ? await askAs(context, {
                  metrics: [one.metric],
                  from: one.from,
                  to: one.to,
                  ...(version && { currency: version.currency }),
                })
              : null
          const actual = (answer?.totals[one.metric] as string | null | undefined) ?? null
          return {
            ...one,
            currency: meant.get(one.metric)?.unit === 'money' ? (version?.currency ?? null) : null,
            actual,
            mayRemove: !over && version?.state !== 'locked' && removable(context.actor, one.byId),
            added: actual === null ? null : addedValue(one.baseline, one.value, actual),
          }
        }),
      )
      // Pounds and orders are not added up: each owner stands once for each thing they forecast.
      const owners = [
        ...Map.groupBy(
          overlays.filter(one => one.actual !== null),
          one => JSON.stringify([one.byId, one.metric, one.currency]),
        ).values(),
      ].flatMap(graded => {
        const [first] = graded
        if (!first) return []
        const { byId, byName, metric, currency } = first
        const label = meant.get(metric)?.label ?? metric
        const added = sum(graded.map(one => one.added)) ?? '0'
        return [{ byId, byName, metric, label, currency, graded: graded.length, added, bias: biasOf(graded) }]
      })
      return { overlays, owners }
    }),
}

/**
 * What a version itself says of a metric in a period: what somebody expects is held against that, not against what they say
 * it was.
 * @throws Failure('conflict') where the baseline they saw is another.
 */
async function baselineIn(
  context: Context,
  version: typeof tables.versions.$inferSelect,
  { metric, period, baseline }: { metric: string; period: string; baseline?: string | undefined },
): Promise<string> {
  const { sheet } = version
  const line = sheet.lines.find(one => one.metric === metric)
  const n = sheet.periods.findIndex(one => one.key === period)
  const plan = line && (await worked(context, version))
  const own = plan ? plainOrNull(rolled(plan, line.name, { members: {}, first: n, last: n })) : null
  if (own === null)
    throw new Failure(
      'conflict',
      line
        ? `${line.label} of ${version.name} is not worked out in ${sheet.periods[n]?.label}.`
        : `${version.name} says nothing of ${metric}.`,
      { next: 'Expect something of a line the version has a figure of.' },
    )
  const places = line?.unit === 'money' ? minorUnits(sheet.currency) : 4
  const rounded = exact(own).toDecimalPlaces(places)
  if (baseline !== undefined && !exact(baseline).toDecimalPlaces(places).eq(rounded))
    throw new Failure(
      'conflict',
      `The baseline of ${version.name} in ${sheet.periods[n]?.label} is ${rounded}, not ${baseline}.`,
      { next: 'Read it again: the plan may have been changed meanwhile.' },
    )
  return own
}

/** Whether a period is over and its actuals are there: then what was expected of it is graded. */
const isOver = ({ clock }: Context, to: Day, until: Day | null): boolean =>
  until !== null && until >= to && clock().toISOString().slice(0, 10) > to

/** Whether an expectation is somebody's to take back: their own, or a lead's whoever's it is. */
const removable = (actor: Actor, byId: string): boolean =>
  actor.kind !== 'key' && (actor.id === byId ? mayAct(actor.role, 'contributor') : mayAct(actor.role, 'lead'))

/** |baseline − actual| − |value − actual|: how much nearer the overlay came. */
export const addedValue = (baseline: string, value: string, actual: string): string => {
  const miss = (of: string) => (minus(of, actual) ?? '0').replace(/^-/, '')
  return minus(miss(baseline), miss(value)) ?? '0'
}

/** Σ(value − actual) ÷ |Σ actual|: above 0 the owner hopes too much. */
const biasOf = (graded: readonly { value: string; actual: string | null }[]): number | null => {
  const actual = graded.reduce((all, one) => all + Number(one.actual), 0)
  return actual === 0
    ? null
    : graded.reduce((all, one) => all + Number(one.value) - Number(one.actual), 0) / Math.abs(actual)
}
