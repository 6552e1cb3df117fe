import { z } from 'zod'
import { read } from '#features/base.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import { effects } from '#kernel/plan/variance.ts'
import { comparisonNow } from '#kernel/plan-comparison.ts'
import { wholeCompany } from './cells.ts'
import { driverVariance } from './driver-variance.ts'
import { salesVariance } from './sales-variance.ts'
import { variances } from './variance-of.ts'

const text = z.string().nullable()

const slice = z
  .array(z.object({ dimension: z.string(), is: z.array(z.string()).min(1) }))
  .max(8)
  .default([])
  .describe('The slice: members of dimensions')

const Effects = z.object(
  Object.fromEntries(effects.map(effect => [effect, z.string()])) as Record<
    (typeof effects)[number],
    z.ZodString
  >,
)

/** Actuals against what was planned and against last year, and why they differ. */
export const varianceOperations = {
  variance: read({
    role: 'viewer',
    summary:
      'Actual against plan versions and last year, favourable or not; costs that follow sales at the sales there were',
  })
    .input(
      z.object({
        metrics: z.array(z.string()).min(1).max(24),
        from: day,
        to: day,
        versions: z.array(z.string()).max(4).default([]),
        compare: z
          .array(z.string().overwrite(comparisonNow))
          .max(4)
          .default(['last_year_weekday'])
          .describe('Comparisons beside the versions: last_year, forecast, plan.<name> …'),
        stores: z.array(z.string()).optional(),
        filters: slice,
        currency: z.string().length(3).optional(),
      }),
    )
    .output(
      z.array(
        z.object({
          metric: z.string(),
          label: z.string(),
          unit: z.string(),
          good: z.string(),
          currency: text,
          actual: text,
          reason: text.describe('Why the actual is N/A'),
          bases: z.record(
            z.string(),
            z.object({
              value: text,
              delta: text,
              ratio: text,
              verdict: z
                .string()
                .describe('favourable, unfavourable, neutral or N/A; by the rate where flexed'),
              flexed: z
                .object({
                  value: z.string().describe('What it would have been at the actual sales'),
                  volume: z.string().describe('Of the change, what more or fewer sales account for'),
                  rate: z.string().describe('Of the change, what is left: more or less for the same sales'),
                })
                .nullable()
                .describe('Of costs that follow sales: the base brought to the actual sales'),
              reason: text.describe('Why there is no change to tell'),
            }),
          ),
        }),
      ),
    )
    .handler(({ input, context }) => variances(context, input)),

  driverVariance: read({
    role: 'viewer',
    summary: 'Why a line came out otherwise than planned: volume, price and rate of each driver, to the cent',
  })
    .input(
      z.object({
        version: z.string(),
        target: z.string(),
        first: z.string().optional().describe('Period key; the first where absent'),
        last: z.string().optional().describe('The last that is over where absent'),
        members: z
          .record(z.string(), z.string())
          .default({})
          .describe('The slice, a member of each dimension named; the whole where there are none'),
      }),
    )
    .output(
      z.object({
        label: z.string(),
        unit: z.string(),
        good: z.string(),
        first: z.string(),
        last: z.string(),
        since: text.describe('The first day of sales, where earlier periods are left out for it'),
        plan: z.string(),
        actual: z.string(),
        delta: z.string(),
        steps: z.array(
          z.object({
            line: z.string(),
            label: z.string(),
            kind: z.enum(['volume', 'price', 'rate', 'amount']),
            unit: z.string(),
            planned: text,
            actual: text,
            value: z.string(),
          }),
        ),
        kept: z.array(z.string()),
      }),
    )
    .handler(({ input, context }) => {
      wholeCompany(context.actor)
      return driverVariance(context, input)
    }),

  salesVariance: read({
    role: 'viewer',
    summary: 'Sales against any comparison by volume, mix, price, rate and currency, to the cent',
  })
    .input(
      z.object({
        by: z.string().default('product'),
        from: day,
        to: day,
        currency: z.string().length(3),
        compare: z
          .string()
          .overwrite(comparisonNow)
          .default('last_year')
          .describe('last_year, previous_period, plan.<version>, plan.forecast …'),
        stores: z.array(z.string()).optional(),
        filters: slice,
        amount: z.enum(['net_sales', 'gross_sales']).default('net_sales'),
        quantity: z.enum(['net_units', 'units_sold', 'orders']).default('net_units'),
      }),
    )
    .output(
      z.object({
        actual: z.string(),
        plan: z.string(),
        delta: z.string(),
        effects: Effects,
        items: z.array(
          z.object({
            key: z.string(),
            store: z.string().describe("'' stands for all stores asked for"),
            member: text.describe('Of the dimension; null for what is not split'),
            delta: z.string(),
            effects: Effects,
          }),
        ),
        more: z.int(),
        quantity: z.string().describe('The metric of the quantities: what a unit is'),
        base: z.object({ from: z.string(), to: z.string() }).nullable(),
        notes: z.array(z.string()),
      }),
    )
    .handler(async ({ input, context }) => {
      const found = await salesVariance(context, input)
      const items = found.items.sort((a, b) => Math.abs(Number(b.delta)) - Math.abs(Number(a.delta)))
      return { ...found, items: items.slice(0, 500), more: Math.max(0, items.length - 500) }
    }),
}
