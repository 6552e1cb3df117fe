import { z } from 'zod'
import { askedDay } from '#kernel/asked-day.ts'
import { Answer, Query } from '#metrics/query.ts'
import { type AccountState, accountStates } from './model.ts'

/** What is asked and told of one day by the hour. */

export const PeakAsked = Query.pick({ stores: true, currency: true, filters: true }).extend({
  day: askedDay,
  compare: Query.shape.compare.unwrap().element.default('previous_period').describe('Another day'),
  target: z
    .string()
    .optional()
    .describe('A saved target or plan version; the first that has the day when absent'),
})
export type PeakAsked = z.infer<typeof PeakAsked>

const decimal = z.string().nullable()

export const PeakTold = Answer.extend({
  plan: z
    .string()
    .nullable()
    .describe('The target or plan version the hours are compared with, as plan.<name>'),
  soFar: z
    .object({
      totals: Answer.shape.totals,
      clocks: z.string().nullable().describe('Where stores are at different hours: how far each is'),
    })
    .nullable()
    .describe(
      'The day as far as it is, each store against the same hours on its own clock; null of a day that is over',
    ),
  planned: z.record(z.string(), decimal).nullable().describe('What it says of the whole day'),
  ceiling: decimal.describe('Orders that can be shipped in a day, where a target named ceiling says so'),
  record: z
    .object({ period: z.string(), orders: z.string() })
    .nullable()
    .describe('The hour with the most orders in the year before'),
  pace: z
    .object({
      until: z.string().describe('The last minute that is in is over, of the store furthest on: HH:MM'),
      earliest: z
        .string()
        .nullable()
        .describe('Where stores are in up to different minutes: the same of the one furthest behind'),
      store: z.string().nullable().describe('Where stores are in several zones: whose clock that is'),
      five: z.number(),
      fifteen: z.number(),
      most: z.object({ until: z.string(), perMinute: z.number() }).describe('The busiest five minutes'),
    })
    .nullable()
    .describe(
      'Orders a minute over the last five and fifteen minutes that are in; null where orders have no minutes, or are filtered',
    ),
})
export type PeakTold = z.infer<typeof PeakTold>

/** What is asked and told of B2B accounts. */

const states = Object.keys(accountStates) as [AccountState, ...AccountState[]]

export const AccountsAsked = Query.pick({
  window: true,
  from: true,
  to: true,
  stores: true,
  currency: true,
  filters: true,
}).extend({
  compare: Query.shape.compare.unwrap().element.optional().describe('What the figures are compared with'),
  state: z.enum(states).optional().describe('Only accounts that stand so'),
})
export type AccountsAsked = z.infer<typeof AccountsAsked>

const AccountLine = z.object({
  store: z.string(),
  account: z.string(),
  name: z.string(),
  segment: z.string(),
  lastOrder: z.string(),
  daysSince: z.int().describe('From the last order to the last day with orders of its shop'),
  interval: z.number().nullable().describe('Mean days between its orders; null with fewer than three'),
  state: z.enum(states),
  penetration: decimal.describe('Categories it bought in the period, of those accounts bought'),
  figures: z.record(z.string(), decimal),
  compare: Answer.shape.rows.element.shape.compare.unwrap(),
})
export type AccountLine = z.infer<typeof AccountLine>

export const AccountsTold = Answer.pick({ totals: true, meta: true }).extend({
  rows: z.array(AccountLine),
  counts: z.record(z.string(), z.int()).describe('Accounts by state'),
})
export type AccountsTold = z.infer<typeof AccountsTold>

/** What is asked and told of what was launched. */

export const LaunchesAsked = Query.pick({ stores: true, currency: true, filters: true }).extend({
  to: askedDay.describe('Up to this day; launches of the year before it'),
})
export type LaunchesAsked = z.infer<typeof LaunchesAsked>

export const LaunchesTold = z.object({
  items: z.array(
    z.object({
      product: z.string(),
      title: z.string(),
      category: z.string(),
      launched: z.string(),
      curve: z.array(z.number()).describe('Net sales to date at the end of each whole week since the launch'),
      against: z.number().nullable().describe('To date ÷ the middle of all launches at the same age'),
    }),
  ),
  middle: z
    .array(
      z
        .object({ low: z.number(), half: z.number(), high: z.number(), products: z.int() })
        .nullable()
        .describe(
          'Quarter, half and three quarters of the launches sold less; null where fewer than three are so old',
        ),
    )
    .describe('By week since the launch'),
  to: z.string(),
  currency: z.string().nullable(),
  definitions: Answer.shape.meta.shape.definitions,
})
export type LaunchesTold = z.infer<typeof LaunchesTold>
