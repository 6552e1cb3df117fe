import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daysBetween } from '#kernel/day.ts'
import * as settings from '#postgres/tables/settings.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { causesOf } from './causes.ts'

/** A shop of about thirty orders a day that differ by chance; over Easter it sells a little more than that. */
let room: WatchRoom
const feast = (day: string) =>
  (day >= '2025-04-18' && day <= '2025-04-21') || (day >= '2026-04-03' && day <= '2026-04-06')
const chance = (t: number) => ((t * 7919) % 17) - 8

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  const rows = daysBetween('2025-01-01', '2026-05-10').flatMap((day, t) =>
    Array.from({ length: 30 + chance(t) + (feast(day) ? 2 : 0) }, (_, n) =>
      lineRow({ order_id: `${day} ${n}`, day, store: 'shop', gross: 50, product_id: `p${n % 5}` }),
    ),
  )
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
  room.at('2026-05-11T12:00:00Z')
}, 60_000)
afterAll(() => room.close())

const easter = async (from: string, to: string) => {
  const causes = await causesOf(room.context(), { from, to, compare: 'last_year' })
  const at = causes.findIndex(one => one.kind === 'event' && one.words.startsWith('Easter'))
  return { at, told: causes[at] }
}

it('names the feast that makes two years unlike first, and says that chance may do as much', async () => {
  const { at, told } = await easter('2026-03-30', '2026-04-12')
  expect(at).toBe(0)
  expect(told?.evidence).toContain('such days may differ as much by chance')
})

it('counts of a feast the days that lie in the stretch', async () => {
  const whole = (await easter('2026-03-30', '2026-04-12')).told?.perDay ?? 0
  // Half of it in half the days.
  const half = (await easter('2026-04-05', '2026-04-11')).told?.perDay ?? 0
  expect(half / whole).toBeCloseTo(1, 5)
})

it.each([
  ['launch', 'Easter fell into these days'],
  ['promotion', 'Spring fell into these days'],
] as const)(
  'what was entered over a feast stands for it where it is of its kind: a %s',
  async (kind, words) => {
    const event = { id: 'e', name: 'Spring', series: 'Spring', kind, stores: [] }
    await room.open.ledger.insert(settings.events).values({ ...event, from: '2026-04-02', to: '2026-04-07' })
    const span = { from: '2026-03-30', to: '2026-04-12', compare: 'last_year' as const }
    const told = (await causesOf(room.context(), span)).filter(one => one.kind === 'event')
    await room.open.ledger.delete(settings.events)
    const named = ['Easter', 'Spring'].map(name => told.some(one => one.words.startsWith(name)))
    expect(told.some(one => one.words.startsWith(words))).toBe(true)
    expect(named).toEqual([kind === 'launch', true])
  },
)

describe('stock that is known of only since afterwards', () => {
  const span = { from: '2026-04-28', to: '2026-05-07', compare: 'previous_days' as const }
  const lies = (day: string, on_hand: number) =>
    carryRows(room, {
      id: `stock-${day}-${on_hand}`,
      table: 'stock_days',
      rows: [
        { store: 'shop', day, location: 'leeds', product_id: 'p1', on_hand, available: on_hand },
      ] as never,
      source: 'test',
    })
  const told = async (product: string) =>
    (await causesOf(room.context(), { ...span, within: [['product', product]] })).filter(
      one => one.kind === 'stock',
    )

  it('speaks for what stopped selling, where nothing was left on its first day', async () => {
    expect(await told('p1')).toEqual([])
    await lies('2026-05-09', 0)
    const [cause] = await told('p1')
    expect(cause?.words).toBe(
      'p1 is out of stock: nothing of it was left on 9 May 2026, the first day its stock is known of.',
    )
    expect(cause?.perDay).toBeLessThan(0)
    expect(await told('p2')).toEqual([])
  })

  it('speaks for it, too, where less than a day’s sales was left, and not where there was enough', async () => {
    await lies('2026-05-09', 2)
    expect((await told('p1'))[0]?.words).toBe(
      'p1 is as good as out of stock: 2 left on 9 May 2026, the first day its stock is known of, less than it sells in a day.',
    )
    await lies('2026-05-09', 200)
    expect(await told('p1')).toEqual([])
  })

  it('says nothing where some was left on an earlier day', async () => {
    await lies('2026-05-06', 12)
    expect(await told('p1')).toEqual([])
  })
})

it('counts stock-outs whose days are known as lost sales do', async () => {
  const rows = daysBetween('2026-04-14', '2026-04-27').map(day =>
    lineRow({ order_id: `p9 ${day}`, day, store: 'shop', gross: 50, product_id: 'p9' }),
  )
  await carryRows(room, { id: 'p9-sold', table: 'sales_lines', rows: rows as never, source: 'test' })
  await carryRows(room, {
    id: 'p9-stock',
    table: 'stock_days',
    rows: daysBetween('2026-04-28', '2026-05-07').map(day => ({
      ...{ store: 'shop', day, location: 'leeds', product_id: 'p9', on_hand: 0, currency: 'GBP' },
    })) as never,
    source: 'test',
  })
  const span = { from: '2026-04-28', to: '2026-05-07' }
  const { totals } = await room
    .context()
    .metrics.ask(
      { ...span, metrics: ['lost_sales'], filters: [{ dimension: 'product', is: ['p9'] }] },
      { stores: 'all', now: new Date('2026-05-11T12:00:00Z') },
    )
  expect(totals.lost_sales).toBe('500')
  const causes = await causesOf(room.context(), {
    ...span,
    compare: 'previous_days',
    within: [['product', 'p9']],
  })
  expect(causes.find(one => one.kind === 'stock')?.perDay).toBe(-50)
})
