import { describe, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { metaReport } from './ad-spend.ts'
import { createCompany, shopOf } from './company.ts'
import { dayPlan } from './day-plan.ts'
import { visitsOn } from './traffic.ts'
import { spendTruth } from './traffic-truth.ts'
import { worked } from './traffic-ways.ts'

const company = createCompany({ seed: 5, days: 120, until: '2026-11-20' })
const at = Date.parse('2026-11-21T12:00:00Z')
const uk = shopOf(company, 'larkfield-uk')
const sessions = (day: string, now = at) =>
  visitsOn(company, day, now)
    .filter(one => one.host === uk.host)
    .reduce((sum, one) => sum + one.sessions, 0)
const share = (day: string) =>
  sessions(day) / dayPlan(company, uk, day).cells.reduce((sum, cell) => sum + cell.sessions, 0)

describe('what analytics sees', () => {
  it('is a stable part of the sessions, and little of them while its tag is broken', () => {
    const { from, to } = company.facts.trackingOutage
    for (const day of daysBetween(addDays(from, -10), addDays(from, -1))) {
      expect(share(day)).toBeGreaterThan(0.65)
      expect(share(day)).toBeLessThan(0.82)
    }
    for (const day of daysBetween(from, to)) expect(share(day)).toBeLessThan(0.2)
  })
  it('grows until two days after a day is over, and stays', () => {
    const day = '2026-11-20'
    const counts = [13, 30, 60, 73, 400].map(hours =>
      sessions(day, Date.parse(`${day}T00:00:00Z`) + hours * 3_600_000),
    )
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts[3]).toBe(counts[4])
    expect(worked(day, Date.parse(`${day}T03:00:00Z`))).toBe(0)
  })
})

describe('the report of Meta’s ads', () => {
  it('adds up to what was spent there, shop by shop, of days that are over', () => {
    for (const shop of company.shops) {
      const lines = [...metaReport(company, shop, at)].slice(1).map(line => line.trim().split(','))
      const spent = lines.reduce((sum, cells) => sum + Math.round(Number(cells[5]) * 100), 0)
      const truth = [...spendTruth(company, at, { store: shop.store })]
        .filter(one => one.platform === 'meta-ads')
        .reduce((sum, one) => sum + Math.round(Number(one.cost) * 100), 0)
      expect(spent).toBe(truth)
      expect(lines.at(-1)?.[4]).toBe('2026-11-20')
    }
  })
})
