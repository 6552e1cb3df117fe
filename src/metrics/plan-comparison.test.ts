import { expect, it } from 'vitest'
import { comparisonNow, planComparison, planIn } from '#kernel/plan-comparison.ts'
import { comparisonName, readView } from '#kernel/view.ts'
import { deliver } from '../../test/small-ledger.ts'
import { over } from '../../test/small-world.ts'
import { Query } from './query.ts'

it('spells a plan plan.<name>, and reads how it was spelt before as the same', () => {
  expect(planComparison('le.3')).toBe('plan.le.3')
  expect(planIn('plan.le.3')).toBe('le.3')
  expect(planIn('target:le.3')).toBe('le.3')
  expect(planIn('last_year')).toBeNull()
  expect(comparisonNow('target:Budget 2027')).toBe('plan.Budget 2027')
  expect(comparisonNow('last_year')).toBe('last_year')
})

it('reads links and questions of before, and answers them as they are spelt now', () => {
  expect(readView({ compare: 'target:Budget,last_year' }).compare).toEqual(['plan.Budget', 'last_year'])
  const asked = { metrics: ['net_sales'], compare: ['target:budget', 'plan.low', 'last_year'] }
  expect(Query.parse(asked).compare).toEqual(['plan.budget', 'plan.low', 'last_year'])
  expect(Query.safeParse({ metrics: ['net_sales'], compare: ['budget'] }).success).toBe(false)
  expect(comparisonName('target:forecast')).toEqual(comparisonName('plan.forecast'))
  expect(comparisonName('plan.Budget')).toMatchObject({ label: 'Plan: Budget', short: 'vs Budget' })
})

it('tells what was planned and never sold, in its place among what was', async () => {
  const target = (country: string, january: string) => ({
    name: 'budget',
    metric: 'net_sales',
    store: null,
    grain: 'month' as const,
    currency: 'GBP',
    slice: { country },
    values: { '2011-11-01': january, '2011-12-01': '100' },
  })
  const line = (order_id: string, day: string, gross: number, country: string) => ({
    order_id,
    day,
    gross,
    country,
  })
  const { granary, ask } = await over(
    [
      line('1', '2011-11-05', 50, 'UK'),
      line('2', '2011-11-01', 20, 'FR'),
      line('3', '2011-12-01', 5, 'UK'),
      line('4', '2011-12-02', -3, 'ES'),
    ],
    { targets: [target('UK', '60'), target('US', '40'), target('DE', '70')] as never },
  )
  const asked = async (more: object) => {
    const { rows, meta, ...rest } = await ask({
      metrics: ['net_sales'],
      by: ['country'],
      compare: ['plan.budget'],
      from: '2011-11-01',
      to: '2011-12-31',
      ...more,
    } as Query)
    const told = (one: (typeof rows)[number]) =>
      [one.period, one.country, one.net_sales, one.compare?.['plan.budget']?.values.net_sales?.value ?? '-']
        .filter(part => part !== undefined)
        .join(' ')
    return { rows: rows.map(told), count: meta.count, subtotals: rest.subtotals?.map(told) }
  }
  const november = { from: '2011-11-01', to: '2011-11-30' }
  // Nothing sold comes after what sold, the most planned first; by name it stands where its name does.
  expect(await asked(november)).toMatchObject({
    rows: ['UK 50 60', 'FR 20 -', 'DE 0 70', 'US 0 40'],
    count: 4,
  })
  const byName = { sort: { by: 'country', desc: false } }
  expect((await asked({ ...november, ...byName })).rows).toEqual([
    'DE 0 70',
    'FR 20 -',
    'UK 50 60',
    'US 0 40',
  ])
  expect(await asked({ ...november, ...byName, limit: 3 })).toMatchObject({
    rows: ['DE 0 70', 'FR 20 -', 'UK 50 60'],
    count: 4,
  })
  const monthly = await asked({ grain: 'month', subtotals: true })
  expect(monthly.rows.filter(row => row.startsWith('2011-11'))).toEqual([
    '2011-11 UK 50 60',
    '2011-11 FR 20 -',
    '2011-11 DE 0 70',
    '2011-11 US 0 40',
  ])
  // Below nothing sold stands what was given back.
  expect(monthly.rows.filter(row => row.startsWith('2011-12')).map(row => row.split(' ')[1])).toEqual([
    'UK',
    'DE',
    'US',
    'ES',
  ])
  // A condition on what happened is met by nothing that did not happen; of a page nobody knows the rest.
  expect((await asked({ ...november, filters: [{ metric: 'net_sales', over: 0 }] })).rows).toEqual([
    'UK 50 60',
    'FR 20 -',
  ])
  expect(await asked({ ...november, limit: 1 })).toMatchObject({ rows: ['UK 50 60'], count: 2 })
  expect((await asked({ ...november, offset: 2 })).rows).toEqual([])
  expect((await asked({ ...november, filters: [{ dimension: 'country', is: ['US', 'FR'] }] })).rows).toEqual([
    'FR 20 -',
    'US 0 40',
  ])
  await granary.close()
})

it('counts a target from the day the data begin, as it counts it to the day they end, and says so', async () => {
  const { granary, ask } = await over(
    [
      { order_id: '1', day: '2011-11-21', gross: 50 },
      { order_id: '2', day: '2011-12-31', gross: 40 },
    ],
    {
      targets: [
        {
          name: 'budget',
          metric: 'net_sales',
          store: null,
          grain: 'month',
          currency: 'GBP',
          values: { '2011-10-01': '310', '2011-11-01': '60', '2011-12-01': '31' },
        },
      ] as never,
    },
  )
  const asked = (more: object) =>
    ask({
      metrics: ['net_sales'],
      compare: ['plan.budget'],
      from: '2011-10-01',
      to: '2011-12-31',
      ...more,
    } as Query)
  const plan = (row: Awaited<ReturnType<typeof asked>>['totals'] | undefined) =>
    Number(row?.compare?.['plan.budget']?.values.net_sales?.value)
  const quarter = await asked({})
  // A third of November, and December.
  expect(plan(quarter.totals)).toBe(20 + 31)
  expect(quarter.meta.comparisons['plan.budget']).toMatchObject({ from: '2011-11-21', to: '2011-12-31' })
  expect(quarter.meta.warnings.map(one => one.message)).toContain(
    'The data begin on 21 Nov 2011: targets are counted from there.',
  )
  // What lies before it all is what was planned.
  expect((await asked({ grain: 'month' })).rows.map(plan)).toEqual([310, 20, 31])
  const december = await asked({ from: '2011-12-01' })
  expect([plan(december.totals), december.meta.warnings.length]).toEqual([31, 0])
  await granary.close()
})

it('holds different customers against a plan of just those days: they neither add up nor have a mean', async () => {
  const values = { '2011-11-01': '10', '2011-12-01': '30' }
  const target = { name: 'budget', metric: 'customers', store: null, grain: 'month' as const, currency: null }
  const { granary, ask } = await over(
    ['2011-11-05', '2011-11-30', '2011-12-12'].map(day => ({
      order_id: day,
      ...{ day, customer_id: 'c', gross: 10 },
    })),
    { targets: [{ ...target, values }] },
  )
  const planned = async (from: string, to: string) => {
    const { totals } = await ask({ metrics: ['customers'], from, to, compare: ['plan.budget'] })
    return totals.compare?.['plan.budget']?.values.customers?.value
  }
  expect(await planned('2011-11-01', '2011-11-30')).toBe('10')
  // Who came in both months would count twice.
  expect(await planned('2011-11-01', '2011-12-31')).toBeNull()
  // Twelve days of December are known, and its plan is of all.
  expect(await planned('2011-12-01', '2011-12-31')).toBeNull()
  await granary.close()
})

it('takes no euros for pounds: a line planned in both has no figure over the days of both, and says so', async () => {
  const { granary, ask } = await over([
    { order_id: '1', day: '2011-10-05', gross: 50 },
    { order_id: '2', day: '2011-11-30', gross: 50 },
  ])
  const line = (name: string, day: string, currency: string, amount: string) => ({
    ...{ store: '', version: 'budget', day, grain: 'month', line: name, slice: '' },
    ...{ amount, currency, source: 'file' },
  })
  await deliver(granary, 'budget_lines', [
    line('net_sales', '2011-10-01', 'GBP', '100'),
    line('net_sales', '2011-11-01', 'EUR', '70'),
    // What is counted adds up, whatever it is paid in.
    line('orders', '2011-10-01', 'GBP', '4'),
    line('orders', '2011-11-01', 'EUR', '3'),
  ])
  const asked = async (from: string, to: string) => {
    const metrics = ['net_sales', 'orders']
    const { totals, meta } = await ask({ metrics, currency: 'GBP', compare: ['plan.budget'], from, to })
    const of = (metric: string) => totals.compare?.['plan.budget']?.values[metric]?.value ?? null
    const told = meta.warnings.filter(one => one.code === 'plan_currency').map(one => one.message)
    return { planned: metrics.map(of), told }
  }
  expect(await asked('2011-10-01', '2011-10-31')).toEqual({ planned: ['100', '4'], told: [] })
  const told = [
    'The plan budget has net sales in EUR: plans are not converted into GBP, so there is no figure for these days.',
  ]
  expect(await asked('2011-11-01', '2011-11-30')).toEqual({ planned: [null, '3'], told })
  expect(await asked('2011-10-01', '2011-11-30')).toEqual({ planned: [null, '7'], told })
  await granary.close()
})

it('calls a plan by its own name in an answer, and by its handle where it has none', async () => {
  const plan = (name: string) => ({
    ...{ name, metric: 'net_sales', store: null, grain: 'month' as const, currency: 'EUR' },
    values: { '2011-11-01': '100' },
  })
  const { granary, ask } = await over([{ order_id: '1', day: '2011-11-30', gross: 50 }], {
    targets: [plan('budget-2026'), plan('stretch')],
    planNames: { 'budget-2026': 'Budget 2026' },
  })
  const asked = {
    ...{ metrics: ['net_sales'], from: '2011-11-01', to: '2011-11-30', currency: 'GBP' },
    compare: ['plan.budget-2026', 'plan.stretch'],
  }
  const { comparisons, warnings } = (await ask(asked)).meta
  expect(Object.values(comparisons).map(one => one.label)).toEqual(['Budget 2026', 'stretch'])
  expect(warnings.map(one => one.message).join(' ')).toContain('The plan Budget 2026 has net sales in EUR')
  await granary.close()
})

it('keeps answers that are held against no plan when one is carried anew, and asks anew for those that are', async () => {
  const { granary, ask } = await over([
    { order_id: '1', day: '2011-11-01', gross: 50 },
    { order_id: '2', day: '2011-11-30', gross: 50 },
  ])
  const carry = (amount: string) =>
    deliver(granary, 'budget_lines', [
      {
        ...{ store: '', version: 'budget', day: '2011-11-01', grain: 'month', line: 'net_sales', slice: '' },
        ...{ amount, currency: 'GBP', source: amount },
      },
    ])
  const asked = { metrics: ['net_sales'], from: '2011-11-01', to: '2011-11-30' }
  const planned = async () => {
    const { totals } = await ask({ ...asked, compare: ['plan.budget'] })
    return totals.compare?.['plan.budget']?.values.net_sales?.value
  }
  await carry('100')
  await ask(asked)
  expect(await planned()).toBe('100')
  await carry('20')
  expect(await planned()).toBe('20')
  expect((await ask(asked)).meta.cached).toBe(true)
  await granary.close()
})
