import { expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { daysBetween } from '#kernel/day.ts'
import { shapeOf } from './shapes.ts'

/** A shop that sold a hundred a day for ten weeks, and ten in the first hours of the day after. */
const sold = (today: string) => {
  const rows = daysBetween('2026-09-18', '2026-11-27').map(period => ({
    period,
    net_sales: period === '2026-11-27' ? '10' : '100',
  }))
  return {
    metrics: { ask: async () => ({ rows, meta: { today } }) },
    ledger: { select: () => ({ from: async () => [] }) },
    actor: { stores: 'all' },
    clock: () => new Date(`${today}T02:00:00Z`),
  } as unknown as Context
}

it('the day in progress says nothing of what such a day brings, and the day after it does', async () => {
  const days = async (today: string) => {
    const { days: known } = (await shapeOf(sold(today), 'net_sales', '2026-11-27')) ?? { days: [] }
    return known.at(-1)
  }
  expect(await days('2026-11-27')).toEqual({ day: '2026-11-26', value: 100 })
  expect(await days('2026-11-28')).toEqual({ day: '2026-11-27', value: 10 })
})
