import { expect, it } from 'vitest'
import { termWords } from './spent-of.ts'

it('says from what spending is known by the names of systems and stores, not by their codes', () => {
  const media = {
    metric: 'spend',
    times: '1',
    where: [
      { dimension: 'platform', is: ['google-ads'] },
      { dimension: 'store', is: ['gifts-uk', 'gone'] },
    ],
  }
  expect(termWords('Media spend', media, { 'gifts-uk': 'Gifts UK' })).toBe(
    'Media spend (Google Ads, Gifts UK, gone)',
  )
  expect(termWords('Total sales', { metric: 'total_sales', times: '0.029', where: [] })).toBe(
    '2.9 % of Total sales',
  )
})
