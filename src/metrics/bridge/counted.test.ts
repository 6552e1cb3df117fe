import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../../test/small-ledger.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import { bridge } from './bridge.ts'

/**
 * Made-up shops over two fortnights: in half of them the phones' conversion fell to a quarter in the second, in the others
 * nothing happened. Phones are a sixth of the visits and bring two orders a day. All have good and bad days, and days on
 * which one device alone did well.
 */
const [first, second, last] = ['2026-05-04', '2026-05-18', '2026-05-31']
const shops = Array.from({ length: 24 }, (_, n) => ({ store: `shop${n}`, fell: n % 2 === 0 }))
const [devices, channels] = [
  { mobile: 80, desktop: 380, tablet: 40 },
  { Organic: 0.6, Email: 0.4 },
]
let granary: Warehouse
let engine: Engine

function sold() {
  let state = 17
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit())
  const count = (mean: number) => {
    let found = -1
    for (let product = 1; product > Math.exp(-mean); found++) product *= unit()
    return found
  }
  const lines: Line[] = []
  const visits: Record<string, unknown>[] = []
  for (const { store, fell } of shops)
    for (const day of daysBetween(first, last)) {
      const common = Math.exp(0.15 * normal())
      for (const [device, sessions] of Object.entries(devices)) {
        const own = common * Math.exp(0.1 * normal())
        for (const [channel, part] of Object.entries(channels)) {
          const planted = fell && device === 'mobile' && day >= second ? 0.25 : 1
          const completed = count(sessions * part * 0.025 * own * planted)
          visits.push({
            ...{ store, day, origin: 'ga4', channel, campaign: '', device, country: '', landing_page: '' },
            ...{ sessions: Math.round(sessions * part), completed_sessions: completed },
            ...{ currency: 'GBP', quality: '', source: 'test' },
          })
          for (let n = 0; n < completed; n++)
            lines.push({
              order_id: `${lines.length}`,
              day,
              store,
              channel,
              gross: 40 + Math.round(20 * unit()),
            })
        }
      }
    }
  return { lines, visits }
}

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  const { lines, visits } = sold()
  await deliverLines(granary, lines)
  await deliver(granary, 'traffic_days', visits as never)
  engine = createEngine({
    granary,
    world: async () => ({
      stores: shops.map(({ store }) => ({
        ...{ store, name: store, currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' as const },
      })),
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
    }),
  })
}, 120_000)
afterAll(() => granary.close())

it('the search finds phones that lost their checkout, and takes the chance of a quiet shop for none', async () => {
  const found = new Map<string, string[]>()
  for (const { store } of shops) {
    const { causes } = await bridge(
      engine,
      { metric: 'net_sales', from: second, to: last, compare: 'previous_days', stores: [store] },
      { stores: 'all', now: new Date(`${addDays(last, 2)}T12:00:00Z`) },
    )
    const rates = causes.filter(one => one.measure === 'conversion_rate')
    found.set(
      store,
      rates.map(({ where, after, before }) =>
        [Number(after) < Number(before) ? '-' : '+', ...where.map(one => one.value)].join(' '),
      ),
    )
  }
  const of = (is: boolean) => shops.filter(one => one.fell === is).map(one => found.get(one.store) ?? [])
  const hit = of(true).filter(one => one.some(words => words.startsWith('- mobile'))).length
  expect(hit / of(true).length).toBeGreaterThanOrEqual(0.5)
  expect(of(false).flat().length).toBeLessThanOrEqual(1)
}, 120_000)
