import { z } from 'zod'
import { MadeTask } from '#features/tasks.ts'

/** What is said of alerts and their rules, between the operations and the screens. */

export const states = ['open', 'acknowledged', 'snoozed', 'resolved'] as const

const Cause = z.object({
  kind: z.enum(['data', 'event', 'stock', 'slice']),
  words: z.string(),
  evidence: z.string(),
  perDay: z.number().nullable().describe("Money a day, in the company's currency"),
  where: z.array(z.object({ dimension: z.string(), value: z.string() })),
  rows: z
    .object({ metric: z.string(), from: z.string(), to: z.string(), compare: z.string().optional() })
    .optional()
    .describe('The figure and days whose rows are behind it'),
})

export const AlertRow = z.object({
  id: z.string(),
  rule: z.string(),
  metric: z.string(),
  title: z.string().describe('What and where'),
  what: z.string(),
  where: z.string().describe("'' for the company"),
  when: z.string(),
  slice: z.record(z.string(), z.string()),
  kind: z.enum(['spike', 'shift', 'drift', 'silence', 'limits']),
  direction: z.enum(['above', 'below']),
  bad: z.boolean(),
  since: z.string(),
  until: z.string().nullable(),
  seenOn: z.string(),
  hours: z
    .object({ from: z.string(), to: z.string() })
    .nullable()
    .describe("Of what was found within a day: from and up to, on the store's clock (YYYY-MM-DD HH:MM)"),
  score: z.number(),
  unit: z.string(),
  expected: z.number().nullable(),
  actual: z.number().nullable(),
  moneyPerDay: z.number().nullable().describe("In the company's currency; below zero is lost"),
  currency: z.string(),
  cause: z.string().nullable().describe('The likeliest'),
  doubt: z.string().nullable().describe('Why the data rather than the business may be broken'),
  state: z.enum(states),
  reason: z.string(),
  snoozedUntil: z.string().nullable(),
})
export type AlertRow = z.infer<typeof AlertRow>

export const AlertsTold = z.object({
  rows: z.array(AlertRow),
  count: z.int(),
  lookedAt: z.string().nullable().describe('Last day that was looked at; null before the first look'),
  lookingTo: z
    .string()
    .nullable()
    .describe('Day to which a look that goes on is to come; null where none does'),
  waiting: z
    .array(z.object({ store: z.string(), words: z.string(), rules: z.array(z.string()) }))
    .describe('Stores that cannot be judged yet, by which rules, and why'),
})
export type AlertsTold = z.infer<typeof AlertsTold>

export const AlertTold = AlertRow.extend({
  causes: z.array(Cause),
  check: z.string(),
  explained: z.boolean().describe('Whether causes were looked for'),
  judged: z.string().nullable().describe('What it was held against'),
  task: MadeTask.nullable().describe('Made of it in a task system'),
  acts: z.array(z.object({ act: z.string(), reason: z.string(), by: z.string(), at: z.string() })),
  similar: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      when: z.string(),
      state: z.enum(states),
      reason: z.string(),
    }),
  ),
})
export type AlertTold = z.infer<typeof AlertTold>

export const endings = {
  fixed: 'It was real, and is mended',
  expected: 'It was known or wanted',
  not_real: 'It was nothing',
} as const
export type Ending = keyof typeof endings

export const AlertAct = z.discriminatedUnion('act', [
  z.object({ id: z.string(), act: z.literal('acknowledge'), reason: z.string().max(500).default('') }),
  z.object({
    id: z.string(),
    act: z.literal('snooze'),
    until: z.iso.date(),
    reason: z.string().min(1).max(500).describe('Why it can wait'),
  }),
  z.object({
    id: z.string(),
    act: z.literal('resolve'),
    as: z.enum(Object.keys(endings) as [Ending, ...Ending[]]),
    reason: z.string().max(500).default(''),
  }),
  z.object({ id: z.string(), act: z.literal('reopen'), reason: z.string().max(500).default('') }),
])

export const AlertRule = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/),
  name: z.string().min(1).max(120),
  kind: z.enum(['change', 'limits', 'hours']).default('change'),
  metric: z.string(),
  by: z.array(z.string()).max(2).default([]),
  against: z.string().default('').describe('A figure that moves with it while all is well'),
  about: z.enum(['business', 'data']).default('business'),
  direction: z.enum(['bad', 'any']).default('bad'),
  score: z.number().min(0.1).max(0.99).default(0.5).describe('½ is five standard deviations'),
  leastShare: z.number().min(0).max(1).default(0.01).describe("Of the company's net sales a day"),
  leastMoney: z
    .string()
    .regex(/^\d+(\.\d{1,4})?$/)
    .nullable()
    .default(null)
    .describe('A day'),
  leastVolume: z.number().min(0).default(1).describe('Usual size a day: orders, sessions, units'),
  persistence: z
    .int()
    .min(1)
    .max(28)
    .default(2)
    .describe('Days it must have lasted; hours, of what is watched by the hour'),
  coolDown: z.int().min(0).max(90).default(14),
  active: z.boolean().default(true),
  version: z.int().optional().describe('The version it was made from; absent for a new one'),
})
export type AlertRule = z.infer<typeof AlertRule>

export const RuleTold = AlertRule.extend({
  version: z.int(),
  own: z.boolean().describe('Added by somebody: it can be taken away, where others are switched off'),
  told: z.int().describe('Alerts of the last 90 days'),
  useful: z.int().describe('Of them taken up or mended'),
  judged: z.int().describe('Of them that somebody did something about'),
})
export type RuleTold = z.infer<typeof RuleTold>
