import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { exact } from '#kernel/money.ts'
import { type Company, createCompany } from '#simulators/company/company.ts'
import { spendTruth, trafficTruth } from '#simulators/company/traffic-truth.ts'
import { ga4Simulator } from '#simulators/ga4/index.ts'
import { createWorld } from '#simulators/world.ts'
import { smallEngine } from '../../../test/small-engine.ts'
import { ga4 } from './index.ts'

const until = '2026-11-20'
const base = 'http://simulators.invalid/ga4'

const stores = (company: Company) => [
  ...company.shops.map(({ store, currency, timezone, host }) => ({
    store,
    currency,
    timezone,
    hosts: [host],
  })),
  {
    store: 'larkfield-trade',
    currency: 'GBP',
    timezone: 'Europe/London',
    hosts: ['trade.larkfield.example'],
  },
]

const stage = async (seed: number, days = 40) => {
  const company = createCompany({ seed, days, until })
  const world = createWorld(company)
  const simulator = ga4Simulator(world)
  const app = new Hono().route('/ga4', simulator.app)
  let asked = 0
  const fetch = (async (url: string, init: RequestInit) => {
    asked += 1
    return app.request(String(url).replace('http://simulators.invalid', ''), init)
  }) as typeof globalThis.fetch
  const credentials = { ...simulator.connections[0]?.credentials, base_url: base }
  const engine = await smallEngine(ga4, credentials, {
    fetch,
    stores: stores(company),
    back: 60 * 86_400_000,
  })
  return { company, world, engine, asked: () => asked }
}

const number = (text: unknown) => exact(String(text ?? 0)).toString()
const storeOf = (company: Company, host: string) =>
  stores(company).find(one => one.hosts.includes(host))?.store ?? ''

/** Sums by store, day, country, channel and device of what the property shows. */
const shown = (company: Company, at: number) => {
  const found: Record<string, Record<string, string>> = {}
  for (const { host, day, country, channel, device, figures } of trafficTruth(company, at))
    found[[storeOf(company, host), day, country, channel, device].join(' ')] = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, number(value)]),
    )
  return found
}

const held = (rows: CanonicalRow[], names: string[]) => {
  const found: Record<string, Record<string, string>> = {}
  for (const row of rows) {
    const key = [row.store, row.day, row.country, row.channel, row.device].join(' ')
    const into = found[key] ?? Object.fromEntries(names.map(name => [name, '0']))
    found[key] = into
    for (const name of names)
      into[name] = exact(into[name] ?? '0')
        .plus(exact(String(row[name] ?? 0)))
        .toString()
  }
  return found
}

const names = [
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
]

describe('traffic', () => {
  it.each([7, 11])('is what the property shows, at first and after forty days (seed %i)', async seed => {
    const { company, world, engine, asked } = await stage(seed)
    await engine.round()
    console.log('asked', asked(), engine.remarks.slice(0, 3))
    const main = () => engine.rows('traffic_days').filter(row => row.landing_page === '')
    expect(engine.problems).toEqual([])
    expect(held(main(), names)).toEqual(shown(company, world.now()))
    world.advance(40 * 86_400_000)
    await engine.round()
    console.log('asked', asked())
    expect(held(main(), names)).toEqual(shown(company, world.now()))
    const spend = engine
      .rows('spend_days')
      .map(r => [r.store, r.day, r.channel, r.campaign, number(r.cost), r.clicks, r.impressions].join(' '))
      .sort()
    const truth = [...spendTruth(company, world.now())]
      .filter(one => one.platform === 'google-ads')
      .map(r => [r.store, r.day, r.channel, r.campaign, number(r.cost), r.clicks, r.impressions].join(' '))
      .sort()
    expect(spend).toEqual(truth)
  })
})
