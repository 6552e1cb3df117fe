import { expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import { mapDiscount } from './discounts.ts'

const home = { store: 'us', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const rows = (discount: Parameters<typeof mapDiscount>[0]['discount']) =>
  mapDiscount({ id: 'gid://shopify/DiscountNode/7', discount }, place).rows.promotions

it('a discount is a row for each of its codes, with the days of the shop', () => {
  const codes = { nodes: [{ code: 'A' }, { code: 'B' }] }
  expect(
    rows({
      __typename: 'DiscountCodeBasic',
      title: 'Autumn',
      status: 'EXPIRED',
      startsAt: '2026-10-01T04:00:00Z',
      endsAt: '2026-10-08T04:00:00Z',
      codes,
      customerGets: { value: { percentage: 0.15 } },
    }),
  ).toMatchObject(
    ['A', 'B'].map(code => ({
      ...{ code, promotion_id: '7', title: 'Autumn', kind: 'code', gives: 'share', share: '0.15' },
      ...{ amount: null, from_day: '2026-10-01', to_day: '2026-10-07', status: 'expired' },
    })),
  )
})

it('one that gives itself goes by its title; of one without codes there is nothing', () => {
  expect(rows({ __typename: 'DiscountAutomaticBxgy', title: 'Three for two', endsAt: null })).toMatchObject([
    { code: 'Three for two', kind: 'automatic', gives: 'goods', to_day: null, share: null },
  ])
  expect(rows({ __typename: 'DiscountCodeFreeShipping', title: 'X', codes: { nodes: [] } })).toEqual([])
})
