import { z } from 'zod'
import { Definition, Query } from '../query.ts'

/** What one asks of the tree: a query's period, stores, currency and filters, one comparison, and a plan. */
export const TreeQuery = Query.pick({
  window: true,
  from: true,
  to: true,
  calendar: true,
  stores: true,
  currency: true,
  filters: true,
}).extend({
  compare: Query.shape.compare.unwrap().element.default('last_year').describe('last_year, previous_period…'),
  plan: z.string().max(100).optional().describe('A plan version or target; the approved one when absent'),
})
export type TreeQuery = z.infer<typeof TreeQuery>

const figure = z.string().nullable().describe('Decimal text; null is N/A')
const Moved = z.object({ value: figure, delta: figure, ratio: figure })

export const TreeNode = z.object({
  id: z.string().describe('The way to it from the root, metric by metric'),
  parent: z.string().nullable(),
  metric: z.string(),
  label: z.string(),
  about: Definition.pick({
    description: true,
    formula: true,
    unit: true,
    good: true,
    owner: true,
    sources: true,
  }),
  joined: z
    .enum(['root', 'plus', 'minus', 'times', 'input'])
    .describe(
      'How it makes its parent: added, taken off, a factor; an input moves the parent without being part of its formula',
    ),
  input: z.boolean().describe('Somebody can set it: a lever'),
  value: figure,
  before: Moved.describe('Against the comparison'),
  plan: Moved.nullable().describe('Against the plan, where it has a figure for this'),
  moved: figure.describe('Its part of the change of `of`, in the unit of that: parts add up to it'),
  of: z.string().nullable().describe('The node whose change it is a part of'),
  where: z.array(z.object({ dimension: z.string(), is: z.array(z.string()) })),
  stores: z.array(z.string()).nullable().describe('The stores it is of, where not all that were asked for'),
  missing: z.string().nullable().describe('Why it is N/A, and what would supply it'),
})
export type TreeNode = z.infer<typeof TreeNode>

export const Tree = z.object({
  from: z.string(),
  to: z.string(),
  currency: z.string().nullable(),
  comparison: z.object({ name: z.string(), label: z.string(), from: z.string(), to: z.string() }),
  plan: z.string().nullable().describe('The plan its figures are beside'),
  nodes: z.array(TreeNode).describe('Each after its parent, siblings in order'),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
})
export type Tree = z.infer<typeof Tree>
