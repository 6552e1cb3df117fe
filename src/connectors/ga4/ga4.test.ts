import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { addDays, daysBetween } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { civilYear, periodOf } from '#kernel/period.ts'
import type { Company } from '#simulators/company/company.ts'
import { localDay } from '#simulators/company/stores.ts'
import { purchasesOn } from '#simulators/company/traffic-orders.ts'
import {
  purchaseTruth,
  type SpendTruth,
  searchTruth,
  spendTruth,
  trafficTruth,
  usersTruth,
} from '#simulators/company/traffic-truth.ts'
import { ga4Stage, storesOf } from '../../../test/ga4-stage.ts'

const dayMs = 86_400_000
const number = (text: unknown) => exact(String(text ?? 0)).toString()
const storeOf = (company: Company, host: string) =>
  storesOf(company).find(one => one.hosts.includes(host))?.store ?? ''

const figures = [
  'sessions',
  'engaged_sessions',
  'product_view_sessions',
  'cart_sessions',
  'checkout_sessions',
  'completed_sessions',
  'key_event_sessions',
  'key_events',
  'page_views',
  'new_users',
  'transactions',
  'purchase_revenue',
] as const

/** Sums by store, day, country, channel and device: of what the property shows, and of what is held. */
const shown = (company: Company, at: number) =>
  Object.fromEntries(
    [...trafficTruth(company, at)].map(({ host, day, country, channel, device, figures: of }) => [
      [storeOf(company, host), day, country, channel, device].join(' '),
      figures.map(name => number(of[name])).join(' '),
    ]),
  )
const held = (rows: readonly CanonicalRow[], names: readonly string[] = figures) => {
  const sums = Map.groupBy(rows, row => [row.store, row.day, row.country, row.channel, row.device].join(' '))
  const total = (some: readonly CanonicalRow[], name: string) =>
    some.reduce((sum, row) => sum.plus(exact(String(row[name] ?? 0))), exact('0')).toString()
  return Object.fromEntries(
    [...sums].map(([key, some]) => [key, names.map(name => total(some, name)).join(' ')]),
  )
}

describe.each([7, 11])('all of a property (seed %i)', seed => {
  it('is what it shows, at first and again after forty days', { timeout: 120_000 }, async () => {
    const { company, world, connect, complaints } = await ga4Stage({ seed })
    const engine = await connect()
    const whole = () => {
      const at = world.now()
      const traffic = engine.rows('traffic_days')
      const main = traffic.filter(row => row.landing_page === '')
      expect(held(main)).toEqual(shown(company, at))
      // Landing pages split the same sessions another way, and are never added to them.
      const few = ['sessions', 'engaged_sessions', 'transactions', 'purchase_revenue']
      expect(
        held(
          traffic.filter(row => row.landing_page !== ''),
          few,
        ),
      ).toEqual(held(main, few))

      expect(engine.rows('spend_days').map(spendLine).sort()).toEqual(
        [...spendTruth(company, at)]
          .filter(one => one.platform === 'google-ads')
          .map(spendLine)
          .sort(),
      )
      expect(
        engine
          .rows('analytics_orders')
          .map(row =>
            [row.store, row.day, row.transaction_id, row.channel, row.device, number(row.revenue)].join(),
          )
          .sort(),
      ).toEqual(
        [...purchaseTruth(company, at)]
          .map(one =>
            [
              storeOf(company, one.host),
              one.day,
              one.id,
              one.channel,
              one.device,
              number(one.revenue),
            ].join(),
          )
          .sort(),
      )
      expect(bought(engine.rows('item_days'))).toEqual(boughtIn(company, at))
      expect(searchesOf(engine.rows('search_days'))).toEqual(searchesIn(company, at))
      expect(engine.problems).toEqual([])
      expect(complaints).toEqual([])
    }
    await engine.round()
    whole()
    // Days that may still change say so; others say nothing.
    const today = localDay('Europe/London', world.now())
    const marked = (day: string) =>
      new Set(
        engine
          .rows('traffic_days')
          .filter(row => row.day === day)
          .map(row => row.quality),
      )
    expect(marked(today)).toEqual(new Set(['provisional']))
    expect(marked(addDays(today, -1))).toEqual(new Set(['provisional']))
    expect(marked(addDays(today, -4))).toEqual(new Set(['']))
    const first = engine.rows('traffic_days').filter(row => row.channel === 'Unassigned')
    expect(first.length).toBeGreaterThan(0)

    world.advance(40 * dayMs)
    await engine.round()
    whole()
    // Sessions that had no channel until Google knew it are with their channel now, and nowhere else.
    const days = new Set(first.map(row => row.day))
    const left = engine
      .rows('traffic_days')
      .filter(row => days.has(row.day as string) && row.channel === 'Unassigned')
    expect(left).toEqual([])
    expect(marked(today)).toEqual(new Set(['']))
  })
})

/** Sessions, engaged ones and searches by store, day, way and term. */
const bySearch = (lines: readonly [key: string, ...of: number[]][]) => {
  const sums = new Map<string, number[]>()
  for (const [key, ...of] of lines)
    sums.set(
      key,
      of.map((one, n) => one + (sums.get(key)?.[n] ?? 0)),
    )
  return Object.fromEntries(sums)
}
const searchesOf = (rows: readonly CanonicalRow[]) =>
  bySearch(
    rows.map(row => [
      [row.store, row.day, row.country, row.channel, row.device, row.term].join(' '),
      Number(row.sessions),
      Number(row.engaged_sessions),
      Number(row.searches),
    ]),
  )
const searchesIn = (company: Company, at: number) =>
  bySearch(
    [...searchTruth(company, at)].map(one => [
      [storeOf(company, one.host), one.day, one.country, one.channel, one.device, one.term].join(' '),
      one.sessions,
      one.engaged,
      one.searches,
    ]),
  )

const spendLine = (row: CanonicalRow | SpendTruth) =>
  [
    row.store,
    row.day,
    row.platform,
    row.channel,
    row.campaign,
    number(row.cost),
    row.clicks,
    row.impressions,
  ].join()

const bought = (rows: readonly CanonicalRow[]) =>
  rows
    .filter(row => Number(row.items_purchased) > 0)
    .map(row => [row.store, row.day, row.product_id, row.items_purchased, number(row.item_revenue)].join())
    .sort()

/** Items by the lines of the orders whose purchase was told. */
const boughtIn = (company: Company, at: number) =>
  daysBetween(company.start, localDay('Europe/London', at))
    .flatMap(day => {
      const lines = purchasesOn(company, day, at)
        .filter(one => one.told)
        .flatMap(one => one.lines.map(line => ({ ...line, store: storeOf(company, one.host) })))
      return [...Map.groupBy(lines, line => `${line.store},${day},${line.sku}`)].map(
        ([key, some]) =>
          `${key},${some.reduce((n, one) => n + one.quantity, 0)},${number(some.reduce((n, one) => n + one.revenue, 0) / 100)}`,
      )
    })
    .sort()

describe('people', () => {
  it('are counted anew for each day, week, month, quarter and year', { timeout: 60_000 }, async () => {
    const { company, world, connect } = await ga4Stage({ days: 45 })
    const engine = await connect()
    await engine.round(['users'])
    world.advance(20 * dayMs)
    await engine.round(['users'])
    const rows = engine.rows('traffic_users')
    for (const grain of ['day', 'week', 'month', 'quarter', 'year'] as const) {
      const some = rows.filter(row => row.grain === grain && row.store === 'larkfield-us')
      expect(some.length, grain).toBeGreaterThan(grain === 'year' || grain === 'quarter' ? 0 : 1)
      for (const row of some) {
        const { to } = periodOf(civilYear, String(row.day), grain)
        const { total, active, fresh } = usersTruth(
          company,
          world.now(),
          'us.larkfield.example',
          String(row.day),
          to,
        )
        expect([row.total_users, row.active_users, row.new_users], `${grain} ${row.day}`).toEqual([
          total,
          active,
          fresh,
        ])
      }
    }
    const sum = (grain: string) =>
      rows
        .filter(
          row => row.grain === grain && row.store === 'larkfield-uk' && String(row.day).startsWith('2026-11'),
        )
        .reduce((all, row) => all + Number(row.total_users), 0)
    expect(sum('day')).toBeGreaterThan(sum('month') * 1.2)
  })

  it('of a shop on several hosts are those of the whole property, or unknown', {
    timeout: 60_000,
  }, async () => {
    const { company, connect } = await ga4Stage({ days: 10 })
    const one = storesOf(company).slice(0, 1)
    const all = [{ ...(one[0] as (typeof one)[0]), hosts: storesOf(company).flatMap(store => store.hosts) }]
    const single = await connect({ stores: all })
    await single.round(['users'])
    const [uk, us, ...rest] = storesOf(company)
    if (!uk || !us) throw new Error('there are two')
    const pair = [{ ...uk, hosts: [...uk.hosts, ...us.hosts] }, ...rest]
    const mixed = await connect({ stores: pair })
    await mixed.round(['users'])
    const of = (engine: typeof single, store: string) =>
      engine.rows('traffic_users').filter(row => row.store === store && row.grain === 'day')
    expect(of(single, 'larkfield-uk').length).toBe(11)
    expect(of(mixed, 'larkfield-uk')).toEqual([])
    expect(of(mixed, 'larkfield-de').length).toBeGreaterThan(9)
  })
})
