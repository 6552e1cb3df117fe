import { randomUUID } from 'node:crypto'
import { and, asc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'
import { approvalsSince, decide, mayConsent, wanting } from './approvals.ts'
import { type Checked, checkedTransfer, enoughThere, mayMove, moveMoney, type Transfer } from './transfer.ts'

/** Transfers that are more than one person may move alone: asked for, consented to, moved. */

type Rule = typeof tables.rules.$inferSelect

/** Without a rule an approved budget takes a transfer from a lead. */
const usual: readonly Rule[] = [{ id: '', department: '', fromAmount: '0', role: 'lead', people: 1 }]
const needed = ({ rules }: Pick<Checked, 'rules'>): readonly Rule[] => (rules.length > 0 ? rules : usual)
const subjectOf = (id: string) => `transfer:${id}`

/**
 * Moves money at once where the rules let somebody; else, with `ask`, keeps it as a request, and gives what consent it wants.
 * @throws Failure('forbidden') where it is neither allowed nor asked for
 */
export async function transfer(
  context: Context,
  input: Transfer,
  ask: boolean,
): Promise<{ moved: boolean; wanting: string[] }> {
  const found = await checkedTransfer(context, input)
  try {
    mayMove(context.actor, input.amount, found.rules, found.version.state)
  } catch (error) {
    if (!ask || !(error instanceof Failure)) throw error
    return { moved: false, wanting: await asked(context, input, found) }
  }
  await moveMoney(context, input, found)
  return { moved: true, wanting: [] }
}

async function asked(context: Context, input: Transfer, found: Checked): Promise<string[]> {
  const { ledger, actor, clock } = context
  enoughThere(input, found)
  const id = randomUUID()
  await ledger.insert(tables.transfers).values({
    ...{ id, from: input.from, to: input.to, period: input.period, amount: input.amount, why: input.why },
    version: found.version.id,
    submittedBy: actor.id,
    submittedName: actor.name,
    at: clock().toISOString(),
  })
  await decide(context, subjectOf(id), 'submitted', input.why)
  context.note({
    subject: `transfer from ${found.giver.label} to ${found.taker.label}`,
    after: { asked: true, period: input.period, amount: input.amount, why: input.why },
  })
  return wanting(needed(found), [])
}

/** A request that waits, its row held until the transaction ends. */
async function heldRequest({ ledger }: Context, id: string) {
  const [found] = await ledger
    .select()
    .from(tables.transfers)
    .where(eq(tables.transfers.id, id))
    .for('update')
  if (found?.state !== 'waiting') throw new Failure('conflict', 'There is no such transfer waiting.')
  return found
}

const settle = ({ ledger }: Context, id: string, state: 'moved' | 'refused') =>
  ledger.update(tables.transfers).set({ state }).where(eq(tables.transfers.id, id))

/** Consents to a request: with the last consent the rules want, the money moves. */
export async function consentTransfer(
  context: Context,
  id: string,
  comment: string,
): Promise<{ moved: boolean; wanting: string[] }> {
  const request = await heldRequest(context, id)
  const found = await checkedTransfer(context, request)
  mayConsent(context.actor, request, needed(found))
  await decide(context, subjectOf(id), 'approved', comment)
  const still = wanting(needed(found), await approvalsSince(context, subjectOf(id)))
  context.note({
    subject: `transfer from ${found.giver.label} to ${found.taker.label}`,
    after: { consented: true, comment, wanting: still },
  })
  if (still.length > 0) return { moved: false, wanting: still }
  await moveMoney(context, request, found)
  await settle(context, id, 'moved')
  return { moved: true, wanting: [] }
}

/** Gives a request back, saying why: a lead anyone's, also where its lines are gone, and who asked their own. */
export async function refuseTransfer(context: Context, id: string, why: string): Promise<void> {
  const request = await heldRequest(context, id)
  if (request.submittedBy !== context.actor.id) mayConsent(context.actor, request, usual)
  await decide(context, subjectOf(id), 'refused', why)
  await settle(context, id, 'refused')
  context.note({ subject: `transfer ${id}`, before: { state: 'waiting' }, after: { state: 'refused', why } })
}

/** Requests of a version that wait, the oldest first, with who consented so far. */
export async function transfersWaiting(context: Context, version: string) {
  const { ledger } = context
  const waiting = await ledger
    .select()
    .from(tables.transfers)
    .where(and(eq(tables.transfers.version, version), eq(tables.transfers.state, 'waiting')))
    .orderBy(asc(tables.transfers.at))
  const told = []
  for (const { id, from, to, period, amount, why, submittedBy, submittedName, at } of waiting) {
    const consents = await approvalsSince(context, subjectOf(id))
    told.push({
      id,
      from,
      to,
      period,
      amount,
      why,
      submittedBy,
      submittedName,
      at,
      consents: [...new Set(consents.map(one => one.byName))],
    })
  }
  return told
}
