import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { addDays } from '#kernel/day.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import type { StabilityTold } from './shape.ts'

const monday = '2026-01-05'
/** Net sales of twenty weeks: 100 and 110 in turn, one of 200, then ten that are a little more. */
const sold = Array.from({ length: 20 }, (_, n) =>
  n === 6 ? 200 : n < 10 ? 100 + 10 * (n % 2) : 121 + (n % 2),
)
let room: WatchRoom

describe('the XmR chart of a figure', () => {
  beforeAll(async () => {
    room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
    // On the Wednesday of each week; of the twenty-first only half is over.
    const rows = [...sold, 1].map((gross, n) =>
      lineRow({ order_id: `w${n}`, day: addDays(monday, 7 * n + 2), gross }),
    )
    await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
    room.at(`${addDays(monday, 7 * 20 + 3)}T09:00:00Z`)
  }, 60_000)
  afterAll(() => room.close())
  const told = (more: object = {}, actor = someone('vi', 'viewer')): Promise<StabilityTold> =>
    room.run(
      performance.stability,
      {
        metrics: ['net_sales'],
        grain: 'week',
        from: addDays(monday, -2),
        to: addDays(monday, 7 * 20 + 2),
        ...more,
      },
      actor,
    )

  it('has the limits that its whole periods make: mean ± 2.66 mean moving ranges', async () => {
    const { points, basis, rangeHigh, meanRange } = await told()
    const known = points.filter(one => one.value !== null)
    expect(known.map(one => Number(one.value))).toEqual(sold)
    const mean = sold.reduce((sum, one) => sum + one, 0) / 20
    const range = sold.slice(1).reduce((sum, one, n) => sum + Math.abs(one - (sold[n] ?? 0)), 0) / 19
    expect(basis).toBe('values')
    expect(meanRange).toBeCloseTo(range, 9)
    expect(rangeHigh).toBeCloseTo(3.268 * range, 9)
    expect(known[3]?.usual).toBeCloseTo(mean, 9)
    expect(known[3]?.low).toBeCloseTo(mean - 2.66 * range, 9)
    expect(known[3]?.high).toBeCloseTo(mean + 2.66 * range, 9)
  })

  it('marks what is beyond them, every value of a run, and steps that are too large; and says so', async () => {
    const { points, words } = await told()
    const known = points.filter(one => one.value !== null)
    const at = (kind: string) => known.flatMap((one, n) => (one.signals.includes(kind as never) ? [n] : []))
    expect(at('beyond_limits')).toEqual([6])
    expect(at('run')).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    expect(at('range')).toEqual([6, 7])
    expect(words).toMatch(/^Not its own noise: outside the limits: Week 8, 2026; eight or more in a row/)
  })

  it('takes whole periods of the calendar that is named, as the figures do', async () => {
    const { points } = await told({ calendar: '4-5-4', grain: 'month', from: '2026-01-05' })
    // January begins on the 4th and is cut; May is not over.
    expect(points.map(one => one.period)).toEqual(['FY2026-P01', 'FY2026-P02', 'FY2026-P03'])
    // Four weeks, five and four, from 1 February on.
    const weeks = [sold.slice(4, 8), sold.slice(8, 13), sold.slice(13, 17)]
    expect(points.map(one => Number(one.value))).toEqual(
      weeks.map(some => some.reduce((sum, one) => sum + one, 0)),
    )
  })

  it('has none of too few, and none of the stores one does not see', async () => {
    const few = await told({ from: addDays(monday, 7 * 16) })
    expect(few.basis).toBeNull()
    expect(few.points.every(one => one.low === null && one.signals.length === 0)).toBe(true)
    expect(few.words).toContain('at least 6 whole periods')
    const none = await told({}, someone('di', 'viewer', ['elsewhere']))
    expect(none.points.every(one => one.value === null || Number(one.value) === 0)).toBe(true)
  })
})
