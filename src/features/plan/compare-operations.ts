import { z } from 'zod'
import { read } from '#features/base.ts'
import { versionBridge } from '#kernel/plan/bridge.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { difference } from '#kernel/plan/edits.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import { commonSpan } from '#kernel/plan/span.ts'
import { spanWords } from '#kernel/view.ts'
import { BudgetDifference, budgetDifference } from './budget-compare.ts'
import { rowsOf, versionOf, wholeCompany } from './cells.ts'
import { resultsOf } from './model.ts'
import { contentOf } from './versions.ts'

const text = z.string().nullable()
/** Cells that differ, as many as are sent. */
const most = 2000

/** Any two versions beside each other. */
export const compareOperations = {
  compare: read({
    role: 'viewer',
    summary:
      'Two versions side by side: lines over the periods both have, the cells that differ, the bridge from one result to the other, and their budget lines',
  })
    .input(
      z.object({
        a: z.string(),
        b: z.string(),
        result: z.string().optional().describe('The line the bridge explains; the last result without it'),
      }),
    )
    .output(
      z.object({
        /** The days both cover whole periods of; null where there are none. */
        span: z.object({ from: z.string(), to: z.string() }).nullable(),
        currency: text.describe('Of both; null where they differ'),
        notes: z.array(z.string()),
        cells: z.array(
          z.object({
            line: z.string(),
            slice: z.array(z.string()),
            period: z.string(),
            before: text,
            after: text,
            label: z.string().describe('Of the line'),
            unit: z.string(),
            when: z.string().describe('The period in words'),
          }),
        ),
        more: z.int(),
        bridge: z
          .object({
            result: z.object({ name: z.string(), label: z.string() }),
            before: z.string(),
            after: z.string(),
            steps: z
              .array(z.object({ name: z.string(), label: z.string(), value: z.string() }))
              .describe('What each line did to the result; above zero it adds'),
            rest: z.string().describe('Where the two work the result out differently'),
          })
          .nullable()
          .describe('Steps and rest add up to the change; null where it is none, or a result is missing'),
        results: z
          .array(z.object({ name: z.string(), label: z.string() }))
          .describe('Lines a bridge can be of'),
        budget: BudgetDifference.nullable().describe('Null: neither has budget lines'),
        lines: z.array(
          z.object({
            name: z.string(),
            label: z.string(),
            unit: z.string(),
            good: z.string(),
            a: text,
            b: text,
            changed: z.boolean(),
          }),
        ),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [a, b] = await Promise.all([versionOf(context, input.a), versionOf(context, input.b)])
      const [rowsA, rowsB] = [await rowsOf(context, a.id), await rowsOf(context, b.id)]
      const found = difference(contentOf(a.sheet, rowsA), contentOf(b.sheet, rowsB))
      const plans = {
        a: calculate(a.sheet, inputsOf(a.sheet, rowsA)),
        b: calculate(b.sheet, inputsOf(b.sheet, rowsB)),
      }
      const common =
        a.sheet.currency === b.sheet.currency ? commonSpan(a.sheet.periods, b.sheet.periods) : null
      const whole = (periods: typeof a.sheet.periods) =>
        spanWords(periods[0]?.from ?? '', periods.at(-1)?.to ?? '')
      const notes =
        a.sheet.currency !== b.sheet.currency
          ? [
              `${a.name} is in ${a.sheet.currency} and ${b.name} in ${b.sheet.currency}: they are not compared.`,
            ]
          : common === null
            ? [
                `${a.name} is of ${whole(a.sheet.periods)} and ${b.name} of ${whole(b.sheet.periods)}: no whole periods are in both.`,
              ]
            : common.partly
              ? [`Compared over the days that are in both: ${spanWords(common.from, common.to)}.`]
              : []
      const total = (which: 'a' | 'b', name: string) =>
        common === null || plans[which].lineNumber(name) === undefined
          ? null
          : plainOrNull(rolled(plans[which], name, { members: {}, ...common[which] }))
      const changed = new Set(found.lines.map(one => one.name))
      const lines = [
        ...a.sheet.lines,
        ...b.sheet.lines.filter(line => !a.sheet.lines.some(one => one.name === line.name)),
      ]
      const line = new Map(lines.map(one => [one.name, one]))
      const when = new Map([...a.sheet.periods, ...b.sheet.periods].map(one => [one.key, one.label]))
      // Months and quarters are no cells of each other.
      const both = new Set(b.sheet.periods.map(one => one.key))
      const shared = new Set(a.sheet.periods.map(one => one.key).filter(key => both.has(key)))
      if (common && shared.size === 0)
        notes.push('Their periods are of different lengths: lines are compared, cells are not.')
      const cells = found.cells.filter(cell => shared.has(cell.period))
      return {
        span: common && { from: common.from, to: common.to },
        currency: a.sheet.currency === b.sheet.currency ? a.sheet.currency : null,
        notes,
        cells: cells.slice(0, most).map(cell => ({
          ...cell,
          slice: [...cell.slice],
          label: line.get(cell.line)?.label ?? cell.line,
          unit: line.get(cell.line)?.unit ?? 'count',
          when: when.get(cell.period) ?? cell.period,
        })),
        more: Math.max(0, cells.length - most),
        bridge: common && versionBridge(plans.a, plans.b, common, input.result),
        results: resultsOf(b.sheet)
          .filter(one => plans.a.lineNumber(one.name) !== undefined)
          .map(({ name, label }) => ({ name, label })),
        budget: await budgetDifference(context, a, b, common),
        lines: lines.map(({ name, label, unit, good }) => ({
          name,
          label,
          unit,
          good,
          a: total('a', name),
          b: total('b', name),
          changed: changed.has(name),
        })),
      }
    }),
}
