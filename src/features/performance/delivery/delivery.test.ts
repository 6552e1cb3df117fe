import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { openLedger } from '#postgres/open.ts'
import { alertChannels, alerts, looks, outbox } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { deliverLines } from '../../../../test/small-ledger.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { sowRules } from '../attention/evaluate.ts'
import { afterQuiet, compose } from './compose.ts'
import { type Channel, type Letter, sendDue } from './outbox.ts'
import { slackOf, teamsOf, textOf } from './payloads.ts'
import { createSender, NotSent } from './send.ts'

const message = {
  subject: 'Orders <b>40 %</b> below usual',
  lead: 'Since 3 May 2026, −£120 a day.',
  items: [
    { title: 'Orders & more', text: 'Place a test order.', link: 'https://deck.example/alerts?alert=1' },
  ],
  caution: 'The data end on 2 May.',
  link: 'https://deck.example/alerts',
}

let room: WatchRoom
const sentBy: [Channel['kind'], string][] = []
const rows = () => room.open.ledger.select().from(outbox).orderBy(outbox.key)
const save = (input: object, actor = someone('cy', 'director')) =>
  room.run(performance.saveAlertChannel, input, actor)
const alert = (id: string, more: Partial<typeof alerts.$inferInsert> = {}): typeof alerts.$inferInsert => ({
  id,
  rule: 'orders',
  metric: 'orders',
  slice: { store: 'shop' },
  stores: ['shop'],
  kind: 'shift',
  direction: 'below',
  since: '2026-05-01',
  until: null,
  seenOn: '2026-05-03',
  score: 0.9,
  finding: { unit: 'count', expected: 10, actual: 6, perDay: -4, causes: [], check: 'Place a test order.' },
  moneyPerDay: -120,
  currency: 'GBP',
  doubt: null,
  state: 'open',
  firstAt: '2026-05-04T05:00:00Z',
  updatedAt: '2026-05-04T05:00:00Z',
  ...more,
})

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  await deliverLines(room.granary, [{ order_id: '1', day: '2026-05-03', gross: 20 }])
  const lamp = {
    product_id: 'LIG-2',
    title: 'Dale Lamp',
    category: '',
    brand: '',
    vendor: '',
    source: 'test',
  }
  await carryRows(room, { id: 'products', table: 'products', rows: [lamp] as never, source: 'test' })
  room.at('2026-05-03T12:00:00Z')
  await save({
    id: 'desk',
    name: 'Desk',
    kind: 'mail',
    to: 'ada@shop.example',
    digestAt: 7,
    quietFrom: 22,
    quietTo: 6,
  })
  await sowRules(room.context())
  const looked = { rule: 'orders', through: '2026-05-03', at: '2026-05-04T05:00:00Z', gaps: [] }
  await room.open.ledger.insert(looks).values(looked)
  await room.open.ledger
    .insert(alerts)
    .values([
      alert('a'),
      alert('old', { firstAt: '2026-04-01T05:00:00Z' }),
      alert('whole', { stores: [], moneyPerDay: -5, slice: { product: 'LIG-2' } }),
    ])
}, 300_000)
afterAll(() => room.close())

describe('what is sent', () => {
  it('is plain in mail, safe in Slack, a card in Teams', () => {
    expect(textOf(message)).toBe(
      'The data end on 2 May.\n\nSince 3 May 2026, −£120 a day.\n\nOrders & more\nPlace a test order.\nhttps://deck.example/alerts?alert=1\n\nAll of it: https://deck.example/alerts\n',
    )
    const slack = JSON.stringify(slackOf(message))
    expect(slack).toContain('"text":"Orders &lt;b&gt;40 %&lt;/b&gt; below usual"')
    expect(slack).toContain('*<https://deck.example/alerts?alert=1|Orders &amp; more>*')
    expect(teamsOf(message)).toMatchObject({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } },
      ],
    })
  })

  it('goes to the vendors’ own hosts alone, and signed webhooks to no private network', async () => {
    await expect(
      save({ id: 's', name: 'S', kind: 'slack', to: 'https://hooks.slack.com.evil.example/x' }),
    ).rejects.toThrow('no webhook of Slack')
    await expect(
      save({ id: 't', name: 'T', kind: 'teams', to: 'http://x.logic.azure.com/x' }),
    ).rejects.toThrow('no address a webhook can have')
    const inner = await save({
      id: 'inner',
      name: 'Inner',
      kind: 'webhook',
      to: 'https://127.0.0.1/x',
      digestAt: null,
    })
    expect(inner.secret).toMatch(/^whsec_/)
    const [channel] = await room.open.ledger.select().from(alertChannels).where(eq(alertChannels.id, 'inner'))
    const send = createSender(room.context(), { fetch: () => Promise.reject(new Error('asked')) })
    await expect(send(channel as Channel, { id: 'x', message } as Letter)).rejects.toThrow('private network')
    expect(JSON.stringify(channel)).not.toContain(inner.secret)
    await room.run(performance.removeAlertChannel, { id: 'inner' }, someone('cy', 'director'))
  })

  it('is signed with the channel’s secret over id, time and body', async () => {
    const { secret } = await save({
      id: 'hook',
      name: 'Hook',
      kind: 'webhook',
      to: 'https://hook.example/x',
      digestAt: null,
      alerts: false,
    })
    const [channel] = await room.open.ledger.select().from(alertChannels).where(eq(alertChannels.id, 'hook'))
    let got: RequestInit = {}
    const send = createSender(room.context(), {
      allowed: new Set(['hook.example']),
      fetch: async (_, init) => {
        got = init ?? {}
        return new Response(null, { status: 204 })
      },
    })
    await send(channel as Channel, { id: 'msg', message } as Letter)
    const headers = got.headers as Record<string, string>
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const told = createHmac('sha256', key)
      .update(`msg.${headers['webhook-timestamp']}.${got.body}`)
      .digest('base64')
    expect(headers['webhook-id']).toBe('msg')
    expect(headers['webhook-signature']).toBe(`v1,${told}`)
  })

  it('is decided by who sees all stores, and its addresses are in no answer', async () => {
    await expect(
      save({ id: 'x', name: 'X', kind: 'mail', to: 'x@shop.example' }, someone('lo', 'director', ['shop'])),
    ).rejects.toMatchObject({ code: 'forbidden' })
    await expect(
      save({ id: 'x', name: 'X', kind: 'mail', to: 'x@shop.example' }, someone('vi', 'lead')),
    ).rejects.toMatchObject({ code: 'forbidden' })
    const told = await room.run(performance.alertChannels, {})
    expect(JSON.stringify(told)).not.toContain('/x')
    expect(told.channels.find((one: { id: string }) => one.id === 'hook').to).toBe('hook.example')
  })
})

describe('a channel', () => {
  it('has quiet hours with a begin and an end, and stores that there are', async () => {
    const own = { id: 'q', name: 'Q', kind: 'mail', to: 'x@shop.example' }
    for (const hours of [{ quietFrom: 22 }, { quietTo: 6 }, { quietFrom: 6, quietTo: 6 }])
      await expect(save({ ...own, ...hours })).rejects.toThrow('Quiet hours begin at one hour')
    await expect(save({ ...own, stores: ['shop', 'gone'] })).rejects.toThrow('There is no store gone.')
    await expect(save({ ...own, stores: [] })).rejects.toThrow('sends nothing')
  })
})

describe('the post', () => {
  it('waits for the end of the quiet hours, by the clock on the wall', () => {
    const night = { quietFrom: 22, quietTo: 6 }
    const at = (moment: string) =>
      new Date(afterQuiet(night, 'Europe/London', Date.parse(moment))).toISOString()
    expect(at('2026-05-03T22:30:00Z')).toBe('2026-05-04T05:00:00.000Z')
    expect(at('2026-05-04T04:30:00Z')).toBe('2026-05-04T05:00:00.000Z')
    expect(at('2026-05-04T12:00:00Z')).toBe('2026-05-04T12:00:00.000Z')
    expect(at('2026-03-28T23:30:00Z')).toBe('2026-03-29T05:00:00.000Z')
  })

  it('tells each new alert once, and writes one digest a day at its hour', async () => {
    room.at('2026-05-04T05:30:00Z')
    for (let n = 0; n < 3; n++) await compose(room.context())
    expect((await rows()).map(one => one.key)).toEqual(['alert a desk', 'alert whole desk'])
    room.at('2026-05-04T06:30:00Z')
    for (let n = 0; n < 3; n++) await compose(room.context())
    const [, , digest, ...more] = await rows()
    expect(more).toEqual([])
    expect(digest?.key).toBe('digest 2026-05-04 desk')
    expect(digest?.message.subject).toBe('3 matters need attention')
    const titles = digest?.message.items.map(one => one.title)
    expect(titles?.[0]).toBe('Orders 40 % below usual in shop')
    expect(titles?.at(-1)).toBe('Orders 40 % below usual in Dale Lamp')
  })

  it('sends once, tries again what was refused, and does not repeat what may have arrived', async () => {
    const context = room.context()
    const outcomes = [new NotSent('busy', true), null, new Error('silence'), null]
    const send = async (channel: Channel, letter: Letter) => {
      sentBy.push([channel.kind, letter.message.subject])
      const outcome = outcomes.shift()
      if (outcome) throw outcome
    }
    expect(await sendDue(context, send)).toBe(1)
    expect((await rows()).map(one => one.state).sort()).toEqual(['sent', 'unsure', 'waiting'])
    room.at('2026-05-04T06:32:00Z')
    expect(await sendDue(room.context(), send)).toBe(1)
    expect(await sendDue(room.context(), send)).toBe(0)
    expect(sentBy).toHaveLength(4)
  })

  it('holds a digest while data are stale, then sends it and says so', async () => {
    room.at('2026-05-05T06:30:00Z')
    await compose(room.context())
    const key = 'digest 2026-05-05 desk'
    expect((await rows()).some(one => one.key === key)).toBe(false)
    room.at('2026-05-05T10:30:00Z')
    await compose(room.context())
    const held = (await rows()).find(one => one.key === key)
    expect(held?.message.caution).toMatch(/^Held for 4 hours\. The data end on 3 May 2026/)
  })

  it('sends again what a person asks for, and tells in the next digest what did not arrive', async () => {
    const [lost] = (await rows()).filter(one => one.state === 'unsure')
    const id = lost?.id ?? ''
    await room.run(performance.sendAgain, { id })
    await expect(room.run(performance.sendAgain, { id })).rejects.toMatchObject({ code: 'conflict' })
    const again: string[] = []
    await sendDue(room.context(), async (_, letter) => {
      again.push(letter.id)
      throw new NotSent('no such address', false)
    })
    expect(again).toContain(id)
    room.at('2026-05-05T19:00:00Z')
    await save({ id: 'late', name: 'Late', kind: 'mail', to: 'late@shop.example', digestAt: 21 })
    const after = await rows()
    expect(after.find(one => one.id === id)).toMatchObject({ state: 'failed', error: 'no such address' })
  })

  it('sends again what failed, once and with all its tries, for a director who sees all stores', async () => {
    const [failed] = (await rows()).filter(one => one.state === 'failed')
    const id = failed?.id ?? ''
    const ask = (actor = someone('cy', 'director')) => room.run(performance.sendAgain, { id }, actor)
    for (const actor of [someone('le', 'lead'), someone('lo', 'director', ['shop'])])
      await expect(ask(actor)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await ask()).toEqual({ queued: true })
    const own = async () => (await rows()).find(one => one.id === id)
    expect(await own()).toMatchObject({ state: 'waiting', attempts: 0, error: null })
    const sent: string[] = []
    // The first try is refused for now: it is tried once more by itself.
    const send = async (_: Channel, letter: Letter) => {
      sent.push(letter.id)
      if (sent.filter(one => one === id).length === 1) throw new NotSent('busy', true)
    }
    await sendDue(room.context(), send)
    room.at('2026-05-05T19:02:00Z')
    await sendDue(room.context(), send)
    expect(sent.filter(one => one === id)).toHaveLength(2)
    expect(await own()).toMatchObject({ state: 'sent', error: null })
    // What has arrived is not sent again.
    await expect(ask()).rejects.toMatchObject({ code: 'conflict' })
    await expect(
      room.run(performance.sendAgain, { id: 'none' }, someone('cy', 'director')),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('sends a digest of the evening that is held at night, and none of before there was a channel', async () => {
    const of = async () => (await rows()).filter(one => one.channel === 'late').map(one => one.key)
    await compose(room.context())
    expect(await of()).toEqual([])
    // Ten in the evening in London: the data are stale, and it is held until one.
    room.at('2026-05-05T20:30:00Z')
    await compose(room.context())
    room.at('2026-05-05T23:30:00Z')
    await compose(room.context())
    expect(await of()).toEqual([])
    room.at('2026-05-06T00:10:00Z')
    for (let n = 0; n < 3; n++) await compose(room.context())
    expect(await of()).toEqual(['digest 2026-05-05 late'])
  })
})

describe('a digest due in quiet hours', () => {
  it('waits until they are over', async () => {
    await save({
      id: 'night',
      name: 'Night',
      kind: 'mail',
      to: 'ada@shop.example',
      alerts: false,
      digestAt: 5,
      quietFrom: 22,
      quietTo: 8,
      stale: 'flag',
    })
    room.at('2026-05-06T05:10:00Z')
    await compose(room.context())
    const [night] = (await rows()).filter(one => one.key === 'digest 2026-05-06 night')
    expect(new Date(night?.notBefore ?? '').toISOString()).toBe('2026-05-06T07:00:00.000Z')
    const sent: string[] = []
    const send = async ({ id }: Channel) => void sent.push(id)
    await sendDue(room.context(), send)
    expect(sent).not.toContain('night')
    room.at('2026-05-06T07:00:00Z')
    await sendDue(room.context(), send)
    expect(sent).toContain('night')
  })
})

describe('a server killed while it sends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'killed-post-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(['webhook', 'mail'])(
    'loses no %s, and repeats only what its receiver can tell',
    async kind => {
      const place = join(folder, kind)
      const out = await new Promise<string>(resolve =>
        execFile(process.execPath, ['test/send-forever.ts', place, kind], (_, stdout) => resolve(stdout)),
      )
      const before = out.trim().split('\n').at(-1)
      expect(before).toMatch(new RegExp(`^${kind} `))
      const open = await openLedger({ folder: place })
      const sent: string[] = []
      const context = { ledger: open.ledger, clock: () => new Date('2026-05-04T08:05:00Z') } as never
      await sendDue(context, async (channel, { id }) => void sent.push(`${channel.kind} ${id}`))
      const left = await open.ledger.select().from(outbox).where(eq(outbox.channel, kind))
      expect(sent.includes(before ?? '')).toBe(kind === 'webhook')
      expect(left[0]?.state).toBe(kind === 'webhook' ? 'sent' : 'unsure')
      expect(await sendDue(context, async () => void sent.push('again'))).toBe(0)
      await open.close()
    },
    120_000,
  )
})
