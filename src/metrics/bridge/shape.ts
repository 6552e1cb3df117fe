import { z } from 'zod'
import { Definition, Query } from '../query.ts'
import { headNames } from './drivers.ts'

/** What one asks of a bridge: a query's period, stores, currency and filters, one comparison, and the figure. */
export const BridgeQuery = Query.pick({
  window: true,
  from: true,
  to: true,
  calendar: true,
  stores: true,
  currency: true,
  filters: true,
}).extend({
  metric: z
    .string()
    .default('net_sales')
    .describe(
      'The figure whose change is explained: net_sales, gross_sales, orders, gross_profit, won_amount, or a tier of contribution, e.g. cm3',
    ),
  compare: Query.shape.compare.unwrap().element.describe('last_year, previous_period, plan.<name>…'),
  drivers: z
    .enum(headNames)
    .optional()
    .describe(
      'What the chain begins with: traffic (sessions × conversion), orders, or accounts (accounts × share that orders × orders each; of business customers alone). The one that fits when absent',
    ),
})
export type BridgeQuery = z.infer<typeof BridgeQuery>

const isFilter = z.object({ dimension: z.string(), is: z.array(z.string()) })
const amount = z.string().describe('Decimal text in the unit of the figure')
const figure = z.string().nullable().describe('Decimal text; null is N/A')
const Where = z.object({ dimension: z.string(), value: z.string() })

const Piece = z.object({
  name: z.string(),
  label: z.string(),
  amount,
  figure: z.string().describe('What the driver is measured by'),
  measure: z.string().nullable().describe('The metric that is that figure, where there is one: its rows'),
  before: figure,
  after: figure,
})

export const Bridge = z.object({
  metric: z.string(),
  label: z.string(),
  unit: z.enum(['money', 'count']),
  currency: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  comparison: z.object({ name: z.string(), label: z.string(), from: z.string(), to: z.string() }),
  totals: z.object({ before: figure, after: figure, change: figure }),
  chain: z.enum([...headNames, 'pipeline']).describe('What the chain of drivers begins with'),
  chains: z
    .array(z.object({ name: z.enum(headNames), label: z.string() }))
    .describe('What it can begin with, as there are data on both sides'),
  figures: z
    .array(z.object({ name: z.string(), label: z.string() }))
    .describe('The figures that have a driver tree, so that their change can be explained'),
  narrowed: z
    .array(isFilter)
    .describe('What the figure was narrowed to for this chain, beyond what was asked'),
  drivers: z
    .array(
      Piece.extend({
        steps: z.array(Piece).describe('Parts of the driver, adding up to it; empty where it has one'),
        segments: z
          .array(z.object({ where: z.array(Where), amount, rate: amount, mix: amount }))
          .describe('Values of one dimension that moved the driver most; rate and mix add up to the amount'),
        by: z.string().nullable().describe('The dimension of the segments'),
        behind: z
          .object({
            words: z.string(),
            where: z.array(Where),
            measure: z.string().nullable().describe('Null: the figure of the bridge itself'),
          })
          .nullable()
          .describe('What the sentence names behind it, in brackets, and where its rows are'),
      }),
    )
    .describe('Adding up to the change exactly'),
  causes: z.array(
    z.object({
      kind: z.enum(['slice', 'rate', 'mix']),
      where: z.array(Where),
      from: Where.nullable().describe('Of a shift: the value it went from, to that of where'),
      driver: z.string().nullable(),
      words: z.string(),
      measure: z.string().describe('What before and after are of; of a shift, shares of it'),
      unit: Definition.shape.unit.describe('Of before and after'),
      before: figure,
      after: figure,
      amount: amount.describe('What it moved of the figure'),
      beyond: amount.describe('Of that, beyond how the rest moved'),
      share: z.string().nullable().describe('amount ÷ change'),
    }),
  ),
  illusions: z.array(z.object({ dimension: z.string(), driver: z.string(), words: z.string() })),
  sentence: z.string(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
})
export type Bridge = z.infer<typeof Bridge>
