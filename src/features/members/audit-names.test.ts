import { expect, it } from 'vitest'
import { namedSubject } from './audit-names.ts'

const names = {
  systems: { 'trello-ada-marlow': 'Trello, Ada Marlow' },
  stores: { 'gifts-uk': 'Gifts UK' },
  plans: { 'LE10-2026': 'LE10 2026', year: 'Budget of the year' },
}
const named = (operation: string, subject: string) => namedSubject(operation, subject, names)

it('names systems, stores and plans as people call them', () => {
  expect(named('connections.connect', 'trello-ada-marlow')).toBe('Trello, Ada Marlow')
  expect(named('connections.import', 'gifts-uk')).toBe('Gifts UK')
  expect(named('settings.saveStore', 'store gifts-uk')).toBe('store Gifts UK')
  expect(named('plan.approve', 'plan LE10-2026')).toBe('plan LE10 2026')
  expect(named('plan.comment', 'LE10-2026')).toBe('LE10 2026')
  expect(named('plan.saveCapacity', 'reforecast LE10-2026, capacity')).toBe('reforecast LE10 2026, capacity')
  expect(named('plan.overlay', 'expectation of net_sales, 2026-11, in LE10-2026')).toBe(
    'expectation of net_sales, 2026-11, in LE10 2026',
  )
})

it('keeps the id of what is gone, and what people named themselves', () => {
  expect(named('connections.disconnect', 'shopify-gone')).toBe('shopify-gone')
  expect(named('plan.removeVersion', 'plan Low-2026')).toBe('plan Low-2026')
  expect(named('plan.saveItem', 'budget line Samples, year one')).toBe('budget line Samples, year one')
  expect(named('members.invite', 'gifts-uk')).toBe('gifts-uk')
})

it('shows nobody a random id', () => {
  expect(named('performance.actOnAlert', 'alert 0b9f0c52-8f6e-4a53-9d5c-1c6a3b1f0e77')).toBe('alert')
  expect(named('plan.settle', 'proposal 0b9f0c52-8f6e-4a53-9d5c-1c6a3b1f0e77')).toBe('proposal')
})
