import { eq, inArray } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact, minus, sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { rulesIn } from './approvals.ts'
import { keepClosed, mayChange, wholeCoins } from './budget.ts'
import { itemChanges, keepChanges } from './budget-changes.ts'
import { closedIn, person, versionOf } from './cells.ts'
import { consented } from './fingerprint.ts'
import { amountFor, rulesFor } from './rule-amounts.ts'

type Rule = typeof tables.rules.$inferSelect

/** Money from one budget line to another, in one period. */
export interface Transfer {
  from: string
  to: string
  period: string
  amount: string
  why: string
}

/**
 * Whether the rules consent to a transfer by somebody: they name a role for the amount in either department. Without a
 * rule a draft takes it from who may change it, and an approved budget from a lead.
 * @throws Failure('forbidden') saying who may.
 */
export function mayMove(actor: Actor, amount: string, rules: readonly Rule[], state: string): void {
  const many = rules.find(rule => rule.people > 1 && state === 'approved')
  if (many)
    throw new Failure(
      'forbidden',
      `Moving ${amount} needs ${many.people} people to consent${many.department ? ` for ${many.department}` : ''}; a transfer is one person’s.`,
      { next: 'Ask for their consent: with the last of it the money moves.' },
    )
  const roles =
    rules.length > 0 ? rules.map(rule => rule.role) : state === 'approved' ? (['lead'] as const) : []
  const needed = roles.find(role => !mayAct(actor.role, role))
  if (needed)
    throw new Failure('forbidden', `Moving ${amount} needs a ${needed} or above; you are ${actor.role}.`, {
      next: 'Ask for their consent, or one of them to move it.',
    })
}

/** Two lines that money is to go between, and what the rules want for it. */
export interface Checked {
  version: Awaited<ReturnType<typeof versionOf>>
  giver: typeof tables.items.$inferSelect
  taker: typeof tables.items.$inferSelect
  /** What the giver has left. */
  left: string
  rules: Rule[]
}

/**
 * The lines of a transfer, held until the transaction ends, and the rules it falls under.
 * @throws Failure for lines that are not there, or are of two versions or currencies; for an amount that is none; and where
 * the version takes no change.
 */
export async function checkedTransfer(context: Context, input: Transfer): Promise<Checked> {
  const { ledger, actor } = context
  person(actor)
  const read = async () => {
    const found = await ledger
      .select()
      .from(tables.items)
      .where(inArray(tables.items.id, [input.from, input.to]))
    const [giver, taker] = [input.from, input.to].map(id => found.find(one => one.id === id))
    if (!giver || !taker || giver === taker)
      throw new Failure('not_found', 'One of the two budget lines is not there.')
    return { giver, taker }
  }
  const before = await read()
  if (before.giver.version !== before.taker.version) throw invalid('The lines are of different versions.')
  const version = await versionOf(context, before.giver.version, true)
  const { giver, taker } = await read()
  if (giver.currency !== taker.currency)
    throw invalid(
      `One line is in ${giver.currency}, the other in ${taker.currency}.`,
      'Change the lines one by one.',
    )
  if (version.state !== 'approved') mayChange(version, actor, input.why)
  const left = minus(giver.amounts[input.period] ?? '0', input.amount) ?? '0'
  if (exact(input.amount).lte(0)) throw invalid('A transfer is of more than nothing.')
  wholeCoins('The transfer', [input.amount], giver.currency)
  const amount = await amountFor(context, input.amount, giver.currency, version)
  const rules = rulesFor(
    await rulesIn(context),
    [giver, taker].map(({ department }) => ({ department, amount })),
  )
  return { version, giver, taker, left, rules }
}

/** @throws Failure('invalid') where the line that gives has less than is to be moved. */
export function enoughThere(input: Transfer, { giver, left }: Pick<Checked, 'giver' | 'left'>): void {
  if (exact(left).isNegative())
    throw invalid(
      `${giver.label} has ${giver.amounts[input.period] ?? '0'} in that period; ${input.amount} cannot be taken from it.`,
    )
}

/** Moves money between two lines of a version: what one gives the other gets, to the penny, in the same period. */
export async function moveMoney(
  context: Context,
  input: Transfer,
  { version, giver, taker, left }: Checked,
): Promise<void> {
  const { ledger } = context
  enoughThere(input, { giver, left })
  const closed = await closedIn(context, version)
  const change = async (item: typeof giver, amount: string, why: string) => {
    const amounts = { ...item.amounts, [input.period]: amount }
    keepClosed(version, closed, item.label, item.amounts, amounts)
    await ledger
      .update(tables.items)
      .set({ amounts, pattern: null, saved: item.saved + 1, updatedAt: context.clock().toISOString() })
      .where(eq(tables.items.id, item.id))
    await keepChanges(context, version.id, itemChanges(item.id, item, { ...item, amounts }), why)
    context.note({
      subject: `budget line ${item.label}`,
      before: item.amounts,
      after: { amounts, why: input.why },
    })
  }
  await consented(context, version, async () => {
    await change(giver, left, `Moved to ${taker.label}: ${input.why}`)
    const more = sum([taker.amounts[input.period] ?? '0', input.amount]) ?? '0'
    await change(taker, more, `Moved from ${giver.label}: ${input.why}`)
  })
}
