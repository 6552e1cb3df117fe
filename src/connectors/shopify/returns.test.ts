import { expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import { mapOrder } from './order-map.ts'
import type { OrderRecord } from './order-record.ts'

const home = { store: 'shop', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const gid = (type: string, id: number) => `gid://shopify/${type}/${id}`
const money = { shopMoney: { amount: '10.00' } }

const order = (returns: OrderRecord['returns']): OrderRecord => ({
  id: gid('Order', 1),
  legacyResourceId: '1',
  createdAt: '2026-03-01T10:00:00Z',
  updatedAt: '2026-03-01T10:00:00Z',
  processedAt: '2026-03-01T10:00:00Z',
  sourceName: 'web',
  lineItems: [
    { id: gid('LineItem', 5), name: 'Mug', sku: 'MUG', quantity: 2, originalUnitPriceSet: money },
  ] as OrderRecord['lineItems'],
  shippingLines: [],
  agreements: [],
  refunds: [],
  ...(returns && { returns }),
})
const asked = (status: string, closedAt: string | null, reason: string | null) => ({
  id: gid('Return', 9),
  status,
  createdAt: '2026-03-05T02:00:00Z',
  closedAt,
  returnLineItems: {
    nodes: [
      {
        id: gid('ReturnLineItem', 3),
        quantity: 2,
        returnReasonDefinition: reason === null ? null : { name: reason },
        fulfillmentLineItem: { lineItem: { id: gid('LineItem', 5) } },
      },
      { id: gid('ReturnLineItem', 4), quantity: 1 },
    ],
  },
})

it('a return is a row for each of its lines, on the day of the shop it was asked for, and no money', () => {
  const { rows, gone } = mapOrder(order([asked('OPEN', null, 'Too large')]), place)
  expect(rows.return_requests).toMatchObject([
    {
      ...{ order_id: '1', return_id: '9', line_id: '3', day: '2026-03-04', ordered_day: '2026-03-01' },
      ...{ quantity: '2', state: 'open', reason: 'Too large', product_id: 'MUG', closed_day: null },
      channel: 'Online Store',
    },
    { line_id: '4', reason: '', product_id: '' },
  ])
  expect(gone).toEqual({ return_requests: [{ store: 'shop', order_id: '1' }] })
  expect(rows.sales_lines?.map(row => row.kind)).toEqual(['sale'])
})

it('one that was settled, refused or called off says so; what was not read takes nothing away', () => {
  const state = (status: string) =>
    mapOrder(order([asked(status, '2026-03-08T02:00:00Z', null)]), place).rows.return_requests?.[0]
  expect(state('CLOSED')).toMatchObject({ state: 'closed', closed_day: '2026-03-07' })
  expect(state('DECLINED')).toMatchObject({ state: 'refused' })
  expect(state('REQUESTED')).toMatchObject({ state: 'open' })
  expect(mapOrder(order([]), place)).toMatchObject({
    rows: { return_requests: [] },
    gone: { return_requests: [{ order_id: '1' }] },
  })
  expect(mapOrder(order(undefined), place).gone).toBeUndefined()
})
