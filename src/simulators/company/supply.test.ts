import { describe, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { createCompany } from './company.ts'
import { csvOf, suppliersOf, supplyOn, supplyTruth } from './supply.ts'

const company = createCompany({ seed: 5, days: 400, until: '2026-11-20' })

describe('what the company buys', () => {
  it('is the same whenever it is made, and grows by what comes', () => {
    const early = supplyOn(company, '2026-06-30')
    const late = supplyOn(company, '2026-11-20')
    expect(supplyOn(company, '2026-06-30')).toEqual(early)
    expect(late.receipts.slice(0, 50)).toEqual(expect.arrayContaining(early.receipts.slice(0, 50)))
    expect(late.lines.length).toBeGreaterThan(early.lines.length)
    expect(early.lines.some(line => line.status === 'open')).toBe(true)
    const known = new Set(late.lines.map(line => `${line.po_id} ${line.line_id}`))
    expect(known.size).toBe(late.lines.length)
    expect(late.receipts.every(one => known.has(`${one.po_id} ${one.line_id}`))).toBe(true)
  })

  it('comes late from the late supplier, and mostly in time from the others', () => {
    const truth = supplyTruth(company, company.until, {
      from: company.start,
      to: addDays(company.until, -30),
    })
    expect(truth.map(one => one.vendor)).toEqual(suppliersOf(company))
    for (const one of truth) {
      const share = one.linesInTimeInFull / one.linesDue
      expect(one.linesDue).toBeGreaterThan(50)
      if (one.vendor === company.facts.lateSupplier.name) {
        expect(share).toBeLessThan(0.35)
        expect(one.lateUnitDays / one.unitsReceived).toBeGreaterThan(5)
      } else expect(share).toBeGreaterThan(0.65)
    }
  })

  it('is a file with a heading', () => {
    const [heading, first, ...rest] = csvOf(supplyOn(company, '2025-12-31').lines).split('\n')
    expect(heading).toBe(
      'po_id,line_id,vendor,sku,ordered,due,quantity,unit_price,standard_price,currency,status',
    )
    expect(first).toMatch(/^PO-\d{6}-\d,1,[^,]+,[A-Z0-9-]+,2025-/)
    expect(rest.at(-1)).toBe('')
    expect(csvOf([])).toBe('')
  })
})
