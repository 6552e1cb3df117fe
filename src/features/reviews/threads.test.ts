import { call } from '@orpc/server'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { audit, user } from '#postgres/tables/members.ts'
import { ledgers } from '../../../test/ledgers.ts'

const { reviews } = operations

describe.each(ledgers)('threads on $name', place => {
  let open: OpenLedger
  const mailed: { to: string; text: string }[] = []
  const person = (id: string, stores: Actor['stores'] = 'all'): Actor => ({
    kind: 'person',
    id,
    name: id,
    role: 'contributor',
    stores,
  })
  const [ada, bo, paris] = [person('ada'), person('bo'), person('paris', ['paris'])]
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  const run = (operation: unknown, input: unknown, actor: Actor = ada): Promise<any> => {
    const context = {
      actor,
      ledger: open.ledger,
      clock: () => new Date('2026-06-21T09:00:00Z'),
      note: () => undefined,
      enqueue: () => undefined,
      accounts: {
        url: 'https://quarterdeck.example',
        mail: async (to: string, _: string, text: string) => mailed.push({ to, text }) > 0,
      },
    } as unknown as Context
    return call(operation as never, input as never, { context } as never)
  }
  const subject = 'figure:net_sales:2026-06-01..2026-06-20'
  const words = {
    subject,
    title: 'Net sales, 1–20 Jun 2026',
    path: '/?period=2026-06-01..2026-06-20',
    text: 'Why so low? @bo',
  }

  beforeAll(async () => {
    open = await place.open()
    for (const { id, stores } of [ada, bo, paris])
      await open.ledger
        .insert(user)
        .values({ id, name: id, email: `${id}@example.com`, stores: stores === 'all' ? null : [...stores] })
    return () => open.close()
  }, 120_000)

  it('keep what was said, tell whom it was said to, in the product and by mail', async () => {
    await run(reviews.say, { ...words, mentions: ['bo'] })
    await run(reviews.say, { ...words, text: 'The fair was rained off.' }, bo)
    const { comments, title } = await run(reviews.thread, { subject })
    expect(title).toBe(words.title)
    expect(comments.map((one: { text: string; by: { id: string } }) => [one.by.id, one.text])).toEqual([
      ['ada', 'Why so low? @bo'],
      ['bo', 'The fair was rained off.'],
    ])
    expect(await run(reviews.mentions, {}, bo)).toMatchObject([
      { by: 'ada', title: words.title, seen: false },
    ])
    expect(mailed).toHaveLength(1)
    expect(mailed[0]).toMatchObject({ to: 'bo@example.com' })
    expect(mailed[0]?.text).toContain('talk=figure%3Anet_sales')
    const [mention] = await run(reviews.mentions, {}, bo)
    expect(await run(reviews.markSeen, { comments: [mention.comment] }, bo)).toEqual({ seen: 1 })
    expect((await run(reviews.mentions, {}, bo))[0].seen).toBe(true)
  })

  it('of the company are not seen by who sees a store, nor theirs by mistake in the company’s', async () => {
    expect((await run(reviews.thread, { subject }, paris)).comments).toEqual([])
    await run(reviews.say, { ...words, text: 'Paris only' }, paris)
    expect((await run(reviews.thread, { subject }, paris)).comments).toHaveLength(1)
    expect((await run(reviews.thread, { subject })).comments).toHaveLength(2)
    expect((await run(reviews.thread, { subject, stores: ['paris'] })).comments[0].text).toBe('Paris only')
    await expect(run(reviews.thread, { subject, stores: ['london'] }, paris)).rejects.toThrow(
      'stores that you cannot see',
    )
    await expect(run(reviews.say, { ...words, mentions: ['paris'] })).rejects.toThrow(
      'paris does not see these stores',
    )
    expect(await run(reviews.mentions, {}, paris)).toEqual([])
  })

  it('let somebody name themselves who signs in nowhere, as in a demo, and nobody else who is not there', async () => {
    const other = { ...words, subject: 'figure:orders:2026-06-01..2026-06-20', text: 'Mine? @demo' }
    await run(reviews.say, { ...other, mentions: ['demo'] }, person('demo'))
    await expect(run(reviews.say, { ...other, mentions: ['demo'] })).rejects.toThrow('not here any more')
    const { comments } = await run(reviews.thread, { subject: other.subject })
    expect(comments.map((one: { mentions: object[] }) => one.mentions)).toEqual([[]])
  })

  it('let people take back their own words, and keep that in the audit', async () => {
    const [first] = (await run(reviews.thread, { subject })).comments
    await expect(run(reviews.takeBack, { id: first.id }, bo)).rejects.toThrow('only they can take it back')
    await expect(run(reviews.takeBack, { id: first.id }, paris)).rejects.toThrow('no such comment')
    await run(reviews.takeBack, { id: first.id })
    expect((await run(reviews.thread, { subject })).comments[0]).toMatchObject({ removed: true, text: '' })
    expect(await run(reviews.mentions, {}, bo)).toEqual([])
    const rows = (await open.ledger.select().from(audit)).filter(
      one => one.operation.endsWith('takeBack') || one.before !== null,
    )
    expect(rows.map(one => [one.actorId, one.subject, one.before])).toEqual([
      ['ada', 'comment on Net sales, 1–20 Jun 2026', 'Why so low? @bo'],
    ])
  })

  it('point nowhere but into this server', async () => {
    for (const path of ['https://elsewhere.example/', '//elsewhere.example'])
      await expect(run(reviews.say, { ...words, path })).rejects.toThrow()
  })
})
