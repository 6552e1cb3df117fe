import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, type Day, dayNumber, daysBetween } from '#kernel/day.ts'
import { type CalendarRule, civilYear, nrf } from '#kernel/period.ts'
import { createEngine } from '#metrics/create-engine.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliverLines } from '../../../test/small-ledger.ts'
import {
  type Five,
  marksIn,
  parts,
  questionsOf,
  shownWeeks,
  sixTwelve,
  spansOf,
  yearBeforeOf,
} from './model.ts'

/**
 * First days of the retail years, as the National Retail Federation publishes them (nrf.com/resources/4-5-4-calendar).
 * 2023 has 53 weeks.
 */
const starts: Record<number, Day> = {
  2021: '2021-01-31',
  2022: '2022-01-30',
  2023: '2023-01-29',
  2024: '2024-02-04',
}
const lastDay = '2024-06-29'

/**
 * Each day of week n of a year sells (year − 2020) × 100 + n pounds, so that a week is told by its sum: seven times that.
 * The tables below are worked out from this by hand, not by the calendar of the product.
 */
const pounds = (day: Day): number => {
  const year = [2024, 2023, 2022, 2021].find(one => day >= (starts[one] ?? '')) ?? 2021
  return (year - 2020) * 100 + Math.floor((dayNumber(day) - dayNumber(starts[year] ?? '')) / 7) + 1
}

let granary: Warehouse
const chartAt = async (rule: CalendarRule, weekEnd: Day, firstDay = starts[2021] ?? '') => {
  const engine = createEngine({
    granary,
    world: async () => ({
      stores: [
        { store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' as const },
      ],
      calendar: rule,
      currency: null,
      events: [],
      targets: [
        {
          name: 'plan',
          metric: 'net_sales',
          grain: 'week' as const,
          values: { '2024-04-07': '2800', '2024-03-31': '2786' },
          store: null,
          currency: null,
        },
      ],
      metrics: [],
      dimensions: [],
    }),
  })
  const spans = spansOf(rule, weekEnd, firstDay)
  const ground = { rule, spans, target: 'plan', firstDay }
  const questions = questionsOf(rule, spans, { metrics: ['net_sales', 'aov'], target: 'plan' })
  const answered = await Promise.all(
    parts.map(async part => [
      part,
      await engine.ask(questions[part], { stores: 'all', now: new Date('2024-07-02T09:00:00Z') }),
    ]),
  )
  const answers = Object.fromEntries(answered) as Five<Awaited<ReturnType<typeof engine.ask>>>
  return {
    spans,
    of: (metric: string) => sixTwelve(answers, metric, ground),
    yearBefore: (metric: string) => yearBeforeOf(answers, metric, ground),
  }
}

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(
    granary,
    daysBetween(starts[2021] ?? '', lastDay).map(day => ({ order_id: day, day, gross: pounds(day) })),
  )
}, 120_000)
afterAll(() => granary.close())

describe('the 6-12 chart in the year after one of 53 weeks', () => {
  it('restates last year: week n stands beside week n + 1 of the longer year', async () => {
    // Week 10 of 2024 ends on 13 April.
    const { spans, of } = await chartAt(nrf, '2024-04-13')
    expect(spans.week).toMatchObject({ key: 'FY2024-W10', from: '2024-04-07', to: '2024-04-13' })
    const chart = of('net_sales')
    // 7 × 405 … 7 × 410 beside 7 × 306 … 7 × 311.
    expect(chart.weeks.slice(-6).map(one => [one.label, one.value, one.lastYear])).toEqual([
      ['wk 5', '2835', '2142'],
      ['wk 6', '2842', '2149'],
      ['wk 7', '2849', '2156'],
      ['wk 8', '2856', '2163'],
      ['wk 9', '2863', '2170'],
      ['wk 10', '2870', '2177'],
    ])
    expect(chart.week.before).toEqual({ value: '2863', delta: '7', ratio: '0.00244499' })
    expect(chart.week.lastYear).toEqual({ value: '2177', delta: '693', ratio: '0.3183279743' })
    expect(chart.week.target).toMatchObject({ value: '2800', delta: '70' })
    expect(chart.weeks.slice(-2).map(one => one.target)).toEqual(['2786', '2800'])
  })

  it('gives limits the year before with its Easter beside this one, and none before the data begin', async () => {
    // Friday to Monday of Easter 2024 are in weeks 8 and 9; in 2023 they were the days of week 10 and 11. Week 8 has
    // 5 × 309 + 2 × 310 beside it, not 7 × 309; week 10 has 5 × 311 + 2 × 310 for the days that Easter left.
    const { yearBefore } = await chartAt(nrf, '2024-04-13')
    expect(yearBefore('net_sales').slice(-3)).toEqual([2165, 2170, 2175])
    // A base day may lie as far back as Easter moves: nothing is taken from before the data begin.
    const { yearBefore: young } = await chartAt(nrf, '2024-04-13', '2023-03-12')
    expect(young('net_sales').slice(-3)).toEqual([null, null, 2175])
  })

  it('marks an event in the week and in the month it begins in', async () => {
    const { spans, of } = await chartAt(nrf, '2024-04-13')
    const chart = of('net_sales')
    const events = ['2023-12-30', '2023-12-31', '2024-03-03', '2024-04-06', '2024-04-13', '2024-04-14'].map(
      from => ({ name: from, from }),
    )
    const weeks = shownWeeks(chart)
    const names = [...weeks, null, ...chart.months].map(one => one?.label)
    expect(
      marksIn({ events, week: spans.week }, weeks, chart.months).map(({ at, name }) => [name, names[at]]),
    ).toEqual([
      ['2023-12-30', 'P11 23'],
      // The longer year: its last period has five weeks from 31 December on.
      ['2023-12-31', 'P12 23'],
      ['2024-03-03', 'wk 5'],
      ['2024-03-03', 'P02 24'],
      ['2024-04-06', 'wk 9'],
      ['2024-04-06', 'P02 24'],
      ['2024-04-13', 'wk 10'],
    ])
    // What was issued before months said their days has none there.
    const issued = chart.months.map(({ from: _, to: __, ...one }) => one)
    expect(marksIn({ events, week: spans.week }, weeks, issued)).toHaveLength(3)
  })

  it('sums to date up to the end of the week, beside the same weeks restated', async () => {
    const { spans, of } = await chartAt(nrf, '2024-04-13')
    const chart = of('net_sales')
    // 4-5-4: the third period is weeks 10 … 13, the first quarter weeks 1 … 13.
    expect([spans.month.from, spans.quarter.from, spans.year.from]).toEqual([
      '2024-04-07',
      '2024-02-04',
      '2024-02-04',
    ])
    expect([chart.month.value, chart.month.lastYear.value]).toEqual(['2870', '2177'])
    // 7 × Σ (401 … 410) beside 7 × Σ (302 … 311).
    expect([chart.quarter.value, chart.quarter.lastYear.value]).toEqual(['28385', '21455'])
    expect([chart.year.value, chart.year.lastYear.value]).toEqual(['28385', '21455'])
    expect(chart.year.lastYear.delta).toBe('6930')
  })

  it('shows twelve whole periods, the last of the longer year five weeks long', async () => {
    const { spans, of } = await chartAt(nrf, '2024-04-13')
    expect(spans.months).toEqual({ from: '2023-04-02', to: '2024-04-06' })
    const months = of('net_sales').months
    expect(months.map(one => one.label)).toEqual(
      'P03 23,P04 23,P05 23,P06 23,P07 23,P08 23,P09 23,P10 23,P11 23,P12 23,P01 24,P02 24'.split(','),
    )
    // P12 of 2023 is weeks 49 … 53: 7 × (349 + … + 353); restated it stands beside 49 … 52 of 2022 and week 1 of 2023.
    expect([months[9]?.value, months[9]?.lastYear]).toEqual([
      '12285',
      String(7 * (249 + 250 + 251 + 252 + 301)),
    ])
    // P1 of 2024, weeks 1 … 4, beside weeks 2 … 5 of 2023; P2, weeks 5 … 9, beside 6 … 10.
    expect([months[10]?.value, months[10]?.lastYear]).toEqual(['11270', '8498'])
    expect([months[11]?.value, months[11]?.lastYear]).toEqual(['14245', '10780'])
  })
})

describe('the 6-12 chart in a year of 53 weeks', () => {
  it('ends it with a week 53 beside the week 364 days before, which is its own first', async () => {
    // Week 53 of 2023 ends on 3 February 2024.
    const { spans, of } = await chartAt(nrf, '2024-02-03')
    expect(spans.week.key).toBe('FY2023-W53')
    const chart = of('net_sales')
    expect(chart.weeks.slice(-6).map(one => [one.label, one.value, one.lastYear])).toEqual([
      ['wk 48', '2436', '1736'],
      ['wk 49', '2443', '1743'],
      ['wk 50', '2450', '1750'],
      ['wk 51', '2457', '1757'],
      ['wk 52', '2464', '1764'],
      ['wk 53', '2471', '2107'],
    ])
    // 7 × Σ (301 … 353) beside 7 × (Σ (201 … 252) + 301): as many days.
    expect([chart.year.value, chart.year.lastYear.value]).toEqual(['121317', '84553'])
    // 7 × Σ (340 … 353) beside 7 × (Σ (240 … 252) + 301): a last quarter of fourteen weeks.
    expect([chart.quarter.value, chart.quarter.lastYear.value]).toEqual(['33957', '24493'])
    expect(spans.months.to).toBe('2024-02-03')
  })
})

describe('the 6-12 chart in a year of 52 weeks', () => {
  it('stands week beside week of the same number', async () => {
    // Week 20 of 2022 ends on 18 June 2022; 2021 has 52 weeks.
    const { of } = await chartAt(nrf, '2022-06-18')
    const chart = of('net_sales')
    expect(chart.weeks.slice(-2).map(one => [one.label, one.value, one.lastYear])).toEqual([
      ['wk 19', '1533', '833'],
      ['wk 20', '1540', '840'],
    ])
    // 4-5-4: P5 is weeks 18 … 22, so three weeks of it; Q2 began with week 14.
    expect([chart.month.value, chart.month.lastYear.value]).toEqual(['4599', '2499'])
    expect([chart.quarter.value, chart.quarter.lastYear.value]).toEqual(['10633', '5733'])
    expect([chart.year.value, chart.year.lastYear.value]).toEqual(['29470', '15470'])
  })

  it('does not compare with weeks and years the data do not cover', async () => {
    const { of } = await chartAt(nrf, '2022-06-18', '2021-06-13')
    const chart = of('net_sales')
    expect(chart.weeks.slice(-2).map(one => one.lastYear)).toEqual([null, '840'])
    expect(chart.month.lastYear).toEqual({ value: null, delta: null, ratio: null })
    expect(chart.months.map(one => one.value === null)[0]).toBe(true)
  })
})

describe('the 6-12 chart of a civil year', () => {
  it('compares weeks by weekday and months by date, to date for as many days', async () => {
    const { spans, of } = await chartAt(civilYear, '2024-06-12')
    expect(spans.week).toMatchObject({ key: '2024-W24', from: '2024-06-10', to: '2024-06-16' })
    const sold = (from: Day, to: Day) => daysBetween(from, to).reduce((sum, day) => sum + pounds(day), 0)
    const chart = of('net_sales')
    expect(chart.week.value).toBe(String(sold('2024-06-10', '2024-06-16')))
    expect(chart.week.lastYear.value).toBe(String(sold('2023-06-12', '2023-06-18')))
    expect(chart.month.lastYear.value).toBe(String(sold('2023-06-01', '2023-06-16')))
    expect(chart.year.lastYear.value).toBe(String(sold('2023-01-01', '2023-06-16')))
    expect(chart.months.at(-1)).toMatchObject({
      label: 'May 24',
      value: String(sold('2024-05-01', '2024-05-31')),
      lastYear: String(sold('2023-05-01', '2023-05-31')),
    })
    expect(addDays(spans.months.from, -1)).toBe('2023-05-31')
  })

  it('divides sums, never averages: a week’s order value is its sales by its orders', async () => {
    const chart = (await chartAt(nrf, '2024-04-13')).of('aov')
    expect(chart.week.value).toBe('410')
    expect(chart.year.value).toBe('405.5')
  })
})
