import { z } from 'zod'
import { MadeTask } from '#features/tasks.ts'
import { Definition } from '#metrics/query.ts'

/** Decks and what is in them, as the operations say them. */

const value = z.string().nullable()
const name = z.string().trim().min(1).max(120)
const id = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'use small letters, digits, - and _')
export const day = z.iso.date()

const filter = z.object({ dimension: z.string(), is: z.array(z.string()).min(1) })

/** chart: the 6-12 chart of one metric · weeks, months: a table of several · text: words that stand every week. */
export const Block = z.object({
  id,
  kind: z.enum(['chart', 'weeks', 'months', 'text']),
  title: z.string().max(120).default(''),
  metrics: z.array(z.string()).max(12).default([]),
  filters: z.array(filter).max(5).default([]),
  /** Who answers for its figures. */
  owner: z.object({ id: z.string(), name: z.string() }).nullable().default(null),
  text: z.string().max(5000).default(''),
})
export type Block = z.infer<typeof Block>

const Section = z.object({ id, name, blocks: z.array(Block).max(30) })

/** A miss of the target counts when it is larger than the share, and for money larger than the amount. */
const Rule = z.object({ share: z.number().min(0).max(10), money: z.number().min(0) })
export type Rule = z.infer<typeof Rule>

export const Deck = z.object({
  id,
  name,
  stores: z.array(z.string()).default([]).describe('Empty: every store'),
  target: z.string().nullable().default(null).describe('A saved target or plan version'),
  rule: Rule,
  sections: z.array(Section).min(1).max(20),
  version: z.int().optional().describe('The version the change was made from; absent for a new deck'),
})
export type Deck = z.infer<typeof Deck>

const Moved = z.object({ value, delta: value, ratio: value })
const Sums = z.object({ value, lastYear: Moved, target: Moved.nullable() })
const Point = z.object({
  period: z.string(),
  label: z.string(),
  from: day.optional().describe('Its first day; reviews that were issued earlier do not say'),
  to: day.optional(),
  value,
  lastYear: value,
  target: value,
})

const Limits = z.object({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  // Reviews issued before limits knew the season have none of these.
  basis: z.enum(['values', 'year_before']).optional(),
  words: z.string().optional().describe('Which limits these are, in a sentence'),
  weeks: z
    .array(z.object({ low: z.number().nullable(), high: z.number().nullable() }))
    .optional()
    .describe('Of each of the six weeks'),
})
export type Limits = z.infer<typeof Limits>

export const SixTwelve = z.object({
  metric: z.string(),
  weeks: z.array(Point),
  months: z.array(Point),
  week: Sums.extend({ before: Moved }),
  month: Sums,
  quarter: Sums,
  year: Sums,
  /** Where the week would stay by itself; null with too few weeks. Decimal numbers, for drawing. */
  limits: Limits.nullable(),
})

export const Exception = z.object({
  key: z.string().describe('Block, metric and what is strange: stays the same for a week'),
  block: z.string(),
  metric: z.string(),
  kind: z.enum(['beyond_limits', 'run', 'target_week', 'target_month']),
  tone: z.enum(['good', 'bad', 'neutral']),
  words: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  // Reviews issued before exceptions of one cause were folded have neither.
  amount: z.number().nullable().optional().describe('What it is off by, for a figure that is money'),
  also: z
    .array(z.object({ key: z.string(), block: z.string(), words: z.string() }))
    .optional()
    .describe('What else is strange for the same cause: one note speaks to all of it'),
})
export type Exception = z.infer<typeof Exception>

const said = { by: z.string(), at: z.string() }
export const Note = z.object({ exception: z.string(), text: z.string(), ...said })

export const Action = z.object({
  id: z.string(),
  week: day.describe('Last day of the week it was agreed for'),
  about: z.string().describe('Block it is about, or empty'),
  text: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  due: day,
  done: z.boolean(),
  doneWeek: z.string().nullable(),
  outcome: z.string(),
  task: MadeTask.nullable().default(null).describe('Made of it in a task system'),
  version: z.int(),
})
export type Action = z.infer<typeof Action>

/** What waits for somebody today. */
export const Waiting = z.object({
  rows: z.array(
    z.object({
      words: z.string(),
      who: z.string().describe('Who owes it, or what it is of'),
      due: day.nullable(),
      late: z.boolean(),
      href: z.string(),
    }),
  ),
  count: z.int().describe('With those that are not told'),
})
export type Waiting = z.infer<typeof Waiting>

/** Everything a review of a week shows; what is kept when it is issued. */
export const Content = z.object({
  deck: Deck,
  week: z.object({ key: z.string(), label: z.string(), from: day, to: day }),
  currency: z.string().nullable(),
  asOf: value.describe('When the data were last loaded'),
  lastDay: value.describe('The last day that has data'),
  charts: z.array(z.object({ block: z.string(), chart: SixTwelve })),
  exceptions: z.array(Exception),
  definitions: z.record(z.string(), Definition),
  missing: z.record(z.string(), z.string()).describe('Metrics that answer N/A, and what would supply them'),
  events: z.array(z.object({ name: z.string(), kind: z.string(), from: day, to: day })),
  coming: z
    .string()
    .nullable()
    .optional()
    .describe('Why comparisons are N/A while the past is still being read'),
})
export type Content = z.infer<typeof Content>

export const Difference = z.object({
  block: z.string(),
  metric: z.string(),
  where: z.string().describe('The week, month or sum'),
  issued: value,
  now: value,
})
export type Difference = z.infer<typeof Difference>

export const Review = z.object({
  content: Content,
  notes: z.array(Note),
  actions: z
    .array(Action)
    .describe('Open ones of every week before, and what was agreed or done in this one'),
  issue: z.object({ ...said, hash: z.string() }).nullable(),
  weeks: z.array(z.object({ week: day, label: z.string(), issued: z.boolean() })).describe('Newest first'),
})
