import { z } from 'zod'
import { askedDay } from '#kernel/asked-day.ts'
import { firstOf } from '#kernel/days-from.ts'
import { comparisonNow, planIn } from '#kernel/plan-comparison.ts'

/** What one asks of the metric language. The same object is the URL, the HTTP body, the MCP tool's input and the CLI's flags. */

export const grains = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const
export type Grain = (typeof grains)[number]

export const calendars = ['gregorian', 'iso', '4-5-4', '4-4-5', '5-4-4'] as const

/** Named windows, resolved against "today" in store time. */
export const windows = [
  'today',
  'yesterday',
  'last_7_days',
  'last_28_days',
  'last_90_days',
  'last_365_days',
  'week_to_date',
  'month_to_date',
  'quarter_to_date',
  'year_to_date',
  'last_week',
  'last_month',
  'last_quarter',
  'last_year',
  'all_time',
] as const

/** The comparisons every metric knows; a saved target or plan version is `plan.<name>`, the forecast `plan.forecast`. */
export const comparisons = [
  'previous_period',
  'previous_days',
  'last_year',
  'last_year_weekday',
  'last_year_event',
  'last_year_restated',
  'last_year_unrestated',
] as const

const comparison = z.union([
  z.enum(comparisons),
  z
    .string()
    .regex(
      /^(plan\.|target:).+|^from\.\d{4}-\d{2}-\d{2}$/,
      `is one of ${comparisons.join(', ')}, from.<day> for the days from that day on, or plan.<name> for a plan`,
    )
    .refine(one => planIn(one) !== null || firstOf(one) !== null, {
      error: 'is from. and a day that exists, e.g. from.2026-03-01',
    })
    .overwrite(comparisonNow),
])

const filter = z.union([
  z.strictObject({
    dimension: z.string(),
    is: z.array(z.string()).optional(),
    not: z.array(z.string()).optional(),
    contains: z.string().optional(),
  }),
  z.strictObject({ metric: z.string(), over: z.number().optional(), under: z.number().optional() }),
])

/** A word that is not understood is refused: passed over, the answer would be to another question. */
export const Query = z.strictObject({
  metrics: z.array(z.string()).min(1).max(24).describe('Metric names, e.g. net_sales, aov'),
  by: z.array(z.string()).max(4).optional().describe('Dimension names, e.g. country, product'),
  grain: z
    .enum(grains)
    .optional()
    .describe('One row per period of this length; absent: one for the whole window'),
  window: z.enum(windows).optional().describe('A named period; or give from and to'),
  from: askedDay.optional(),
  to: askedDay.optional().describe('Inclusive'),
  calendar: z.enum(calendars).optional().describe("The company's calendar when absent"),
  stores: z.array(z.string()).optional().describe('Store handles; all the asker may see when absent'),
  currency: z
    .string()
    .length(3)
    .optional()
    .describe("Reader's currency; the stores' own when they share one"),
  filters: z.array(filter).max(20).optional(),
  compare: z.array(comparison).max(6).optional(),
  sort: z
    .strictObject({
      by: z.string().describe('A metric or dimension of the query, or period'),
      of: z.string().optional().describe('A comparison of the query: sort by the change against it'),
      desc: z.boolean().optional(),
      absolute: z.boolean().optional().describe('By its size, whichever way it went'),
    })
    .optional(),
  limit: z.int().min(1).max(10_000).optional(),
  offset: z.int().min(0).optional(),
  wholeDays: z
    .boolean()
    .optional()
    .describe('Compares a day that is not over with whole days, and its targets as a whole'),
  subtotals: z.boolean().optional().describe('Also a row for each value of the first dimensions'),
})
export type Query = z.infer<typeof Query>

const value = z.string().nullable().describe('Decimal as text; null is N/A, never 0')

const Compared = z.object({
  period: z.string().optional().describe('What the row is compared with'),
  values: z.record(
    z.string(),
    z.object({ value, delta: value, ratio: value.describe('delta ÷ |value|; null where value is 0 or N/A') }),
  ),
})

/** A row is flat: `period`, each dimension and each metric by name, and `compare` by comparison. */
const AnswerRow = z
  .object({ period: z.string().optional(), compare: z.record(z.string(), Compared).optional() })
  .catchall(z.string().nullable())

export const Definition = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  formula: z.string(),
  unit: z.enum(['money', 'count', 'quantity', 'share', 'ratio', 'days', 'score']),
  additivity: z.enum(['additive', 'semi_additive', 'ratio', 'non_additive']),
  good: z.enum(['up', 'down', 'none']),
  owner: z.string(),
  sources: z.array(z.string()),
})
export type Definition = z.infer<typeof Definition>

export const Answer = z.object({
  rows: z.array(AnswerRow),
  subtotals: z.array(AnswerRow).optional(),
  totals: AnswerRow,
  meta: z.object({
    from: z.string(),
    to: z.string(),
    grain: z.enum(grains).optional(),
    calendar: z.string(),
    currency: z.string().nullable(),
    stores: z.array(z.string()),
    storeNames: z
      .record(z.string(), z.string())
      .optional()
      .describe('What stores are called, where not by their handle'),
    asOf: z.string().nullable().describe('When the data behind the answer were last loaded, UTC'),
    lastDay: z.string().nullable().describe('The last day that has data'),
    today: z
      .string()
      .describe(
        'The day named windows are counted from, by the company’s clock: where most of these stores are that trade in its currency',
      ),
    hour: z
      .string()
      .optional()
      .describe('By the hour: the last one begun on the clock of any store; later ones are still to come'),
    until: z
      .string()
      .optional()
      .describe(
        'Where its last day is not over: the hour that comparisons and targets are counted up to, on the clock of the first of its stores',
      ),
    clocks: z
      .string()
      .optional()
      .describe('Where its stores are at different hours: up to which each is counted, in words'),
    wholeFrom: z
      .string()
      .optional()
      .describe(
        'Where more of the past is still to be read and the question reaches it: the day all its figures are whole from. Comparisons with earlier days are N/A',
      ),
    wholeDays: z
      .array(z.string())
      .optional()
      .describe('Metrics that are known by whole days alone, and compared with them all the same'),
    rowsBehind: z.number().describe('Ledger rows the answer rests on'),
    count: z.number().describe('Rows there are without limit and offset'),
    definitions: z.record(z.string(), Definition),
    comparisons: z.record(
      z.string(),
      z.object({
        label: z.string(),
        from: z.string(),
        to: z.string(),
        until: z
          .string()
          .optional()
          .describe('The hour its last day is counted up to, where the day it stands beside is not over'),
        note: z.string().optional(),
      }),
    ),
    missing: z.record(z.string(), z.string()).describe('Metrics that answer N/A, and what would supply them'),
    sources: z
      .record(z.string(), z.string())
      .optional()
      .describe('Where costs are from that no system tells order by order: rates, or the general ledger'),
    warnings: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        stores: z
          .array(z.string())
          .optional()
          .describe('The stores it is of, where it is not of all: the figures of the others are whole'),
      }),
    ),
    cached: z.boolean(),
    ms: z.number(),
  }),
})
export type Answer = z.infer<typeof Answer>
export type AnswerRow = z.infer<typeof AnswerRow>
