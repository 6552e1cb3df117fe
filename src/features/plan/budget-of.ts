import { eq, inArray, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import { show, showDay } from '#kernel/format.ts'
import { exact, minus, roundTo, sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { type Flow, flowWithin, type Used, usedOf } from './budget.ts'
import { lineOf } from './budget-lines.ts'
import { versionOf } from './cells.ts'
import { type Conversion, conversion, type RateMode } from './rates.ts'
import { type Spent, soFar, spentByLedger, spentByMetrics, type Unplanned } from './spent-of.ts'
import { elsewhereOf } from './unbudgeted.ts'

type Item = typeof tables.items.$inferSelect
type Commitment = typeof tables.commitments.$inferSelect

export interface BudgetLine extends Item {
  commitments: Commitment[]
  /** In the plan's currency. */
  use: Used
  /** Currencies without a rate: what is in them is in no figure of `use`. */
  unrated: string[]
  /** What was spent, by where it is known from. */
  sources: { source: string; amount: string }[]
}

/** A budget with what became of it, in the plan's currency. Money without a rate is in no figure; `missing` names it. */
export interface Budget {
  version: typeof tables.versions.$inferSelect
  lines: BudgetLine[]
  total: Pick<Used, 'budget' | 'budgetToDate' | 'actual' | 'committed' | 'remaining'>
  /** Spent at the rates of its days less spent at budget rates: what currencies alone did. Null where all is in one. */
  currencyEffect: string | null
  missing: string[]
  /** Postings of accounts no line has. */
  unplanned: Unplanned[]
  unbudgeted: Unbudgeted[]
}

/** Spent or promised on a line this version does not have, and another it belongs with does: in the total, with no budget. */
export interface Unbudgeted {
  label: string
  department: string
  /** Name of the version that has the line. */
  version: string
  actual: string
  committed: string
  commitments: Commitment[]
}

/**
 * Every line of a version: its own budget, and against it what became of the line in whichever version it was said: what was spent as metrics, the general ledger and people tell it, what is spoken
 * for, what is left, and when it runs out. What hangs on lines it lacks is beside them, and in the total.
 */
export async function budgetOf(
  context: Context,
  versionId: string,
  today: Day,
  mode: RateMode = 'actual',
): Promise<Budget> {
  const version = await versionOf(context, versionId)
  const { ledger } = context
  const items = await ledger
    .select()
    .from(tables.items)
    .where(eq(tables.items.version, versionId))
    .orderBy(tables.items.department, tables.items.label)
  const ids = ledger
    .select({ id: sql`coalesce(${tables.items.origin}, ${tables.items.id})` })
    .from(tables.items)
    .where(eq(tables.items.version, versionId))
  const here = new Map(items.map(item => [lineOf(item), item.id]))
  const commitments = await ledger
    .select()
    .from(tables.commitments)
    .where(inArray(tables.commitments.item, ids))
  const byHand = await ledger.select().from(tables.spent).where(inArray(tables.spent.item, ids))
  const { currency, periods } = version.sheet
  const span = soFar(periods, today)
  const measured = await spentByMetrics(context, items, span)
  const posted = await spentByLedger(context, items, span)
  const elsewhere = await elsewhereOf(context, version)
  const whole = { from: periods[0]?.from ?? today, to: periods.at(-1)?.to ?? today }
  const spent = new Map<string, Spent[]>()
  const beyond: Spent[] = []
  const add = (item: string, ...those: Spent[]) => spent.set(item, [...(spent.get(item) ?? []), ...those])
  for (const known of [measured.spent, posted.spent]) for (const [item, own] of known) add(item, ...own)
  for (const { item, day, amount, currency: code, source } of byHand) {
    const own = { day, amount, currency: code, source }
    // A line stands in plans of other years too: what was spent in them is theirs.
    if (day < whole.from || day > whole.to) beyond.push(own)
    else add(here.get(item) ?? item, own)
  }
  const currencies = [
    currency,
    ...items.map(one => one.currency),
    ...[...commitments, ...elsewhere.flatMap(one => one.commitments)].map(one => one.currency),
    ...[...spent.values(), ...elsewhere.map(one => one.spent)].flat().map(one => one.currency),
  ]
  const rates = await ratesOf(context.granary, currencies)
  const at = (which: RateMode) =>
    conversion(rates, { currency, from: periods[0]?.from ?? today, rates: version.rates }, which)
  const into = at(mode)
  const spans = new Map(periods.map(period => [period.key, period]))
  const promised = commitments.map(one => ({ ...one, item: here.get(one.item) ?? one.item }))
  const ownCommitments = Map.groupBy(promised, one => one.item)
  /** What is promised of the days of the plan, in its currency. */
  const dueOf = (those: readonly Commitment[]) =>
    those
      .filter(one => one.open === 1)
      .flatMap(one => {
        const part = flowWithin(one, whole, one.currency)
        return part
          ? rated(into.spent(part.amount, one.currency, today), { from: part.from, to: part.to })
          : []
      })
  const lines = items.map((item): BudgetLine => {
    const commits = ownCommitments.get(item.id) ?? []
    const own = spent.get(item.id) ?? []
    return {
      ...item,
      commitments: commits,
      unrated: [
        ...new Set([
          ...(into.budget('1', item.currency) === null ? [item.currency] : []),
          ...commits
            .filter(
              one =>
                one.open === 1 &&
                flowWithin(one, whole, one.currency) !== null &&
                into.spent('1', one.currency, today) === null,
            )
            .map(one => one.currency),
          ...own.filter(one => into.spent('1', one.currency, one.day) === null).map(one => one.currency),
        ]),
      ],
      use: usedOf(
        flowsOf(item, spans, into),
        own.flatMap(one => rated(into.spent(one.amount, one.currency, one.day), { day: one.day })),
        dueOf(commits),
        today,
        currency,
      ),
      sources: toCoins(
        [...Map.groupBy(own, one => one.source)].map(([source, those]) => ({
          source,
          amount: sum(those.map(one => into.spent(one.amount, one.currency, one.day))) ?? '0',
        })),
        currency,
      ),
    }
  })
  const unbudgeted = elsewhere.flatMap(({ item, version: name, commitments: those, spent: own }) => {
    const { label, department } = item
    const open = those.filter(one => one.open === 1)
    if (open.length === 0 && own.length === 0) return []
    const actual = inCoins(sum(own.map(one => into.spent(one.amount, one.currency, one.day))), currency)
    const committed = inCoins(sum(dueOf(open).map(one => one.amount)), currency)
    return [{ label, department, version: name, actual, committed, commitments: those }]
  })
  const all = (pick: (use: Used) => string) => sum(lines.map(line => pick(line.use))) ?? '0'
  const actual = sum([all(use => use.actual), ...unbudgeted.map(one => one.actual)]) ?? '0'
  const committed = sum([all(use => use.committed), ...unbudgeted.map(one => one.committed)]) ?? '0'
  return {
    version,
    lines,
    total: {
      budget: all(use => use.budget),
      budgetToDate: all(use => use.budgetToDate),
      actual,
      committed,
      remaining:
        minus(
          minus(
            all(use => use.budget),
            actual,
          ),
          committed,
        ) ?? '0',
    },
    currencyEffect: effectOf(
      [...spent.values(), ...elsewhere.map(one => one.spent)].flat(),
      currency,
      at('actual'),
      at('budget'),
    ),
    missing: [...into.missing(), ...measured.notes, ...beyondWords(beyond, whole)],
    unplanned: posted.unplanned,
    unbudgeted,
  }
}

/** The rates the budget lines of a version are told at, of each currency that has one. */
export async function budgetRates(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<Record<string, string>> {
  const { currency, periods } = version.sheet
  const items = await context.ledger
    .selectDistinct({ currency: tables.items.currency })
    .from(tables.items)
    .where(eq(tables.items.version, version.id))
  const others = items.map(item => item.currency).filter(code => code !== currency)
  const rates = await ratesOf(context.granary, [currency, ...others])
  const { own } = conversion(
    rates,
    { currency, from: periods[0]?.from ?? '', rates: version.rates },
    'budget',
  )
  return Object.fromEntries(
    others.sort().flatMap(code => {
      const rate = own(code)
      return rate === null ? [] : [[code, rate]]
    }),
  )
}

const inCoins = (amount: string | null, currency: string): string =>
  exact(roundTo(amount ?? '0', currency)).toString()

/** Parts in whole coins that add up to their sum in whole coins: each is what the sum so far grows by. */
function toCoins<T extends { amount: string }>(parts: readonly T[], currency: string): T[] {
  let [exactly, rounded] = ['0', '0']
  return parts.map(part => {
    exactly = sum([exactly, part.amount]) ?? '0'
    const before = rounded
    rounded = inCoins(exactly, currency)
    return { ...part, amount: minus(rounded, before) ?? '0' }
  })
}

/** What was recorded by hand on days the plan does not have, so that nobody looks for it in its figures. */
function beyondWords(spent: readonly Spent[], { from, to }: { from: Day; to: Day }): string[] {
  return [...Map.groupBy(spent, one => one.currency)].map(([currency, those]) => {
    const amount = show(sum(those.map(one => one.amount)) ?? '0', { unit: 'money', currency }, 'full')
    return `${amount} recorded by hand on days outside ${showDay(from)} to ${showDay(to)} is in no figure of this plan.`
  })
}

const rated = <T extends object>(amount: string | null, rest: T) =>
  amount === null ? [] : [{ ...rest, amount }]

const flowsOf = (item: Item, spans: ReadonlyMap<string, { from: Day; to: Day }>, into: Conversion): Flow[] =>
  Object.entries(item.amounts)
    .flatMap(([key, amount]) => {
      const span = spans.get(key)
      return span ? rated(into.budget(amount, item.currency), { from: span.from, to: span.to }) : []
    })
    .sort((a, b) => a.from.localeCompare(b.from))

function effectOf(
  spent: readonly Spent[],
  currency: string,
  actual: Conversion,
  budget: Conversion,
): string | null {
  const foreign = spent.filter(one => one.currency !== currency)
  if (foreign.length === 0) return null
  const parts = foreign.map(one =>
    minus(actual.spent(one.amount, one.currency, one.day), budget.spent(one.amount, one.currency, one.day)),
  )
  return parts.some(part => part === null) ? null : inCoins(sum(parts), currency)
}
