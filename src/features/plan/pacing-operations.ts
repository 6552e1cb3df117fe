import { z } from 'zod'
import { read } from '#features/base.ts'
import { phase } from '#forecast/phasing.ts'
import { askedDay as day } from '#kernel/asked-day.ts'
import { decimal } from './model.ts'
import { pacing } from './outlook.ts'
import { shapeOf } from './shapes.ts'
import { latestDay } from './versions.ts'

const text = z.string().nullable()

/** A figure over the days of a period, and where the period is heading. Asked of the stores the asker may see. */
export const pacingOperations = {
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
        booked: z.number().describe('Media booked for the days to come: the least that is spent in them'),
        daysLeft: z.number(),
        probability: z.number().nullable(),
        backtest: z.object({
          estimates: z.int(),
          covered: z.number().nullable(),
          error: z.number().nullable(),
          widened: z.number(),
          chances: z
            .object({
              cases: z.int(),
              baseRate: z.number(),
              brier: z.number(),
              baseBrier: z.number(),
              groups: z.array(
                z.object({
                  from: z.number(),
                  to: z.number(),
                  cases: z.int(),
                  said: z.number(),
                  came: z.number(),
                }),
              ),
            })
            .nullable()
            .describe('How often what was called so likely came, of plans tested on earlier periods'),
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
}
