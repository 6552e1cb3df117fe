import { expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import { mapPromotion } from './promotions.ts'

const home = { store: 'uk', currency: 'GBP', timezone: 'Pacific/Auckland', hosts: [] }
const place: Place = {
  home,
  storeOf: key => ({ ...home, store: key }),
  privacy: false,
  hash: () => '',
  facts: {},
}
const rule = {
  rule_id: 7,
  name: 'Spring',
  simple_action: 'by_percent',
  discount_amount: 15,
  is_active: true,
  from_date: '2026-03-10',
  times_used: 4,
  store_labels: [
    { store_id: 0, store_label: 'Spring' },
    { store_id: 2, store_label: 'Frühling' },
  ],
}
const at = Date.parse('2026-03-09T20:00:00Z')
const rows = (more: object, coupon: object | null = null, websites = ['uk']) =>
  mapPromotion({ at, websites, rule: { ...rule, ...more }, coupon: coupon as never }, place).rows.promotions

it('a rule that gives itself goes by its name and labels, in each of its websites, by the day of the shop', () => {
  expect((rows({}, null, ['uk', 'de']) ?? []).map(row => [row.store, row.code])).toEqual([
    ['uk', 'Spring'],
    ['uk', 'Frühling'],
    ['de', 'Spring'],
    ['de', 'Frühling'],
  ])
  // It is the tenth there already.
  expect(rows({})?.[0]).toMatchObject({
    ...{ kind: 'automatic', gives: 'share', share: '0.15', amount: null, status: 'active', used: 4 },
    ...{ from_day: '2026-03-10', to_day: null, usage_limit: null, promotion_id: '7', title: 'Spring' },
  })
})

it('a coupon has its own end, limit and uses; what it gives is its rule’s', () => {
  const coupon = { code: 'S-1', times_used: 2, usage_limit: 3, expiration_date: '2026-03-09 00:00:00' }
  expect(rows({ simple_action: 'cart_fixed', discount_amount: 25 }, coupon)).toMatchObject([
    {
      ...{ code: 'S-1', kind: 'code', gives: 'amount', amount: '25', share: null, used: 2, usage_limit: 3 },
      ...{ to_day: '2026-03-09', status: 'expired' },
    },
  ])
  expect(rows({ discount_amount: 0, simple_free_shipping: '1' }, { code: 'F' })).toMatchObject([
    { gives: 'shipping', usage_limit: null, used: 0 },
  ])
  expect(rows({ from_date: '2026-03-11' }, { code: 'F' })).toMatchObject([{ status: 'scheduled' }])
  expect(rows({ is_active: false }, { code: 'F' })).toMatchObject([{ status: 'expired' }])
})
