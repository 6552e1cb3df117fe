import { expect, it } from 'vitest'
import { sayable, showSum, soonestFirst } from './model.ts'

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

it('the form of a budget line says what it has words for, and leaves alone what it has none for', () => {
  const term = (metric: string, times = '1', where: { dimension: string; is: string[] }[] = []) => ({
    metric,
    times,
    where,
  })
  const form = (from: string, share = '0', each = '0') => ({ from, share, each })
  const google = { dimension: 'platform', is: ['google-ads'] }
  expect(sayable(form('share', '1.9', '0.2'), [term('total_sales', '0.0190'), term('orders', '0.20')])).toBe(
    true,
  )
  expect(sayable(form('spend:google-ads'), [term('spend', '1', [google])])).toBe(true)
  expect(sayable(form('ledger'), [])).toBe(true)
  // One platform in one store, and a metric that the form does not offer.
  const uk = { dimension: 'store', is: ['gifts-uk'] }
  expect(sayable(form('spend:google-ads'), [term('spend', '1', [google, uk])])).toBe(false)
  expect(sayable(form('share'), [term('payment_fees')])).toBe(false)
})
