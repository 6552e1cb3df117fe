import { z } from 'zod'

/** What is said of a stored forecast, between the operation and the screen. */

export const ForecastAsked = z.object({
  metric: z
    .string()
    .default('net_sales')
    .describe('net_sales, orders, sessions, or the last tier of contribution whose costs are known'),
  store: z.string().optional().describe('A store handle; the company as a whole when absent'),
  slice: z
    .partialRecord(z.enum(['category', 'channel']), z.string())
    .optional()
    .describe('A category, a channel, or one crossed with the other; net sales only'),
})

const figure = z.number().nullable()

const Grade = z.object({
  label: z.string().describe('How far ahead'),
  from: z.int(),
  to: z.int(),
  days: z.int().describe('Days that were forecast so far ahead and are over'),
  wape: figure.describe('Σ|actual − forecast| ÷ Σ|actual|'),
  bias: figure.describe('Σ(forecast − actual) ÷ Σ|actual|: above zero where too much was forecast'),
  cover80: figure.describe('Share of days inside the 80 % interval'),
  cover95: figure,
  naiveWape: figure.describe('WAPE of copying the last week'),
})
export type Grade = z.infer<typeof Grade>

export const ForecastTold = z.object({
  metric: z.string(),
  label: z.string(),
  unit: z.string(),
  store: z.string(),
  currency: z.string().nullable(),
  asOf: z.string().describe('Last day it knew'),
  madeAt: z.string(),
  model: z.string(),
  why: z.string(),
  beatsNaive: z
    .boolean()
    .nullable()
    .describe(
      'In the backtest; false: what is given is the seasonal naive, or the last value, its outliers drawn in',
    ),
  course: z.array(
    z.object({
      day: z.string(),
      actual: figure,
      p2_5: figure,
      p10: figure,
      p50: figure,
      p90: figure,
      p97_5: figure,
    }),
  ),
  forecasts: z.int().describe('How many earlier forecasts are graded'),
  hindsight: z.int().describe('Of them made afterwards, from what was known then'),
  grades: z.array(Grade),
  sentence: z.string().describe('How good it has been'),
})
export type ForecastTold = z.infer<typeof ForecastTold>
