import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { seasonAhead } from './season-ahead.ts'
import { bell } from './test-data/made.ts'
import type { TradedDay } from './year-shape.ts'

const sum = (days: readonly TradedDay[]) => days.reduce((all, one) => all + one.value, 0)

/** A shop with a summer, a weekend, a level that wanders, and 15 % more each year. */
const shop = (from: Day, to: Day, seed: number): TradedDay[] => {
  const noise = bell(seed)
  let wander = 0
  return daysBetween(from, to).map((day, n) => {
    wander += 0.006 * noise()
    const season = 1 + 0.4 * Math.sin((2 * Math.PI * n) / 365.25)
    const value = 1000 * season * (weekday(day) > 5 ? 1.5 : 1) * 1.15 ** (n / 365.25)
    return { day, value: value * Math.exp(wander + 0.15 * noise()) }
  })
}

describe('a season carried on beyond the models', () => {
  it('needs a year of history', () => {
    expect(seasonAhead(shop('2025-01-01', '2025-12-30', 1), [], 28)).toBeNull()
    expect(seasonAhead([], [], 28)).toBeNull()
    const young = seasonAhead(shop('2025-01-01', '2026-01-31', 1), [], 28)
    expect(young).toMatchObject({ tried: 0, error: null, until: '2027-02-06' })
    expect(young?.notes.join()).toContain('rests on one year')
    expect(young?.width('2026-12-01')).toBeGreaterThan(2 * (young?.width('2026-02-10') ?? 1))
  })

  it('holds about four months in five in its interval, which widens with the distance', () => {
    const [held, all] = [[] as boolean[], [] as number[]]
    let widened = 0
    for (let seed = 1; seed <= 12; seed += 1) {
      const whole = shop('2023-01-01', '2026-12-31', seed)
      const ahead = seasonAhead(
        whole.filter(one => one.day <= '2025-12-28'),
        [],
        28,
      )
      if (!ahead) throw new Error('nothing is said')
      expect(ahead.tried).toBeGreaterThan(5)
      const [near, far] = [ahead.width('2026-01-10'), ahead.width('2026-12-01')]
      expect(far).toBeGreaterThanOrEqual(near)
      widened += Number(far > 1.2 * near)
      for (let h = 3; h < 13; h += 1) {
        const days = whole.filter(
          one => one.day > addDays('2025-12-28', h * 28) && one.day <= addDays('2025-12-28', (h + 1) * 28),
        )
        const said = days.reduce((total, { day }) => total + ahead.day(day), 0)
        const off = Math.log(sum(days) / said)
        held.push(Math.abs(off) <= ahead.width(addDays('2025-12-28', h * 28 + 14)))
        all.push(Math.abs(off))
      }
    }
    expect(widened).toBeGreaterThan(9)
    const share = held.filter(Boolean).length / held.length
    expect(share).toBeGreaterThan(0.65)
    expect(share).toBeLessThan(0.97)
    expect(all.reduce((a, b) => a + b) / all.length).toBeLessThan(0.2)
  })

  it('foresees the season of the gift shop a year ahead better than a level without one', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const read = await connection.runAndReadAll(
      `SELECT strftime(InvoiceDate::DATE, '%Y-%m-%d') AS day, sum(Quantity * UnitPrice)::DOUBLE AS value
       FROM 'data/online-retail.parquet' GROUP BY 1 ORDER BY 1`,
    )
    const days = read.getRowObjectsJson().map(row => ({ day: String(row.day), value: Number(row.value) }))
    const start = '2010-12-31'
    const past = days.filter(one => one.day <= start)
    const ahead = seasonAhead(past, [], 28)
    if (!ahead) throw new Error('nothing is said')
    const flat = sum(past.filter(one => one.day > addDays(start, -364))) / 364
    const off = { season: 0, flat: 0 }
    for (let h = 3; h < 12; h += 1) {
      const [from, to] = [addDays(start, 1 + h * 28), addDays(start, (h + 1) * 28)]
      const came = sum(days.filter(one => one.day >= from && one.day <= to))
      off.season += Math.abs(came - daysBetween(from, to).reduce((all, day) => all + ahead.day(day), 0))
      off.flat += Math.abs(came - flat * 28)
    }
    expect(off.season).toBeLessThan(off.flat)
  })
})
