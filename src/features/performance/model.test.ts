import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerRow, Definition, Query } from '#metrics/query.ts'
import { csvOf, sheetOf as flat } from './export.ts'
import {
  courseOf,
  daysAmong,
  drivers,
  explorationTitle,
  fairComparisons,
  filterWords,
  grainFor,
  headline,
  leaders,
  movers,
  partName,
  readCell,
  readExploration,
  readFilters,
  type Say,
  sheetOf,
  shownTiles,
  tileMetrics,
  titlesOf,
  toggleFilter,
  wholeOn,
  withoutBehind,
  withSubtotals,
  withTier,
  writeCell,
  writeFilters,
} from './model.ts'

const label = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')
const say: Say = {
  value: value => `£${value}`,
  change: ({ ratio }) =>
    ratio === null || Number(ratio) === 0 ? null : `${Math.round(Math.abs(Number(ratio) * 100))} %`,
}
const moved = (value: string | null, delta: string | null, ratio: string | null) => ({ value, delta, ratio })
const define = (name: string, unit: 'money' | 'count'): Definition => ({
  name,
  label: label(name),
  description: '',
  formula: '',
  unit,
  additivity: 'additive',
  good: 'up',
  owner: '',
  sources: [],
})
const answer = (
  totals: AnswerRow,
  rows: AnswerRow[] = [],
  comparisons: Answer['meta']['comparisons'] = {},
): Answer => ({
  rows,
  totals,
  meta: {
    from: '2011-12-01',
    to: '2011-12-09',
    calendar: 'gregorian',
    currency: 'GBP',
    stores: ['gifts'],
    asOf: null,
    lastDay: '2011-12-09',
    today: '2011-12-10',
    rowsBehind: 3,
    count: rows.length,
    definitions: {
      net_sales: define('net_sales', 'money'),
      orders: define('orders', 'count'),
      aov: define('aov', 'money'),
    },
    comparisons,
    missing: {},
    warnings: [],
    cached: false,
    ms: 1,
  },
})
const both = {
  previous_period: { label: 'Period before', from: '2011-11-01', to: '2011-11-09' },
  last_year: { label: 'Last year', from: '2010-12-01', to: '2010-12-09' },
}

it('days are drawn whole beside the one in progress but where they are counted up to its hour', () => {
  const until = '2026-03-20 14:00'
  expect(wholeOn({ grain: 'day' }, 'net_sales')).toBe(true)
  expect(wholeOn({ grain: 'day', until }, 'net_sales')).toBe(false)
  expect(wholeOn({ grain: 'day', until, wholeDays: ['sessions'] }, 'sessions')).toBe(true)
  expect(wholeOn({ grain: 'month', until }, 'net_sales')).toBeUndefined()
})

it('a comparison that reaches back before the figures are whole is none', () => {
  const said = answer({}, [], {
    last_year: { from: '2010-12-01', to: '2010-12-09', label: 'Last year' } as never,
    'plan.p': { from: '2011-12-01', to: '2011-12-09', label: 'target p' } as never,
  })
  const coming = (wholeFrom: string): Answer => ({ ...said, meta: { ...said.meta, wholeFrom } })
  expect(fairComparisons(said, '2010-01-01')).toEqual(['last_year', 'plan.p'])
  expect(fairComparisons(said, '2010-12-02')).toEqual(['plan.p'])
  expect(fairComparisons(coming('2010-12-01'), '2010-01-01')).toEqual(['last_year', 'plan.p'])
  expect(fairComparisons(coming('2011-12-05'), '2010-01-01')).toEqual(['plan.p'])
})

describe('filters in the URL', () => {
  it('come back as they were written, whatever the values hold', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 }).filter(value => value !== '\\0')
    const filter = fc.oneof(
      fc.record({
        dimension: fc.constantFrom('country', 'product'),
        is: fc.array(fc.oneof(text, fc.constant('')), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ dimension: fc.constant('customer'), not: fc.array(text, { minLength: 1, maxLength: 3 }) }),
      fc.record({ dimension: fc.constant('product'), contains: text }),
      fc.record({ metric: fc.constant('net_sales'), over: fc.integer() }),
    )
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 4 }), those => {
        const plain = JSON.parse(JSON.stringify(those)) as unknown
        expect(readFilters(writeFilters(those))).toEqual(plain)
      }),
    )
  })

  it('leave out what makes no sense', () => {
    expect(readFilters('country;=x;net_sales>lots;country=France')).toEqual([
      { dimension: 'country', is: ['France'] },
    ])
  })

  it('narrow by a click and widen by the same click', () => {
    const one = toggleFilter([], 'country', 'France')
    expect(one).toEqual([{ dimension: 'country', is: ['France'] }])
    expect(toggleFilter(one, 'country', 'EIRE')).toEqual([{ dimension: 'country', is: ['EIRE'] }])
    expect(toggleFilter(one, 'country', 'France')).toEqual([])
  })

  it('read as words', () => {
    expect(filterWords({ dimension: 'country', is: ['France', ''] }, label)).toBe(
      'Country is France or (not known)',
    )
    expect(
      filterWords({ dimension: 'customer', is: ['11', '12'] }, label, {}, new Map([['11', 'Lena Frost']])),
    ).toMatch(/is Lena Frost or .*12$/)
    expect(filterWords({ metric: 'net_sales', over: 100 }, label)).toBe('Net sales over 100')
    expect(filterWords({ dimension: 'device', is: ['mobile'] }, label)).toMatch(/is Mobile$/)
  })
})

describe('the headline', () => {
  const totals = {
    net_sales: '433668.01',
    compare: {
      previous_period: { values: { net_sales: moved('610000', '-176331.99', '-0.29') } },
      last_year: { values: { net_sales: moved('420000', '13668.01', '0.03') } },
    },
  } as unknown as AnswerRow
  it('says the figure, when, and against what', () => {
    expect(headline(answer(totals, [], both), 'net_sales', say)).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, 29 % below the period before and 3 % above last year.',
    )
  })
  it('leaves out a comparison without data, and says level when nothing moved', () => {
    const level = {
      ...totals,
      compare: {
        previous_period: { values: { net_sales: moved(null, null, null) } },
        last_year: { values: { net_sales: moved('433668.01', '0', '0') } },
      },
    } as unknown as AnswerRow
    expect(headline(answer(level, [], both), 'net_sales', say)).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, level with last year.',
    )
  })
  it('says what grew manifold in times of what it was', () => {
    const times = { ...say, change: () => '×13.6' }
    expect(headline(answer(totals, [], both), 'net_sales', times, '2010-12-05')).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, 13.6 times the period before.',
    )
  })
  it('compares no whole with a part: a comparison that begins before the data is not said', () => {
    expect(headline(answer(totals, [], both), 'net_sales', say, '2010-12-05')).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, 29 % below the period before.',
    )
  })
  it('says since when a target is counted, where the data begin within the days', () => {
    const planned = {
      ...totals,
      compare: { 'plan.Budget': { values: { net_sales: moved('500000', '-66331.99', '-0.13') } } },
    } as unknown as AnswerRow
    const from = (day: string) => ({ 'plan.Budget': { label: 'Budget 2026', from: day, to: '2011-12-09' } })
    expect(headline(answer(planned, [], from('2011-12-05')), 'net_sales', say, '2011-12-05')).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, 13 % below Budget 2026 since 5 Dec 2011.',
    )
    expect(headline(answer(planned, [], from('2011-12-01')), 'net_sales', say, '2011-11-05')).toBe(
      'Net sales £433668.01 from 1 to 9 Dec 2011, 13 % below Budget 2026.',
    )
  })
  it('says nothing when there is no data, rather than zero', () => {
    expect(headline(answer({ net_sales: null }), 'net_sales', say)).toBe('')
  })
  it('names the drivers', () => {
    const row = {
      compare: {
        previous_period: { values: { orders: moved('10', '-3', '-0.3'), aov: moved('10', '1', '0.1') } },
      },
    } as unknown as AnswerRow
    expect(drivers(answer(row, [], both), 'previous_period', say)).toBe(
      'Orders down 30 % and aov up 10 % against the period before.',
    )
  })
})

describe('the cockpit', () => {
  it('shows at most seven tiles, of figures that exist and say something, and always the chosen one', () => {
    const names = [
      'orders',
      'net_sales',
      'aov',
      'units_sold',
      'customers',
      'new_customers',
      'return_rate',
      'discount_rate',
      'mer',
    ]
    const asked = tileMetrics(names.map(name => ({ name })))
    expect(asked[0]).toBe('net_sales')
    const totals = Object.fromEntries(asked.map(name => [name, '1'])) as AnswerRow
    const full = answer(totals)
    expect(shownTiles(full, asked, 'net_sales')).toHaveLength(7)
    expect(shownTiles(full, asked, 'mer').at(-1)).toBe('mer')
    const quiet = answer({ ...totals, aov: '0', units_sold: null } as unknown as AnswerRow)
    quiet.meta.missing.orders = 'no orders yet'
    expect(shownTiles(quiet, asked, 'net_sales')).toEqual([
      'net_sales',
      'customers',
      'new_customers',
      'return_rate',
      'discount_rate',
      'mer',
    ])
  })

  it('shows contribution beside net sales, by the deepest tier that is known', () => {
    const tiles = ['net_sales', 'b', 'c', 'd', 'e', 'f', 'g']
    const tiers = ['cm1', 'cm2', 'cm3']
    const left = answer({ cm1: '3', cm2: '2', cm3: null } as unknown as AnswerRow)
    expect(withTier(tiles, left, tiers, 'net_sales')).toEqual(['net_sales', 'cm2', 'b', 'c', 'd', 'e', 'f'])
    expect(withTier(tiles, left, tiers, 'g').slice(-2)).toEqual(['e', 'g'])
    expect(withTier(['cm2', 'b'], left, tiers, 'cm2')).toEqual(['cm2', 'b'])
    expect(withTier(tiles, undefined, tiers, 'b')).toEqual(tiles)
    // Its place is kept while costs are added up: what stands beside it must not move.
    expect(withTier(tiles, 'coming', tiers, 'b')).toEqual(['net_sales', 'cm3', 'b', 'c', 'd', 'e', 'f'])
    expect(withTier(tiles, 'coming', [], 'b')).toEqual(tiles)
    expect(withTier(tiles, answer({ cm1: null } as unknown as AnswerRow), tiers, 'b')).toEqual(tiles)
  })

  it('calls products by the title sold most', () => {
    const rows: AnswerRow[] = [
      { product: '1', title: 'wrong?', units_sold: '2' },
      { product: '1', title: 'REGENCY CAKESTAND 3 TIER', units_sold: '90' },
      { product: '2', title: 'Party bunting', units_sold: null },
    ]
    expect([...titlesOf(answer({}, rows))]).toEqual([
      ['1', 'Regency cakestand 3 tier'],
      ['2', 'Party bunting'],
    ])
  })

  it.each([
    ['2011-12-01', '2011-12-02', 'hour'],
    ['2011-12-01', '2011-12-09', 'day'],
    ['2011-10-01', '2011-12-31', 'week'],
    ['2011-01-01', '2011-12-31', 'month'],
    ['2005-01-01', '2011-12-31', 'quarter'],
  ])('draws %s to %s by %s', (from, to, grain) => expect(grainFor(from, to)).toBe(grain))

  it('keeps not known apart from zero in a course', () => {
    const course = courseOf(
      answer({}, [
        { period: '2011-12-01', aov: null },
        { period: '2011-12-02', aov: '0' },
      ]),
      'aov',
    )
    expect(course.actual).toEqual([null, 0])
  })

  it('are against the first comparison with other days, whatever plans stand before it', () => {
    expect(daysAmong(['plan.budget', 'previous_period', 'last_year'])).toBe('previous_period')
    expect(daysAmong(['from.2026-03-01', 'plan.budget'])).toBe('from.2026-03-01')
    expect(daysAmong(['plan.budget'])).toBeUndefined()
    expect(daysAmong([])).toBeUndefined()
  })

  it('finds those that moved most, either way, and leaves out the still', () => {
    const row = (country: string, delta: string | null) =>
      ({
        country,
        compare: { last_year: { values: { net_sales: moved('1', delta, null) } } },
      }) as unknown as AnswerRow
    const rows = [
      row('France', '5'),
      row('Spain', '-9'),
      row('EIRE', '0'),
      row('Malta', null),
      row('Italy', '7'),
    ]
    expect(movers(rows, 'net_sales', 'last_year', 'up').map(one => one.row.country)).toEqual([
      'Italy',
      'France',
    ])
    expect(movers(rows, 'net_sales', 'last_year', 'down').map(one => one.row.country)).toEqual(['Spain'])
  })
})

describe('the explorer', () => {
  it('reads the URL and says it as a title', () => {
    const exploration = readExploration({
      metrics: 'net_sales,orders',
      by: 'country',
      grain: 'month',
      sort: 'orders,asc,last_year',
    })
    expect(exploration.sort).toEqual({ by: 'orders', of: 'last_year', desc: false })
    expect(explorationTitle(exploration, label)).toBe('Net sales and orders by country, month by month')
  })

  it('begins with net sales by month, and with the whole period once it is split', () => {
    expect(readExploration({})).toMatchObject({ metrics: ['net_sales'], grain: 'month' })
    expect(readExploration({ by: 'country' }).grain).toBeNull()
  })

  it('opens the same cell again from the URL', () => {
    const cell = { metric: 'net_sales', period: '2011-11', values: { country: 'A;B=C', product: '' } }
    expect(readCell(writeCell(cell))).toEqual(cell)
    expect(readCell(undefined)).toBeNull()
  })

  it('puts each subtotal before its rows', () => {
    const rows: AnswerRow[] = [
      { period: '2011-11', country: 'France', net_sales: '1' },
      { period: '2011-11', country: 'Spain', net_sales: '2' },
      { period: '2011-12', country: 'France', net_sales: '3' },
    ]
    const subtotals: AnswerRow[] = [
      { period: '2011-11', country: null, net_sales: '3' },
      { period: '2011-12', country: null, net_sales: '3' },
    ]
    const shown = withSubtotals({ ...answer({}, rows), subtotals }, ['period', 'country'])
    expect(shown.map(one => one.depth)).toEqual([1, 2, 2, 1, 2])
    // What is taken away, and the terminal, have them where they stand too.
    const query: Query = { metrics: ['net_sales'], by: ['country'], grain: 'month', subtotals: true }
    expect(
      csvOf(flat(query, { ...answer({}, rows), subtotals }), 'names')
        .split('\r\n')
        .slice(1, 4),
    ).toEqual(['2011-11,subtotal,3', '2011-11,France,1', '2011-11,Spain,2'])
  })

  it('draws the largest', () => {
    const rows: AnswerRow[] = [
      { country: 'France', net_sales: '1' },
      { country: 'Spain', net_sales: '-9' },
      { country: 'EIRE', net_sales: '4' },
    ]
    expect(leaders(answer({}, rows), 'country', 'net_sales', 2)).toEqual(['Spain', 'EIRE'])
  })

  it('gives exact values away, an unknown one as nothing', () => {
    const rows = [
      {
        country: 'France',
        net_sales: '1.2345',
        compare: { last_year: { values: { net_sales: moved(null, null, null) } } },
      },
    ] as unknown as AnswerRow[]
    const sheet = sheetOf(
      answer({}, rows, { last_year: both.last_year }),
      { metrics: ['net_sales'], by: ['country'] },
      'x',
      label,
    )
    expect(sheet.rows[0]).toMatchObject({ net_sales: '1.2345', 'net_sales|last_year': null })
    expect(sheet.columns.map(column => column.label)).toEqual([
      'Country',
      'Net sales',
      'Net sales, Last year',
      'Net sales, change on Last year',
    ])
  })
})

it('a part of a whole is called as people call it: by its title, its store’s name, its country', () => {
  const titles = new Map([['P-1', 'Lamp']])
  const stores = { 'larch-trade': 'Larch Trade' }
  const name = (dimension: string, value: string) => partName({ dimension, value }, titles, stores)
  expect([name('product', 'P-1'), name('store', 'larch-trade'), name('country', 'DE')]).toEqual([
    'Lamp',
    'Larch Trade',
    'Germany',
  ])
  expect([name('channel', ''), partName(undefined, titles, stores)]).toEqual(['(not known)', '(not known)'])
})

it('offers the stores that are whole, where the history of others is still being read', () => {
  const coming = (...stores: string[]) => ({ code: 'coming', message: '', stores })
  const of = { stores: ['uk', 'us', 'de'], storeNames: { uk: 'Larkfield UK' } }
  expect(withoutBehind(coming('de'), of)).toEqual({
    stores: ['uk', 'us'],
    words: 'Look at the 2 stores without it',
  })
  expect(withoutBehind(coming('de', 'us'), of)).toEqual({
    stores: ['uk'],
    words: 'Look at Larkfield UK alone',
  })
  expect(withoutBehind(coming('de', 'uk', 'us'), of)).toBeNull()
  expect(withoutBehind({ code: 'rates', message: '' }, of)).toBeNull()
})
