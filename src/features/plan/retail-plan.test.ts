import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { addDays, dayCount, daysBetween, weekday } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan, settings } = operations

/** What the shop of the room sold on a day. */
const sold = (day: string) =>
  weekday(day) === 7 ? 0 : (weekday(day) === 6 ? 200 : 100) * (day.slice(5) >= '10-01' ? 2 : 1)
const soldFrom = (from: string, to: string) => daysBetween(from, to).reduce((all, day) => all + sold(day), 0)

describe('a plan from the run-rate', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const { run, year } = planRoom(place)
  const start = (id: string, more: object, begin: object = {}) =>
    run(plan.start, {
      id,
      name: id,
      ...year,
      ...more,
      begin: { with: 'run_rate', trade: 'b2c', over: [], ...begin },
    })
  const values = async (version: string, line: string): Promise<string[]> =>
    (await run(plan.figures, { version, lines: [line] })).lines[0].values

  it('takes the last thirteen weeks, each period by its length, amounts so that they add up', async () => {
    const { notes } = await start('rate', {})
    expect(notes[0]).toBe('Filled from 2026-03-22 to 2026-06-20.')
    // 78 orders of 9,100 in 91 days: 26.57, 24 and 26.57 in January, February and March, 312.86 in the year.
    const orders = await values('rate', 'orders')
    expect(orders.slice(0, 3)).toEqual(['27', '24', '26'])
    expect(sum(orders)).toBe('313')
    expect(new Set(await values('rate', 'aov'))).toEqual(new Set(['116.666667']))
  })
  it('grows what adds up, and keeps the growth where a period is small', async () => {
    const growth = { growth: '0.05' }
    await start('weeks', { grain: 'week' }, growth)
    // Six orders a week and five percent more: 6.3 in each, which a rounding of each week by itself would lose.
    const orders = await values('weeks', 'orders')
    expect(orders.slice(1, 5)).toEqual(['6', '6', '6', '7'])
    expect(Math.abs(Number(sum(orders)) - (78 / 91) * 365 * 1.05)).toBeLessThan(0.51)
    await start('by-store', { grain: 'week' }, { ...growth, over: ['store'] })
    expect(sum(await values('by-store', 'orders'))).toBe(sum(orders))
  })
}, 120_000)

describe('a plan of retail years', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, ask, set } = room
  const { cy } = room.people
  /** 53 weeks: 28 September 2025 to 3 October 2026. */
  const long = { from: '2025-09-28', to: '2026-10-03', currency: 'GBP' }
  const begin = { with: 'last_year', trade: 'b2c', over: [], growth: '0' }
  const start = (id: string, grain: string, more: object = {}) =>
    run(plan.start, { id, name: id, ...long, grain, begin, ...more })
  const figure = async (version: string, line: string): Promise<string[]> =>
    (await run(plan.figures, { version, lines: [line] })).lines[0].values
  const periods = async (version: string) => (await run(plan.open, { version })).sheet.periods

  it('has 12 periods of 4, 5 and 4 weeks, the 53rd week in the last, from the same weeks a year before', async () => {
    await run(
      settings.saveCompany,
      {
        currency: 'GBP',
        calendar: { calendar: '4-5-4', fiscalStartMonth: 10, weekStart: 7, yearEnd: 'nearest_saturday' },
      },
      cy,
    )
    await start('months', 'month')
    await start('weeks', 'week')
    const months = await periods('months')
    const weeks = await periods('weeks')
    expect(months.map((one: { from: string; to: string }) => dayCount(one.from, one.to) / 7)).toEqual([
      4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5,
    ])
    expect(weeks).toHaveLength(53)
    expect(weeks.at(-1)).toMatchObject({ key: 'FY2025-W53', from: '2026-09-27', to: '2026-10-03' })
    expect(new Set(months.map((one: { year: string }) => one.year))).toEqual(new Set(['FY2025']))
    // Sunday to Saturday a year before, in weeks: six orders in every one of them, sales as they were then.
    expect(new Set(await figure('weeks', 'orders'))).toEqual(new Set(['6']))
    expect(sum(await figure('months', 'orders'))).toBe(String(53 * 6))
    const before = soldFrom(addDays(long.from, -364), addDays(long.to, -364))
    for (const version of ['months', 'weeks'])
      expect(Number(sum(await figure(version, 'net_sales')))).toBeCloseTo(before, 2)
    const last = (await figure('months', 'net_sales')).at(-1)
    expect(Number(last)).toBeCloseTo(soldFrom('2025-08-31', '2025-10-04'), 3)
  })

  it('goes to days that add up to the week and to the period, the 53rd week among them', async () => {
    for (const [version, period, days] of [
      ['weeks', 'FY2025-W53', 7],
      ['months', 'FY2025-P12', 35],
      ['months', 'FY2025-P01', 28],
    ] as const) {
      const found = await run(plan.phasing, { version, line: 'net_sales', period })
      expect(found.days).toHaveLength(days)
      expect(sum(found.days.map((one: { amount: string }) => one.amount))).toBe(sum([found.amount]))
      // Sundays are shut.
      for (const one of found.days) expect(Number(one.amount) > 0).toBe(weekday(one.day) !== 7)
    }
  })

  it('is compared over the year by lines, and cell by cell only with its like', async () => {
    const found = await run(plan.compare, { a: 'months', b: 'weeks' })
    expect(found).toMatchObject({ span: { from: long.from, to: long.to }, cells: [] })
    expect(found.notes).toEqual([
      'Their periods are of different lengths: lines are compared, cells are not.',
    ])
    const of = (name: string) => found.lines.find((line: { name: string }) => line.name === name)
    expect(of('orders')).toMatchObject({ a: '318', b: '318' })
    expect(Number(of('net_sales').a)).toBeCloseTo(Number(of('net_sales').b), 2)
  })

  it('is carried, so that a week of it is a target for actuals and for pacing', async () => {
    await run(plan.submit, { version: 'weeks' })
    await run(plan.approve, { version: 'weeks' }, cy)
    const target = async (from: string, to: string) => {
      const { rows } = await ask({
        metrics: ['net_sales'],
        grain: 'day',
        from,
        to,
        compare: ['plan.weeks'],
      })
      return sum(
        rows.map(
          (row: { compare?: Record<string, { values: Record<string, { value: string | null }> }> }) =>
            row.compare?.['plan.weeks']?.values.net_sales?.value ?? '0',
        ),
      )
    }
    const amounts = await figure('weeks', 'net_sales')
    expect(Number(await target('2026-06-14', '2026-06-20'))).toBeCloseTo(Number(amounts[37]), 2)
    expect(Number(await target('2026-09-27', '2026-10-03'))).toBeCloseTo(Number(amounts[52]), 2)
    const pace = await run(plan.pacing, { version: 'weeks', grain: 'week', day: '2026-06-17' })
    expect(pace).toMatchObject({ from: '2026-06-14', to: '2026-06-20', until: '2026-06-17', actual: 300 })
    expect(pace.plan).toBeCloseTo(700, 2)
    const month = await run(plan.pacing, { version: 'weeks', grain: 'month' })
    expect(month).toMatchObject({ from: '2026-05-31', to: '2026-06-27' })
    expect(month.plan).toBeCloseTo(4 * 700, 2)
  })

  it('makes a latest estimate of as many weeks as are over', async () => {
    const later = (closedPeriods: number) => ({
      kind: 'le',
      begin: { with: 'version', version: 'weeks', closedPeriods },
    })
    const { notes } = await start('LE38', 'week', later(38))
    expect(notes[0]).toBe('38 periods are actuals, the rest from weeks.')
    const orders = await figure('LE38', 'orders')
    expect(orders).toHaveLength(53)
    expect(sum(orders)).toBe(String(53 * 6))
    const sales = await figure('LE38', 'net_sales')
    expect(Number(sum(sales.slice(0, 38)))).toBeCloseTo(soldFrom('2025-09-28', '2026-06-20'), 2)
    const edit = (period: string) => run(plan.edit, { version: 'LE38', edits: [set('orders', period, '9')] })
    await expect(edit('FY2025-W38')).rejects.toThrow('is closed')
    await edit('FY2025-W39')
    await expect(start('LE54', 'week', later(54))).rejects.toThrow(
      'weeks has 53 periods; 54 of them cannot be closed.',
    )
  })
}, 120_000)

describe('a plan of a retail year to come, of 53 weeks', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const { run, people } = planRoom(place)
  const [year, next] = [
    { from: '2026-06-28', to: '2027-07-03', currency: 'GBP' },
    { from: '2027-07-04', to: '2028-07-01', currency: 'GBP' },
  ]
  const begun: Record<string, string[]> = {}
  const amounts = async (version: string): Promise<string[]> =>
    (await run(plan.figures, { version, lines: ['net_sales'] })).lines[0].values
  const phased = (version: string, period: string, day?: string) =>
    run(plan.phasing, { version, line: 'net_sales', period, day })

  beforeAll(async () => {
    const calendar = { calendar: '4-5-4', fiscalStartMonth: 7, weekStart: 7, yearEnd: 'nearest_saturday' }
    await run(settings.saveCompany, { currency: 'GBP', calendar }, people.cy)
    for (const [id, grain, span] of [
      ['weeks', 'week', year],
      ['months', 'month', year],
      ['whole', 'year', year],
      ['next', 'month', next],
    ] as const) {
      const begin = { with: 'last_year', trade: 'b2c', over: [], growth: '0' }
      begun[id] = (await run(plan.start, { id, name: id, ...span, grain, begin })).notes
    }
  }, 120_000)

  it('fills weeks whose year before is not over from the one before that, and says which', async () => {
    // Last day of sales: 20 June 2026. The last two weeks are those of 2025, by week: Sunday to Saturday.
    const weeks = await amounts('weeks')
    expect(weeks).toHaveLength(53)
    const before = soldFrom('2025-06-29', '2026-06-20') + soldFrom('2025-06-22', '2025-07-05')
    expect(Number(sum(weeks))).toBeCloseTo(before, 2)
    expect(weeks.slice(51).map(one => Math.round(Number(one)))).toEqual([700, 700])
    expect(begun.weeks?.slice(0, 2)).toEqual([
      'Filled from 2025-06-29 to 2026-06-20.',
      'wk 52 FY2026, wk 53 FY2026: the year before is not over, so they are filled from the one before that.',
    ])
    // By months the last, of five weeks, is from five weeks of 2025.
    const months = await amounts('months')
    expect(Number(months.at(-1))).toBeCloseTo(soldFrom('2025-06-01', '2025-07-05'), 3)
    const history = await run(plan.yearBefore, { version: 'weeks', line: 'orders' })
    expect(history.map((one: { value: string }) => one.value)).toEqual(new Array(53).fill('6'))
  })

  it('goes from the year to periods, weeks, days and hours, each adding up to the last penny', async () => {
    const whole = await phased('whole', 'FY2026')
    expect(whole.days).toHaveLength(371)
    expect(sum(whole.days.map((one: { amount: string }) => one.amount))).toBe(sum([whole.amount]))
    for (const [version, wanted] of [
      ['months', [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]],
      ['weeks', new Array(53).fill(1)],
    ] as const) {
      const { periods } = (await run(plan.open, { version })).sheet
      const found = []
      for (const { key } of periods) {
        const { days, amount } = await phased(version, key)
        expect(sum(days.map((one: { amount: string }) => one.amount))).toBe(sum([amount]))
        found.push(days.length / 7)
      }
      expect(found).toEqual(wanted)
    }
    const { days } = await phased('months', 'FY2026-P12')
    for (const { day, amount } of days.slice(-9)) {
      const { hours } = await phased('months', 'FY2026-P12', day)
      expect(hours).toHaveLength(24)
      expect(sum(hours)).toBe(sum([amount]))
    }
  })

  it('is a week longer than the next, which is begun from the same weeks, and has no week 53', async () => {
    const { periods } = (await run(plan.open, { version: 'next' })).sheet
    expect(periods.at(-1)).toMatchObject({ key: 'FY2027-P12', from: '2028-06-04', to: '2028-07-01' })
    expect(dayCount(next.from, next.to)).toBe(52 * 7)
    // 364 days apart: from the 53-week year its first week is left out, so that holidays stand beside each other.
    const before = soldFrom('2025-07-06', '2026-06-20') + soldFrom('2025-06-22', '2025-07-05')
    expect(Number(sum(await amounts('next')))).toBeCloseTo(before, 2)
    const found = await run(plan.compare, { a: 'months', b: 'next' })
    expect(found.cells).toEqual([])
    expect(found.notes.join(' ')).not.toBe('')
  })
}, 120_000)
