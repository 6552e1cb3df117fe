import { expect, it } from 'vitest'
import { showSum, soonestFirst } from './model.ts'

it('budget lines that run out stand first, the soonest at the top; the others keep their order', () => {
  const line = (label: string, runsOut: string | null) => ({ label, use: { runsOut } })
  const lines = [
    line('Agency', null),
    line('Ads', '2026-12-30'),
    line('People', null),
    line('Fees', '2026-12-08'),
    line('Letters', '2026-12-30'),
  ]
  expect(soonestFirst(lines).map(({ label }) => label)).toEqual([
    'Fees',
    'Ads',
    'Letters',
    'Agency',
    'People',
  ])
})

it('a sum on a tile has no pennies, and three digits from a million', () => {
  const all = ['681499.2', '-130', '416.4', '1240000', null]
  expect(all.map(value => showSum(value, 'GBP'))).toEqual(['£681,499', '−£130', '£416', '£1.24m', 'N/A'])
})
