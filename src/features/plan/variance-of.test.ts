import { afterAll, beforeAll, expect, it } from 'vitest'
import { daysBetween } from '#kernel/day.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../test/watch-room.ts'
import { variances } from './variance-of.ts'

/** A shop that sells half as much again as the year before: in May at the same cost for each pound, in June at a higher one. */
let room: WatchRoom
const days = { from: '2026-05-01', to: '2026-05-31' }
const june = { from: '2026-06-01', to: '2026-06-30' }

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  const year = (from: string, to: string, gross: number, cost: (day: string) => number) =>
    daysBetween(from, to).map(day =>
      lineRow({ order_id: day, day, gross, discounts: -gross / 10, cost: cost(day) * gross }),
    )
  const rows = [
    ...year('2025-05-01', '2025-06-30', 100, () => 0.4),
    ...year('2026-05-01', '2026-06-30', 150, day => (day < '2026-06-01' ? 0.4 : 0.44)),
    // Nobody recorded what this one cost: it takes no part in what goods should have cost.
    lineRow({ order_id: 'uncosted', day: '2026-05-02', gross: 900 }),
  ]
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
  room.at('2026-07-05T12:00:00Z')
}, 60_000)
afterAll(() => room.close())

const asked = (metrics: string[], more: object = {}) =>
  variances(room.context(), {
    ...{ metrics, versions: [], compare: ['last_year'], filters: [] },
    ...days,
    ...more,
  })

it('goods that cost more because more was sold are not unfavourable; a dearer rate is', async () => {
  const [sales, goods] = await asked(['net_sales', 'cost_of_goods'])
  expect(sales?.bases.last_year?.flexed).toBeNull()
  expect(goods?.bases.last_year).toMatchObject({
    delta: '620',
    verdict: 'neutral',
    flexed: { value: '1860', volume: '620', rate: '0' },
  })
  const [dearer] = await asked(['cost_of_goods'], june)
  expect(dearer?.bases.last_year).toMatchObject({
    delta: '780',
    verdict: 'unfavourable',
    flexed: { value: '1800', volume: '600', rate: '180' },
  })
})

it('discounts follow gross sales', async () => {
  const [discounts] = await asked(['discounts'], june)
  expect(discounts?.bases.last_year).toMatchObject({ verdict: 'neutral', flexed: { rate: '0' } })
})

it('says why a figure, or what it stands against, is N/A', async () => {
  const [sessions, aov] = await asked(['sessions', 'aov'], { compare: ['last_year', 'previous_period'] })
  expect(sessions?.actual).toBeNull()
  expect(sessions?.reason).toMatch(/^No data yet: .+ would supply it\.$/)
  expect(sessions?.bases.last_year?.reason).toBe(sessions?.reason)
  expect([aov?.reason, aov?.bases.last_year?.reason]).toEqual([null, null])
  expect(aov?.bases.previous_period).toMatchObject({
    verdict: 'N/A',
    reason: 'Nothing is known of average order value in Apr 2026.',
  })
})
