import { asc, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '#features/context.ts'
import { exact, minus, sum } from '#kernel/money.ts'
import type { CommonSpan } from '#kernel/plan/span.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { fieldDifferences } from './budget-changes.ts'
import { lineOf } from './budget-lines.ts'
import { conversion } from './rates.ts'

/** Budgets of two versions beside each other: lines that came, went, changed or moved, by month, and what that makes in all. */

type Item = typeof tables.items.$inferSelect
type Version = typeof tables.versions.$inferSelect

const text = z.string().nullable()
const Sides = z.object({ a: text, b: text, change: text })

export const BudgetDifference = z.object({
  currency: z.string(),
  lines: z
    .array(
      Sides.extend({
        line: z.string().describe('The same in every version the line stands in'),
        label: z.string(),
        what: z.enum(['added', 'gone', 'changed']),
        /** From which department to which; null where it stayed. */
        moved: z.object({ from: z.string(), to: z.string() }).nullable(),
        currency: z.string(),
        months: z
          .array(z.object({ period: z.string(), when: z.string(), before: text, after: text }))
          .describe('Periods that differ, in the currency of the line'),
        fields: z.array(z.object({ field: z.string(), before: text, after: text })),
      }),
    )
    .describe(
      'Lines that differ; a, b and change are in the currency of the plan, at the budget rates of each',
    ),
  same: z.int().describe('Lines that do not'),
  more: z.int().describe('Lines beyond those given'),
  departments: z.array(Sides.extend({ department: z.string() })).describe('Those that differ'),
  total: Sides,
  missing: z.array(z.string()).describe('What has no rate, and is in no total'),
})
type Difference = z.output<typeof BudgetDifference>

/** Lines that are sent. */
const most = 1000

/** What people would call the same line where two budgets were made apart. */
const words = ({ label, account, costCentre, vendor, currency }: Item) =>
  JSON.stringify([label, account, costCentre, vendor, currency].map(one => one.trim().toLowerCase()))

/**
 * Lines of two budgets in pairs: the same line by its lasting id, else by what it is called and for whom it is, where that
 * is said of one line in each.
 */
export function pairsOf(a: readonly Item[], b: readonly Item[]): { a?: Item; b?: Item }[] {
  const left = new Map(b.map(item => [lineOf(item), item]))
  const pairs: { a?: Item; b?: Item }[] = []
  const alone: Item[] = []
  for (const item of a) {
    const other = left.get(lineOf(item))
    if (!other) alone.push(item)
    else {
      pairs.push({ a: item, b: other })
      left.delete(lineOf(item))
    }
  }
  const named = Map.groupBy(left.values(), words)
  const own = Map.groupBy(alone, words)
  for (const item of alone) {
    const [other, ...others] = named.get(words(item)) ?? []
    if (!other || others.length > 0 || own.get(words(item))?.length !== 1) pairs.push({ a: item })
    else {
      pairs.push({ a: item, b: other })
      left.delete(lineOf(other))
    }
  }
  return [...pairs, ...[...left.values()].map(item => ({ b: item }))]
}

const change = (a: string | null, b: string | null) => ({ a, b, change: minus(b, a) })

/**
 * What differs between the budgets of two versions, over the periods both have; null where neither has a line, or the
 * versions are not to be compared.
 */
export async function budgetDifference(
  context: Context,
  a: Version,
  b: Version,
  common: CommonSpan | null,
): Promise<Difference | null> {
  const itemsOf = (version: Version) =>
    context.ledger
      .select()
      .from(tables.items)
      .where(eq(tables.items.version, version.id))
      .orderBy(asc(tables.items.department), asc(tables.items.label))
  const [of, to] = [await itemsOf(a), await itemsOf(b)]
  if (common === null || of.length + to.length === 0) return null
  const { currency } = a.sheet
  const rates = await ratesOf(context.granary, [currency, ...[...of, ...to].map(one => one.currency)])
  const side = (version: Version, { first, last }: { first: number; last: number }) => {
    const periods = version.sheet.periods.slice(first, last + 1)
    const from = version.sheet.periods[0]?.from ?? ''
    const into = conversion(rates, { currency, from, rates: version.rates }, 'budget')
    const keys = new Set(periods.map(one => one.key))
    const inAll = (item: Item | undefined): string | null => {
      if (!item) return null
      const own = Object.entries(item.amounts).filter(([key]) => keys.has(key))
      return into.budget(sum(own.map(([, amount]) => amount)) ?? '0', item.currency)
    }
    return { periods, keys, inAll, into }
  }
  const [was, is] = [side(a, common.a), side(b, common.b)]
  // Months and quarters are no cells of each other.
  const shared = was.periods.filter(one => is.keys.has(one.key))
  const pairs = pairsOf(of, to)
  const lines = pairs.flatMap(({ a: before, b: after }) => {
    const item = after ?? before
    if (!item) return []
    // Amounts in two currencies are told apart by their totals alone.
    const recoined = before && after && before.currency !== after.currency
    const months = (recoined ? [] : shared).flatMap(({ key, label }) => {
      const [from, until] = [before?.amounts[key] ?? null, after?.amounts[key] ?? null]
      return exact(from ?? '0').eq(exact(until ?? '0'))
        ? []
        : [{ period: key, when: label, before: from, after: until }]
    })
    const fields =
      before && after ? fieldDifferences(before, after).filter(one => one.field !== 'Department') : []
    const moved =
      before && after && before.department !== after.department
        ? { from: before.department, to: after.department }
        : null
    const [x, y] = [was.inAll(before), is.inAll(after)]
    const differs = x === null || y === null ? x !== y : !exact(x).eq(exact(y))
    if (before && after && months.length + fields.length === 0 && !moved && !differs) return []
    return [
      {
        line: lineOf(item),
        label: item.label,
        what: !before ? ('added' as const) : !after ? ('gone' as const) : ('changed' as const),
        moved,
        currency: item.currency,
        a: x,
        b: y,
        // A line that is not there is nothing; one without a rate is not known.
        change: minus(after ? y : '0', before ? x : '0'),
        months,
        fields,
      },
    ]
  })
  const inAll = (side_: typeof was, items: readonly Item[]) => sum(items.map(side_.inAll)) ?? '0'
  const departments = [...new Set([...of, ...to].map(one => one.department))].sort().flatMap(department => {
    const own = (one: Item) => one.department === department
    const row = { department, ...change(inAll(was, of.filter(own)), inAll(is, to.filter(own))) }
    return Number(row.change) === 0 ? [] : [row]
  })
  const size = (one: (typeof lines)[number]) => Math.abs(Number(one.change ?? 0))
  return {
    currency,
    lines: lines.toSorted((x, y) => size(y) - size(x)).slice(0, most),
    same: pairs.length - lines.length,
    more: Math.max(0, lines.length - most),
    departments,
    total: change(inAll(was, of), inAll(is, to)),
    missing: [...new Set([...was.into.missing(), ...is.into.missing()])],
  }
}
