import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { exact, roundTo, sum } from '#kernel/money.ts'
import { absolute, plainOf } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import * as tables from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { conversion } from './rates.ts'
import { worked } from './versions.ts'

type Version = typeof tables.versions.$inferSelect
type Rule = typeof tables.rules.$inferSelect

/** What a request asks consent to: an amount in each department, '' the whole; null: there is no rate to tell it by. */
export interface Amount {
  department: string
  amount: string | null
}

const departmentKey = (name: string) => name.trim().toLowerCase()

/** The currency amounts of the rules are in: the company's, else that of what is asked for. */
async function rulesCurrency({ ledger }: Context, own: string): Promise<string> {
  const [company] = await ledger.select({ currency: settings.company.currency }).from(settings.company)
  return company?.currency ?? own
}

/** Money into the currency of the rules, at the rates of a day or the budget rates of a version; null without one. */
async function intoRules(
  context: Context,
  own: string,
  currencies: readonly string[],
  plan: { from: Day; rates: Readonly<Record<string, string>> },
): Promise<(amount: string, currency: string) => string | null> {
  const currency = await rulesCurrency(context, own)
  const rates = await ratesOf(context.granary, [currency, own, ...currencies])
  const budget = conversion(rates, { ...plan, currency: own }, 'budget')
  const last = own === currency ? '1' : rates.on(own, currency, addDays(plan.from, -1))
  return (amount, code) => {
    if (code === currency) return amount
    const inPlan = budget.budget(amount, code)
    return inPlan === null || last === null
      ? null
      : roundTo(exact(inPlan).times(exact(last)).toString(), currency)
  }
}

/** A single amount, such as what a business case costs or a transfer moves, for the rules. */
export async function amountFor(
  context: Context,
  amount: string,
  currency: string,
  version?: Version,
): Promise<string | null> {
  const today = context.clock().toISOString().slice(0, 10)
  const plan = version
    ? { from: version.sheet.periods[0]?.from ?? today, rates: version.rates }
    : { from: addDays(today, 1), rates: {} }
  return (await intoRules(context, version?.sheet.currency ?? currency, [currency], plan))(amount, currency)
}

/**
 * Amounts of a version in the currency of the rules: its operating costs and capital as a whole, or its budget lines where
 * those are more, and its budget lines by department.
 */
export async function amountsOf(context: Context, version: Version): Promise<Amount[]> {
  const plan = await worked(context, version)
  const { currency, periods } = version.sheet
  const everything = { members: {}, first: 0, last: periods.length - 1 }
  const costs = ['opex', 'media', 'capex'].flatMap(name => {
    if (plan.lineNumber(name) === undefined) return []
    const value = rolled(plan, name, everything)
    return value === null ? [] : [plainOf(absolute(value))]
  })
  const items = await context.ledger.select().from(tables.items).where(eq(tables.items.version, version.id))
  const into = await intoRules(
    context,
    currency,
    items.map(item => item.currency),
    { from: periods[0]?.from ?? '', rates: version.rates },
  )
  const budgeted = items.map(item => ({
    department: item.department.trim(),
    amount: into(sum(Object.values(item.amounts)) ?? '0', item.currency),
  }))
  const planned = into(sum(costs) ?? '0', currency)
  const lines = added(budgeted.map(one => one.amount))
  return [
    { department: '', amount: planned === null || lines === null ? null : larger(planned, lines) },
    ...[...Map.groupBy(budgeted, one => departmentKey(one.department)).values()].map(those => ({
      department: those[0]?.department ?? '',
      amount: added(those.map(one => one.amount)),
    })),
  ]
}

const added = (amounts: readonly (string | null)[]): string | null =>
  amounts.includes(null) ? null : (sum(amounts) ?? '0')

const larger = (a: string, b: string): string => (exact(a).abs().gte(exact(b).abs()) ? a : b)

/**
 * Rules that apply to amounts: those of a department, and those of any ('' in a rule). An amount that cannot be told in
 * the currency of the rules is held to be above each of theirs: nobody gets round a rule by a currency without a rate.
 */
export const rulesFor = (rules: readonly Rule[], amounts: readonly Amount[]): Rule[] =>
  rules.filter(rule =>
    amounts.some(
      ({ department, amount }) =>
        (rule.department === '' || departmentKey(rule.department) === departmentKey(department)) &&
        (amount === null || exact(amount).abs().gte(exact(rule.fromAmount))),
    ),
  )
