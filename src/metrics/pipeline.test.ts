import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'
import type { World } from './world.ts'

const world: World = {
  stores: [{ store: 'trade', name: 'trade', currency: 'GBP', timezone: 'Europe/London', kind: 'b2b' }],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}

const source = 'test'
const lead = (lead_id: string, stage: string, day: string, platform = 'hubspot', origin = 'EMAIL') => ({
  store: 'trade',
  platform,
  lead_id,
  stage,
  day,
  happened_at: `${day} 10:00:00`,
  created_day: day,
  origin,
  country: 'GB',
  email_hash: '',
  account_id: '',
  source,
})
const deal = (
  deal_id: string,
  state: string,
  amount: string | null,
  created_day: string,
  more: Record<string, unknown> = {},
) => ({
  store: 'trade',
  platform: 'hubspot',
  deal_id,
  kind: 'deal',
  name: deal_id,
  pipeline: 'New',
  stage: state,
  state,
  amount,
  currency: 'GBP',
  probability: state === 'won' ? 1 : state === 'lost' ? 0 : 0.5,
  owner: 'Nadia',
  account_id: '',
  created_day,
  close_day: null,
  order_id: '',
  source,
  ...more,
})

const task = (task_id: string, created_day: string | null, done_day: string | null) => ({
  ...{
    store: 'trade',
    platform: 'asana',
    task_id,
    project: 'Site',
    section: 'Live',
    parent_id: '',
    title: '',
  },
  ...{ assignee: '', state: done_day ? 'done' : 'open', created_day, due_day: null, done_day },
  ...{ labels: '', fields: '{}', url: '', changed_at: null, source },
})
let moves = 0
const move = (task_id: string, day: string, kind: string, stage: string, from_value = '', to_value = '') => {
  moves += 1
  return {
    ...{ store: 'trade', platform: 'asana', task_id, move_id: String(moves), kind, from_value, to_value },
    ...{ stage, happened_at: `${day} 10:00:00`, day, source },
  }
}

let granary: Warehouse
let engine: Engine
const january = { from: '2026-01-01', to: '2026-01-31' }
const ask = async (query: Partial<Query> & Pick<Query, 'metrics'>) =>
  engine.ask({ ...january, ...query } as Query, { stores: 'all', now: new Date('2026-08-01T12:00:00Z') })

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({ granary, world: async () => world })
  const line = (
    deal_id: string,
    line_id: string,
    product_id: string,
    quantity: number,
    amount: number | null,
  ) => ({
    ...{ store: 'trade', platform: 'hubspot', deal_id, line_id, created_day: '2026-01-05', product_id },
    ...{ title: product_id, quantity, amount, currency: 'GBP', source },
  })
  await deliver(granary, 'deal_lines', [
    line('a', '1', 'MUG', 10, 40),
    line('a', '2', 'BOWL', 5, 30),
    line('c', '3', 'MUG', 1, 4),
    // Nobody knows what it is worth; of a deal that is gone.
    line('c', '4', '', 2, null),
    line('gone', '5', 'MUG', 9, 90),
  ])
  const sent = { store: 'trade', account_id: '7', country: 'GB', channel: 'Online Store', source }
  const shipment = (
    order_id: string,
    number: number,
    ordered_day: string,
    day: string,
    of: [number, number],
  ) => ({
    ...{ ...sent, order_id, shipment_id: `${order_id}-${number}`, number, ordered_day, day },
    ...{ happened_at: `${day} 10:00:00`, quantity: of[0], ordered: of[1] },
  })
  await deliver(granary, 'shipments', [
    shipment('1', 1, '2026-01-02', '2026-01-03', [8, 10]),
    shipment('1', 2, '2026-01-02', '2026-01-09', [2, 10]),
    shipment('2', 1, '2026-01-02', '2026-01-07', [5, 4]),
    // First shipped before the period.
    shipment('3', 2, '2025-12-20', '2026-01-04', [1, 6]),
  ])
  const asked = (return_id: string, line_id: string, day: string, of: object) => ({
    ...{ store: 'trade', order_id: '1', return_id, line_id, day, happened_at: `${day} 10:00:00` },
    ...{ ordered_day: '2026-01-02', closed_day: null, title: '', account_id: '', country: '', channel: '' },
    ...{ product_id: 'MUG', source: 's', ...of },
  })
  await deliver(granary, 'return_requests', [
    asked('7', '1', '2026-01-09', { quantity: 2, state: 'open', reason: 'Broken' }),
    asked('7', '2', '2026-01-09', { quantity: 1, state: 'open', reason: 'Too large' }),
    asked('8', '1', '2026-01-10', { quantity: 4, state: 'closed', reason: 'Broken' }),
    asked('9', '1', '2025-12-10', { quantity: 9, state: 'closed', reason: 'Broken' }),
  ])
  await deliver(granary, 'tasks', [
    task('1', '2026-01-02', '2026-01-12'),
    task('2', '2026-01-05', '2026-01-09'),
    // Done without work in progress; begun again after it was done; still open.
    task('3', '2026-01-05', '2026-01-06'),
    task('4', null, '2026-01-10'),
    task('5', '2026-01-05', null),
  ])
  await deliver(granary, 'task_moves', [
    move('1', '2026-01-04', 'section', 'doing'),
    move('1', '2026-01-08', 'section', 'doing'),
    move('1', '2026-01-12', 'section', 'done'),
    move('2', '2026-01-06', 'made', 'doing'),
    move('2', '2026-01-07', 'due', '', '2026-01-09', '2026-01-20'),
    move('2', '2026-01-08', 'due', '', '2026-01-20', '2026-01-15'),
    move('3', '2026-01-06', 'section', 'done'),
    move('4', '2026-01-15', 'section', 'doing'),
    // Of a task that is gone.
    move('9', '2026-01-06', 'section', 'doing'),
  ])
  await deliver(granary, 'leads', [
    // In time; too late; on the same day; never; of another platform with the same number.
    lead('1', 'lead', '2026-01-05'),
    lead('1', 'mql', '2026-02-10'),
    lead('1', 'sql', '2026-03-01'),
    lead('2', 'lead', '2026-01-06'),
    lead('2', 'mql', '2026-06-01'),
    lead('3', 'lead', '2026-01-07', 'hubspot', 'REFERRALS'),
    lead('3', 'mql', '2026-01-07', 'hubspot', 'REFERRALS'),
    lead('4', 'lead', '2026-01-08'),
    lead('1', 'lead', '2026-01-09', 'marketo'),
    // An MQL of January that sales took in February, and one it did not.
    lead('5', 'mql', '2026-01-20'),
    lead('5', 'sql', '2026-02-20'),
    lead('6', 'mql', '2026-01-21'),
  ])
  await deliver(granary, 'deals', [
    deal('a', 'won', '1000.00', '2026-01-03', { close_day: '2026-01-23' }),
    deal('b', 'won', '500.50', '2026-01-10', { close_day: '2026-02-19' }),
    deal('c', 'lost', '300.00', '2026-01-11', { close_day: '2026-01-31' }),
    deal('d', 'open', '800.00', '2026-01-12'),
    deal('e', 'open', null, '2026-01-13'),
    deal('f', 'won', '70.00', '2025-12-01', { close_day: '2026-01-02' }),
    deal('q1', 'won', '200.00', '2026-01-04', { kind: 'quote' }),
    deal('q2', 'open', '600.00', '2026-01-05', { kind: 'quote', order_id: '100001' }),
    deal('q3', 'lost', '100.00', '2026-01-06', { kind: 'quote' }),
    deal('q4', 'open', '100.00', '2026-01-07', { kind: 'quote' }),
  ])
})
afterAll(() => granary.close())

describe('leads', () => {
  it('are cohorts: who entered in the period, and who of them went on in time', async () => {
    const { totals } = await ask({ metrics: ['new_leads', 'new_mqls', 'lead_to_mql', 'mql_to_sql'] })
    // Two of five leads within 90 days; of the MQLs 3, 5 and 6 one was taken by sales.
    expect(totals).toMatchObject({ new_leads: '5', new_mqls: '3', lead_to_mql: '0.4' })
    expect(Number(totals.mql_to_sql)).toBeCloseTo(1 / 3, 9)
  })
  it('can be split by where they came from, and are N/A where nobody entered', async () => {
    const { rows } = await ask({ metrics: ['lead_to_mql'], by: ['lead_source'] })
    expect(Object.fromEntries(rows.map(row => [row.lead_source, row.lead_to_mql]))).toEqual({
      EMAIL: '0.25',
      REFERRALS: '1',
    })
    const { totals } = await ask({ metrics: ['lead_to_mql'], from: '2026-03-02', to: '2026-03-31' })
    expect(totals.lead_to_mql).toBeNull()
  })
})

describe('deals', () => {
  it('made in a period: win rate, average, cycle and velocity', async () => {
    const { totals } = await ask({
      metrics: [
        'deals_created',
        'win_rate',
        'average_won_deal',
        'sales_cycle',
        'pipeline_velocity',
        'open_pipeline',
        'weighted_pipeline',
      ],
    })
    expect(totals).toMatchObject({
      deals_created: '5',
      win_rate: '0.4',
      average_won_deal: '750.25',
      // 20 and 40 days.
      sales_cycle: '30',
      open_pipeline: '800',
      weighted_pipeline: '400',
    })
    // 5 × 0.4 × 750.25 ÷ 30.
    expect(Number(totals.pipeline_velocity)).toBeCloseTo(50.016_666_7, 6)
  })
  it('closed in a period, whenever they were made', async () => {
    const { totals } = await ask({ metrics: ['deals_won', 'won_amount', 'close_rate'] })
    expect(totals).toMatchObject({ deals_won: '2', won_amount: '1070' })
    expect(Number(totals.close_rate)).toBeCloseTo(2 / 3, 9)
  })
  it('quotes become orders by number and by value, and are no deals', async () => {
    const { totals } = await ask({ metrics: ['quotes_issued', 'quote_to_order', 'quote_to_order_value'] })
    expect(totals).toMatchObject({ quotes_issued: '4', quote_to_order: '0.5', quote_to_order_value: '0.8' })
  })
})

describe('messages', () => {
  it('told event by event answer the rates of those told by day', async () => {
    const event = (person: string, what: string, day: string, n: number) => ({
      store: 'trade',
      platform: 'marketo',
      person,
      event_id: `${person}${what}${n}`,
      event: what,
      kind: 'campaign',
      message: 'May',
      happened_at: `${day} 10:00:00`,
      day,
      currency: 'GBP',
      source,
    })
    const people = ['1', '2', '3', '4', '5']
    await deliver(granary, 'message_events', [
      ...people.map(p => event(p, 'sent', '2026-01-10', 0)),
      ...people.slice(1).map(p => event(p, 'delivered', '2026-01-10', 0)),
      event('1', 'bounced', '2026-01-10', 0),
      event('2', 'opened', '2026-01-12', 0),
      event('2', 'opened', '2026-01-11', 1),
      event('3', 'opened', '2026-01-13', 0),
      event('2', 'clicked', '2026-01-12', 0),
      event('2', 'clicked', '2026-01-14', 1),
      event('4', 'unsubscribed', '2026-01-14', 0),
    ])
    const { totals } = await ask({
      metrics: [
        'messages_sent',
        'delivery_rate',
        'open_rate',
        'click_rate',
        'unsubscribe_rate',
        'messages_bounced',
      ],
    })
    expect(totals).toMatchObject({
      messages_sent: '5',
      delivery_rate: '0.8',
      open_rate: '0.5',
      click_rate: '0.25',
      unsubscribe_rate: '0.25',
      messages_bounced: '1',
    })
  })
})

describe('work', () => {
  it('takes its lead and cycle time from those done whose beginning is known', async () => {
    const { totals } = await ask({
      metrics: ['tasks_done', 'task_lead_time', 'task_cycle_time', 'task_moves', 'tasks_put_off'],
    })
    // Lead 10, 4 and 1 days; cycle 8 days of the one and 3 of the other.
    expect(totals).toMatchObject({
      tasks_done: '4',
      task_lead_time: '5',
      task_cycle_time: '5.5',
      task_moves: '5',
      tasks_put_off: '1',
    })
  })
})

describe('shipments', () => {
  it('say of orders first shipped how soon and how whole that was, and of units when they left', async () => {
    const { totals } = await ask({
      metrics: [
        'units_shipped',
        'orders_shipped',
        'days_to_ship',
        'next_day_rate',
        'fill_rate',
        'shipments_per_order',
      ],
    })
    expect(totals).toMatchObject({
      ...{ units_shipped: '16', orders_shipped: '2', days_to_ship: '3', next_day_rate: '0.5' },
      // 8 of 10 and, without credit for more, 4 of 4.
      ...{ fill_rate: '0.8571428571', shipments_per_order: '2' },
    })
  })
})

describe('returns', () => {
  it('are counted once each however many lines they have, and told by their reasons', async () => {
    const metrics = ['returns_requested', 'units_asked_back', 'units_on_their_way_back']
    const { rows, totals } = await ask({ metrics, by: ['return_reason'] })
    expect(totals).toMatchObject({
      ...{ returns_requested: '2', units_asked_back: '7', units_on_their_way_back: '3' },
    })
    expect(rows).toMatchObject([
      { return_reason: 'Broken', returns_requested: '2', units_asked_back: '6' },
      { return_reason: 'Too large', returns_requested: '1', units_asked_back: '1' },
    ])
    // More returns than that are of more days than that, not of one.
    const days = await ask({ metrics, by: ['return_reason'], grain: 'day' })
    expect(days.rows.map(row => [row.period, row.return_reason, row.returns_requested])).toEqual([
      ['2026-01-09', 'Broken', '1'],
      ['2026-01-09', 'Too large', '1'],
      ['2026-01-10', 'Broken', '1'],
    ])
  })
})

describe('products of deals', () => {
  it('are told by what became of their deals', async () => {
    const { rows, totals } = await ask({
      metrics: ['deal_products', 'deal_units', 'products_won'],
      by: ['product'],
      currency: 'GBP',
    })
    expect(totals).toMatchObject({ deal_products: '74', deal_units: '18', products_won: '70' })
    expect(rows.find(row => row.product === 'MUG')).toMatchObject({ deal_products: '44', products_won: '40' })
  })
})
