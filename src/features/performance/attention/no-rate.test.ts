import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { alerts, looks } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { evaluate, sowRules } from './evaluate.ts'
import { type Rule, usualRules } from './rules.ts'
import { watchedBy } from './watched.ts'

const [first, opened, last] = ['2025-10-01', '2026-05-10', '2026-05-12']
let room: WatchRoom

beforeAll(async () => {
  room = await watchRoom([
    { store: 'north', currency: 'GBP' },
    { store: 'zug', currency: 'CHF', timezone: 'Europe/Zurich' },
  ])
  room.at(`${addDays(last, 1)}T09:00:00Z`)
  const rows = daysBetween(first, last).flatMap((day, t) =>
    [
      ...Array.from({ length: 10 + ((t * 7) % 3) }, (_, n) => ({ store: 'north', currency: 'GBP', n })),
      ...(day >= opened ? [{ store: 'zug', currency: 'CHF', n: 0 }] : []),
    ].map(({ n, ...of }) => lineRow({ order_id: `${of.store} ${day} ${n}`, day, gross: 50, ...of })),
  )
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
  await sowRules(room.context())
}, 120_000)
afterAll(() => room.close())

it('a company whose money cannot be told for want of a rate has not fallen to nothing', async () => {
  await evaluate(room.context())
  expect(await room.open.ledger.select().from(alerts)).toEqual([])
  expect((await room.open.ledger.select().from(looks)).length).toBeGreaterThan(0)
}, 120_000)

describe('media spend', () => {
  const rule = { ...(usualRules[1] as Rule), id: 'spend', metric: 'spend', by: [] as string[] }
  const spent = (store: string, of: { cost?: number; currency?: string }) => ({
    id: `spent ${JSON.stringify(of)}`,
    table: 'spend_days' as const,
    source: 'test',
    rows: daysBetween(first, last).map(day => ({
      store,
      day,
      platform: 'Google Ads',
      account: '1',
      channel: 'paid search',
      campaign: 'brand',
      country: 'GB',
      cost: 200,
      currency: 'GBP',
      source: 'test',
      ...(day >= opened && of),
    })) as never,
  })
  it('that cannot be told for want of a rate is not watched as if it had fallen to nothing', async () => {
    await carryRows(room, spent('north', { currency: 'USD' }))
    expect(await watchedBy(room.context(), rule, last, ['north'])).toBeNull()
  })
  it('that did fall is watched', async () => {
    await room.granary.remove({ store: 'north', table: 'spend_days' })
    await carryRows(room, spent('north', { cost: 0 }))
    const [cell] = (await watchedBy(room.context(), rule, last, ['north']))?.cells ?? []
    expect([...(cell?.amount ?? [])].slice(-5)).toEqual([200, 200, 0, 0, 0])
  })
})

it('a share of sales that falls costs it where more is better, and gains it where less is', async () => {
  const worth = async (metric: string) => {
    const rule = { ...(usualRules[2] as Rule), metric }
    return (await watchedBy(room.context(), rule, last, ['north']))?.cells[0]?.worth
  }
  expect([await worth('gross_margin'), await worth('return_rate')]).toEqual([1, -1])
})
