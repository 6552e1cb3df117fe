import { expect, it } from 'vitest'
import type { Engine } from '#metrics/engine.ts'
import type { Query } from '#metrics/query.ts'
import { peakHours } from './peak.ts'

it('has the plan of the whole day, and of a day that is not over also what its hours would have had', async () => {
  const metrics = {
    ask: async ({ wholeDays }: Query) => ({
      rows: [],
      totals: {
        compare: { 'plan.budget': { values: { net_sales: { value: wholeDays ? '9000' : '1550' } } } },
      },
      meta: { until: '09:00' },
    }),
  } as unknown as Engine
  const known = { sales: ['budget'], orders: [] }
  const told = await peakHours(metrics, { day: '2026-11-29', compare: 'last_year' }, known, {
    stores: 'all',
    now: new Date('2026-11-29T09:00:00Z'),
  })
  expect(told.planned).toEqual({ net_sales: '9000', orders: null })
  expect(told.soFar?.totals.compare?.['plan.budget']?.values.net_sales?.value).toBe('1550')
})
