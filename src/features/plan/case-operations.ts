import { randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { shareOut } from '#forecast/phasing.ts'
import { dayCount } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { minus, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { normalQuantile, stream } from '#kernel/plan/random.ts'
import { quantileOf } from '#kernel/plan/simulate.ts'
import { irr, npv, payback, rateOfPeriod } from '#kernel/plan/worth.ts'
import * as tables from '#postgres/tables/plan.ts'
import { approvalsSince, decide, mayConsent, rulesFor, rulesIn, wanting } from './approvals.ts'
import { saveItem } from './budget.ts'
import { person, versionOf, wholeCompany } from './cells.ts'
import { CaseShape } from './model.ts'

type Case = z.output<typeof CaseShape>

const Worth = z.object({
  npv: z.string(),
  irr: z.string().nullable(),
  irrWhy: z.string().nullable(),
  /** In periods. */
  payback: z.string().nullable(),
  cost: z.string(),
  range: z.object({ p10: z.number(), p50: z.number(), p90: z.number(), likely: z.number() }),
})

/** What a case is worth, and the range of it when cost and benefit are as unsure as its author says (2,000 seeded draws). */
export function worthOf(one: Case): z.output<typeof Worth> {
  const rate = rateOfPeriod(one.rate, one.periodsPerYear)
  const flows = one.periods.map(({ cost, benefit }) => minus(benefit, cost) ?? '0')
  const found = irr(flows)
  const random = stream(20_240)
  const r = Number(rate)
  const discounted = (pick: 'cost' | 'benefit') =>
    one.periods.reduce((all, period, n) => all + Number(period[pick]) / (1 + r) ** n, 0)
  const [costs, benefits] = [discounted('cost'), discounted('benefit')]
  const draws = Float64Array.from({ length: 2000 }, () => {
    const [benefit, cost] = [one.benefitSd, one.costSd].map(sd => {
      const s = Math.sqrt(Math.log(1 + sd ** 2))
      return Math.exp(s * normalQuantile(random()) - (s * s) / 2)
    }) as [number, number]
    return benefits * benefit - costs * cost
  }).sort()
  return {
    npv: npv(flows, rate),
    irr: found.rate,
    irrWhy: found.why ?? null,
    payback: payback(flows),
    cost: sum(one.periods.map(period => period.cost)) ?? '0',
    range: {
      p10: quantileOf(draws, 0.1),
      p50: quantileOf(draws, 0.5),
      p90: quantileOf(draws, 0.9),
      likely: draws.filter(value => value > 0).length / draws.length,
    },
  }
}

const Kept = z.object({ id: z.string(), state: z.string(), saved: z.int(), content: CaseShape, worth: Worth })

export const caseOperations = {
  cases: read({
    role: 'viewer',
    summary: 'Business cases with their worth, rate of return, payback and range',
  })
    .input(z.object({}).optional())
    .output(z.array(Kept))
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      const all = await context.ledger.select().from(tables.cases)
      return all.map(({ id, state, saved, content }) => {
        const one = CaseShape.parse(content)
        return { id, state, saved, content: one, worth: worthOf(one) }
      })
    }),

  saveCase: write({ role: 'contributor', summary: 'Add or change a business case' })
    .input(z.object({ id: z.string().optional(), saved: z.int().optional(), content: CaseShape }))
    .output(z.object({ id: z.string(), saved: z.int(), worth: Worth }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const id = input.id ?? randomUUID()
      const [before] = await context.ledger
        .select()
        .from(tables.cases)
        .where(eq(tables.cases.id, id))
        .for('update')
      if (before && before.saved !== input.saved)
        throw new Failure('conflict', 'The case was changed by somebody else meanwhile.', {
          next: 'Read it again and repeat your change.',
        })
      if (before?.state === 'approved')
        throw new Failure('conflict', 'The case is approved; its figures stand.', {
          next: 'Make a new case.',
        })
      const saved = (before?.saved ?? 0) + 1
      const values = {
        id,
        content: input.content,
        saved,
        state: 'draft' as const,
        updatedAt: context.clock().toISOString(),
      }
      if (before) await context.ledger.update(tables.cases).set(values).where(eq(tables.cases.id, id))
      else await context.ledger.insert(tables.cases).values(values)
      context.note({
        subject: `case ${input.content.title}`,
        before: before?.content ?? null,
        after: input.content,
      })
      return { id, saved, worth: worthOf(input.content) }
    }),

  submitCase: write({ role: 'contributor', summary: 'Ask for a business case to be approved', agents: false })
    .input(z.object({ id: z.string() }))
    .output(z.object({ state: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const [found] = await context.ledger
        .select()
        .from(tables.cases)
        .where(eq(tables.cases.id, input.id))
        .for('update')
      if (found?.state !== 'draft') throw new Failure('conflict', 'There is no such draft.')
      await context.ledger
        .update(tables.cases)
        .set({ state: 'submitted', submittedBy: context.actor.id })
        .where(eq(tables.cases.id, input.id))
      await decide(context, `case:${input.id}`, 'submitted', '')
      return { state: 'submitted' }
    }),

  approveCase: write({ role: 'lead', summary: 'Consent to a business case', agents: false })
    .input(z.object({ id: z.string(), comment: z.string().max(2000).default('') }))
    .output(z.object({ state: z.string(), wanting: z.array(z.string()) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [found] = await context.ledger
        .select()
        .from(tables.cases)
        .where(eq(tables.cases.id, input.id))
        .for('update')
      if (found?.state !== 'submitted')
        throw new Failure('conflict', 'There is no such case waiting for approval.')
      const rules = rulesFor(await rulesIn(context), [
        { department: '', amount: worthOf(CaseShape.parse(found.content)).cost },
      ])
      mayConsent(context.actor, found.submittedBy, rules)
      await decide(context, `case:${input.id}`, 'approved', input.comment)
      const still = wanting(rules, await approvalsSince(context, `case:${input.id}`))
      if (still.length > 0) return { state: 'submitted', wanting: still }
      await context.ledger
        .update(tables.cases)
        .set({ state: 'approved' })
        .where(eq(tables.cases.id, input.id))
      return { state: 'approved', wanting: [] }
    }),

  caseToBudget: write({
    role: 'lead',
    summary: 'Put the costs of an approved case into the budget of a version, as a line',
    agents: false,
  })
    .input(z.object({ id: z.string(), version: z.string() }))
    .output(z.object({ item: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const [found] = await context.ledger.select().from(tables.cases).where(eq(tables.cases.id, input.id))
      if (found?.state !== 'approved')
        throw new Failure('conflict', 'Only an approved case goes into the budget.', {
          next: 'Ask for its approval first.',
        })
      const { sheet } = await versionOf(context, input.version)
      const content = CaseShape.parse(found.content)
      const account = `case:${input.id}`
      const [there] = await context.ledger
        .select({ id: tables.items.id })
        .from(tables.items)
        .where(and(eq(tables.items.version, input.version), eq(tables.items.account, account)))
      if (there) throw new Failure('conflict', `${content.title} is in this budget already.`)
      const { id } = await saveItem(context, {
        ...emptyItem,
        version: input.version,
        label: content.title,
        kind: 'capex',
        account,
        currency: content.currency,
        amounts: costsBy(content, sheet.periods),
        note: content.initiative && `For ${content.initiative}`,
      })
      return { item: id }
    }),
}

const emptyItem = {
  department: '',
  costCentre: '',
  owner: '',
  vendor: '',
  market: '',
  pattern: null,
  actuals: [],
}

/** A case's costs by period of a plan, its first period beside the plan's first; what is longer is shared evenly, to the cent. */
export function costsBy(
  { periods, periodsPerYear, currency }: Pick<Case, 'periods' | 'periodsPerYear' | 'currency'>,
  plan: readonly { key: string; from: string; to: string }[],
): Record<string, string> {
  const amounts: Record<string, string> = {}
  const [first] = plan
  if (!first) return amounts
  // How many of the plan's periods one of the case's lasts, by their days.
  const each = Math.max(1, Math.round(365.25 / periodsPerYear / dayCount(first.from, first.to)))
  periods.forEach(({ cost }, n) => {
    const own = plan.slice(n * each, (n + 1) * each)
    if (own.length === 0) return
    const shares = shareOut(
      cost,
      own.map(() => 1),
      minorUnits(currency),
    )
    own.forEach(({ key }, at) => {
      amounts[key] = shares[at] ?? '0'
    })
  })
  return amounts
}
