import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deliver } from '../../test/small-ledger.ts'
import { openDuckdb } from './duckdb.ts'

interface Event {
  id: number
  person: string
  message: string
  event: string
  day: number
}
const row = ({ id, person, message, event, day }: Event) => ({
  store: 'shop',
  platform: 'marketo',
  person,
  event_id: `e${id}`,
  event,
  kind: 'campaign',
  message,
  happened_at: `2026-05-0${day} 10:00:00`,
  day: `2026-05-0${day}`,
  currency: 'GBP',
  source: 'test',
})
const names: Record<string, string> = {
  opened: 'opens',
  clicked: 'clicks',
  bounced: 'bounces',
  unsubscribed: 'unsubscribes',
}

/** Counted by hand: sent and delivered each time, all else once for each person and message, on the first day. */
const expected = (events: readonly Event[]) => {
  const cells = new Map<string, Record<string, number>>()
  const add = (day: number, message: string, figure: string) => {
    const key = `2026-05-0${day} ${message}`
    const cell = cells.get(key) ?? { sent: 0, delivered: 0, opens: 0, clicks: 0, bounces: 0, unsubscribes: 0 }
    cell[figure] = (cell[figure] ?? 0) + 1
    cells.set(key, cell)
  }
  const firsts = new Map<string, Event>()
  for (const one of events) {
    if (one.event === 'sent' || one.event === 'delivered') add(one.day, one.message, one.event)
    else {
      const who = `${one.person} ${one.message} ${one.event}`
      const before = firsts.get(who)
      if (!before || one.day < before.day) firsts.set(who, one)
    }
  }
  for (const one of firsts.values()) add(one.day, one.message, names[one.event] ?? '')
  return Object.fromEntries([...cells].sort())
}
const counted = async (granary: Awaited<ReturnType<typeof openDuckdb>>) => {
  const rows = await granary.query(
    'SELECT day, message, sent, delivered, opens, clicks, bounces, unsubscribes FROM message_days ORDER BY day, message',
  )
  return Object.fromEntries(
    rows.map(({ day, message, ...figures }) => [
      `${day} ${message}`,
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)])),
    ]),
  )
}

const anyEvent = fc.record({
  person: fc.constantFrom('p1', 'p2', 'p3'),
  message: fc.constantFrom('m1', 'm2'),
  event: fc.constantFrom('sent', 'delivered', 'opened', 'opened', 'clicked', 'bounced', 'unsubscribed'),
  day: fc.integer({ min: 1, max: 6 }),
})

describe('single events of messages', () => {
  it('are counted the same however they come: in parts, again, late, out of order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
        async (drawn, cuts) => {
          const events = drawn.map((one, id) => ({ ...one, id }))
          const granary = await openDuckdb({ folder: ':memory:' })
          // Each part comes somewhere from the list, and overlaps with others; the whole comes last, backwards.
          for (const cut of cuts) {
            const at = cut % events.length
            await deliver(granary, 'message_events', events.slice(at, at + 7).map(row))
          }
          await deliver(granary, 'message_events', [...events].reverse().map(row))
          expect(await counted(granary)).toEqual(expected(events))
          await granary.remove({
            store: 'shop',
            table: 'message_events',
            rows: [{ store: 'shop', platform: 'marketo', person: 'p1' }],
          })
          expect(await counted(granary)).toEqual(expected(events.filter(one => one.person !== 'p1')))
          await granary.close()
        },
      ),
      { numRuns: 5 },
    )
  })
  it('leave what platforms count themselves alone, and say which days they changed', async () => {
    const granary = await openDuckdb({ folder: ':memory:' })
    const own = {
      store: 'shop',
      day: '2026-05-01',
      platform: 'hubspot',
      kind: 'campaign',
      message: 'm1',
      sent: 9,
      currency: 'GBP',
      source: 'x',
    }
    await deliver(granary, 'message_days', [own])
    const event = { id: 1, person: 'p1', message: 'm1', event: 'opened', day: 3 }
    await deliver(granary, 'message_events', [row(event)])
    await deliver(granary, 'message_events', [row({ ...event, id: 2, day: 2 })])
    const rows = await granary.query('SELECT day, platform, sent, opens FROM message_days ORDER BY platform')
    expect(rows).toEqual([
      { day: '2026-05-01', platform: 'hubspot', sent: '9', opens: null },
      { day: '2026-05-02', platform: 'marketo', sent: '0', opens: '1' },
    ])
    const changes = (await granary.changes(-1)).filter(one => one.table === 'message_days')
    expect(changes.at(-1)).toMatchObject({ stores: ['shop'], from: '2026-05-02', to: '2026-05-03' })
    await granary.close()
  })
})
