import { randomUUID } from 'node:crypto'
import { eq, like } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact, minus, roundTo, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { caseFlows, caseRange } from '#kernel/plan/cases.ts'
import { irr, npv, payback, rateOfPeriod } from '#kernel/plan/worth.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { approvalsSince, decide, mayConsent, rulesIn, wanting } from './approvals.ts'
import { mayChange, wholeCoins } from './budget.ts'
import { casesIn, putCase, takeCase, takeCaseBudget, versionsWith, versionsWithCases } from './case-plan.ts'
import { person, versionOf, wholeCompany } from './cells.ts'
import { keptOf } from './copies.ts'
import { initiativeOf, initiativesOf } from './initiatives.ts'
import { CaseShape } from './model.ts'
import { conversion } from './rates.ts'
import { amountFor, rulesFor } from './rule-amounts.ts'

type Case = z.output<typeof CaseShape>

const Worth = z.object({
  npv: z.string(),
  irr: z.string().nullable(),
  irrWhy: z.string().nullable(),
  /** In periods. */
  payback: z.string().nullable(),
  cost: z.string(),
  /** The net present value with each benefit times the likelihood. */
  adjusted: z.string(),
  range: z.object({ p10: z.number(), p50: z.number(), p90: z.number(), likely: z.number() }),
})

/** What a case is worth, and the range of it when cost and benefit are as unsure as its author says (2,000 seeded draws). */
export function worthOf(one: Case): z.output<typeof Worth> {
  const rate = rateOfPeriod(one.rate, one.periodsPerYear)
  const flows = one.periods.map(({ cost, benefit }) => minus(benefit, cost) ?? '0')
  const found = irr(flows)
  const r = Number(rate)
  const discounted = (pick: 'cost' | 'benefit') =>
    one.periods.reduce((all, period, n) => all + Number(period[pick]) / (1 + r) ** n, 0)
  const { expected: _, ...range } = caseRange([
    { ...one, benefit: discounted('benefit'), cost: discounted('cost') },
  ])
  return {
    npv: npv(flows, rate, minorUnits(one.currency)),
    irr: found.rate,
    irrWhy: found.why ?? null,
    payback: payback(flows),
    cost: sum(one.periods.map(period => period.cost)) ?? '0',
    adjusted: npv(
      one.periods.map(
        ({ cost, benefit }) => minus(exact(benefit).times(one.likelihood).toString(), cost) ?? '0',
      ),
      rate,
      minorUnits(one.currency),
    ),
    range,
  }
}

const Kept = z.object({
  id: z.string(),
  state: z.string(),
  saved: z.int(),
  content: CaseShape,
  initiative: z
    .object({ name: z.string(), gone: z.boolean().describe('The strategy has it no more') })
    .nullable()
    .describe('What it hangs on, as it is called now'),
  worth: Worth,
  steps: z
    .array(z.object({ step: z.string(), comment: z.string(), byName: z.string(), at: z.string() }))
    .describe('Steps of its approval, the first first'),
  /** Versions it stands in. */
  in: z.array(z.object({ version: z.string(), name: z.string(), state: z.string() })),
})
const Of = z.object({ id: z.string() })
const Range = z.object({
  expected: z.number(),
  p10: z.number(),
  p50: z.number(),
  p90: z.number(),
  likely: z.number(),
})

const Outside = z.object({ benefit: z.string(), cost: z.string() })

/** What a case names that no strategy ever had. */
const unknownOne = (name: string) => ({ name, gone: true })

/** A case, its row held until the transaction ends. */
async function heldCase({ ledger }: Context, id: string) {
  const [found] = await ledger.select().from(tables.cases).where(eq(tables.cases.id, id)).for('update')
  if (!found) throw new Failure('not_found', 'There is no such business case.')
  return { ...found, content: CaseShape.parse(found.content) }
}

/** What a case brings and costs by period of a version, in its currency; asked before anything is recorded. */
async function flowsInto(context: Context, content: Case, id: string) {
  const version = await versionOf(context, id)
  const { currency, periods } = version.sheet
  const rates = await ratesOf(context.granary, [content.currency, currency])
  const into = conversion(rates, { currency, from: periods[0]?.from ?? '', rates: version.rates }, 'budget')
  const { benefit, cost, outside } = caseFlows(content, periods)
  const converted = (amounts: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(amounts).map(([key, amount]) => {
        const value = into.budget(amount, content.currency)
        if (value === null) throw invalid(into.missing()[0] ?? 'There is no rate.')
        return [key, roundTo(value, currency)]
      }),
    )
  const inPlan = { benefit: converted(benefit), cost: converted(cost) }
  return { version, inPlan, cost, outside, currency: content.currency }
}

/** Puts an approved case into a version as it was when its flows were asked for, inside the write's transaction. */
async function putInto(
  inside: Context,
  one: Awaited<ReturnType<typeof heldCase>>,
  { version, inPlan, cost }: Awaited<ReturnType<typeof flowsInto>>,
  saved: number | undefined,
  budgetLine: boolean,
): Promise<void> {
  const held = await versionOf(inside, version.id, true)
  mayChange(held, inside.actor, null)
  if (one.state !== 'approved')
    throw new Failure('conflict', 'Only an approved case goes into a plan.', {
      next: 'Ask for its approval first.',
    })
  if (held.revision !== version.revision || one.saved !== saved)
    throw new Failure('conflict', 'The plan or the case was changed meanwhile.', { next: 'Try again.' })
  await putCase(inside, held, one, inPlan, budgetLine ? cost : null)
  inside.note({
    subject: `plan ${held.id}, business case ${one.content.title}`,
    before: null,
    after: { ...inPlan, budgetLine },
  })
}

/** What is in the way, and what helps, in words. */
const told = (error: unknown): string => {
  if (error instanceof Failure) return [error.message, error.next].filter(Boolean).join(' ')
  throw error
}

export const caseOperations = {
  cases: read({
    role: 'viewer',
    summary: 'Business cases with their worth, rate of return, payback and range',
  })
    .input(z.object({}).optional())
    .output(z.array(Kept))
    .handler(async ({ context }) => {
      wholeCompany(context.actor)
      const all = await context.ledger.select().from(tables.cases).orderBy(tables.cases.updatedAt)
      const places = await versionsWithCases(context)
      const steps = await context.ledger
        .select()
        .from(tables.decisions)
        .where(like(tables.decisions.subject, 'case:%'))
        .orderBy(tables.decisions.seq)
      const stepsOf = Map.groupBy(steps, one => one.subject)
      const initiatives = await initiativesOf(context)
      return all.map(({ id, state, saved, content }) => {
        const one = CaseShape.parse(content)
        const own = places.filter(({ cases }) => cases.includes(id))
        return {
          id,
          state,
          saved,
          content: one,
          initiative: one.initiative ? (initiatives.get(one.initiative) ?? unknownOne(one.initiative)) : null,
          worth: worthOf(one),
          steps: (stepsOf.get(`case:${id}`) ?? []).map(({ step, comment, byName, at }) => ({
            step,
            comment,
            byName,
            at,
          })),
          in: own.map(({ version, name, state: of }) => ({ version, name, state: of })),
        }
      })
    }),

  saveCase: write({ role: 'contributor', summary: 'Add or change a business case' })
    .input(z.object({ id: z.string().optional(), saved: z.int().optional(), content: CaseShape }))
    .output(z.object({ id: z.string(), saved: z.int(), worth: Worth }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { title, periods, currency } = input.content
      wholeCoins(
        title,
        periods.flatMap(period => [period.cost, period.benefit]),
        currency,
      )
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
          next: 'Withdraw its approval first, or make a new case.',
        })
      const kept = before ? CaseShape.parse(before.content).initiative : ''
      const initiative = await initiativeOf(context, input.content.initiative, kept)
      const content = { ...input.content, initiative }
      const saved = (before?.saved ?? 0) + 1
      const values = {
        id,
        content,
        saved,
        state: 'draft' as const,
        updatedAt: context.clock().toISOString(),
      }
      if (before) await context.ledger.update(tables.cases).set(values).where(eq(tables.cases.id, id))
      else await context.ledger.insert(tables.cases).values(values)
      context.note({
        subject: `case ${input.content.title}`,
        before: before?.content ?? null,
        after: content,
      })
      return { id, saved, worth: worthOf(input.content) }
    }),

  submitCase: write({ role: 'contributor', summary: 'Ask for a business case to be approved', agents: false })
    .input(z.object({ id: z.string() }))
    .output(z.object({ state: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const one = await heldCase(context, input.id)
      if (one.state !== 'draft') throw new Failure('conflict', `${one.content.title} is no draft.`)
      await context.ledger
        .update(tables.cases)
        .set({ state: 'submitted', submittedBy: context.actor.id })
        .where(eq(tables.cases.id, input.id))
      await decide(context, `case:${input.id}`, 'submitted', '')
      context.note({
        subject: `case ${one.content.title}`,
        before: { state: 'draft' },
        after: { state: 'submitted' },
      })
      return { state: 'submitted' }
    }),

  approveCase: writeLast({
    role: 'lead',
    summary: 'Consent to a business case; with the last consent it goes into the plan it is for',
    agents: false,
  })
    .input(z.object({ id: z.string(), comment: z.string().max(2000).default('') }))
    .output(
      z.object({
        state: z.string(),
        wanting: z.array(z.string()),
        into: z.string().nullable().describe('The version it went into'),
        outside: Outside.nullable().describe('What of it lies outside the periods of that version'),
        kept: z.string().nullable().describe('Why it did not go into the version it is for'),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const [there] = await context.ledger.select().from(tables.cases).where(eq(tables.cases.id, input.id))
      const wish = there && CaseShape.parse(there.content)
      const ready = wish?.plan ? await flowsInto(context, wish, wish.plan).catch(told) : null
      return context.record(async inside => {
        const one = await heldCase(inside, input.id)
        if (one.state !== 'submitted')
          throw new Failure('conflict', 'There is no such case waiting for approval.')
        const amount = await amountFor(inside, worthOf(one.content).cost, one.content.currency)
        const rules = rulesFor(await rulesIn(inside), [{ department: '', amount }])
        mayConsent(inside.actor, one, rules)
        await decide(inside, `case:${one.id}`, 'approved', input.comment)
        const still = wanting(rules, await approvalsSince(inside, `case:${one.id}`))
        const nowhere = { into: null, outside: null, kept: null }
        inside.note({
          subject: `case ${one.content.title}`,
          before: { state: 'submitted' },
          after: { state: still.length > 0 ? 'submitted' : 'approved', comment: input.comment },
        })
        if (still.length > 0) return { state: 'submitted', wanting: still, ...nowhere }
        await inside.ledger.update(tables.cases).set({ state: 'approved' }).where(eq(tables.cases.id, one.id))
        const done = { state: 'approved', wanting: [] }
        if (ready === null) return { ...done, ...nowhere }
        if (typeof ready === 'string') return { ...done, ...nowhere, kept: ready }
        // What keeps it out of the plan takes no consent back.
        const kept = await inside.ledger
          .transaction(async tx => {
            const at = { ...inside, ledger: tx as unknown as Context['ledger'] }
            await putInto(at, { ...one, state: 'approved' }, ready, there?.saved, true)
            return null
          })
          .catch(told)
        return kept === null
          ? { ...done, into: ready.version.name, outside: ready.outside, kept }
          : { ...done, ...nowhere, kept }
      })
    }),

  refuseCase: write({
    role: 'lead',
    summary: 'Give a business case that waits for approval back to be a draft again, saying why',
    agents: false,
  })
    .input(Of.extend({ comment: z.string().trim().min(1).max(2000) }))
    .output(z.object({ state: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const one = await heldCase(context, input.id)
      if (one.state !== 'submitted')
        throw new Failure('conflict', `${one.content.title} does not wait for approval.`)
      await context.ledger
        .update(tables.cases)
        .set({ state: 'draft', saved: one.saved + 1, updatedAt: context.clock().toISOString() })
        .where(eq(tables.cases.id, input.id))
      await decide(context, `case:${input.id}`, 'refused', input.comment)
      context.note({
        subject: `case ${one.content.title}`,
        before: { state: 'submitted' },
        after: { state: 'draft', why: input.comment },
      })
      return { state: 'draft' }
    }),

  attachCase: writeLast({
    role: 'lead',
    summary:
      'Put an approved case into a version: what it brings and costs by period, once, and a budget line',
    agents: false,
  })
    .input(
      Of.extend({
        version: z.string(),
        budgetLine: z.boolean().default(true).describe('Also make its costs a line of the budget'),
      }),
    )
    .output(z.object({ outside: Outside, currency: z.string() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const [there] = await context.ledger.select().from(tables.cases).where(eq(tables.cases.id, input.id))
      if (!there) throw new Failure('not_found', 'There is no such business case.')
      const ready = await flowsInto(context, CaseShape.parse(there.content), input.version)
      return context.record(async inside => {
        const one = await heldCase(inside, input.id)
        await putInto(inside, one, ready, there.saved, input.budgetLine)
        return { outside: ready.outside, currency: ready.currency }
      })
    }),

  detachCase: write({
    role: 'lead',
    summary: 'Take a business case out of a version, its budget line with it',
    agents: false,
  })
    .input(Of.extend({ version: z.string(), why: z.string().trim().min(1).max(500) }))
    .output(z.object({ budgetLineKept: z.boolean() }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const version = await versionOf(context, input.version, true)
      mayChange(version, context.actor, input.why)
      const one = await heldCase(context, input.id)
      await takeCase(context, version, input.id, input.why)
      const budgetLineKept = await takeCaseBudget(context, version.id, input.id, input.why)
      context.note({
        subject: `plan ${version.id}, business case ${one.content.title}`,
        after: { out: true, why: input.why },
      })
      return { budgetLineKept }
    }),

  withdrawCase: write({
    role: 'director',
    summary: 'Withdraw the approval of a business case: it leaves every version that is not locked',
    agents: false,
  })
    .input(Of.extend({ why: z.string().trim().min(1).max(2000) }))
    .output(z.object({ removed: z.array(z.string()), kept: z.array(z.string()) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      const one = await heldCase(context, input.id)
      if (one.state !== 'approved')
        throw new Failure('conflict', `${one.content.title} is not approved: there is nothing to withdraw.`)
      const versions = await versionsWith(context, input.id)
      const waiting = versions.find(version => version.state === 'submitted')
      if (waiting)
        throw new Failure('conflict', `${waiting.name} waits for approval with ${one.content.title} in it.`, {
          next: 'Give that version back first, then withdraw the case.',
        })
      const open = versions.filter(version => version.state !== 'locked')
      for (const version of open) {
        await takeCase(context, version, input.id, `Approval of the case withdrawn: ${input.why}`)
        await takeCaseBudget(context, version.id, input.id, input.why)
      }
      await context.ledger
        .update(tables.cases)
        .set({ state: 'draft', saved: one.saved + 1, updatedAt: context.clock().toISOString() })
        .where(eq(tables.cases.id, input.id))
      await decide(context, `case:${input.id}`, 'reopened', input.why)
      const names = (those: typeof versions) => those.map(version => version.name)
      const removed = names(open)
      const kept = names(versions.filter(version => version.state === 'locked'))
      context.note({
        subject: `case ${one.content.title}`,
        before: { state: 'approved' },
        after: { state: 'draft', why: input.why, removed, kept },
      })
      return { removed, kept }
    }),

  casesIn: read({
    role: 'viewer',
    summary: 'Business cases in a version: what each brings and costs in it, and the range of all',
  })
    .input(
      z.object({
        version: z.string(),
        copy: z.string().optional().describe('As a kept copy of it has them; as it is now where absent'),
      }),
    )
    .output(
      z.object({
        currency: z.string(),
        /** Where they flow into; null: they stand as lines of their own. */
        into: z.string().nullable(),
        cases: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            initiative: z.string(),
            state: z.string(),
            likelihood: z.number(),
            benefit: z.string(),
            cost: z.string(),
            range: Range,
          }),
        ),
        range: Range,
        notes: z.array(z.string()).describe('What a locked version or a copy does not hold of its cases'),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const version = await versionOf(context, input.version)
      const kept = await keptOf(context, version, input.copy)
      return casesIn(context, version, kept, input.copy !== undefined)
    }),
}
