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
    .array(z.object({ words: z.string(), tone: z.enum(['good', 'bad', 'neutral']), metric: z.string() }))
    .max(3),
  events: Content.shape.events.describe('What is on today and in the week to come'),
  definitions: z.record(z.string(), Definition),
})
export type Flash = z.infer<typeof Flash>

const Cell = z.object({ name: z.string(), value, before: Moved, lastYear: Moved })

export const Monday = z.object({
  week: Content.shape.week,
  trust: Trust,
  currency: z.string().nullable(),
  target: z.string().nullable(),
  headline: z.array(Figure.extend({ month: value, monthTarget: Moved.nullable(), monthLastYear: Moved })),
  bridges: z.array(z.object({ against: z.string(), sentence: z.string() })),
  grids: z.array(
    z.object({ dimension: z.string(), metric: z.string(), label: z.string(), rows: z.array(Cell) }),
  ),
  products: z.array(
    z.object({
      list: z.enum(['best', 'worst']),
      rows: z.array(
        Cell.extend({ units: value, margin: value, price: value }).describe(
          'Net sales, units, gross margin, selling price',
        ),
      ),
    }),
  ),
  tabs: z.array(z.object({ id: z.string(), name: z.string(), figures: z.array(Figure) })),
  actions: z.array(Action),
  events: Content.shape.events.describe('This week and the three after'),
  definitions: z.record(z.string(), Definition),
})
export type Monday = z.infer<typeof Monday>

export const letterKinds = ['flash', 'monday'] as const
export type LetterKind = (typeof letterKinds)[number]

export const Subscription = z.object({
  kind: z.enum(letterKinds),
  on: z.boolean(),
  mail: z.boolean().describe('Whether this server sends mail'),
  last: z
    .object({ day, state: z.enum(['held', 'claimed', 'sent', 'failed']), said: z.string() })
    .nullable()
    .describe('The latest letter and what became of it'),
})
