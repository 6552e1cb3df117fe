import { afterEach, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { addDays, type Day, monthOf } from '#kernel/day.ts'
import { type OddShop, openShop, type Planted, plantedIn, season, week } from '../../../../test/odd-shops.ts'
import { evaluate } from './evaluate.ts'

/** Shops unlike most, with something wrong in them and without: what is told of each after a look at its latest weeks. */
const usual = (size: number) => (day: Day) => size * season(day) * week(day)
const [from, until] = ['2026-01-05', '2026-05-31']
const isFirst = (day: Day) => day.endsWith('-01')
const shops = {
  /** Charges on the 1st beside a little trade of every day. */
  subscription: {
    stores: [{ store: 'shop', orders: usual(12) }],
    also: (day: Day) =>
      isFirst(day) ? Array.from({ length: 150 }, () => ({ gross: 12, product: 'Cups 1' })) : [],
  },
  /** One of two stores sells many times as much for a month, half of it to one company. */
  tenfold: {
    stores: [
      { store: 'north', orders: usual(12) },
      { store: 'south', orders: usual(12) },
    ],
    also: (day: Day, store: string) =>
      store !== 'north' || monthOf(day) !== 4
        ? []
        : [
            ...Array.from({ length: 60 }, () => ({ gross: 30, product: 'Rugs 1' })),
            ...(day === '2026-04-17' ? [{ gross: 40_000, account: 'a1', product: 'Bulk' }] : []),
          ],
  },
  /** More comes back than is sold. */
  returning: {
    stores: [{ store: 'shop', orders: usual(30) }],
    also: () => [{ kind: 'reversal' as const, reversals: -2500 }],
  },
  /** One of two stores was closed down. */
  closing: {
    stores: [
      { store: 'open', orders: usual(25) },
      { store: 'gone', orders: (day: Day) => (day > '2026-04-12' ? 0 : usual(20)(day)) },
    ],
  },
}
let room: Awaited<ReturnType<typeof openShop>> | undefined
afterEach(() => room?.close())

const told = async (name: keyof typeof shops, planted?: Planted, last = until) => {
  const shop: OddShop = { name, seed: 5, from, until: last, ...shops[name], ...(planted && { planted }) }
  room = await openShop(shop)
  await room.fill(last)
  room.at(`${addDays(last, 1)}T12:00:00Z`)
  await evaluate(room.context())
  const states = ['open', 'acknowledged', 'snoozed', 'resolved']
  return (await room.run(performance.alerts, { state: states })).rows as {
    id: string
    metric: string
    slice: Record<string, string>
    rule: string
    kind: string
    since: string
    until: string | null
    title: string
    moneyPerDay: number | null
  }[]
}

it('a store beside one that sells many times as much has not fallen', async () => {
  const rows = await told('tenfold')
  // Three months: one or two by chance.
  expect(rows.length, rows.map(one => one.title).join('; ')).toBeLessThan(4)
  for (const { moneyPerDay } of rows) expect(Math.abs(moneyPerDay ?? 0)).toBeLessThan(1000)
})

it('the end of a store is one alert, from the day on which it stopped', async () => {
  const rows = (await told('closing')).filter(one => one.slice.store === 'gone' && one.kind !== 'limits')
  expect(rows.map(one => [one.kind, one.since])).toEqual([['silence', '2026-04-13']])
})

it('a broken device is a loss where more comes back than is sold', async () => {
  const broken = { what: 'device' as const, store: 'shop', from: '2026-05-20', to: until }
  const rows = await told('returning', broken, '2026-05-26')
  const found = rows.find(one => one.slice.device === plantedIn.device)
  expect(found?.since).toBe('2026-05-20')
  expect(found?.moneyPerDay).toBeLessThan(-200)
  expect(found?.moneyPerDay).toBeGreaterThan(-900)
})

it('a dead channel is found beside charges on the 1st, and these are hardly news', async () => {
  const dead = { what: 'channel' as const, store: 'shop', from: '2026-05-12', to: until }
  const rows = await told('subscription', dead, '2026-05-20')
  const [found] = rows.filter(one => one.until === null)
  expect(found?.slice).toEqual({ store: 'shop', channel: plantedIn.channel })
  expect(found?.since).toBe('2026-05-12')
  const others = rows.filter(one => one !== found)
  // In three months: the others of the category stand beside what is charged.
  expect(others.length, others.map(one => one.title).join('; ')).toBeLessThan(6)
})

it('what was put off for a day is open again on the next, while it goes on', async () => {
  const [gone] = (await told('closing', undefined, '2026-04-20')).filter(one => one.slice.store === 'gone')
  const shop = room
  if (!shop || !gone) throw new Error('The end of the store was not told.')
  const { id } = gone
  await shop.run(performance.actOnAlert, { id, act: 'snooze', until: '2026-04-22', reason: 'Known tomorrow' })
  const state = async () => {
    await evaluate(shop.context())
    return (await shop.run(performance.alert, { id })).state
  }
  expect(await state()).toBe('snoozed')
  shop.at('2026-04-22T12:00:00Z')
  expect(await state()).toBe('open')
}, 120_000)
