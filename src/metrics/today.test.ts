import { expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import { Query } from './query.ts'
import type { World } from './world.ts'

const world: World = {
  stores: [{ store: 'shop', name: 'Shop', currency: 'EUR', timezone: 'Europe/Berlin', kind: 'b2c' }],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}

it('an answer says which day it is where the store is, as its windows are counted', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, [{ order_id: 'a', day: '2011-12-20', gross: 5, currency: 'EUR' }])
  const engine = createEngine({ granary, world: async () => world })
  const noon = { stores: 'all' as const, now: new Date('2011-12-20T12:00:00Z') }
  const late = { ...noon, now: new Date('2011-12-20T23:20:00Z') }
  const month = await engine.ask({ metrics: ['net_sales'], window: 'month_to_date' }, late)
  expect(month.meta).toMatchObject({ to: '2011-12-21', today: '2011-12-21' })
  // Also an answer that was kept from the day before.
  const days = { metrics: ['net_sales'], from: '2011-12-01', to: '2011-12-20' }
  expect((await engine.ask(days, noon)).meta.today).toBe('2011-12-20')
  expect((await engine.ask(days, late)).meta).toMatchObject({ today: '2011-12-21', cached: true })
  // By the hour it says how far the day is; days need no hour.
  const hours = { metrics: ['net_sales'], from: '2011-12-20', to: '2011-12-20', grain: 'hour' as const }
  expect((await engine.ask(hours, noon)).meta.hour).toBe('2011-12-20 13:00')
  expect((await engine.ask(hours, late)).meta).toMatchObject({ hour: '2011-12-21 00:00', cached: true })
  expect('hour' in (await engine.ask(days, noon)).meta).toBe(false)
  await granary.close()
})

it('what is not known says why: costs the sales do not tell, days after the data', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, [{ order_id: 'a', day: '2011-12-20', gross: 5, currency: 'EUR' }])
  const engine = createEngine({ granary, world: async () => world })
  const scope = { stores: 'all' as const, now: new Date('2012-01-20T12:00:00Z') }
  const sold = await engine.ask({ metrics: ['cm1'], from: '2011-12-20', to: '2011-12-20' }, scope)
  expect(sold.totals.cm1).toBeNull()
  expect(sold.meta.missing.cm1).toContain('a cost column in the sales file')
  const after = await engine.ask({ metrics: ['net_sales'], from: '2012-01-01', to: '2012-01-05' }, scope)
  expect(after.meta.missing.net_sales).toBe('the data end on 20 Dec 2011, before these days')
  expect(after.meta.warnings.map(one => one.message)).toContain(
    'The data end on 20 Dec 2011, before these days.',
  )
  await granary.close()
})

it('a condition keeps rows, also the only one, and says that totals are of all; a window stands without other days', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, [{ order_id: 'a', day: '2011-12-20', gross: 5, currency: 'EUR' }])
  const engine = createEngine({ granary, world: async () => world })
  const scope = { stores: 'all' as const, now: new Date('2012-01-20T12:00:00Z') }
  const over = (bound: number) => ({
    metrics: ['net_sales'],
    from: '2011-12-20',
    to: '2011-12-20',
    filters: [{ metric: 'net_sales', over: bound }],
  })
  expect((await engine.ask(over(4), scope)).rows).toMatchObject([{ net_sales: '5' }])
  const none = await engine.ask(over(6), scope)
  expect([none.rows, none.meta.count, none.totals.net_sales]).toEqual([[], 0, '5'])
  expect(none.meta.warnings.map(one => one.code)).toContain('whole')
  const both = engine.ask({ metrics: ['net_sales'], window: 'last_month', from: '2011-12-01' }, scope)
  await expect(both).rejects.toMatchObject({ code: 'invalid', next: 'Give window, or from and to.' })
  await granary.close()
})

it('days of a slip of the keyboard are refused before any is walked', () => {
  const asked = (days: object) => Query.safeParse({ metrics: ['net_sales'], grain: 'month', ...days }).success
  expect(asked({ from: '2011-12-01', to: '2011-12-31' })).toBe(true)
  expect(asked({ from: '2011-12-01', to: '9999-12-31' })).toBe(false)
  expect(asked({ from: '0211-12-01', to: '2011-12-31' })).toBe(false)
})
