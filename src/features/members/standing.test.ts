import { call } from '@orpc/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { type Actor, type Role, system } from '#kernel/actor.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { apikey, audit, invitations, user, verification } from '#postgres/tables/members.ts'
import { stores } from '#postgres/tables/settings.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { acceptInvitation } from './invitation.ts'

const { members } = operations

describe.each(ledgers)('what hangs on somebody’s standing, on $name', place => {
  let open: OpenLedger
  let mailing: (to: string) => Promise<boolean>

  const as = (actor: Actor): { context: Context; path: string[] } => ({
    context: {
      actor,
      ledger: open.ledger,
      clock: () => new Date('2026-11-23T09:00:00Z'),
      requestId: 'request-1',
      accounts: {
        hashPassword: async () => 'hashed',
        hashKey: async () => 'hashed',
        mail: mailing,
        url: 'http://localhost:4680',
      },
    } as unknown as Context,
    path: ['members', 'act'],
  })
  const person = async (name: string, role: Role, stores: string[] | null = null): Promise<Actor> => {
    await open.ledger.insert(user).values({ id: name, name, email: `${name}@example.com`, role, stores })
    return { kind: 'person', id: name, name, role, stores: stores ?? 'all' }
  }
  const invite = (actor: Actor, role: Role, stores: string[] | 'all' = 'all', email = 'eve@example.com') =>
    call(members.invite, { email, role, stores }, as(actor))
  const accept = ({ link }: { link: string }) =>
    acceptInvitation(
      open.ledger,
      { hashPassword: async () => 'hashed' },
      new Date('2026-11-23T10:00:00Z'),
      { token: new URL(link).searchParams.get('token'), name: 'Eve', password: 'a long sentence' },
      false,
      'request-2',
    )
  const openInvitations = async (actor: Actor) =>
    (await call(members.list, {}, as(actor))).invitations.map(one => one.email)

  beforeAll(async () => {
    open = await place.open()
    for (const store of ['shop', 'uk', 'de', 'fr'])
      await open.ledger
        .insert(stores)
        .values({ store, name: store, currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' })
  })
  afterAll(() => open.close())
  beforeEach(async () => {
    mailing = async () => false
    for (const table of [verification, apikey, invitations, audit, user]) await open.ledger.delete(table)
  })

  describe('an invitation', () => {
    it('ends with the removal of who sent it, and says so in the audit', async () => {
      const [owner, director] = [await person('olga', 'owner'), await person('dora', 'director')]
      const sent = await invite(director, 'viewer')
      await call(members.remove, { id: director.id }, as(owner))
      expect(await openInvitations(owner)).toEqual([])
      await expect(accept(sent)).rejects.toMatchObject({ code: 'invalid' })
      const told = await open.ledger.select().from(audit)
      expect(told.map(one => one.subject).sort()).toEqual([
        'dora@example.com',
        'eve@example.com',
        'eve@example.com',
      ])
    })
    it('ends when its sender may not give so much any more, and stays when they still may', async () => {
      const [owner, director] = [await person('olga', 'owner'), await person('dora', 'director')]
      const everywhere = await invite(director, 'lead', 'all', 'far@example.com')
      const near = await invite(director, 'lead', ['uk'], 'near@example.com')
      await call(members.setRole, { id: director.id, role: 'director', stores: ['uk'] }, as(owner))
      await expect(accept(everywhere)).rejects.toMatchObject({ code: 'invalid' })
      expect(await openInvitations(owner)).toEqual(['near@example.com'])
      await call(members.setRole, { id: director.id, role: 'lead', stores: 'all' }, as(owner))
      await expect(accept(near)).rejects.toMatchObject({ code: 'invalid' })
    })
    it('does not open for a sender who was made less behind its back, by another name or none', async () => {
      const director = await person('dora', 'director')
      const sent = await invite(director, 'viewer')
      await open.ledger.update(user).set({ role: 'viewer' })
      await expect(accept(sent)).rejects.toThrow('may not invite to this any more')
      await open.ledger.update(user).set({ role: 'director' })
      await open.ledger.update(invitations).set({ invitedById: null })
      await expect(accept(sent)).rejects.toThrow('may not invite to this any more')
    })
    it('hangs on the person whose key sent it, and the command line’s own on nobody', async () => {
      const director = await person('dora', 'director')
      const now = new Date()
      await open.ledger
        .insert(apikey)
        .values({ id: 'k', key: 'x', referenceId: director.id, createdAt: now, updatedAt: now })
      const key: Actor = { kind: 'key', id: 'k', name: 'script of dora', role: 'director', stores: 'all' }
      await invite(key, 'viewer')
      expect((await open.ledger.select().from(invitations)).map(one => one.invitedById)).toEqual(['dora'])
      const sent = await invite(system('command line'), 'owner')
      await open.ledger.delete(user)
      expect((await accept(sent)).email).toBe('eve@example.com')
    })
    it('is mailed once it is written down, and stands when the mail server does not answer', async () => {
      const director = await person('dora', 'director')
      let seen = -1
      mailing = async () => {
        // On the embedded ledger this would wait for ever inside the open transaction.
        seen = (await open.ledger.select().from(invitations)).length
        return true
      }
      expect(await invite(director, 'viewer')).toMatchObject({ mailed: true })
      expect(seen).toBe(1)
      mailing = () => Promise.reject(new Error('connection refused'))
      const sent = await invite(director, 'viewer')
      expect(sent.mailed).toBe(false)
      expect((await accept(sent)).email).toBe('eve@example.com')
    })
  })

  it('a new password or a reset second factor ends sign-ins that are half done', async () => {
    const [owner, lead] = [await person('olga', 'owner'), await person('lea', 'lead')]
    const halfDone = (of: string) =>
      open.ledger
        .insert(verification)
        .values({ id: `half-${of}`, identifier: `2fa-${of}`, value: of, expiresAt: new Date('2027-01-01') })
    await halfDone(owner.id)
    await halfDone(lead.id)
    await call(members.resetTwoFactor, { id: lead.id }, as(owner))
    expect((await open.ledger.select().from(verification)).map(one => one.value)).toEqual(['olga'])
  })

  describe('an owner of a few stores', () => {
    it('gives no new password and takes no second factor beyond them: it would open the others', async () => {
      const [olga, far, near] = [
        await person('olga', 'owner'),
        await person('far', 'viewer', ['de']),
        await person('near', 'viewer', ['uk']),
      ]
      const uk = as(await person('una', 'owner', ['uk']))
      // A key of the role of owner with a few stores is the same.
      const key = as({ kind: 'key', id: 'k', name: 'key of olga', role: 'owner', stores: ['uk'] })
      for (const narrow of [uk, key])
        for (const { id } of [olga, far]) {
          const password = call(members.resetPassword, { email: `${id}@example.com` }, narrow)
          await expect(password).rejects.toMatchObject({ code: 'forbidden' })
          const factor = call(members.resetTwoFactor, { id }, narrow)
          await expect(factor).rejects.toMatchObject({ code: 'forbidden' })
        }
      await call(members.resetTwoFactor, { id: near.id }, uk)
    })
    it('sees and revokes no keys to others', async () => {
      const olga = await person('olga', 'owner')
      const una = await person('una', 'owner', ['uk'])
      const make = (name: string, stores: string[] | 'all') =>
        call(members.createKey, { name, role: 'viewer', stores }, as(olga))
      const [all, near] = [await make('all', 'all'), await make('near', ['uk'])]
      const names = async (actor: Actor) =>
        (await call(members.keys, {}, as(actor))).map(one => one.name).sort()
      expect([await names(una), await names(olga)]).toEqual([['near'], ['all', 'near']])
      await expect(call(members.revokeKey, { id: all.id }, as(una))).rejects.toMatchObject({
        code: 'not_found',
      })
      await call(members.revokeKey, { id: near.id }, as(una))
      expect(await names(olga)).toEqual(['all'])
    })
  })

  describe('somebody with a few stores', () => {
    it('finds in the list who may look into those, and of others’ stores none', async () => {
      const owner = await person('olga', 'owner')
      const uk = await person('dora', 'director', ['uk'])
      await person('bert', 'lead', ['uk', 'de'])
      await person('dirk', 'lead', ['de'])
      await invite(owner, 'viewer', ['de'], 'far@example.com')
      await invite(owner, 'viewer', ['de', 'uk'], 'near@example.com')
      const list = await call(members.list, {}, as(uk))
      expect(list.people.map(one => [one.name, one.stores])).toEqual([
        ['olga', 'all'],
        ['dora', ['uk']],
        ['bert', ['uk']],
      ])
      expect(list.invitations.map(one => [one.email, one.stores])).toEqual([['near@example.com', ['uk']]])
      expect((await call(members.list, {}, as(owner))).people).toHaveLength(4)
    })
    it('finds in the audit what concerns those, and what they did themselves', async () => {
      const owner = await person('olga', 'owner')
      const uk = await person('dora', 'director', ['uk'])
      const bert = await person('bert', 'lead', ['uk'])
      const event = { name: 'Sale', series: 's', kind: 'promotion', from: '2026-11-27', to: '2026-11-27' }
      const saved = (stores: string[]) =>
        call(operations.settings.saveEvent, { ...event, stores } as never, as(owner))
      await saved(['de'])
      await saved([])
      const { id } = (await saved(['uk', 'fr'])) as { id: string }
      await call(members.setRole, { id: bert.id, role: 'lead', stores: ['de'] }, as(owner))
      await call(members.createKey, { name: 'mine', role: 'viewer', stores: ['uk'] }, as(uk))
      await call(operations.settings.removeEvent, { id }, as(owner))
      const seen = async (actor: Actor) =>
        (await call(members.audit, {}, as(actor))).entries.map(one => one.subject).sort()
      expect(await seen(uk)).toEqual([
        'bert@example.com',
        'event Sale 2026-11-27',
        'event Sale 2026-11-27',
        'mine',
      ])
      expect(await seen(owner)).toHaveLength(6)
      // Of an act on several stores only those are named that one may look into.
      const told = async (actor: Actor) => (await call(members.audit, {}, as(actor))).entries
      expect(JSON.stringify(await told(uk))).not.toMatch(/"(fr|de)"/)
      expect(
        (await told(uk)).find(one => one.subject.startsWith('event') && one.after === null),
      ).toMatchObject({
        before: { stores: ['uk'] },
        stores: ['uk'],
      })
      expect(JSON.stringify(await told(owner))).toMatch(/"fr".*"de"|"de".*"fr"/)
      expect(await seen({ ...uk, id: 'nobody', stores: [] })).toEqual([])
    })
  })

  it('an act is found in the audit by the request it came in', async () => {
    const owner = await person('olga', 'owner')
    const sent = await invite(owner, 'viewer')
    await accept(sent)
    const { entries } = await call(members.audit, { search: 'request-2' }, as(owner))
    expect(entries.map(one => [one.operation, one.request])).toEqual([
      ['members.acceptInvitation', 'request-2'],
    ])
  })
})
