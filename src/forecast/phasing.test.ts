import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { addDays, addYears, type Day, daysBetween, monthEnd, weekday } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { nrf, periodOf, periodsBetween, retailYearStart } from '#kernel/period.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import { createCompany } from '#simulators/company/company.ts'
import { ordersOf } from '#simulators/company/order.ts'
import { landing } from './landing.ts'
import { phase, phaseHours, shareOut, sharesOf } from './phasing.ts'
import { learnShape, type TradedDay } from './year-shape.ts'

/** Net sales by day of the two years that come with the project (UCI Online Retail and Online Retail II, D. Chen, CC BY 4.0). */
let shop: TradedDay[] = []
beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const read = await connection.runAndReadAll(
    `SELECT strftime(InvoiceDate::DATE, '%Y-%m-%d') AS day, sum(Quantity * UnitPrice)::DOUBLE AS value
     FROM 'data/online-retail.parquet' GROUP BY 1 ORDER BY 1`,
  )
  shop = read.getRowObjectsJson().map(row => ({ day: String(row.day), value: Number(row.value) }))
}, 60_000)

const monthsOf = (from: Day, to: Day) => {
  const months: { from: Day; to: Day }[] = []
  for (let day = from; monthEnd(day) <= to; day = addDays(monthEnd(day), 1))
    months.push({ from: day, to: monthEnd(day) })
  return months
}

describe('a figure phased to days', () => {
  it('adds up to itself exactly, whatever the figure, the range and the adjustments', () => {
    const shape = learnShape(
      daysBetween('2025-01-01', '2025-12-31').map(day => ({
        day,
        value: weekday(day) * 10 + Number(day.slice(8)),
      })),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: -999_999_999, max: 999_999_999 }).map(n => (n / 1000).toFixed(3)),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 4 }),
        fc.float({ min: 0, max: 20, noNaN: true }),
        (amount, length, places, by) => {
          const from = '2026-02-10'
          const phased = phase(amount, from, addDays(from, length), shape, {
            places,
            adjustments: { [addDays(from, 3)]: by },
          })
          expect(phased).toHaveLength(length + 1)
          expect(Number(sum(phased.map(one => one.amount)))).toBe(Number(amount))
        },
      ),
      { numRuns: 200 },
    )
  })
  it('gives what rounding leaves to the largest remainders', () => {
    expect(shareOut('10', [1, 1, 1], 0)).toEqual(['4', '3', '3'])
    expect(shareOut('-0.05', [1, 2], 2)).toEqual(['-0.02', '-0.03'])
    expect(shareOut('1', [0, 0], 2)).toEqual(['0.50', '0.50'])
  })
  it('goes by hours as its weekday runs', () => {
    const counts = [
      { weekday: 1, hour: 9, value: 30 },
      { weekday: 1, hour: 17, value: 10 },
      { weekday: 6, hour: 11, value: 400 },
    ]
    const monday = phaseHours('100.00', '2026-03-02', counts)
    expect(sum(monday)).toBe('100')
    expect(Number(monday[9])).toBeGreaterThan(Number(monday[11]))
  })
  it('gives an hour what is said of it, of a day before its weekday, and takes it from the others', () => {
    const counts = [1, 2, 3, 4, 5, 6, 7].flatMap(at =>
      [9, 10, 11, 12].map(hour => ({ weekday: at, hour, value: 10 })),
    )
    const of = (day: Day, weights: HourWeights) => phaseHours('120.00', day, counts, 2, weights)
    const weights = { 5: { 9: 3, 10: 0 }, '2026-11-27': { 10: 1 } }
    expect(of('2026-11-20', weights).slice(9, 13)).toEqual(['72.00', '0.00', '24.00', '24.00'])
    expect(of('2026-11-27', weights).slice(9, 13)).toEqual(['60.00', '20.00', '20.00', '20.00'])
    expect(of('2026-11-26', weights)).toEqual(of('2026-11-26', {}))
    // Nothing was ever sold at midnight: its weight is of an even hour, a twenty-fourth of the day.
    const [midnight, ...others] = of('2026-11-27', { '2026-11-27': { 0: 24 } })
    expect(midnight).toBe('60.00')
    expect(sum(others)).toBe('60')
  })
  it('follows Easter where it falls, and leaves a shut weekday shut', () => {
    // Ten times as much on Good Friday; nothing on Sundays.
    const history = daysBetween('2023-01-01', '2025-12-31').map(day => ({
      day,
      value: ['2023-04-07', '2024-03-29', '2025-04-18'].includes(day) ? 1000 : weekday(day) === 7 ? 0 : 100,
    }))
    const april = new Map(
      phase('3000', '2026-04-01', '2026-04-30', learnShape(history)).map(one => [
        one.day,
        Number(one.amount),
      ]),
    )
    expect(april.get('2026-04-03')).toBeGreaterThan(6 * (april.get('2026-04-10') ?? 0))
    expect(april.get('2026-04-05')).toBe(0)
  })
  it.each([
    ['Easter', '2024-03-29', '2025-04-18', { from: '2025-04-01', to: '2025-04-30' }],
    // The Friday after the fourth of five Thursdays, then after the last of four: 371 days apart, neither a year nor 52 weeks.
    ['Black Friday', '2023-11-24', '2024-11-29', { from: '2024-11-01', to: '2024-12-31' }],
  ])(
    'moves with %s: what its days did in one year they do where it falls in the next',
    (_, then, now, span) => {
      const did = [900, 300, 200, 500]
      const on = (first: Day) => new Map(did.map((value, n) => [addDays(first, n), value]))
      const year = daysBetween(`${then.slice(0, 4)}-01-01`, `${then.slice(0, 4)}-12-31`)
      const shape = learnShape(year.map(day => ({ day, value: on(then).get(day) ?? 100 })))
      const due = daysBetween(span.from, span.to).map(day => on(now).get(day) ?? 100)
      const phased = phase(sum(due.map(String)) ?? '0', span.from, span.to, shape, { places: 0 })
      expect(phased.map(one => Number(one.amount))).toEqual(due)
    },
  )
  it('goes down a retail year of 52 or 53 weeks to the hour, exact and no part a unit off at any level', () => {
    const shape = learnShape(
      daysBetween('2024-02-04', '2026-01-31').map(day => ({
        day,
        value: weekday(day) + Number(day.slice(5, 7)),
      })),
    )
    const counts = [1, 2, 3, 4, 5, 6, 7].flatMap(at =>
      [9, 13, 20].map(hour => ({ weekday: at, hour, value: at * hour })),
    )
    const weight = ({ from, to }: { from: Day; to: Day }) =>
      daysBetween(from, to).reduce((all, day) => all + shape.weight(day), 0)
    const level = (amount: string, shares: readonly number[], places: number) => {
      const parts = shareOut(amount, shares, places)
      expect(Number(sum(parts))).toBe(Number(amount))
      const whole = shares.reduce((all, share) => all + share, 0)
      parts.forEach((part, n) => {
        const due = (Number(amount) * (shares[n] as number)) / whole
        expect(Math.abs(Number(part) - due)).toBeLessThan(1.001 * 10 ** -places)
      })
      return parts
    }
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999, max: 99_999_999 }),
        // NRF: 53 weeks in 2023, 2028 and 2034.
        fc.constantFrom(2023, 2026, 2027, 2028, 2034),
        fc.constantFrom(0, 2),
        fc.float({ min: 0, max: 20, noNaN: true }),
        (units, year, places, by) => {
          const { from, to } = periodOf(nrf, retailYearStart(nrf, year), 'year')
          const amount = (units / 10 ** places).toFixed(places)
          const months = periodsBetween(nrf, from, to, 'month')
          const ofMonths = level(amount, months.map(weight), places)
          const long = [2023, 2028, 2034].includes(year)
          expect(months.map(one => daysBetween(one.from, one.to).length / 7)).toEqual([
            ...[4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5],
            long ? 5 : 4,
          ])
          const month = months.at(-1) as (typeof months)[number]
          const weeks = periodsBetween(nrf, month.from, month.to, 'week')
          expect(weeks.at(-1)?.key).toBe(`FY${year}-W${long ? 53 : 52}`)
          const ofWeeks = level(ofMonths.at(-1) as string, weeks.map(weight), places)
          const week = weeks.at(-1) as (typeof weeks)[number]
          const days = phase(ofWeeks.at(-1) as string, week.from, week.to, shape, { places })
          expect(Number(sum(days.map(one => one.amount)))).toBe(Number(ofWeeks.at(-1)))
          for (const one of days)
            for (const said of [{}, { 6: { 3: by }, [one.day]: { 9: by, 20: 0.3 } }] as HourWeights[])
              expect(Number(sum(phaseHours(one.amount, one.day, counts, places, said)))).toBe(
                Number(one.amount),
              )
        },
      ),
      { numRuns: 100 },
    )
  })
  it('covers a 53rd week as any other, and says when it knows too little', () => {
    const shape = learnShape(daysBetween('2026-01-01', '2026-01-20').map(day => ({ day, value: 5 })))
    expect(phase('5300', '2028-01-30', '2029-02-03', shape)).toHaveLength(371)
    expect(shape.notes.join(' ')).toContain('less than a year')
    expect(learnShape([]).notes[0]).toContain('no history')
  })

  it('beats even days and last year by date on a real second year, from the first alone', () => {
    const values = new Map(shop.map(one => [one.day, one.value]))
    const learnt = learnShape(shop.filter(one => one.day < '2010-12-01'))
    const flat = { weight: () => 1 }
    const lastYear = { weight: (day: Day) => Math.max(0, values.get(addYears(day, -1)) ?? 0) }
    const error = (shape: { weight(day: Day): number }, spans: { from: Day; to: Day }[]) => {
      let [missed, whole] = [0, 0]
      for (const { from, to } of spans) {
        const days = daysBetween(from, to)
        const total = days.reduce((all, day) => all + (values.get(day) ?? 0), 0)
        sharesOf(days, shape).forEach((share, n) => {
          missed += Math.abs(share * total - (values.get(days[n] as Day) ?? 0))
        })
        whole += total
      }
      return missed / whole
    }
    for (const spans of [monthsOf('2010-12-01', '2011-11-30'), [{ from: '2010-12-01', to: '2011-11-30' }]]) {
      const own = error(learnt, spans)
      // Seen: 0.27 by month and 0.28 by year, against 0.53 and 0.59 even, 0.57 and 0.58 last year by date.
      expect(own).toBeLessThan(0.7 * error(flat, spans))
      expect(own).toBeLessThan(0.7 * error(lastYear, spans))
    }
  })
})

describe('where a month lands', () => {
  it('holds four fifths of month ends in its range, from the fifth day on, knowing only what was before', () => {
    const months = monthsOf('2009-12-01', '2011-11-30')
    const values = new Map(shop.map(one => [one.day, one.value]))
    let [held, all, missed, straight] = [0, 0, 0, 0]
    months.slice(3).forEach((span, n) => {
      const outlook = landing({
        history: shop.filter(one => one.day <= span.to),
        span,
        earlier: months.slice(0, n + 3),
      })
      const days = daysBetween(span.from, span.to)
      const total = days.reduce((sum, day) => sum + (values.get(day) ?? 0), 0)
      for (let day = 5; day < days.length; day += 3) {
        const found = outlook.at(days[day - 1] as Day)
        held += Number(total >= found.p10 && total <= found.p90)
        missed += Math.abs(found.p50 / total - 1)
        straight += Math.abs((found.actual * days.length) / day / total - 1)
        all += 1
      }
    })
    // Seen: 80 % held, off by 6.4 % on average, against 10.4 % by a straight line.
    expect(held / all).toBeGreaterThan(0.7)
    expect(held / all).toBeLessThan(0.9)
    expect(missed).toBeLessThan(0.75 * straight)
  }, 240_000)

  it('is certain when the month is over, or the plan is made already', () => {
    const history = daysBetween('2025-01-01', '2026-03-31').map(day => ({ day, value: 100 }))
    const march = landing({
      history,
      span: { from: '2026-03-01', to: '2026-03-31' },
      earlier: monthsOf('2025-06-01', '2026-02-28'),
    })
    expect(march.at('2026-03-31', 3100)).toMatchObject({
      p10: 3100,
      p50: 3100,
      p90: 3100,
      probability: 1,
      requiredPerDay: null,
    })
    expect(march.at('2026-03-20', 1999).probability).toBe(1)
    const half = march.at('2026-03-15', 3100)
    expect(half.p50).toBeCloseTo(3100, -2)
    expect(half.requiredPerDay).toBeCloseTo(100, 0)
    expect(march.at('2026-03-15', 9000).probability).toBeLessThan(0.01)
  })

  it('knows an event that is still to come, and what is booked already', () => {
    const fair = (year: number) => ({
      series: 'fair',
      name: 'Fair',
      from: `${year}-03-24`,
      to: `${year}-03-26`,
    })
    const events = [fair(2024), fair(2025), fair(2026)]
    const history = daysBetween('2024-01-01', '2026-03-15').map(day => ({
      day,
      value: events.some(one => day >= one.from && day <= one.to) ? 400 : 100,
    }))
    const input = {
      history,
      span: { from: '2026-03-01', to: '2026-03-31' },
      earlier: monthsOf('2025-04-01', '2026-02-28'),
    }
    // Three days at 400 instead of 100.
    expect(landing({ ...input, events }).at('2026-03-15').p50).toBeGreaterThan(3700)
    const moved = [...events.slice(0, 2), { ...fair(2026), from: '2026-04-24', to: '2026-04-26' }]
    expect(landing({ ...input, events: moved }).at('2026-03-15').p50).toBeLessThan(3300)
    const booked = landing({ ...input, events: moved }).at('2026-03-15', 5400, 4000)
    expect(booked).toMatchObject({ booked: 4000, p10: 5500, p50: 5500, p90: 5500, probability: 1 })
    expect(landing({ ...input, events: moved }).at('2026-03-15', 5600, 4000).probability).toBeLessThan(0.05)
  })
})

/** Orders as the made-up company's shops take them, in their own currencies: two years and a half. */
const company = createCompany({ seed: 1, days: 1096, until: '2026-11-25' })
const ordered: TradedDay[] = daysBetween(company.start, company.until).map(day => ({
  day,
  value: company.shops.reduce((all, shop) => all + ordersOf(company, shop, day).length, 0),
}))

describe('on the made-up company', () => {
  it('days of the second year from the first beat even days and last year by date', () => {
    const values = new Map(ordered.map(one => [one.day, one.value]))
    const second = addDays(company.start, 366)
    const months = monthsOf(addDays(monthEnd(second), 1), addDays(company.start, 2 * 365))
    const learnt = learnShape(ordered.filter(one => one.day < (months[0]?.from ?? '')))
    const error = (shape: { weight(day: Day): number }) => {
      let [missed, whole] = [0, 0]
      for (const { from, to } of months) {
        const days = daysBetween(from, to)
        const total = days.reduce((all, day) => all + (values.get(day) ?? 0), 0)
        sharesOf(days, shape).forEach((share, n) => {
          missed += Math.abs(share * total - (values.get(days[n] as Day) ?? 0))
        })
        whole += total
      }
      return missed / whole
    }
    const own = error(learnt)
    // Seen: 0.12, against 0.14 even and 0.18 last year by date.
    expect(own).toBeLessThan(error({ weight: () => 1 }))
    expect(own).toBeLessThan(error({ weight: day => values.get(addYears(day, -1)) ?? 0 }))
  })

  it('ranges hold between seven and nine month ends in ten, from the fifth day on', () => {
    const months = monthsOf(addDays(monthEnd(company.start), 1), company.until)
    const values = new Map(ordered.map(one => [one.day, one.value]))
    let [held, all] = [0, 0]
    months.slice(4).forEach((span, n) => {
      const outlook = landing({
        history: ordered.filter(one => one.day <= span.to),
        span,
        earlier: months.slice(0, n + 4),
      })
      const days = daysBetween(span.from, span.to)
      const total = days.reduce((sum, day) => sum + (values.get(day) ?? 0), 0)
      for (let day = 5; day < days.length; day += 3) {
        const found = outlook.at(days[day - 1] as Day)
        held += Number(total >= found.p10 && total <= found.p90)
        all += 1
      }
    })
    // Seen: 81 % of 277.
    expect(held / all).toBeGreaterThan(0.7)
    expect(held / all).toBeLessThan(0.9)
  }, 240_000)
})
