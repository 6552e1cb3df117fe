import { expect, it } from 'vitest'
import { checkOf } from './checks.ts'

it('names the store a test order is to be placed in as people call it', () => {
  const found = {
    ...{ metric: 'checkout_completion', kind: 'shift' as const, direction: 'below' as const },
    slice: { store: 'gifts-us', device: 'mobile' },
  }
  expect(checkOf(found, null, { 'gifts-us': 'Gifts US' })).toBe(
    'Place a test order on a mobile in Gifts US: payment, delivery, codes, speed.',
  )
})
