import { beforeAll, describe, expect, it } from 'vitest'
import { phaseHours } from '#forecast/phasing.ts'
import { weekday } from '#kernel/day.ts'
import { over } from '../../test/small-world.ts'
import { Exact } from './formula.ts'
import type { AnswerRow, Query } from './query.ts'

const line = (order_id: string, day: string, hour: number, gross: number, country = 'UK') => ({
  order_id,
  day,
  hour,
  gross,
  country,
})
/** Mondays sell at nine and eleven, one to three; Tuesdays at twenty. The last day known is the first of December. */
const sold = [
  ...['07', '14', '21', '28'].flatMap(day => [
    line(`m${day}`, `2011-11-${day}`, 9, 10),
    line(`n${day}`, `2011-11-${day}`, 11, 30),
    line(`t${day}`, `2011-11-${String(Number(day) + 1).padStart(2, '0')}`, 20, 40),
  ]),
  line('z', '2011-12-01', 23, 500),
]
const target = (name: string, metric: string, values: Record<string, string>, more: object = {}) => ({
  ...{ name, metric, store: null, grain: 'day' as const, currency: 'GBP', values },
  ...more,
})
const days = { '2011-11-28': '100.01', '2011-11-29': '50', '2011-11-30': '20' }
const evening = Array.from({ length: 168 }, (_, n) => (n % 24 === 18 ? 1 : 0))

describe('a plan by the hour', () => {
  let asked: (more: Partial<Query>) => Promise<AnswerRow[]>
  const planned = (row: AnswerRow, name: string, metric = 'net_sales') =>
    (row.compare as Record<string, { values: Record<string, { value: string | null }> }>)?.[`plan.${name}`]
      ?.values[metric]?.value
  const sum = (rows: AnswerRow[], name: string) =>
    rows.reduce((all, row) => all.plus(planned(row, name) ?? 0), new Exact(0)).toFixed()

  beforeAll(async () => {
    const { ask } = await over(sold, {
      targets: [
        target('budget', 'net_sales', days),
        target(
          'budget',
          'orders',
          { '2011-11-28': '8', '2011-11-29': '4', '2011-11-30': '2' },
          { currency: null },
        ),
        target('budget', 'gross_sales', days),
        target('budget', 'discounts', Object.fromEntries(Object.keys(days).map(day => [day, '0']))),
        target('budget', 'net_sales', { '2011-11-28': '24' }, { slice: { country: 'US' } }),
        target('month', 'net_sales', { '2011-11-01': '3000' }, { grain: 'month' }),
        target('kept', 'net_sales', days),
        target('said', 'net_sales', days),
      ] as never,
      planHours: {
        kept: { ran: { net_sales: evening }, weights: {} },
        said: { ran: null, weights: { 1: { 9: 3 }, '2011-11-29': { 20: 0, 8: 1 } } },
      },
    })
    asked = async more =>
      (
        await ask({
          metrics: ['net_sales', 'orders', 'aov'],
          from: '2011-11-28',
          to: '2011-11-30',
          compare: ['plan.budget', 'plan.month', 'plan.kept', 'plan.said'],
          ...more,
        } as Query)
      ).rows
  })

  it('has its part of each day, as the weekday runs, to the last digit of the day', async () => {
    const rows = await asked({ grain: 'hour' })
    expect(rows).toHaveLength(72)
    const at = (period: string) => rows.find(row => row.period === period) as AnswerRow
    for (const [day, amount] of Object.entries(days)) {
      const own = rows.filter(row => row.period?.startsWith(day))
      for (const name of ['budget', 'kept', 'said']) expect(sum(own, name)).toBe(new Exact(amount).toFixed())
    }
    // What sold late on the last day, which may not be over, tells nothing.
    expect(planned(at('2011-11-28 09:00'), 'budget')).toBe('25')
    expect(planned(at('2011-11-28 11:00'), 'budget')).toBe('75.01')
    expect(planned(at('2011-11-28 23:00'), 'budget')).toBe('0')
    expect(planned(at('2011-11-29 20:00'), 'budget')).toBe('50')
    // Each order by its own hour, so that what an order is worth follows.
    expect(planned(at('2011-11-28 09:00'), 'budget', 'orders')).toBe('4')
    expect(planned(at('2011-11-28 09:00'), 'budget', 'aov')).toBe('6.25')
    // A month goes evenly over its days, then as they run.
    expect(planned(at('2011-11-29 20:00'), 'month')).toBe('100')
    // As a lock kept it, and as people say.
    expect(planned(at('2011-11-28 18:00'), 'kept')).toBe('100.01')
    expect(planned(at('2011-11-28 09:00'), 'said')).toBe('50.01')
    expect(planned(at('2011-11-29 08:00'), 'said')).toBe('50')
  })

  it('is the same figure whatever days are asked for with it', async () => {
    const all = await asked({ grain: 'hour' })
    const one = await asked({ grain: 'hour', from: '2011-11-29', to: '2011-11-29' })
    expect(one.map(row => planned(row, 'said'))).toEqual(all.slice(24, 48).map(row => planned(row, 'said')))
  })

  it('stands beside hours and weekdays of many days', async () => {
    const by = async (...names: string[]) =>
      Object.fromEntries(
        (await asked({ by: names })).map(row => [
          names.map(name => row[name]).join(' '),
          planned(row, 'budget'),
        ]),
      )
    // Nothing was seen of a Wednesday: it goes as all days do.
    expect(await by('hour')).toEqual({ 9: '27.5', 11: '82.51', 20: '60' })
    expect(await by('weekday')).toEqual({ 1: '100.01', 2: '50' })
    expect(await by('weekday', 'hour')).toEqual({ '1 9': '25', '1 11': '75.01', '2 20': '50' })
    const [nine] = await asked({ filters: [{ dimension: 'hour', is: ['9'] }] })
    expect(nine && planned(nine, 'budget')).toBe('27.5')
  })

  it('is told of slices that were never sold in', async () => {
    const rows = await asked({ by: ['country'], grain: 'hour', to: '2011-11-28' })
    const abroad = rows.filter(row => row.country === 'US')
    expect(abroad.map(row => [row.period, planned(row, 'budget')])).toContainEqual(['2011-11-28 11:00', '18'])
    expect(sum(abroad, 'budget')).toBe('24')
  })

  it('is what the plan room shares a day out to', async () => {
    const counts = sold.map(one => ({ weekday: weekday(one.day), hour: one.hour, value: one.gross }))
    const monday = phaseHours('100.01', '2011-11-28', counts.slice(0, -1), 2)
    const rows = await asked({ grain: 'hour', to: '2011-11-28' })
    expect(rows.map(row => Number(planned(row, 'budget')))).toEqual(monday.map(Number))
  })

  it('is even where nothing was ever sold', async () => {
    const { ask } = await over([], {
      targets: [target('budget', 'net_sales', { '2011-11-28': '48' })] as never,
    })
    const { rows } = await ask({
      metrics: ['net_sales'],
      from: '2011-11-28',
      to: '2011-11-28',
      grain: 'hour',
      compare: ['plan.budget'],
    } as Query)
    expect(new Set(rows.map(row => planned(row, 'budget')))).toEqual(new Set(['2']))
  })
})
