import { createHash, randomUUID } from 'node:crypto'
import { and, eq, isNull, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Accounts, Context } from '#features/context.ts'
import { type Actor, mayAct, type Role, seesAll } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { strict } from '#kernel/strict.ts'
import type { Ledger } from '#postgres/open.ts'
import { account, apikey, audit, invitations, user } from '#postgres/tables/members.ts'

/** What is kept of a one-time token: enough to recognise it, not enough to use it. */
export const invitationHash = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')

interface Standing {
  role: string
  /** null: all stores. */
  stores: string[] | null
}

/** Whether somebody of this standing may invite at all, and to so much. */
const mayInvite = (inviter: Standing, to: Standing): boolean =>
  mayAct(inviter.role as Role, 'director') &&
  mayAct(inviter.role as Role, to.role as Role) &&
  seesAll({ stores: inviter.stores ?? 'all' } as Actor, to.stores ?? 'all')

/** The person an invitation hangs on: who asks, or whose key asks; 'system' for the machine's own command line. */
export const personBehind = async (ledger: Ledger, actor: Actor): Promise<string> => {
  if (actor.kind !== 'key') return actor.id
  const [key] = await ledger.select({ of: apikey.referenceId }).from(apikey).where(eq(apikey.id, actor.id))
  if (!key) throw new Failure('forbidden', 'The key was revoked.')
  return key.of
}

/** Withdraws what somebody invited to and may not give any more; all of it when they go (`standing` null). */
export const endInvitations = async (
  { ledger, note }: Pick<Context, 'ledger' | 'note'>,
  inviter: string,
  standing: Standing | null,
): Promise<void> => {
  const open = await ledger
    .select()
    .from(invitations)
    .where(and(eq(invitations.invitedById, inviter), isNull(invitations.acceptedAt)))
    .for('update')
  for (const one of open.filter(to => !standing || !mayInvite(standing, to))) {
    await ledger.delete(invitations).where(eq(invitations.id, one.id))
    note({
      subject: one.email ?? '',
      stores: one.stores,
      before: { role: one.role, stores: one.stores, invitedBy: one.invitedBy },
    })
  }
}

const Accepting = strict(
  z.object({
    token: z.string().min(20, 'is not a whole link'),
    name: z.string().trim().min(1, 'is missing').max(100),
    password: z.string().min(12, 'needs at least 12 characters').max(128, 'is too long'),
    email: z.email('is no e-mail address').optional(),
  }),
)

/**
 * Makes the account a one-time link stands for, once.
 * @throws Failure('invalid') when the link was used, has expired or is not whole; 'conflict' when the address has an account.
 */
export const acceptInvitation = async (
  ledger: Ledger,
  accounts: Pick<Accounts, 'hashPassword'>,
  now: Date,
  body: unknown,
  setUp: boolean,
  requestId?: string,
): Promise<{ id: string; email: string }> => {
  const parsed = Accepting.safeParse(body)
  if (!parsed.success)
    throw invalid(parsed.error.issues.map(i => [...i.path, i.message].join(' ')).join('; '))
  const given = parsed.data
  const password = await accounts.hashPassword(given.password)
  return ledger.transaction(async tx => {
    const one = eq(invitations.tokenHash, invitationHash(given.token))
    // The inviter is held before the invitation, as by whoever changes the inviter.
    const stands = setUp || (await stillStands(tx as unknown as Ledger, one))
    const [found] = await tx.select().from(invitations).where(one).for('update')
    const gone = 'This link cannot be used: it was used already, has expired or was replaced.'
    // An invitation is to an address; only the first owner's link is to whoever holds it, while there is nobody.
    const [somebody] = await tx.select({ id: user.id }).from(user).limit(1)
    const closed = setUp ? found?.email !== null || somebody : found?.email === null
    if (!found || found.acceptedAt || found.expiresAt < now || closed)
      throw invalid(
        gone,
        setUp
          ? 'Start Quarterdeck again: it prints a new link while there is no owner.'
          : 'Ask for a new invitation.',
      )
    if (!stands)
      throw invalid(
        'This invitation has ended: whoever sent it may not invite to this any more.',
        'Ask for a new invitation.',
      )
    const email = (found.email ?? given.email)?.toLowerCase()
    if (!email) throw invalid('The e-mail address is missing.')
    const [taken] = await tx.select({ id: user.id }).from(user).where(eq(user.email, email))
    if (taken) throw new Failure('conflict', `${email} has an account already.`, { next: 'Sign in with it.' })
    const id = randomUUID()
    const person = {
      id,
      name: given.name,
      email,
      emailVerified: found.email !== null,
      role: found.role,
      stores: found.stores,
    }
    await tx.insert(user).values(person)
    await tx
      .insert(account)
      .values({ id: randomUUID(), accountId: id, providerId: 'credential', userId: id, password })
    await tx.update(invitations).set({ acceptedAt: now, email }).where(eq(invitations.id, found.id))
    await tx.insert(audit).values({
      id: randomUUID(),
      at: now,
      actorKind: 'person',
      actorId: id,
      actorName: given.name,
      operation: setUp ? 'members.setUp' : 'members.acceptInvitation',
      subject: email,
      after: { role: found.role, stores: found.stores },
      request: requestId ?? null,
      stores: found.stores,
    })
    return { id, email }
  })
}

/** Whether the inviter is still here and may still give what the invitation gives; held until the transaction ends. */
const stillStands = async (ledger: Ledger, one: SQL): Promise<boolean> => {
  const [found] = await ledger.select().from(invitations).where(one)
  if (!found?.invitedById) return false
  if (found.invitedById === 'system') return true
  const [inviter] = await ledger.select().from(user).where(eq(user.id, found.invitedById)).for('update')
  return inviter !== undefined && mayInvite(inviter, found)
}
