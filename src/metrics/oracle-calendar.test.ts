import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, type Day, dayNumber, daysBetween, earlier, weekday } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Query } from './query.ts'
import type { World } from './world.ts'

/** Retail years and aligned events beside calendars counted out day by day: every day sold for an amount of its own. */

const [first, last] = ['2009-01-01', '2019-12-31']
const all = daysBetween(first, last)
/** What a day sold, in pounds: no two days alike, and any sum of them tells a wrong day. */
const sold = (day: Day) => dayNumber(day) - dayNumber(first) + 1
const sum = (days: Day[]) => days.reduce((total, day) => total + sold(day), 0)

const rules = fc.record({
  calendar: fc.constantFrom('4-5-4' as const, '4-4-5' as const, '5-4-4' as const),
  fiscalStartMonth: fc.constantFrom(1, 2, 7, 10),
  weekStart: fc.constantFrom(1 as const, 7 as const),
  yearEnd: fc.constantFrom('nearest_saturday' as const, 'last_saturday' as const),
})
type Rule = World['calendar']

const worldOf = (calendar: Rule, events: World['events'] = []): World => ({
  stores: [{ store: 'shop', name: 'shop', currency: 'GBP', timezone: 'Europe/London', kind: 'both' }],
  calendar,
  currency: null,
  events,
  targets: [],
  metrics: [],
  dimensions: [],
})

/** Every day with its place in the years of a rule, by walking from one end of a year to the next. */
const walked = (rule: Rule): Map<Day, { year: number; week: number; month: number; weeks: number }> => {
  const ends: { day: Day; year: number }[] = []
  for (let year = 2007; year <= 2021; year += 1) {
    const anchor = addDays(`${year}-${String(rule.fiscalStartMonth).padStart(2, '0')}-01`, -1)
    const around = Array.from({ length: 15 }, (_, n) => addDays(anchor, n - 7))
    const closing = around.filter(day => weekday(day) === (rule.weekStart === 7 ? 6 : 7))
    const away = (day: Day) => Math.abs(dayNumber(day) - dayNumber(anchor))
    const end =
      rule.yearEnd === 'last_saturday'
        ? closing.findLast(day => day <= anchor)
        : closing.toSorted((a, b) => away(a) - away(b))[0]
    ends.push({ day: end ?? anchor, year })
  }
  const places = new Map<Day, { year: number; week: number; month: number; weeks: number }>()
  const lengths = rule.calendar.split('-').map(Number)
  for (const [n, { day, year }] of ends.entries()) {
    const next = ends[n + 1]
    if (!next) break
    const days = daysBetween(addDays(day, 1), next.day)
    // The weeks of a year one after another, each with the month it is in; the 53rd is the last month's.
    const monthOf = [...Array(12).keys()].flatMap(month =>
      Array<number>(lengths[month % 3] ?? 0).fill(month + 1),
    )
    for (const [at, one] of days.entries()) {
      const week = Math.floor(at / 7)
      places.set(one, { year, week: week + 1, month: monthOf[week] ?? 12, weeks: days.length / 7 })
    }
  }
  return places
}
type Places = ReturnType<typeof walked>

const two = (n: number) => String(n).padStart(2, '0')
const keys: Record<'week' | 'month' | 'quarter' | 'year', (places: Places, day: Day) => string> = {
  week: (places, day) => `FY${places.get(day)?.year}-W${two(places.get(day)?.week ?? 0)}`,
  month: (places, day) => `FY${places.get(day)?.year}-P${two(places.get(day)?.month ?? 0)}`,
  quarter: (places, day) => `FY${places.get(day)?.year}-Q${Math.ceil((places.get(day)?.month ?? 0) / 3)}`,
  year: (places, day) => `FY${places.get(day)?.year}`,
}
/** The day of the same week number and weekday of the retail year before, where it has one; restated weeks are those 52 weeks before. */
const opposite = {
  last_year_restated: (_: Places, day: Day) => addDays(day, -364),
  last_year_weekday: (_: Places, day: Day) => addDays(day, -364),
  last_year_unrestated: (places: Places, day: Day) => {
    const own = places.get(day)
    const same = [...places].find(
      ([one, place]) =>
        place.year === (own?.year ?? 0) - 1 && place.week === own?.week && weekday(one) === weekday(day),
    )
    return same?.[0] ?? null
  },
}
type Kind = keyof typeof opposite

describe('years of 52 and 53 weeks', () => {
  let granary: Warehouse
  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    await deliverLines(
      granary,
      all.map(day => ({ store: 'shop', order_id: day, line_key: 1, day, gross: sold(day) })),
    )
  })
  afterAll(() => granary.close())
  const ask = (world: World, query: Query) =>
    createEngine({ granary, world: async () => world }).ask(query, {
      stores: 'all',
      now: new Date('2020-06-01T12:00:00Z'),
    })

  it('add up to what their days do, and stand beside the days of the year before that they should', async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.integer({ min: dayNumber('2011-06-01'), max: dayNumber('2019-11-30') }),
        fc.integer({ min: 0, max: 800 }),
        fc.constantFrom('week' as const, 'month' as const, 'quarter' as const, 'year' as const),
        fc.constantFrom<Kind>('last_year_restated', 'last_year_unrestated', 'last_year_weekday'),
        async (rule, start, length, grain, kind) => {
          const places = walked(rule)
          const from = addDays(first, start - dayNumber(first))
          const to = addDays(from, length)
          const asked = { metrics: ['gross_sales'], from, to, grain, compare: [kind] } as Query
          const { rows, totals } = await ask(worldOf(rule), asked)
          // Days after the last with data are not over: they are compared with nothing.
          const inside = daysBetween(from, earlier(to, last))
          const groups = Map.groupBy(inside, day => keys[grain](places, day))
          expect(rows.map(row => row.period).filter(one => groups.has(String(one)))).toEqual([
            ...groups.keys(),
          ])
          const base = (days: Day[]) => days.flatMap(day => opposite[kind](places, day) ?? [])
          for (const [key, days] of groups) {
            const row = rows.find(one => one.period === key)
            expect(Number(row?.gross_sales), key).toBe(sum(days))
            expect(Number(row?.compare?.[kind]?.values.gross_sales?.value), `${kind} ${key}`).toBe(
              sum(base(days)),
            )
          }
          expect(Number(totals.gross_sales)).toBe(sum(inside))
          const whole = totals.compare?.[kind]?.values.gross_sales?.value
          expect(Number(whole), `${kind} in all`).toBe(sum(base(inside)))
        },
      ),
      { numRuns: Number(process.env.QUESTIONS ?? 30) },
    )
  }, 240_000)

  it('of whole periods, or of those to date, stand beside the period before', async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.integer({ min: dayNumber('2011-06-01'), max: dayNumber('2019-11-30') }),
        fc.constantFrom('week' as const, 'month' as const, 'quarter' as const, 'year' as const),
        fc.option(fc.nat(), { nil: undefined }),
        async (rule, at, grain, stopped) => {
          const places = walked(rule)
          const day = addDays(first, at - dayNumber(first))
          const of = (one: Day) =>
            [...places.keys()].filter(d => keys[grain](places, d) === keys[grain](places, one))
          const own = of(day)
          const days = stopped === undefined ? own : own.slice(0, 2 + (stopped % (own.length - 1)))
          if ((own[0] ?? '') < '2010-12-01' || (days.at(-1) ?? '') > last) return
          const [from, to] = [days[0] ?? day, days.at(-1) ?? day]
          const asked = { metrics: ['gross_sales'], from, to, compare: ['previous_period'] } as Query
          const { totals, meta } = await ask(worldOf(rule), asked)
          const begins = (name: keyof typeof keys) =>
            keys[name](places, addDays(from, -1)) !== keys[name](places, from)
          const ends = (name: keyof typeof keys) =>
            keys[name](places, addDays(to, 1)) !== keys[name](places, to)
          /** The days of as many periods before as these are. */
          const periodsBefore = (name: keyof typeof keys) => {
            const count = new Set(days.map(one => keys[name](places, one))).size
            const earlierDays = [...places.keys()].filter(one => one < from)
            const last = [...new Set(earlierDays.map(one => keys[name](places, one)))].slice(-count)
            return earlierDays.filter(one => last.includes(keys[name](places, one)))
          }
          // Whole periods, the longest first; else a month, quarter, year or week to date.
          const whole = (['year', 'quarter', 'month', 'week'] as const).find(
            name => begins(name) && ends(name),
          )
          const toDate = (['month', 'quarter', 'year', 'week'] as const).find(
            name => begins(name) && keys[name](places, from) === keys[name](places, to),
          )
          const expected = whole ? periodsBefore(whole) : periodsBefore(toDate ?? grain).slice(0, days.length)
          const { values } = totals.compare?.previous_period ?? {}
          expect(Number(values?.gross_sales?.value), JSON.stringify([meta.comparisons, from, to, rule])).toBe(
            sum(expected),
          )
        },
      ),
      { numRuns: Number(process.env.QUESTIONS ?? 30) },
    )
  }, 240_000)

  it('with events stand event day beside event day, all others about 52 weeks before, and no day twice', async () => {
    const event = fc.record({
      name: fc.constantFrom('Sale', 'Fair'),
      year: fc.constantFrom(2015, 2016, 2017, 2018),
      start: fc.integer({ min: 0, max: 330 }),
      length: fc.integer({ min: 1, max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(event, { maxLength: 6, selector: one => `${one.name} ${one.year}` }),
        fc.integer({ min: dayNumber('2016-01-01'), max: dayNumber('2018-06-30') }),
        fc.integer({ min: 20, max: 400 }),
        async (drawn, start, length) => {
          const events = drawn.map(({ name, year, start: at, length: days }) => ({
            name: `${name} ${year}`,
            series: name,
            kind: 'promotion' as const,
            from: addDays(`${year}-01-01`, at),
            to: addDays(`${year}-01-01`, at + days - 1),
            stores: [],
          }))
          const from = addDays(first, start - dayNumber(first))
          const to = addDays(from, length)
          const world = worldOf(
            { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'last_saturday' },
            events as never,
          )
          const asked = {
            metrics: ['gross_sales'],
            from,
            to,
            grain: 'day',
            compare: ['last_year_event'],
          } as Query
          const { rows, totals } = await ask(world, asked)
          const base = new Map(
            rows.map(row => {
              const value = Number(row.compare?.last_year_event?.values.gross_sales?.value)
              return [String(row.period), addDays(first, value - 1)] as const
            }),
          )
          expect([...base.keys()]).toEqual(daysBetween(from, to))
          const told = JSON.stringify({ events, from, to })
          expect(new Set(base.values()).size, told).toBe(base.size)
          const distance = (a: Day, b: Day) => dayNumber(a) - dayNumber(b)
          for (const [day, opposed] of base)
            expect(Math.abs(distance(day, opposed) - 364), `${day} ${opposed} ${told}`).toBeLessThan(90)
          const whole = totals.compare?.last_year_event?.values.gross_sales?.value
          expect(Number(whole), told).toBe(sum([...base.values()]))
          // Events that meet no other, a year apart, are paired from their first day on.
          for (const own of events) {
            const before = events.find(
              one =>
                one.series === own.series &&
                one.from < own.from &&
                distance(own.from, one.from) < 430 &&
                distance(own.from, one.from) >= 300,
            )
            const alone = (one: { from: Day; to: Day }) =>
              events.every(other => other.from === one.from || other.to < one.from || other.from > one.to)
            if (!before || !alone(own) || !alone(before)) continue
            for (const [n, day] of daysBetween(own.from, own.to).entries())
              if (base.has(day) && addDays(before.from, n) <= before.to)
                expect(base.get(day), `${day} ${told}`).toBe(addDays(before.from, n))
          }
        },
      ),
      {
        numRuns: Number(process.env.QUESTIONS ?? 30),
        examples: [
          // Easter's Saturday was nearer to the fair's than the day the fair left free, which then stood alone in January.
          [
            [
              { name: 'Fair', year: 2016, start: 0, length: 1 },
              { name: 'Fair', year: 2015, start: 23, length: 1 },
            ],
            dayNumber('2016-01-01'),
            94,
          ],
        ],
      },
    )
  }, 240_000)
})
