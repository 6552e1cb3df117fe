import { randomUUID } from 'node:crypto'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { phase } from '#forecast/phasing.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { minus, sum } from '#kernel/money.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { seek, sensitivity } from '#kernel/plan/seek.ts'
import { quantileOf } from '#kernel/plan/simulate.ts'
import { effects } from '#kernel/plan/variance.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { shapeOf } from './carry.ts'
import { person, rowsOf, versionOf, wholeCompany } from './cells.ts'
import { decimal, inputsOf } from './model.ts'
import { pacing } from './outlook.ts'
import { simulateApart } from './simulation.ts'
import { salesVariance, variances } from './variance-of.ts'
import { latestDay } from './versions.ts'

const day = z.iso.date()
const Part = z.object({
  members: z.record(z.string(), z.string()).default({}),
  first: z.string().optional().describe('Period key; the first where absent'),
  last: z.string().optional(),
})
const Lever = z.object({ line: z.string(), members: z.record(z.string(), z.string()).optional() })
const text = z.string().nullable()

const opened = async (context: Context, version: string, part: z.output<typeof Part>) => {
  wholeCompany(context.actor)
  const { sheet } = await versionOf(context, version)
  const inputs = inputsOf(sheet, await rowsOf(context, version))
  const position = (key: string | undefined, otherwise: number) => {
    const at = key === undefined ? otherwise : sheet.periods.findIndex(period => period.key === key)
    if (at < 0) throw invalid(`The plan has no period "${key}".`)
    return at
  }
  const first = position(part.first, 0)
  const last = position(part.last, sheet.periods.length - 1)
  if (first > last) throw invalid('The part ends before it begins.')
  return { sheet, inputs, part: { members: part.members, first, last } }
}

const Spread = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['normal', 'lognormal']), sd: z.number() }),
  z.object({ kind: z.literal('triangular'), low: z.number(), mode: z.number(), high: z.number() }),
  z.object({ kind: z.literal('uniform'), low: z.number(), high: z.number() }),
])

const Effects = z.object(
  Object.fromEntries(effects.map(effect => [effect, z.string()])) as Record<
    (typeof effects)[number],
    z.ZodString
  >,
)

export const outlookOperations = {
  phase: read({
    role: 'viewer',
    summary: "A figure shared out to days by the shop's own season, weekdays and events",
  })
    .input(
      z.object({
        metric: z.string().default('net_sales'),
        amount: decimal,
        from: day,
        to: day,
        places: z.int().min(0).max(4).default(2),
        adjustments: z.record(day, z.number().min(0).max(100)).default({}),
        stores: z.array(z.string()).optional(),
      }),
    )
    .output(
      z.object({
        days: z.array(
          z.object({ day: z.string(), amount: z.string(), share: z.number(), why: z.array(z.string()) }),
        ),
        notes: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      const until = await latestDay(context)
      const found = until
        ? await shapeOf(context, input.metric, until, input.stores ? { stores: input.stores } : {})
        : null
      const shape = found?.shape ?? {
        weight: () => 1,
        why: () => ['no history'],
        notes: ['There is no history: days share evenly.'],
      }
      const days = phase(input.amount, input.from, input.to, shape, input)
      return { days: days.map(one => ({ ...one, why: shape.why(one.day) })), notes: shape.notes }
    }),

  pacing: read({
    role: 'viewer',
    summary: 'Where the month is heading: landing P10/P50/P90, required run-rate, chance of the plan',
  })
    .input(
      z.object({
        metric: z.string().default('net_sales'),
        grain: z.enum(['week', 'month', 'quarter']).default('month'),
        day: day.optional().describe('A day of the period; the last there are data for when absent'),
        version: z.string().optional().describe('Plan version or target to compare with'),
        stores: z.array(z.string()).optional(),
      }),
    )
    .output(
      z.object({
        metric: z.string(),
        label: z.string(),
        unit: z.string(),
        currency: text,
        from: z.string(),
        to: z.string(),
        until: z.string(),
        actual: z.number(),
        elapsed: z.number(),
        p10: z.number(),
        p50: z.number(),
        p90: z.number(),
        plan: z.number().nullable(),
        planToDate: z.number().nullable(),
        pace: z.number().nullable(),
        requiredPerDay: z.number().nullable(),
        daysLeft: z.number(),
        probability: z.number().nullable(),
        backtest: z.object({
          estimates: z.int(),
          covered: z.number().nullable(),
          error: z.number().nullable(),
          widened: z.number(),
        }),
        notes: z.array(z.string()),
        course: z.array(
          z.object({
            day: z.string(),
            actual: z.number().nullable(),
            plan: z.number().nullable(),
            p10: z.number().nullable(),
            p50: z.number().nullable(),
            p90: z.number().nullable(),
          }),
        ),
      }),
    )
    .handler(({ input, context }) => pacing(context, input)),

  variance: read({ role: 'viewer', summary: 'Actual against plan versions and last year, favourable or not' })
    .input(
      z.object({
        metrics: z.array(z.string()).min(1).max(24),
        from: day,
        to: day,
        versions: z.array(z.string()).max(4).default([]),
      }),
    )
    .output(
      z.array(
        z.object({
          metric: z.string(),
          label: z.string(),
          unit: z.string(),
          good: z.string(),
          actual: text,
          bases: z.record(
            z.string(),
            z.object({ value: text, delta: text, ratio: text, verdict: z.string() }),
          ),
        }),
      ),
    )
    .handler(({ input, context }) => variances(context, input)),

  salesVariance: read({
    role: 'viewer',
    summary: 'Sales against the year before by price, volume, mix and currency, to the cent',
  })
    .input(
      z.object({
        by: z.string().default('product'),
        from: day,
        to: day,
        currency: z.string().length(3),
        amount: z.enum(['net_sales', 'gross_sales']).default('net_sales'),
        quantity: z.enum(['net_units', 'units_sold']).default('net_units'),
      }),
    )
    .output(
      z.object({
        actual: z.string(),
        plan: z.string(),
        delta: z.string(),
        effects: Effects,
        items: z.array(z.object({ key: z.string(), delta: z.string(), effects: Effects })),
        more: z.int(),
      }),
    )
    .handler(async ({ input, context }) => {
      const found = await salesVariance(context, input)
      const items = found.items.sort((a, b) => Math.abs(Number(b.delta)) - Math.abs(Number(a.delta)))
      return { ...found, items: items.slice(0, 500), more: Math.max(0, items.length - 500) }
    }),

  simulate: read({
    role: 'viewer',
    summary: 'Ranges on drivers give P10, P50 and P90 of a line, and what matters most',
  })
    .input(
      z.object({
        version: z.string(),
        target: z.string(),
        part: Part.default({ members: {} }),
        drivers: z
          .array(Lever.extend({ spread: Spread }))
          .min(1)
          .max(400),
        correlations: z
          .array(z.object({ a: z.int(), b: z.int(), r: z.number() }))
          .max(2000)
          .default([]),
        runs: z.int().default(10_000),
        seed: z.int().default(1),
        plan: z.number().optional().describe('How likely is it to reach this?'),
      }),
    )
    .output(
      z.object({
        runs: z.int(),
        base: z.number(),
        mean: z.number(),
        sd: z.number(),
        p10: z.number(),
        p50: z.number(),
        p90: z.number(),
        quantiles: z.array(z.number()),
        probability: z.number().nullable(),
        histogram: z.array(z.object({ from: z.number(), to: z.number(), share: z.number() })),
        tornado: z.array(z.object({ driver: z.int(), line: z.string(), low: z.number(), high: z.number() })),
      }),
    )
    .handler(async ({ input: { version, plan, part, ...asked }, context }) => {
      const { sheet, inputs, part: own } = await opened(context, version, part)
      const { sorted, ...outcome } = await simulateApart({
        sheet,
        inputs,
        simulation: { ...asked, part: own },
      })
      const below = plan === undefined ? 0 : sorted.findIndex(value => value >= plan)
      return {
        ...outcome,
        quantiles: Array.from({ length: 21 }, (_, n) => quantileOf(sorted, n / 20)),
        probability: plan === undefined ? null : below < 0 ? 0 : 1 - below / sorted.length,
        tornado: outcome.tornado.map(one => ({ ...one, line: asked.drivers[one.driver]?.line ?? '' })),
      }
    }),

  seek: read({ role: 'viewer', summary: 'What must a driver be to make the goal?' })
    .input(
      z.object({
        version: z.string(),
        lever: Lever,
        target: z.string(),
        goal: decimal,
        part: Part.default({ members: {} }),
      }),
    )
    .output(z.object({ factor: z.string(), before: text, after: text, reached: z.string() }))
    .handler(async ({ input, context }) => {
      const { sheet, inputs, part } = await opened(context, input.version, input.part)
      return seek(calculate(sheet, inputs), input.lever, { line: input.target, part }, input.goal)
    }),

  sensitivity: read({ role: 'viewer', summary: 'A line at every pair of changes of one or two drivers' })
    .input(
      z.object({
        version: z.string(),
        target: z.string(),
        part: Part.default({ members: {} }),
        levers: z
          .array(z.object({ lever: Lever, changes: z.array(z.number().min(-1).max(10)).min(1).max(50) }))
          .min(1)
          .max(2),
      }),
    )
    .output(z.array(z.object({ changes: z.array(z.number()), value: text })))
    .handler(async ({ input, context }) => {
      const { sheet, inputs, part } = await opened(context, input.version, input.part)
      return sensitivity(calculate(sheet, inputs), input.levers, { line: input.target, part })
    }),

  close: writeLast({
    role: 'director',
    summary: 'Close a period: keep its actuals as they stand',
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
      await context.record(async inside => {
        await inside.ledger.insert(tables.closes).values({
          period: input.period,
          from: input.from,
          to: input.to,
          figures,
          reconciliation: input.reconciliation,
          byId: actor.id,
          byName: actor.name,
          at: context.clock().toISOString(),
        })
        inside.note({
          subject: `period ${input.period}`,
          after: { figures, reconciliation: input.reconciliation },
        })
      })
      return { figures }
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
          reconciliation: z.string(),
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
        all.map(async ({ figures, byId: _, ...one }) => {
          const metrics = Object.keys(figures)
          const answer = await askAs(context, { metrics, from: one.from, to: one.to })
          return {
            ...one,
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
