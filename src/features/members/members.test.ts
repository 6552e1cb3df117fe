import { call } from '@orpc/server'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operationsOf } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { hasActWords } from '#kernel/act-words.ts'
import { type Actor, mayAct, type Role, roles, system } from '#kernel/actor.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { account, apikey, audit, invitations, session, user } from '#postgres/tables/members.ts'
import { stores } from '#postgres/tables/settings.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { acceptInvitation, invitationHash } from './invitation.ts'

describe.each(ledgers)('on $name', place => {
  let open: OpenLedger
  let now = new Date('2026-11-23T09:00:00Z')

  const context = (actor: Actor): Context =>
    ({
      actor,
      ledger: open.ledger,
      clock: () => now,
      note: () => undefined,
      onceCommitted: () => undefined,
      enqueue: () => undefined,
      watchFolders: [],
      demo: null,
      folder: '',
      accounts: {
        hashPassword: async (password: string) => `hashed:${password.length}`,
        hashKey: async (key: string) => `hashed-key-${key.length}`,
        mail: async () => false,
        url: 'http://localhost:4680',
      },
    }) as unknown as Context

  const person = async (role: Role, stores: string[] | null = null): Promise<Actor> => {
    const id = `${role}-${Math.random().toString(36).slice(2)}`
    await open.ledger
      .insert(user)
      .values({ id, name: `The ${role}`, email: `${id}@example.com`, role, stores })
    return { kind: 'person', id, name: `The ${role}`, role, stores: stores ?? 'all' }
  }
  const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? ''
  const accept = (body: object, setUp = false) =>
    acceptInvitation(open.ledger, context(system('test')).accounts, now, body, setUp)
  const entries = async () =>
    (await open.ledger.select().from(audit).orderBy(audit.at)).map(e => [
      e.operation,
      e.subject,
      e.before,
      e.after,
    ])

  beforeAll(async () => {
    open = await place.open()
    for (const store of ['shop', 'uk', 'de'])
      await open.ledger
        .insert(stores)
        .values({ store, name: store, currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' })
  })
  afterAll(() => open.close())
  beforeEach(async () => {
    now = new Date('2026-11-23T09:00:00Z')
    for (const table of [session, account, apikey, invitations, audit, user]) await open.ledger.delete(table)
  })

  it('the audit has words for every operation that changes something', () => {
    const writes = operationsOf(operations).filter(one => one.effect === 'write')
    expect(writes.filter(({ name }) => !hasActWords(name)).map(({ name }) => name)).toEqual([])
  })

  describe('every operation', () => {
    it.each(operationsOf(operations).map(o => [o.name, o] as const))(
      '%s refuses a role below its own before anything else',
      async (_, operation) => {
        for (const role of roles.filter(r => !mayAct(r, operation.role))) {
          const actor: Actor = { kind: 'person', id: 'x', name: 'x', role, stores: 'all' }
          await expect(call(operation.procedure, {}, { context: context(actor) })).rejects.toMatchObject({
            code: 'forbidden',
          })
        }
      },
    )
  })

  describe('an invitation', () => {
    const invite = async (actor: Actor, email = 'Eve@Example.com', role: Role = 'lead') =>
      call(operations.members.invite, { email, role, stores: ['shop'] }, { context: context(actor) })

    it('names only stores there are, as a change of standing and a key do', async () => {
      const owner = await person('owner')
      const { invite, setRole, createKey } = operations.members
      const as = { context: context(owner) }
      const stores = ['shpo']
      for (const asked of [
        () => call(invite, { role: 'viewer', stores, email: 'a@b.test' }, as),
        () => call(setRole, { role: 'owner', stores, id: owner.id }, as),
        () => call(createKey, { role: 'viewer', stores, name: 'k' }, as),
      ])
        await expect(asked()).rejects.toMatchObject({
          message: 'There is no store shpo.',
          next: expect.stringContaining('Did you mean shop'),
        })
    })
    it('opens once, for the address, role and stores it was made for', async () => {
      const director = await person('director')
      const { link, mailed } = await invite(director)
      expect(mailed).toBe(false)
      const made = await accept({
        token: tokenOf(link),
        name: 'Eve',
        password: 'a long sentence',
        email: 'other@example.com',
      })
      expect(made.email).toBe('eve@example.com')
      const [eve] = (await open.ledger.select().from(user)).filter(u => u.id === made.id)
      expect(eve).toMatchObject({ role: 'lead', stores: ['shop'], name: 'Eve' })
      await expect(
        accept({ token: tokenOf(link), name: 'Mallory', password: 'a long sentence' }),
      ).rejects.toMatchObject({ code: 'invalid' })
    })
    it('ends after seven days, when it is withdrawn and when a newer one is made', async () => {
      const director = await person('director')
      const late = await invite(director, 'late@example.com')
      now = new Date('2026-12-01T09:00:00Z')
      await expect(
        accept({ token: tokenOf(late.link), name: 'Late', password: 'a long sentence' }),
      ).rejects.toThrow('expired')
      const first = await invite(director)
      const second = await invite(director)
      await expect(
        accept({ token: tokenOf(first.link), name: 'Eve', password: 'a long sentence' }),
      ).rejects.toThrow('replaced')
      const [row] = (await call(operations.members.list, {}, { context: context(director) })).invitations
      await call(operations.members.withdraw, { id: row?.id ?? '' }, { context: context(director) })
      await expect(
        accept({ token: tokenOf(second.link), name: 'Eve', password: 'a long sentence' }),
      ).rejects.toThrow('cannot be used')
    })
    it('gives no role above the one who invites, and asks for a real password', async () => {
      await expect(invite(await person('director'), 'x@example.com', 'owner')).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(accept({ token: 'x'.repeat(40), name: 'A', password: 'short' })).rejects.toThrow(
        'at least 12 characters',
      )
    })
    it('is kept as a hash: the ledger does not hold what opens it', async () => {
      const { link } = await invite(await person('owner'))
      const kept = JSON.stringify([
        await open.ledger.select().from(invitations),
        await open.ledger.select().from(audit),
      ])
      expect(kept).not.toContain(tokenOf(link))
    })
  })

  describe('people', () => {
    it('always have an owner', async () => {
      const owner = await person('owner')
      const last = call(
        operations.members.setRole,
        { id: owner.id, role: 'viewer' },
        { context: context(owner) },
      )
      await expect(last).rejects.toThrow('last owner')
      await expect(
        call(operations.members.remove, { id: owner.id }, { context: context(owner) }),
      ).rejects.toThrow('last owner')
      const second = await person('owner')
      await call(operations.members.remove, { id: owner.id }, { context: context(second) })
      expect((await open.ledger.select().from(user)).map(u => u.id)).toEqual([second.id])
    })
    it('are not changed by those below them', async () => {
      const [owner, director] = [await person('owner'), await person('director')]
      await expect(
        call(operations.members.setRole, { id: owner.id, role: 'viewer' }, { context: context(director) }),
      ).rejects.toMatchObject({ code: 'forbidden' })
      await expect(
        call(operations.members.setRole, { id: director.id, role: 'owner' }, { context: context(director) }),
      ).rejects.toMatchObject({ code: 'forbidden' })
    })
    it('lose sessions and keys when they are removed', async () => {
      const [owner, lead] = [await person('owner'), await person('lead')]
      await call(operations.members.createKey, { name: 'script', role: 'viewer' }, { context: context(lead) })
      await open.ledger
        .insert(session)
        .values({ id: 's', token: 't', userId: lead.id, expiresAt: new Date('2027-01-01') })
      await call(operations.members.remove, { id: lead.id }, { context: context(owner) })
      expect(await open.ledger.select().from(apikey)).toEqual([])
      expect(await open.ledger.select().from(session)).toEqual([])
    })
  })

  describe('an API key', () => {
    it('opens no more than its maker may', async () => {
      const lead = await person('lead', ['shop'])
      const make = (input: object) =>
        call(
          operations.members.createKey,
          { name: 'k', role: 'viewer', stores: ['shop'], ...input } as never,
          {
            context: context(lead),
          },
        )
      await expect(make({ role: 'director' })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(make({ stores: 'all' })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(make({ stores: ['paris'] })).rejects.toMatchObject({ code: 'forbidden' })
      const { key } = await make({})
      expect(key).toMatch(/^qd_/)
      expect(
        JSON.stringify([await open.ledger.select().from(apikey), await open.ledger.select().from(audit)]),
      ).not.toContain(key)
    })
    it('is made by people only, and revoked by its maker or an owner', async () => {
      const [owner, lead, other] = [await person('owner'), await person('lead'), await person('lead')]
      await expect(
        call(
          operations.members.createKey,
          { name: 'k', role: 'viewer' },
          { context: context({ ...lead, kind: 'key' }) },
        ),
      ).rejects.toMatchObject({ code: 'forbidden' })
      const made = await call(
        operations.members.createKey,
        { name: 'k', role: 'viewer' },
        { context: context(lead) },
      )
      await expect(
        call(operations.members.revokeKey, { id: made.id }, { context: context(other) }),
      ).rejects.toMatchObject({ code: 'not_found' })
      expect(await call(operations.members.keys, {}, { context: context(other) })).toEqual([])
      await call(operations.members.revokeKey, { id: made.id }, { context: context(owner) })
      expect(await call(operations.members.keys, {}, { context: context(lead) })).toEqual([])
    })
  })

  describe('the audit', () => {
    it('says who changed what, before and after, in the transaction of the change', async () => {
      const owner = await person('owner')
      const lead = await person('lead')
      await call(
        operations.members.setRole,
        { id: lead.id, role: 'contributor', stores: ['shop'] },
        { context: context(owner), path: ['members', 'setRole'] },
      )
      expect(await entries()).toEqual([
        [
          'members.setRole',
          `${lead.id}@example.com`,
          { role: 'lead', stores: null },
          { role: 'contributor', stores: ['shop'] },
        ],
      ])
      await expect(
        call(operations.members.setRole, { id: 'nobody', role: 'viewer' }, { context: context(owner) }),
      ).rejects.toMatchObject({ code: 'not_found' })
      expect(await entries()).toHaveLength(1)
    })
    it('is searched and paged', async () => {
      const owner = await person('owner')
      for (const name of ['one', 'two', '100%'])
        await call(operations.members.createKey, { name, role: 'viewer' }, { context: context(owner) })
      const find = (input: object) =>
        call(operations.members.audit, input as never, { context: context(owner) })
      expect((await find({ search: 'two' })).entries.map(e => e.subject)).toEqual(['two'])
      expect((await find({ search: '0%' })).count).toBe(1)
      expect((await find({ limit: 2 })).entries).toHaveLength(2)
      expect((await find({ from: '2026-11-24' })).count).toBe(0)
      // A store is found by the name one reads.
      await open.ledger
        .insert(stores)
        .values({ store: 'gb-1', name: 'Gifts UK', currency: 'GBP', timezone: 'Europe/London', kind: 'both' })
      await open.ledger.insert(audit).values({
        ...{ actorKind: 'person', actorId: owner.id, actorName: owner.name },
        ...{ id: 'imported', operation: 'connections.import', subject: 'gb-1' },
      })
      expect((await find({ search: 'gifts' })).entries).toMatchObject([
        { subject: 'gb-1', named: 'Gifts UK' },
      ])
      await open.ledger.delete(stores).where(eq(stores.store, 'gb-1'))
    })
  })

  describe('what somebody with a few stores may do', () => {
    const uk = () => person('director', ['uk'])
    it('ends at those stores: nobody is invited, changed or removed beyond them', async () => {
      const director = await uk()
      const outside = await person('lead')
      const as = { context: context(director) }
      const inviting = (stores: string[] | 'all') =>
        call(operations.members.invite, { email: 'n@example.com', role: 'viewer', stores }, as)
      await expect(inviting('all')).rejects.toMatchObject({ code: 'forbidden' })
      await expect(inviting(['uk', 'de'])).rejects.toMatchObject({ code: 'forbidden' })
      await inviting(['uk'])
      const changing = (id: string, role: Role, stores: string[] | 'all') =>
        call(operations.members.setRole, { id, role, stores }, as)
      await expect(changing(director.id, 'director', 'all')).rejects.toMatchObject({ code: 'forbidden' })
      await expect(changing(outside.id, 'viewer', ['uk'])).rejects.toMatchObject({ code: 'forbidden' })
      await expect(call(operations.members.remove, { id: outside.id }, as)).rejects.toMatchObject({
        code: 'forbidden',
      })
      expect(await open.ledger.select().from(user)).toHaveLength(2)
    })
    it('stays with those stores when only the role changes', async () => {
      const [owner, lead] = [await person('owner'), await person('lead', ['uk'])]
      await call(operations.members.setRole, { id: lead.id, role: 'director' }, { context: context(owner) })
      const [changed] = (await open.ledger.select().from(user)).filter(u => u.id === lead.id)
      expect(changed).toMatchObject({ role: 'director', stores: ['uk'] })
    })
  })

  describe('at the same moment', () => {
    it('two owners cannot make each other less: one stays', async () => {
      for (let round = 0; round < 5; round += 1) {
        await open.ledger.delete(user)
        const [one, other] = [await person('owner'), await person('owner')]
        const less = (by: Actor, whom: Actor) =>
          call(operations.members.setRole, { id: whom.id, role: 'viewer' }, { context: context(by) })
        const done = await Promise.allSettled([less(one, other), less(other, one)])
        expect(done.filter(d => d.status === 'fulfilled')).toHaveLength(1)
        expect((await open.ledger.select().from(user)).filter(u => u.role === 'owner')).toHaveLength(1)
      }
    })
    it('an invitation opens for one of two who hold it', async () => {
      const { link } = await call(
        operations.members.invite,
        { email: 'eve@example.com', role: 'viewer' },
        { context: context(await person('owner')) },
      )
      const body = { token: tokenOf(link), name: 'Eve', password: 'a long sentence' }
      const done = await Promise.allSettled([accept(body), accept(body)])
      expect(done.filter(d => d.status === 'fulfilled')).toHaveLength(1)
    })
  })

  describe('the first owner’s link', () => {
    const make = (expiresAt: Date) =>
      open.ledger.insert(invitations).values({
        id: 'first',
        tokenHash: invitationHash('t'.repeat(40)),
        role: 'owner',
        invitedBy: 'system',
        expiresAt,
      })
    const body = {
      token: 't'.repeat(40),
      name: 'Mallory',
      email: 'm@example.com',
      password: 'a long sentence',
    }
    it('closes once there is anybody, however they came', async () => {
      await make(new Date('2027-01-01'))
      await person('owner')
      await expect(accept(body, true)).rejects.toMatchObject({ code: 'invalid' })
      await open.ledger.delete(user)
      await accept(body, true)
    })
    it('ends when its time is over', async () => {
      await make(new Date('2026-11-23T08:59:59Z'))
      await expect(accept(body, true)).rejects.toThrow('expired')
    })
  })
})
