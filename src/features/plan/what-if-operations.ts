import { z } from 'zod'
import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { seek, sensitivity } from '#kernel/plan/seek.ts'
import { quantileOf } from '#kernel/plan/simulate.ts'
import { closedIn, rowsOf, versionOf, wholeCompany } from './cells.ts'
import { decimal } from './model.ts'
import { simulateApart } from './simulation.ts'

const Part = z.object({
  members: z.record(z.string(), z.string()).default({}),
  first: z.string().optional().describe('Period key; the first where absent'),
  last: z.string().optional(),
})
const Lever = z.object({ line: z.string(), members: z.record(z.string(), z.string()).optional() })
const text = z.string().nullable()

const opened = async (context: Context, version: string, part: z.output<typeof Part>) => {
  wholeCompany(context.actor)
  const found = await versionOf(context, version)
  const { sheet } = found
  const inputs = inputsOf(sheet, await rowsOf(context, version))
  const position = (key: string | undefined, otherwise: number) => {
    const at = key === undefined ? otherwise : sheet.periods.findIndex(period => period.key === key)
    if (at < 0) throw invalid(`The plan has no period "${key}".`)
    return at
  }
  const first = position(part.first, 0)
  const last = position(part.last, sheet.periods.length - 1)
  if (first > last) throw invalid('The part ends before it begins.')
  return {
    sheet,
    inputs,
    part: { members: part.members, first, last },
    closed: await closedIn(context, found),
  }
}

const Spread = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['normal', 'lognormal']), sd: z.number() }),
  z.object({ kind: z.literal('triangular'), low: z.number(), mode: z.number(), high: z.number() }),
  z.object({ kind: z.literal('uniform'), low: z.number(), high: z.number() }),
])

/**
 * Questions of a version: how sure it is, what makes the goal, what a change would do. Nothing is changed by asking, and what
 * is closed stands: a driver moves the periods that are open.
 */
export const whatIfOperations = {
  simulate: read({
    role: 'viewer',
    summary: 'Ranges on drivers give P10, P50 and P90 of a line, and what matters most',
  })
    .input(
      z.object({
        version: z.string(),
        target: z.string(),
        part: Part.default({ members: {} }),
        drivers: z
          .array(Lever.extend({ spread: Spread }))
          .min(1)
          .max(400),
        correlations: z
          .array(z.object({ a: z.int(), b: z.int(), r: z.number() }))
          .max(2000)
          .default([]),
        runs: z.int().default(10_000),
        seed: z.int().default(1),
        plan: z.number().optional().describe('How likely is it to reach this?'),
      }),
    )
    .output(
      z.object({
        runs: z.int(),
        base: z.number(),
        mean: z.number(),
        sd: z.number(),
        p10: z.number(),
        p50: z.number(),
        p90: z.number(),
        quantiles: z.array(z.number()),
        probability: z.number().nullable(),
        histogram: z.array(z.object({ from: z.number(), to: z.number(), share: z.number() })),
        tornado: z.array(z.object({ driver: z.int(), line: z.string(), low: z.number(), high: z.number() })),
      }),
    )
    .handler(async ({ input: { version, plan, part, ...asked }, context }) => {
      const { sheet, inputs, part: own, closed } = await opened(context, version, part)
      const { sorted, ...outcome } = await simulateApart({
        sheet,
        inputs,
        simulation: { ...asked, part: own, closed },
      })
      const below = plan === undefined ? 0 : sorted.findIndex(value => value >= plan)
      return {
        ...outcome,
        quantiles: Array.from({ length: 21 }, (_, n) => quantileOf(sorted, n / 20)),
        probability: plan === undefined ? null : below < 0 ? 0 : 1 - below / sorted.length,
        tornado: outcome.tornado.map(one => ({ ...one, line: asked.drivers[one.driver]?.line ?? '' })),
      }
    }),

  seek: read({ role: 'viewer', summary: 'What must a driver be to make the goal?' })
    .input(
      z.object({
        version: z.string(),
        lever: Lever,
        target: z.string(),
        goal: decimal,
        part: Part.default({ members: {} }),
      }),
    )
    .output(z.object({ factor: z.string(), before: text, after: text, reached: z.string() }))
    .handler(async ({ input, context }) => {
      const { sheet, inputs, part, closed } = await opened(context, input.version, input.part)
      return seek(calculate(sheet, inputs), input.lever, { line: input.target, part, closed }, input.goal)
    }),

  sensitivity: read({ role: 'viewer', summary: 'A line at every pair of changes of one or two drivers' })
    .input(
      z.object({
        version: z.string(),
        target: z.string(),
        part: Part.default({ members: {} }),
        levers: z
          .array(z.object({ lever: Lever, changes: z.array(z.number().min(-1).max(10)).min(1).max(50) }))
          .min(1)
          .max(2),
      }),
    )
    .output(z.array(z.object({ changes: z.array(z.number()), value: text })))
    .handler(async ({ input, context }) => {
      const { sheet, inputs, part, closed } = await opened(context, input.version, input.part)
      return sensitivity(calculate(sheet, inputs), input.levers, { line: input.target, part, closed })
    }),
}
