import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from './small-ledger.ts'

/** Stock, media, sessions, orders to suppliers and what came of them: a few rows of each, in two shops. */
export const deliverOperations = async (granary: Warehouse): Promise<void> => {
  const source = 'test'
  const level = (store: string, day: string, product_id: string, on_hand: number) => ({
    store,
    day,
    location: 'main',
    product_id,
    on_hand,
    available: on_hand - 1,
    unit_cost: 2,
    currency: store === 'paris' ? 'EUR' : 'GBP',
    source,
  })
  await deliver(granary, 'stock_days', [
    level('shop', '2011-11-01', 'p1', 10),
    level('shop', '2011-11-26', 'p1', 8),
    level('shop', '2011-11-26', "o'p2", 1),
    level('paris', '2011-11-02', 'p1', 5),
  ])
  const advert = { platform: 'ads', account: 'a', channel: 'web', campaign: 'x', country: 'UK', source }
  await deliver(granary, 'spend_days', [
    { ...advert, store: 'shop', day: '2011-11-26', cost: 40, clicks: 7, currency: 'EUR' },
    { ...advert, store: 'paris', day: '2010-11-28', cost: 4, currency: 'GBP' },
  ])
  const visits = {
    channel: 'web',
    campaign: '',
    device: 'mobile',
    country: 'UK',
    landing_page: '/',
    currency: '',
  }
  await deliver(granary, 'traffic_days', [
    { ...visits, store: 'shop', day: '2011-11-26', origin: 'ga4', sessions: 30, quality: 'sampled', source },
    { ...visits, store: 'shop', day: '2011-12-09', origin: 'ga4', sessions: 10, quality: '', source },
    { ...visits, store: 'shop', day: '2011-12-09', origin: 'shopify', sessions: 15, quality: '', source },
  ])
  const line = { store: 'shop', po_id: 'po', product_id: 'p1', quantity: 10, unit_price: 2, currency: 'GBP' }
  const ordered = { ...line, ordered_day: '2011-10-20', due_day: '2011-11-05', status: 'open', source }
  await deliver(granary, 'purchase_orders', [
    { ...ordered, po_line: '1', vendor: 'acme', standard_price: 1.5 },
    { ...ordered, po_line: '2', vendor: 'best' },
  ])
  const came = { store: 'shop', po_id: 'po', source }
  await deliver(granary, 'receipts', [
    { ...came, po_line: '1', receipt_id: 'a', received_day: '2011-11-01', received: 12, rejected: 3 },
    { ...came, po_line: '2', receipt_id: 'b', received_day: '2011-11-09', received: 4, rejected: 0 },
  ])
  const entered = {
    store: 'shop',
    platform: 'crm',
    origin: '',
    country: 'UK',
    email_hash: '',
    account_id: '',
    source,
  }
  const stage = (lead_id: string, name: string, day: string) => ({
    ...entered,
    lead_id,
    stage: name,
    day,
    happened_at: `${day} 10:00:00`,
    created_day: day,
  })
  await deliver(granary, 'leads', [
    stage('1', 'lead', '2011-10-31'),
    stage('1', 'mql', '2011-11-26'),
    stage('2', 'lead', '2011-11-01'),
  ])
  const deal = {
    store: 'shop',
    platform: 'crm',
    kind: 'deal',
    name: '',
    pipeline: '',
    owner: '',
    account_id: '',
    order_id: '',
    source,
  }
  await deliver(granary, 'deals', [
    {
      ...deal,
      deal_id: 'a',
      stage: 'Won',
      state: 'won',
      amount: 50,
      currency: 'GBP',
      created_day: '2011-10-31',
      close_day: '2011-11-26',
    },
    {
      ...deal,
      deal_id: 'b',
      stage: 'New',
      state: 'open',
      amount: 7,
      currency: 'EUR',
      probability: 0.5,
      created_day: '2011-11-01',
    },
  ])
  const event = (person: string, name: string, day: string, n: number) => ({
    store: 'shop',
    platform: 'post',
    person,
    event_id: `${person}-${n}`,
    event: name,
    kind: 'campaign',
    message: 'autumn',
    happened_at: `${day} 10:00:00`,
    day,
    currency: 'GBP',
    source,
  })
  // Late and again: what is counted is the first.
  await deliver(granary, 'message_events', [
    event('1', 'sent', '2011-11-01', 1),
    event('1', 'opened', '2011-12-09', 2),
  ])
  await deliver(granary, 'message_events', [
    event('1', 'opened', '2011-11-26', 3),
    event('2', 'sent', '2011-11-01', 1),
    event('2', 'delivered', '2011-11-01', 2),
    event('1', 'sent', '2011-11-01', 1),
  ])
}
