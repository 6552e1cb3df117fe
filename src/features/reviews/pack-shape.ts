import { z } from 'zod'
import { Definition } from '#metrics/query.ts'
import { Action, Content, day } from './shape.ts'

/** The daily flash and the Monday pack, as screens and letters show them. */

const value = z.string().nullable()
const Moved = z.object({ value, delta: value, ratio: value })

/** What the data allow to be said, and what not. */
const Trust = z.object({
  day: day.describe('The last day that should be there'),
  lastDay: value,
  asOf: value,
  /** Why the figures may not be whole; null when they are. */
  stale: value,
  /** Why comparisons are N/A while the past is still being read; null when they are not for that. */
  coming: value,
})
export type Trust = z.infer<typeof Trust>

const Figure = z.object({
  metric: z.string(),
  value,
  /** The same weekday a week before, or the week before. */
  before: Moved,
  lastYear: Moved,
  target: Moved.nullable(),
})
export type PackFigure = z.infer<typeof Figure>

export const Flash = z.object({
  day,
  trust: Trust,
  currency: z.string().nullable(),
  figures: z.array(Figure).max(8),
  exceptions: z
    .array(
      z.object({
        words: z.string(),
        tone: z.enum(['good', 'bad', 'neutral']),
        metric: z.string(),
        money: z
          .number()
          .nullable()
          .describe('What the day is off by, in net sales (of spend, in spend); null: no price'),
      }),
    )
    .max(3)
    .describe('Beyond what the weekday does by itself, the most money first'),
  events: Content.shape.events.describe('What is on today and in the week to come'),
  definitions: z.record(z.string(), Definition),
})
export type Flash = z.infer<typeof Flash>

const Cell = z.object({
  name: z.string(),
  of: z.string().describe('What it is a row of, as one filters by it'),
  value,
  before: Moved,
  lastYear: Moved,
})

const Landing = z.object({
  grain: z.enum(['month', 'quarter']),
  label: z.string(),
  from: day,
  to: day,
  until: day.describe('The last day that is counted'),
  actual: z.number(),
  plan: z.number().nullable().describe('Of the whole period'),
  p10: z.number(),
  p50: z.number(),
  p90: z.number(),
  probability: z.number().nullable().describe('That the plan is reached'),
  requiredPerDay: z.number().nullable().describe('What each ordinary day left must bring'),
  daysLeft: z.number(),
  planToDate: z.number().nullable().describe('Of the plan, what its days say is due by then'),
  error: z
    .number()
    .nullable()
    .describe(
      'How far earlier estimates were off on average, as a share; of contribution as a share of sales',
    ),
})

export const LandingTold = z.object({
  landing: Landing.nullable().describe('Null while there is nothing to learn from'),
  currency: z.string().nullable(),
  metric: z.string(),
  words: z.string().describe('Where it heads, or why nothing can be said; empty while there is nothing'),
  soFar: z.string().describe('What there is to date, beside the plan to date'),
})
export type LandingTold = z.infer<typeof LandingTold>

const Stocked = z.object({ name: z.string(), grade: z.string(), cover: value, stock: value, worth: value })
const Stock = z.object({
  asOf: day.describe('The day stock and orders are told of: today for the latest week'),
  risk: z.object({
    below: z.string().describe('Weeks of cover'),
    learnt: z.boolean().describe('Whether it is the mean lead time of receipts'),
    count: z.int(),
  }),
  atRisk: z.array(Stocked).describe('A products by sales a week at stake, which is what they are worth'),
  over: z.object({ above: z.number(), count: z.int() }),
  overstock: z.array(Stocked).describe('By the cost of the stock, which is what it is worth'),
  lateCount: z.int(),
  late: z.array(
    z.object({
      order: z.string(),
      vendor: z.string(),
      name: z.string(),
      due: day,
      units: value,
      worth: value,
      currency: value,
    }),
  ),
  line: z
    .object({ sales: value, stock: value, intake: value, due: value, cover: value })
    .describe('Units sold, held, received, due in four weeks; weeks of cover'),
  lost: z
    .object({ amount: z.string(), names: z.array(z.string()) })
    .describe('Estimated sales lost to days out'),
  missing: z.array(z.string()),
})

export const Monday = z.object({
  week: Content.shape.week,
  trust: Trust,
  currency: z.string().nullable(),
  target: z.string().nullable(),
  headline: z.array(
    Figure.extend({
      month: value,
      monthTarget: Moved.nullable(),
      monthLastYear: Moved,
      quarter: value,
      quarterTarget: Moved.nullable(),
      quarterLastYear: Moved,
    }),
  ),
  landings: z.array(Landing).describe('Where net sales of the month and the quarter are heading'),
  bridges: z.array(
    z.object({
      against: z.string(),
      sentence: z.string(),
      parts: z
        .array(z.object({ words: z.string(), href: z.string() }))
        .describe('What of the sentence leads to rows'),
      drivers: z
        .array(z.object({ name: z.string(), amount: z.string(), href: z.string() }))
        .describe('In the order of the chain; they add up to the change'),
    }),
  ),
  levers: z
    .array(
      z.object({
        metric: z.string(),
        words: z.string(),
        basis: z.string(),
        perWeek: z.string(),
        owner: z.string(),
        href: value,
      }),
    )
    .max(3)
    .describe('What is worth most this week, in money a week'),
  grids: z.array(
    z.object({ dimension: z.string(), metric: z.string(), label: z.string(), rows: z.array(Cell) }),
  ),
  heats: z
    .array(
      z.object({
        metric: z.string(),
        label: z.string(),
        rows: z.array(z.string()),
        columns: z.array(z.string()),
        cells: z.array(
          Cell.omit({ name: true, of: true }).extend({
            row: z.string(),
            column: z.string(),
            where: z
              .array(z.object({ dimension: z.string(), value: z.string() }))
              .describe('The slice as one filters by it'),
          }),
        ),
      }),
    )
    .describe('Channel, market and device, two at a time'),
  contribution: z.object({ metric: z.string(), label: z.string() }).nullable(),
  products: z.array(
    z.object({
      list: z.enum(['categories', 'best', 'worst']),
      rows: z.array(
        Cell.extend({
          units: value,
          margin: value,
          contribution: value,
          cover: value,
          price: value,
        }).describe('Net sales, units, gross margin, contribution, weeks of cover, selling price'),
      ),
    }),
  ),
  stock: Stock.nullable(),
  campaigns: z
    .array(z.object({ name: z.string(), sent: value, clicks: value, goodbyes: value, revenue: value }))
    .describe('Sent in the week: messages, click rate, unsubscribe rate, revenue per recipient'),
  tabs: z.array(z.object({ id: z.string(), name: z.string(), figures: z.array(Figure) })),
  missing: z
    .array(z.object({ tab: z.string(), words: z.string() }))
    .describe('What cannot be told, of which part of the pack, and where it would come from'),
  actions: z.array(Action),
  events: Content.shape.events.describe('This week and the three after'),
  definitions: z.record(z.string(), Definition),
})
export type Monday = z.infer<typeof Monday>

export const letterKinds = ['flash', 'monday'] as const
export type LetterKind = (typeof letterKinds)[number]

/** Letters one chooses, and reminders of what one owns, which come until one declines them. */
export const mailKinds = [...letterKinds, 'reminder'] as const

export const Subscription = z.object({
  kind: z.enum(mailKinds),
  on: z.boolean(),
  sent: z.boolean().describe('False where the company has switched these off for everybody'),
  mail: z.boolean().describe('Whether this server sends mail'),
  last: z
    .object({ day, state: z.enum(['held', 'claimed', 'sent', 'failed']), said: z.string() })
    .nullable()
    .describe('The latest letter and what became of it'),
})
