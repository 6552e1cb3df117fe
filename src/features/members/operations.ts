import { randomBytes, randomUUID } from 'node:crypto'
import { and, desc, eq, gt, isNotNull, isNull, or } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { knownStores } from '#features/known-stores.ts'
import { type Actor, mayAct, type Role, seesAll } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import {
  account,
  apikey,
  invitations,
  session,
  twoFactor,
  user,
  verification,
} from '#postgres/tables/members.ts'
import { readAudit } from './audit.ts'
import { endInvitations, invitationHash, personBehind } from './invitation.ts'
import { Invitation, Key, Me, Person, Scope, SessionInfo } from './model.ts'

const Nothing = z.object({}).optional()
const Done = z.object({ done: z.literal(true) })
const done = { done: true as const }
const Id = z.object({ id: z.string() })

/**
 * Somebody, and the other owners. All of them are held until the transaction ends, in one order, so that two owners
 * who demote each other at once do not both succeed.
 */
const personOf = async ({ ledger }: Context, id: string) => {
  const held = await ledger
    .select()
    .from(user)
    .where(or(eq(user.id, id), eq(user.role, 'owner')))
    .orderBy(user.id)
    .for('update')
  const person = held.find(one => one.id === id)
  if (!person) throw new Failure('not_found', 'There is no such person.')
  return { ...person, otherOwners: held.filter(one => one.id !== id && one.role === 'owner').length }
}

interface Standing {
  role: string
  /** null: all stores. */
  stores: string[] | null
}

/** Nobody gives or takes what is above their own role or beyond their own stores. */
const mayGive = (actor: Actor, { role, stores }: Standing, what: string) => {
  if (!mayAct(actor.role, role as Role))
    throw new Failure('forbidden', `A ${actor.role} may not ${what} a ${role}.`, { next: 'Ask an owner.' })
  if (!seesAll(actor, stores ?? 'all'))
    throw new Failure('forbidden', `You may not ${what} somebody who sees stores that you cannot see.`, {
      next: `Name stores among yours: ${[actor.stores].flat().join(', ')}.`,
    })
}

/** There is always an owner. */
const mayChange = (actor: Actor, person: Awaited<ReturnType<typeof personOf>>, to: Standing | null) => {
  for (const standing of to ? [person, to] : [person]) mayGive(actor, standing, 'change')
  if (person.role === 'owner' && to?.role !== 'owner' && person.otherOwners === 0)
    throw invalid('The last owner cannot be removed or made less.', 'Make somebody else an owner first.')
}

const own = (actor: Actor): string => {
  if (actor.kind !== 'person') throw new Failure('forbidden', 'Only a person who is signed in may do this.')
  return actor.id
}

/** Stores a change of standing concerns: all those named before or after; the company where one of them is all. */
const concernedBy = (...standings: Pick<Standing, 'stores'>[]): Actor['stores'] => {
  const stores = standings.map(one => one.stores)
  return stores.some(list => list === null) ? 'all' : [...new Set(stores.flatMap(list => list ?? []))]
}

/** What a reader with a few stores is told of where somebody else may look; null when that is nowhere of theirs. */
export const seenBy = (actor: Actor, stores: string[] | null): Actor['stores'] | null => {
  if (stores === null || actor.stores === 'all') return stores ?? 'all'
  const own = actor.stores
  const shared = stores.filter(store => own.includes(store))
  return shared.length > 0 ? shared : null
}

/** Whatever is half done with somebody's password or code: sign-ins under way, mailed links. */
const endHalfDone = ({ ledger }: Context, id: string) =>
  ledger.delete(verification).where(eq(verification.value, id))

/** What a key was made for. */
const grantedBy = (key: { metadata: string | null }) =>
  JSON.parse(key.metadata ?? '{}') as { role?: Role; stores?: string[] | null }

/** A key is ended by whoever made it, and by an owner of all the stores it opens. */
const mayRevoke = (actor: Actor, key: typeof apikey.$inferSelect): boolean =>
  key.referenceId === actor.id || (actor.role === 'owner' && seesAll(actor, grantedBy(key).stores ?? 'all'))

const expiry = (clock: () => Date, days: number) => new Date(clock().getTime() + days * 86_400_000)

export const members = {
  me: read({ role: 'viewer', summary: 'Who I am and what I may do' })
    .input(Nothing)
    .output(Me)
    .handler(async ({ context: { actor, ledger } }) => {
      const [person] =
        actor.kind === 'person' ? await ledger.select().from(user).where(eq(user.id, actor.id)) : []
      return {
        id: actor.id,
        kind: actor.kind,
        name: actor.name,
        email: person?.email ?? '',
        role: actor.role,
        stores: actor.stores === 'all' ? ('all' as const) : [...actor.stores],
        twoFactor: Boolean(person?.twoFactorEnabled),
      }
    }),

  list: read({ role: 'lead', summary: 'Who may see and do what', agents: false })
    .input(Nothing)
    .output(z.object({ people: z.array(Person), invitations: z.array(Invitation) }))
    .handler(async ({ context: { ledger, clock, actor } }) => {
      const people = await ledger.select().from(user).orderBy(user.createdAt)
      const open = await ledger
        .select()
        .from(invitations)
        .where(
          and(
            isNull(invitations.acceptedAt),
            gt(invitations.expiresAt, clock()),
            isNotNull(invitations.email),
          ),
        )
      return {
        people: people.flatMap(p => {
          const stores = p.id === actor.id ? (p.stores ?? 'all') : seenBy(actor, p.stores)
          if (stores === null) return []
          return {
            id: p.id,
            name: p.name,
            email: p.email,
            role: p.role as Role,
            stores: stores === 'all' ? stores : [...stores],
            twoFactor: Boolean(p.twoFactorEnabled),
            since: p.createdAt.toISOString(),
          }
        }),
        invitations: open.flatMap(i => {
          const stores = seenBy(actor, i.stores)
          if (stores === null) return []
          return {
            id: i.id,
            email: i.email ?? '',
            role: i.role as Role,
            stores: stores === 'all' ? stores : [...stores],
            invitedBy: i.invitedBy,
            expires: i.expiresAt.toISOString(),
          }
        }),
      }
    }),

  invite: write({
    role: 'director',
    summary: 'Invite somebody by e-mail, with a role and stores',
    agents: false,
  })
    .input(Scope.extend({ email: z.email() }))
    .output(z.object({ link: z.string(), mailed: z.boolean() }))
    .handler(async ({ input, context }) => {
      const { actor, ledger, accounts, clock } = context
      const stores = input.stores === 'all' ? null : input.stores
      mayGive(actor, { role: input.role, stores }, 'invite')
      await knownStores(context, stores ?? [])
      const email = input.email.toLowerCase()
      const [taken] = await ledger.select({ id: user.id }).from(user).where(eq(user.email, email))
      if (taken)
        throw new Failure('conflict', `${email} has an account already.`, {
          next: 'Change its role instead.',
        })
      // A new invitation replaces the one before: of two links only the newer opens.
      await ledger
        .delete(invitations)
        .where(and(eq(invitations.email, email), isNull(invitations.acceptedAt)))
      const token = randomBytes(32).toString('base64url')
      await ledger.insert(invitations).values({
        id: randomUUID(),
        tokenHash: invitationHash(token),
        email,
        role: input.role,
        stores,
        invitedBy: actor.name,
        invitedById: await personBehind(ledger, actor),
        expiresAt: expiry(clock, 7),
      })
      context.note({ subject: email, after: { role: input.role, stores } })
      const link = `${accounts.url}/invitation?token=${token}`
      const text = `${actor.name} invites you to Quarterdeck as ${input.role}.\n\n${link}\n\nThe link opens once, within seven days.`
      // A mail server that is slow or gone must neither hold the ledger nor undo the invitation.
      context.onceCommitted(async () => ({
        mailed: await accounts.mail(email, 'Your invitation to Quarterdeck', text).catch(() => false),
      }))
      return { link, mailed: false }
    }),

  withdraw: write({ role: 'director', summary: 'Withdraw an invitation', agents: false })
    .input(Id)
    .output(Done)
    .handler(async ({ input, context }) => {
      const [gone] = await context.ledger
        .delete(invitations)
        .where(and(eq(invitations.id, input.id), isNull(invitations.acceptedAt)))
        .returning()
      if (!gone) throw new Failure('not_found', 'There is no such invitation.')
      mayGive(context.actor, gone, 'withdraw the invitation of')
      context.note({
        subject: gone.email ?? '',
        stores: gone.stores,
        before: { role: gone.role, stores: gone.stores },
      })
      return done
    }),

  setRole: write({ role: 'director', summary: "Change somebody's role and stores", agents: false })
    // Stores that are not named stay as they are: a new role must not open more of them unasked.
    .input(Scope.extend({ id: z.string(), stores: Scope.shape.stores.removeDefault().optional() }))
    .output(Done)
    .handler(async ({ input, context }) => {
      const person = await personOf(context, input.id)
      const stores = input.stores === undefined ? person.stores : input.stores === 'all' ? null : input.stores
      mayChange(context.actor, person, { role: input.role, stores })
      if (input.stores !== undefined) await knownStores(context, stores ?? [])
      await context.ledger
        .update(user)
        .set({ role: input.role, stores, updatedAt: context.clock() })
        .where(eq(user.id, input.id))
      context.note({
        subject: person.email,
        stores: concernedBy(person, { stores }),
        before: { role: person.role, stores: person.stores },
        after: { role: input.role, stores },
      })
      await endInvitations(context, input.id, { role: input.role, stores })
      return done
    }),

  remove: write({
    role: 'director',
    summary: 'Remove somebody: sessions and keys end at once',
    agents: false,
  })
    .input(Id)
    .output(Done)
    .handler(async ({ input, context }) => {
      const person = await personOf(context, input.id)
      mayChange(context.actor, person, null)
      await context.ledger.delete(apikey).where(eq(apikey.referenceId, input.id))
      await context.ledger.delete(user).where(eq(user.id, input.id))
      await endInvitations(context, input.id, null)
      await endHalfDone(context, input.id)
      context.note({
        subject: person.email,
        stores: concernedBy(person),
        before: { name: person.name, role: person.role, stores: person.stores },
      })
      return done
    }),

  resetPassword: write({
    role: 'owner',
    summary: 'Give somebody who is locked out a new password; their sessions end',
    agents: false,
  })
    .input(z.object({ email: z.email() }))
    .output(z.object({ password: z.string() }))
    .handler(async ({ input, context }) => {
      const { ledger, accounts } = context
      const email = input.email.toLowerCase()
      const [person] = await ledger.select().from(user).where(eq(user.email, email))
      if (!person) throw new Failure('not_found', `Nobody here has the address ${email}.`)
      mayGive(context.actor, person, 'give a new password to')
      const password = randomBytes(12).toString('base64url')
      const changed = await ledger
        .update(account)
        .set({ password: await accounts.hashPassword(password), updatedAt: context.clock() })
        .where(and(eq(account.userId, person.id), eq(account.providerId, 'credential')))
        .returning({ id: account.id })
      if (changed.length === 0)
        throw invalid(`${email} signs in through the identity provider.`, 'Reset the password there.')
      await ledger.delete(session).where(eq(session.userId, person.id))
      await endHalfDone(context, person.id)
      context.note({ subject: person.email, stores: concernedBy(person) })
      return { password }
    }),

  resetTwoFactor: write({
    role: 'owner',
    summary: 'Switch off the second factor of somebody who lost it',
    agents: false,
  })
    .input(Id)
    .output(Done)
    .handler(async ({ input, context }) => {
      const person = await personOf(context, input.id)
      mayGive(context.actor, person, 'switch off the second factor of')
      await context.ledger.delete(twoFactor).where(eq(twoFactor.userId, input.id))
      await context.ledger.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, input.id))
      await endHalfDone(context, input.id)
      context.note({
        subject: person.email,
        stores: concernedBy(person),
        before: { twoFactorEnabled: person.twoFactorEnabled },
        after: { twoFactorEnabled: false },
      })
      return done
    }),

  sessions: read({ role: 'viewer', summary: 'My open sessions', agents: false })
    .input(Nothing)
    .output(z.array(SessionInfo))
    .handler(async ({ context: { actor, ledger, clock } }) => {
      if (actor.kind !== 'person') return []
      const open = await ledger
        .select()
        .from(session)
        .where(and(eq(session.userId, own(actor)), gt(session.expiresAt, clock())))
        .orderBy(desc(session.updatedAt))
      return open.map(s => ({
        id: s.id,
        address: s.ipAddress ?? '',
        agent: s.userAgent ?? '',
        since: s.createdAt.toISOString(),
        lastSeen: s.updatedAt.toISOString(),
        current: s.id === actor.session,
      }))
    }),

  revokeSession: write({ role: 'viewer', summary: 'End one of my sessions', agents: false })
    .input(Id)
    .output(Done)
    .handler(async ({ input, context }) => {
      const mine = and(eq(session.id, input.id), eq(session.userId, own(context.actor)))
      const [gone] = await context.ledger.delete(session).where(mine).returning({ agent: session.userAgent })
      if (!gone) throw new Failure('not_found', 'There is no such session.')
      context.note({ subject: context.actor.name, before: gone })
      return done
    }),

  keys: read({ role: 'viewer', summary: 'API keys: mine, or everybody’s for an owner', agents: false })
    .input(Nothing)
    .output(z.array(Key))
    .handler(async ({ context: { actor, ledger } }) => {
      const keys = await ledger
        .select()
        .from(apikey)
        .leftJoin(user, eq(user.id, apikey.referenceId))
        .orderBy(desc(apikey.createdAt))
      return keys.flatMap(({ apikey: k, user: u }) => {
        if (!mayRevoke(actor, k)) return []
        const granted = grantedBy(k)
        return {
          id: k.id,
          name: k.name ?? '',
          start: k.start ?? '',
          owner: u?.name ?? (k.referenceId === actor.id ? actor.name : ''),
          role: granted.role ?? 'viewer',
          stores: granted.stores ?? ('all' as const),
          created: k.createdAt.toISOString(),
          lastUsed: k.lastRequest?.toISOString() ?? null,
          expires: k.expiresAt?.toISOString() ?? null,
        }
      })
    }),

  createKey: write({
    role: 'viewer',
    summary: 'Make an API key with a role and stores no wider than mine; it is shown once',
    agents: false,
  })
    .input(
      Scope.extend({
        name: z.string().trim().min(1).max(60),
        days: z.int().min(1).max(3650).nullable().default(365),
      }),
    )
    .output(z.object({ id: z.string(), key: z.string() }))
    .handler(async ({ input, context }) => {
      const { actor, ledger, accounts, clock } = context
      const owner = own(actor)
      if (!mayAct(actor.role, input.role))
        throw new Failure('forbidden', `A key of yours can be at most a ${actor.role}.`)
      if (!seesAll(actor, input.stores))
        throw new Failure('forbidden', 'A key cannot see stores that you cannot see.')
      await knownStores(context, input.stores === 'all' ? [] : input.stores)
      const key = `qd_${randomBytes(32).toString('base64url')}`
      const id = randomUUID()
      const now = clock()
      await ledger.insert(apikey).values({
        id,
        name: input.name,
        start: key.slice(0, 7),
        prefix: 'qd_',
        key: await accounts.hashKey(key),
        referenceId: owner,
        rateLimitEnabled: false,
        createdAt: now,
        updatedAt: now,
        expiresAt: input.days === null ? null : expiry(clock, input.days),
        metadata: JSON.stringify({ role: input.role, stores: input.stores === 'all' ? null : input.stores }),
      })
      context.note({
        subject: input.name,
        after: { role: input.role, stores: input.stores, days: input.days },
      })
      return { id, key }
    }),

  revokeKey: write({ role: 'viewer', summary: 'Revoke an API key', agents: false })
    .input(Id)
    .output(Done)
    .handler(async ({ input, context }) => {
      const { actor, ledger } = context
      const [key] = await ledger.select().from(apikey).where(eq(apikey.id, input.id)).for('update')
      if (!key || !mayRevoke(actor, key)) throw new Failure('not_found', 'There is no such key.')
      await ledger.delete(apikey).where(eq(apikey.id, input.id))
      context.note({ subject: key.name ?? '', before: { name: key.name, start: key.start } })
      return done
    }),

  audit: readAudit,
}
