import { beforeAll, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { roundTo } from '#kernel/money.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations
const [place] = ledgers
if (!place) throw new Error('there is no ledger')
const room = planRoom(place)
const { run, begun, fill } = room

/** Most of May is sold while a euro is worth half a pound: the mean of the days' rates is not what its sales came to. */
beforeAll(async () => {
  await room.deliver(
    'exchange_rates',
    [
      ['2026-05-10', 0.5],
      ['2026-05-20', 0.9],
    ].map(([day, rate]) => ({ base: 'EUR', quote: 'GBP', day, rate, source: 'test' })),
  )
  for (const day of ['12', '13', '14']) await room.sell(`big-${day}`, `2026-05-${day}`, 4321.17)
  await begun('base')
  await fill('base', { orders: '30', aov: '120', media: '500' })
  await run(plan.carry, { version: 'base' })
}, 120_000)

it.each(['last_year', 'plan.base'])(
  'is the metric’s own change in another currency against %s',
  async compare => {
    const may = { from: '2026-05-01', to: '2026-05-31', currency: 'EUR', compare }
    const { totals } = await room.ask({ ...may, metrics: ['net_sales'], compare: [compare] })
    const found = await run(plan.salesVariance, {
      ...may,
      by: 'product',
      amount: 'net_sales',
      quantity: 'orders',
    })
    const coins = (value: unknown) => Number(roundTo(String(value), 'EUR'))
    expect(Number(found.actual)).toBe(coins(totals.net_sales))
    // A plan in pounds says nothing in euros by itself: it is told at the mean rate of the days.
    const before = totals.compare?.[compare]?.values.net_sales?.value
    if (compare === 'last_year') expect(Number(found.plan)).toBe(coins(before))
  },
)
