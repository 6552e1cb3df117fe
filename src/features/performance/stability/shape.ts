import { z } from 'zod'
import { Definition, Query } from '#metrics/query.ts'

/** What is said of a figure's stability, between the operation and the screen. */

export const StabilityAsked = Query.omit({ compare: true, by: true, sort: true, subtotals: true }).extend({
  metrics: z.array(z.string()).length(1).describe('One figure'),
  grain: z.enum(['day', 'week', 'month', 'quarter']),
})
export type StabilityAsked = z.infer<typeof StabilityAsked>

const figure = z.number().nullable()

const StablePoint = z.object({
  period: z.string(),
  value: z.string().nullable().describe('Null: not known'),
  usual: figure,
  low: figure,
  high: figure,
  range: figure.describe(
    'Step from the value before; where limits know the season, of the ratio to last year',
  ),
  signals: z
    .array(z.enum(['beyond_limits', 'run', 'range']))
    .describe(
      'beyond_limits: outside the limits · run: one of eight or more in a row on one side · range: a step too large',
    ),
})
export type StablePoint = z.infer<typeof StablePoint>

export const StabilityTold = z.object({
  metric: z.string(),
  currency: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  points: z.array(StablePoint),
  basis: z
    .enum(['values', 'year_before'])
    .nullable()
    .describe(
      'What the limits are of: the values, or their ratio to the same period a year before; null: too few',
    ),
  meanRange: figure,
  rangeHigh: figure.describe('Upper limit of the steps'),
  words: z.string().describe('By which limits, and what stands out'),
  definitions: z.record(z.string(), Definition),
})
export type StabilityTold = z.infer<typeof StabilityTold>
