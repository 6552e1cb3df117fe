import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { calculate } from './calculate.ts'
import { type CaseTerms, caseFlows, caseLines, caseRange, withCase, withoutCase } from './cases.ts'
import { check } from './check.ts'
import { plainOrNull } from './fixed.ts'
import { type Sheet, sheetPeriods } from './sheet.ts'
import { template } from './templates.ts'

const terms: CaseTerms = {
  currency: 'GBP',
  start: '2027-04-01',
  periodsPerYear: 4,
  periods: [
    { cost: '900', benefit: '0' },
    { cost: '0', benefit: '1000.01' },
  ],
  likelihood: 1,
  benefitSd: 0.3,
  costSd: 0.1,
}
const months = sheetPeriods(civilYear, '2027-01-01', '2027-12-31')
const sheet: Sheet = {
  currency: 'GBP',
  periods: months,
  dimensions: [],
  lines: template({ trade: 'b2c', over: [] }),
}
const one = { id: '1a2b3c4d-5e6f', title: 'Robot', costs: 'investment' as const }
const two = { id: 'ffffffff-0000', title: 'Fair', costs: 'running' as const }

describe('the money of a case', () => {
  it('falls into the periods its own ones cover, to the coin', () => {
    const { cost, benefit, outside } = caseFlows(terms, months)
    expect(cost).toEqual({ ...cost, '2027-04': '300', '2027-05': '300', '2027-06': '300' })
    expect(benefit['2027-07']).toBe('333.34')
    expect(benefit['2027-08']).toBe('333.34')
    expect(benefit['2027-09']).toBe('333.33')
    expect(outside).toEqual({ benefit: '0', cost: '0' })
  })
  it('counts by its likelihood, and tells what lies after the plan apart', () => {
    const late = caseFlows({ ...terms, start: '2027-11-01', likelihood: 0.5 }, months)
    expect(late.cost).toEqual({ '2027-11': '300', '2027-12': '300' })
    expect(late.outside).toEqual({ benefit: '500.01', cost: '300' })
  })
})

describe('a case in a sheet', () => {
  const at = (of: Sheet, line: string, values: Record<string, string>) => {
    const inputs = Object.entries(values).map(([name, value]) => ({
      line: name,
      slice: [],
      period: '2027-01',
      value,
    }))
    return plainOrNull(calculate(of, inputs).value({ line, slice: [], period: '2027-01' }))
  }
  const base = {
    sessions: '1000',
    conversion: '0.1',
    aov: '10',
    discount_rate: '0',
    return_rate: '0',
    cogs_rate: '0.4',
    fulfilment_per_order: '1',
    payment_fee_rate: '0',
    return_handling_rate: '0',
    media: '50',
    paid_later: '0',
  }

  it('flows into the result, an investment into cash alone', () => {
    const both = withCase(withCase(sheet, one), two)
    expect(check(both).problems).toEqual([])
    const values = {
      ...base,
      [caseLines(one.id, 'investment').benefit]: '70',
      [caseLines(one.id, 'investment').cost]: '500',
      [caseLines(two.id, 'running').benefit]: '10',
      [caseLines(two.id, 'running').cost]: '25',
    }
    expect(at(sheet, 'ebitda', base)).toBe('450')
    expect(at(both, 'ebitda', values)).toBe('505')
    const cash = (of: Sheet, with_: Record<string, string>) => Number(at(of, 'cash_flow', with_))
    expect(cash(both, values) - cash(sheet, base)).toBe(55 - 500)
  })
  it('is never in it twice, and leaves it as it was', () => {
    const once = withCase(sheet, one)
    expect(() => withCase(once, one)).toThrow('Robot is in this plan already')
    const both = withCase(once, two)
    expect(withoutCase(both, two.id)).toEqual(once)
    expect(withoutCase(once, one.id)).toEqual(sheet)
  })
})

it('gives a range that widens with what may not come at all', () => {
  const sure = { benefit: 100, cost: 40, likelihood: 1, benefitSd: 0.1, costSd: 0.1 }
  const found = caseRange([sure])
  expect(found.expected).toBe(60)
  expect(found.p10).toBeGreaterThan(40)
  const unsure = caseRange([{ ...sure, likelihood: 0.5 }])
  expect(unsure.expected).toBe(10)
  expect(unsure.p10).toBeLessThan(-35)
  expect(unsure.p90).toBeGreaterThan(50)
  expect(Math.abs(unsure.likely - 0.5)).toBeLessThan(0.05)
})
