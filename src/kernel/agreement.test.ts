import { describe, expect, it } from 'vitest'
import { type Agreement, agreementOf } from './agreement.ts'
import { causeOf, type Reasons } from './cause.ts'

const calm: Reasons = { readFrom: null, changedAt: 0, unmapped: 0 }
const cause = (difference: string, reasons: Partial<Reasons> = {}, metric = 'gross_sales') =>
  causeOf('2026-11-20', [{ metric, difference }], { askedAt: 1_000, orders: '12' }, { ...calm, ...reasons })

describe('a day that differs from its source’s total', () => {
  it('is explained by the surest cause there is', () => {
    expect(cause('-90.00', { readFrom: '2026-11-21', changedAt: 2_000, unmapped: 3 })).toBe('history')
    expect(cause('-90.00', { readFrom: '2026-11-20', changedAt: 2_000, unmapped: 3 })).toBe('later')
    expect(cause('-90.00', { unmapped: 3 })).toBe('unmapped')
    expect(cause('-90.00')).toBe('unknown')
  })
  it('is rounding up to a coin an order, and never where things were counted', () => {
    expect(cause('0.12', { unmapped: 1 })).toBe('rounding')
    expect(cause('0.14')).toBe('unknown')
    expect(cause('0.12', {}, 'orders')).toBe('unknown')
  })
})

describe('the agreement of stores', () => {
  const store = (more: Partial<Agreement>): Agreement => ({
    store: 'uk',
    source: 'Shopify',
    connection: 'shopify-uk',
    currency: 'GBP',
    until: '2026-11-24',
    days: 0,
    difference: '0',
    causes: [],
    ...more,
  })
  const says = (...all: Agreement[]) =>
    agreementOf(all, { money: (amount, currency) => `${currency} ${amount}`, day: day => day })
  it('is said of all of them, to the day that all reach', () => {
    expect(says(store({}), store({ source: 'Magento', until: '2026-11-22' }))).toEqual({
      state: 'agrees',
      says: 'Agrees with Shopify and Magento to 2026-11-22',
    })
    expect(says(store({}), store({ until: null })).says).toBe(
      'Agrees with Shopify to 2026-11-24, 1 not checked',
    )
    expect(says(store({ until: null, source: null })).state).toBe('unchecked')
  })
  it('names money only where it is of one currency', () => {
    expect(says(store({}), store({ days: 2, difference: '12.30' })).says).toBe(
      'Differs from Shopify by GBP 12.30 on 2 days',
    )
    expect(
      says(store({ days: 1, difference: '0.1' }), store({ days: 2, difference: '9007199254740993.2567' }))
        .says,
    ).toBe('Differs from Shopify by GBP 9007199254740993.3567 on 3 days')
    expect(
      says(store({ days: 1, difference: '5' }), store({ days: 1, difference: '5', currency: 'EUR' })).says,
    ).toBe('Differs from Shopify on 2 days')
  })
})
