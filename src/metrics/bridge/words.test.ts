import { expect, it } from 'vitest'
import type { Found } from './search.ts'
import { causeWords, sentenceOf } from './words.ts'

const pounds = { unit: 'money', currency: 'GBP' } as const
const cause = (before: number, after: number, more: Partial<Found> = {}): string =>
  causeWords(
    {
      kind: 'slice',
      where: [{ dimension: 'customer_kind', value: 'new' }],
      measure: { name: 'net_sales', before: 0, after: 0, worth: 1, each: 0 },
      before,
      after,
      amount: after - before,
      effect: after - before,
      score: 1,
      driver: 'Orders',
      ...more,
    },
    pounds,
  )

it('says in percent what moved by some part, and in times what grew from little', () => {
  expect(cause(200, 100)).toBe('New: down 50.0 %, −£100, mostly orders.')
  expect(cause(28, 300)).toBe('New: ×11, +£272, mostly orders.')
  expect(cause(0, 300)).toBe('New: from nothing, +£300, mostly orders.')
})

it('says no percent of a loss', () => {
  expect(cause(-100, 50)).toBe('New: from below zero, +£150, mostly orders.')
  expect(cause(100, -50)).toBe('New: to below zero, −£150, mostly orders.')
  expect(cause(-100, -300)).toBe('New: further below zero, −£200, mostly orders.')
})

it('says of returns what is kept, of a figure itself no driver, and begins every sentence large', () => {
  const kept = { name: 'share kept after reversals', before: 0, after: 0, worth: 1, each: 0 }
  expect(cause(0.8, 0.9, { kind: 'rate', driver: 'Returns', measure: kept, amount: 40 })).toBe(
    'New: share kept after reversals up 12.5 %, +£40.',
  )
  expect(cause(200, 100, { driver: 'Net sales' })).toBe('New: down 50.0 %, −£100.')
  expect(cause(0.3, 0.8, { kind: 'mix', from: 'new', to: 'returning', amount: 40 })).toBe(
    'Shift from new to returning: +£40 by mix. Returning went from 30.0 % to 80.0 % of orders.',
  )
})

it('calls the plan it is held against by its own name', () => {
  const comparison = { name: 'plan.budget-2026', label: 'Budget 2026', from: '2026-06-01', to: '2026-06-07' }
  expect(sentenceOf({ ...pounds, comparison, drivers: [], change: '-100' })).toBe('−£100 vs Budget 2026.')
})
