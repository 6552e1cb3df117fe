import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { system } from '#kernel/actor.ts'
import { user } from '#postgres/tables/members.ts'
import { letters } from '#postgres/tables/reviews.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { pdfText } from '../../../test/pdf-text.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { lineRow } from '../../../test/small-ledger.ts'
import { beyond } from './flash.ts'
import { sendLetters } from './letters.ts'
import type { SixTwelve } from './model.ts'
import { told } from './monday.ts'

const { reviews } = operations

// The language and the clock are tried here; that the ledgers agree, in the threads' test.
describe.each(ledgers.slice(0, 1))(
  'letters on $name',
  place => {
    const room = planRoom(place)
    const { run, at, sell } = room
    const { ada, bo, cy } = room.people
    type Mailed = { to: string; subject: string; text: string; html: string; files: readonly File[] }
    let mailed: Mailed[] = []
    let refuse: Error | null = null
    const context = (): Context => ({
      ...room.context(system('letters')),
      accounts: {
        url: 'https://quarterdeck.example',
        mails: true,
        mail: async (to, subject, text, html = '', files = []) => {
          if (refuse) throw refuse
          mailed.push({ to, subject, text, html, files })
          return true
        },
      } as Context['accounts'],
    })
    const send = () => sendLetters(context())

    beforeAll(async () => {
      for (const { id, name } of [ada, bo])
        await context()
          .ledger.insert(user)
          .values({
            id,
            name,
            email: `${id}@example.com`,
            role: 'lead',
            stores: id === 'bo' ? ['elsewhere'] : null,
          })
      at('2026-06-20T12:00:00Z')
      await run(reviews.subscribe, { kind: 'flash', on: true }, ada)
    }, 120_000)
    beforeEach(() => {
      mailed = []
      refuse = null
    })
    const pdf = async (letter: Mailed | undefined) => {
      const [file, ...others] = letter?.files ?? []
      if (!file || others.length > 0) throw new Error('A letter has one document.')
      return pdfText(new Uint8Array(await file.arrayBuffer())).pages.join('\n')
    }

    it('are not promised to whoever has no address, as the owner of a demo', async () => {
      const demo = { ...ada, id: 'demo', name: 'Demo' }
      await expect(run(reviews.subscribe, { kind: 'flash', on: true }, demo)).rejects.toMatchObject({
        code: 'unsupported',
        message: 'Demo has no address here, so no letter can be sent.',
      })
    })

    it('go out at seven of the company’s clock, once, whoever looks again', async () => {
      // British summer time: 05:59 UTC is a minute before seven.
      at('2026-06-21T05:59:00Z')
      expect((await send()).sent).toBe(0)
      at('2026-06-21T06:00:00Z')
      await Promise.all([send(), send(), send()])
      await send()
      expect(mailed.map(one => [one.to, one.subject])).toEqual([
        ['ada@example.com', '20 Jun, Net sales £200.00'],
      ])
      const { text, html } = mailed[0] as Mailed
      expect(text).toContain('Flash of Saturday, 20 June 2026')
      expect(text).toMatch(/Net sales +£200\.00 +no change +no change/)
      expect(text).toContain('https://quarterdeck.example/flash?day=2026-06-20')
      expect(html).toContain('>£200.00</td>')
      expect(text).not.toContain('!')
      // With it comes the same as a document.
      expect(mailed[0]?.files.map(one => [one.name, one.type])).toEqual([
        ['flash-2026-06-20.pdf', 'application/pdf'],
      ])
      expect(await pdf(mailed[0])).toContain('Saturday, 20 June 2026: net sales £200.00')
    })

    it('that a process died over are not sent again', async () => {
      at('2026-06-21T06:00:00Z')
      await context().ledger.update(letters).set({ state: 'claimed' })
      await send()
      expect(mailed).toEqual([])
    })

    it('wait while the data are not whole, say so at eleven, and are not held twice', async () => {
      at('2026-06-23T06:00:00Z')
      expect(await send()).toMatchObject({ sent: 0, held: 1 })
      const taken = await run(reviews.subscriptions, {}, ada).catch(() => [])
      expect(mailed).toEqual([])
      at('2026-06-23T10:00:00Z')
      await send()
      expect(mailed.map(one => one.subject)[0]).toMatch(/^Not whole: 22 Jun/)
      expect(mailed[0]?.text).toContain('! The data end on 20 Jun 2026: 2 days are missing.')
      expect(mailed[0]?.html).toContain('The data end on 20 Jun 2026')
      await send()
      expect(mailed).toHaveLength(1)
      expect(taken).toBeDefined()
    })

    it('held letters go as soon as the data have come', async () => {
      at('2026-06-24T06:00:00Z')
      await send()
      expect(mailed).toEqual([])
      await sell('late-23', '2026-06-23', 120)
      await send()
      expect(mailed.map(one => one.subject)).toEqual(['23 Jun, Net sales £120.00'])
    })

    it('go without their document where it cannot be made, and what is noted of them says so', async () => {
      await context().ledger.delete(letters)
      at('2026-06-24T06:00:00Z')
      const broken = () => Promise.reject(new Error('no type'))
      expect(await sendLetters(context(), broken)).toMatchObject({ sent: 1 })
      expect(mailed.map(one => [one.subject, one.files])).toEqual([['23 Jun, Net sales £120.00', []]])
      expect(await context().ledger.select().from(letters)).toMatchObject([
        { state: 'sent', said: 'Without its PDF: Error: no type' },
      ])
      await send()
      expect(mailed).toHaveLength(1)
    })

    it('that the mail server refuses are tried three times, and no others', async () => {
      await sell('on-24', '2026-06-24', 100)
      at('2026-06-25T06:00:00Z')
      refuse = Object.assign(new Error('mailbox busy'), { responseCode: 450 })
      for (let n = 0; n < 5; n += 1) await send()
      const rows = async () =>
        (await context().ledger.select().from(letters)).filter(one => one.day === '2026-06-25')
      expect(await rows()).toMatchObject([{ state: 'failed', attempts: 3, said: 'Error: mailbox busy' }])
      // A connection that broke half-way may have delivered it.
      await sell('on-25', '2026-06-25', 100)
      at('2026-06-26T06:00:00Z')
      refuse = Object.assign(new Error('socket closed'), { code: 'ESOCKET' })
      await send()
      refuse = null
      await send()
      expect(mailed).toEqual([])
    })

    it('show their reader the stores that are theirs, and nobody else’s', async () => {
      await run(reviews.subscribe, { kind: 'flash', on: false }, ada)
      at('2026-06-21T09:00:00Z')
      await run(reviews.subscribe, { kind: 'flash', on: true }, { ...bo, stores: ['elsewhere'] })
      at('2026-06-21T12:00:00Z')
      await send()
      expect(mailed.map(one => one.to)).toEqual(['bo@example.com'])
      expect(mailed[0]?.text).not.toContain('£200')
      expect(await pdf(mailed[0])).not.toContain('£200')
    })

    it('bring the Monday pack on Mondays', async () => {
      await run(reviews.subscribe, { kind: 'monday', on: true }, ada)
      await sell('on-21', '2026-06-21', 50)
      at('2026-06-22T10:00:00Z')
      await send()
      const pack = mailed.find(one => one.to === 'ada@example.com')
      expect(pack?.subject).toBe('Trading, wk 25 2026')
      expect(pack?.text).toMatch(/Net sales +£750\.00 +▲ 7\.1 %/)
      expect(pack?.files[0]?.name).toBe('monday-pack-2026-06-21.pdf')
      expect(await pdf(pack)).toContain('Week 25 2026: net sales £750.00, 7.1 % above the week before')
      at('2026-06-23T10:00:00Z')
      mailed = []
      await send()
      expect(mailed.filter(one => one.subject.startsWith('Trading'))).toEqual([])
    })

    it('tell the exceptions of the flash by the money they move, whatever is stranger', async () => {
      // Ten orders of £1 where one of £100 is usual.
      const cheap = Array.from({ length: 10 }, (_, n) => `cheap-${n}`)
      const rows = cheap.map(order_id => lineRow({ order_id, day: '2026-07-02', gross: 1 }))
      await room.deliver('sales_lines', rows)
      const { exceptions } = await run(reviews.flash, { day: '2026-07-02' }, ada)
      const money = exceptions.map((one: { metric: string; money: number }) => [
        one.metric,
        Math.round(one.money),
      ])
      // The country that all was sold to, till then, is the company: its £89 are not told beside them.
      expect(money).toEqual([
        ['aov', 990],
        ['net_sales', 90],
        ['orders', 9],
      ])
      expect(exceptions[0].words).toMatch(/usual on a Thursday.*: worth about £990 (more|less) than usual/)
    })

    it('remind owners once of actions that are due and of exceptions that have no word', async () => {
      for (const person of [ada, bo])
        for (const kind of ['flash', 'monday']) await run(reviews.subscribe, { kind, on: false }, person)
      const week = '2026-06-21'
      const agree = (text: string, due: string, more: object = {}) =>
        run(reviews.saveAction, {
          ...{ deck: 'weekly', week, text, due, owner: { id: 'ada', name: 'Ada' } },
          ...more,
        })
      const carrier = await agree('Call the carrier', '2026-07-01')
      await agree('Mend the filter', '2026-07-03')
      await agree('Somebody outside', '2026-07-01', { owner: { id: '', name: 'Agency' } })
      const block = { kind: 'chart', filters: [], text: '', title: '' }
      await sell('spike', '2026-06-19', 90_000)
      await run(reviews.saveDeck, {
        ...{ id: 'owned', name: 'Owned', stores: [], target: null, rule: { share: 1, money: 1 } },
        sections: [
          {
            ...{ id: 's', name: 'S' },
            blocks: [{ ...block, id: 'b', metrics: ['net_sales'], owner: { id: 'bo', name: 'Bo' } }],
          },
        ],
      })
      at('2026-07-01T05:30:00Z')
      await send()
      expect(mailed).toEqual([])
      at('2026-07-01T06:00:00Z')
      await Promise.all([send(), send()])
      await send()
      expect(mailed.map(one => [one.to, one.subject]).sort()).toEqual([
        ['ada@example.com', '1 matter waits for you'],
        ['bo@example.com', '1 matter waits for you'],
      ])
      const of = (to: string) => mailed.find(one => one.to === to)?.text ?? ''
      expect(of('ada@example.com')).toContain('- Call the carrier, due 1 Jul')
      expect(of('ada@example.com')).not.toContain('Mend the filter')
      expect(of('bo@example.com')).toMatch(/Exceptions that need your word\n- Net sales .*Say why/)
      expect(of('bo@example.com')).toContain('https://quarterdeck.example/review?deck=owned')
      // The next day nothing is new; put off, an action is due anew, with what else has come due.
      mailed = []
      at('2026-07-02T06:00:00Z')
      await send()
      expect(mailed).toEqual([])
      await agree('Call the carrier', '2026-07-03', { id: carrier.id, version: 1 })
      at('2026-07-03T06:00:00Z')
      await send()
      await send()
      expect(mailed.map(one => one.subject)).toEqual(['2 matters wait for you'])
    })

    it('remind nobody who declined, nor anybody where the company does not, and then of what is due still', async () => {
      const own = async (person: typeof ada) =>
        (await run(reviews.subscriptions, {}, person)).find(
          (one: { kind: string }) => one.kind === 'reminder',
        )
      const agree = (person: typeof ada) =>
        run(reviews.saveAction, {
          ...{ deck: 'weekly', week: '2026-06-21', text: `Of ${person.name}`, due: '2026-07-06' },
          owner: { id: person.id, name: person.name },
        })
      await run(reviews.subscribe, { kind: 'reminder', on: false }, ada)
      expect([await own(ada), await own(bo)]).toMatchObject([
        { on: false, sent: true },
        { on: true, sent: true },
      ])
      await agree(ada)
      await agree(bo)
      at('2026-07-06T06:00:00Z')
      await send()
      expect(mailed.map(one => one.to)).toEqual(['bo@example.com'])
      await run(reviews.subscribe, { kind: 'reminder', on: true }, ada)
      await run(reviews.setReminders, { on: false }, cy)
      expect(await own(ada)).toMatchObject({ on: true, sent: false })
      await expect(run(reviews.setReminders, { on: true }, bo)).rejects.toMatchObject({ code: 'forbidden' })
      mailed = []
      at('2026-07-07T06:00:00Z')
      await send()
      expect(mailed).toEqual([])
      await run(reviews.setReminders, { on: true }, cy)
      await send()
      expect(mailed.map(one => one.to)).toEqual(['ada@example.com'])
    })
  },
  120_000,
)

describe('what is beyond a weekday’s own limits', () => {
  const days = (values: readonly (number | null)[], before: readonly number[] = []) =>
    values.map((value, n) => ({ value, yearBefore: before[n] ?? null }))
  it('needs six weeks, and a day outside them', () => {
    expect(beyond(days([10, 12, 10, 12, 10, 100]))).toBeNull()
    // Mean 11, mean moving range 2: limits 11 ± 2.66 × 2.
    const usual = [10, 12, 10, 12, 10, 12]
    expect(beyond(days([...usual, 16.3]))).toBeNull()
    expect(beyond(days([...usual, 16.4]))?.far).toBeCloseTo(5.4 / 5.32, 6)
    expect(beyond(days([10, null, 12, 10, 12, 10, 12, 5]))?.low).toBeCloseTo(11 - 5.32, 6)
  })
  it('knows the season of the year before: a Black Friday as large as the last is none, half of it is', () => {
    const before = [10, 11, 10, 12, 11, 10, 60]
    const now = [11, 12.3, 11.1, 13, 12.2, 11]
    expect(beyond(days([...now, 66]))?.yearly).toBe(false)
    expect(beyond(days([...now, 66], before))).toBeNull()
    const short = beyond(days([...now, 33], before))
    expect(short?.yearly).toBe(true)
    expect(short?.low).toBeGreaterThan(60)
  })
})

it('the Monday pack shows contribution after what orders cost, and after goods where no more is known', () => {
  const chart = (metric: string, value: string | null) =>
    ({ metric, week: { value } }) as unknown as SixTwelve
  const tiers = [{ name: 'cm1' }, { name: 'cm2' }]
  const names = (cm2: string | null) =>
    told([chart('net_sales', '9'), chart('cm1', '5'), chart('cm2', cm2)], tiers).map(one => one.metric)
  expect(names('3')).toEqual(['net_sales', 'cm2'])
  expect(names(null)).toEqual(['net_sales', 'cm1'])
})
