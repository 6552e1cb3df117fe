import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import type { Answer } from '../http.ts'
import { mapCampaign } from './campaigns.ts'
import { mapCompany } from './companies.ts'
import { mapContact } from './contacts.ts'
import { mapDeal } from './deals.ts'
import { emails, mapEmail } from './emails.ts'
import type { CrmRecord } from './objects.ts'
import { judge, openHubspot } from './session.ts'
import { amountOf, instantOf } from './values.ts'

const home = { store: 'trade', currency: 'GBP', timezone: 'America/New_York', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => (email ? `#${email}` : ''),
  facts: {},
}
const record = (properties: CrmRecord['properties'], more: Partial<CrmRecord> = {}): CrmRecord => ({
  id: '5',
  properties,
  createdAt: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
  ...more,
})

describe('a contact', () => {
  const past = [
    // As the vendor gives it: the latest first.
    { value: 'marketingqualifiedlead', timestamp: '2026-03-10T12:00:00.000Z' },
    { value: 'lead', timestamp: '2026-03-05T12:00:00.000Z' },
    { value: 'marketingqualifiedlead', timestamp: '2026-03-01T02:00:00.000Z' },
    { value: 'lead', timestamp: '2026-02-01T12:00:00.000Z' },
  ]
  it('is in a stage from the first time it entered, in the store’s day, however often it went back', () => {
    const { rows } = mapContact(
      {
        contact: record(
          { email: 'A@b.example', hs_analytics_source: 'EMAIL' },
          { propertiesWithHistory: { lifecyclestage: past } },
        ),
        domain: 'WWW.B.example',
      },
      place,
    )
    expect(rows.leads).toMatchObject([
      { stage: 'lead', day: '2026-02-01', created_day: '2026-02-01', account_id: 'b.example' },
      { stage: 'mql', day: '2026-02-28', happened_at: '2026-02-28 21:00:00', email_hash: '#A@b.example' },
    ])
  })
  it('keeps stages of the account’s own as they are called, and takes those that were merged into it away', () => {
    const { rows, gone } = mapContact(
      { contact: record({ lifecyclestage: '12345', hs_merged_object_ids: '7;8' }), domain: '' },
      place,
    )
    expect(rows.leads).toMatchObject([{ stage: '12345', day: '2026-01-01' }])
    expect(gone?.leads?.map(one => one.lead_id)).toEqual(['7', '8'])
  })
})

describe('a deal', () => {
  const deal = record(
    {
      dealname: 'Range',
      amount: '',
      dealstage: 'b',
      pipeline: 'p',
      closedate: '1767268800000',
      deal_currency_code: 'EUR',
    },
    {
      propertiesWithHistory: {
        dealstage: [
          { value: 'b', timestamp: '2026-01-03T00:00:00Z' },
          { value: 'a', timestamp: '2026-01-02T00:00:00Z' },
        ],
      },
    },
  )
  const rest = {
    owner: 'Nadia',
    domain: '',
    order: '',
    pipeline: 'Trade',
    stages: { a: 'First', b: 'Won' },
    probability: '1.0',
  }
  it('has no amount where none is known, its own currency, and its way through the stages', () => {
    const { rows } = mapDeal({ ...rest, deal, closed: true }, place)
    expect(rows.deals).toMatchObject([
      { amount: null, currency: 'EUR', state: 'won', stage: 'Won', close_day: '2026-01-01' },
    ])
    expect(rows.deal_stages).toMatchObject([
      { stage: 'First', from_stage: '', happened_at: '2026-01-01 19:00:00' },
      { stage: 'Won', from_stage: 'First' },
    ])
  })
  it('is about its line items: worth their own amount, or price times quantity where they tell none', () => {
    const line = (id: string, properties: CrmRecord['properties']): CrmRecord => ({ ...deal, id, properties })
    const lines = [
      line('1', { name: 'Mug', hs_sku: 'MUG', quantity: '12', price: '5', amount: '54.00' }),
      line('2', { name: 'Stand', hs_sku: null, quantity: '2', price: '7.125', amount: null }),
    ]
    const { rows, gone } = mapDeal({ ...rest, deal, closed: true, lines }, place)
    expect(rows.deal_lines).toMatchObject([
      { line_id: '1', product_id: 'MUG', quantity: '12', amount: '54.00', currency: 'EUR' },
      { line_id: '2', product_id: '', title: 'Stand', amount: '14.2500' },
    ])
    expect(gone?.deal_lines).toHaveLength(1)
    // Not read is not nothing: what is known of them stays.
    expect(mapDeal({ ...rest, deal, closed: true }, place).gone).toBeUndefined()
  })
  it('that was moved to another pipeline has been in the stages of both', () => {
    const moved = mapDeal({ ...rest, deal, closed: true, pipelines: { a: 'Direct', b: 'Trade' } }, place)
    expect(moved.rows.deal_stages).toMatchObject([
      { stage: 'First', pipeline: 'Direct' },
      { stage: 'Won', from_stage: 'First', pipeline: 'Trade' },
    ])
    expect(moved.rows.deals).toMatchObject([{ pipeline: 'Trade', stage: 'Won' }])
    // Told before pipelines of stages were kept.
    expect(mapDeal({ ...rest, deal, closed: true }, place).rows.deal_stages?.[0]?.pipeline).toBe('Trade')
  })
  it('is open, won or lost by its stage; by its flags where the pipeline is gone', () => {
    const state = (closed: boolean | null, properties: CrmRecord['properties'], probability: string | null) =>
      mapDeal(
        {
          ...rest,
          probability,
          closed,
          deal: { ...deal, properties: { ...deal.properties, ...properties } },
        },
        place,
      ).rows.deals?.[0]?.state
    expect(state(false, {}, '0.2')).toBe('open')
    expect(state(true, {}, '0.0')).toBe('lost')
    expect(state(null, { hs_is_closed: 'true', hs_is_closed_won: 'true' }, null)).toBe('won')
    expect(state(null, { hs_is_closed: 'true', hs_is_closed_won: 'false' }, null)).toBe('lost')
    expect(state(null, {}, null)).toBe('open')
  })
})

const flow = { id: '8', name: 'Welcome', type: 'AUTOMATED_EMAIL', publishDate: '2026-05-03T23:00:00Z' }

describe('messages and campaigns', () => {
  it('count on the day of sending; what was never sent is no row', () => {
    const { rows } = mapEmail(
      {
        id: '9',
        name: 'News',
        flow: false,
        type: 'BATCH_EMAIL',
        state: 'PUBLISHED',
        days: [
          { start: '2026-05-01T02:00:00Z', counters: { sent: 10, delivered: 9, open: 4 } },
          { start: '2026-05-02T02:00:00Z', counters: { sent: 0 } },
        ],
      },
      place,
    )
    expect(rows.message_days).toMatchObject([
      { day: '2026-04-30', message: 'News (9)', sent: 10, opens: 4, clicks: null, kind: 'campaign' },
    ])
  })
  it('of a flow count on the days of the account, though the store lies in another zone', async () => {
    const told = {
      '/marketing/emails/2026-09': { results: [flow], paging: null },
      '/marketing/emails/2026-09/statistics/histogram': {
        results: [{ interval: { start: '2026-05-03T22:00:00Z' }, aggregations: { counters: { sent: 7 } } }],
      },
    } as Record<string, unknown>
    const session = openHubspot(
      { token: 't', base_url: 'http://hub.test' },
      {
        fetch: (async (url: string) => {
          const { pathname, searchParams } = new URL(url)
          const none = searchParams.get('archived') === 'true'
          return Response.json(none ? { results: [] } : told[pathname])
        }) as unknown as typeof fetch,
        now: () => Date.parse('2026-05-05T12:00:00Z'),
        sleep: async () => undefined,
        signal: new AbortController().signal,
        allowed: new Set(['hub.test']),
      },
    )
    session.zone = 'Europe/Berlin'
    const days: unknown[] = []
    for await (const { records } of emails.read(session, { from: 0, to: 0, cursor: null, history: false }))
      for (const one of records) days.push(...(mapEmail(one, place).rows.message_days ?? []))
    // Midnight in Berlin is still the day before in New York.
    expect(days).toMatchObject([{ day: '2026-05-04', sent: 7, kind: 'flow' }])
  })
  it('add bills of a day exactly', () => {
    const { rows } = mapCampaign(
      {
        id: 'c',
        name: 'Spring',
        from: null,
        to: null,
        totals: {
          currencyCode: 'EUR',
          spendItems: [
            { id: '1', amount: 0.1, createdAt: 1777600000000 },
            { id: '2', amount: 0.2, createdAt: 1777600000001 },
          ],
        },
      },
      place,
    )
    expect(rows.spend_days).toMatchObject([{ cost: '0.3', currency: 'EUR', campaign: 'Spring' }])
  })
})

describe('values', () => {
  it('are read as the vendor writes them', () => {
    expect(instantOf('2026-01-01T00:00:00Z')).toBe(instantOf('1767225600000'))
    expect([instantOf(''), instantOf(null), instantOf('soon')]).toEqual([null, null, null])
    expect([amountOf('12.50'), amountOf(''), amountOf('about 5')]).toEqual(['12.50', null, null])
  })
})

describe('limits', () => {
  const answer = (status: number, json: unknown, headers = {}): Answer => ({
    status,
    json,
    text: JSON.stringify(json),
    headers: new Headers(headers),
  })
  const at = Date.parse('2026-11-20T22:30:00Z')
  it.each([
    ['TEN_SECONDLY_ROLLING', 10_000],
    ['SECONDLY', 1000],
    // Half past five in New York: six and a half hours are left of its day.
    ['DAILY', 6.5 * 3_600_000],
  ])('%s is waited for as long as it lasts', (policyName, ms) => {
    expect(judge(answer(429, { policyName }), at, 'America/New_York', at)).toMatchObject({ as: 'wait', ms })
  })
  it('a locked or moving account is waited for, a broken gateway is tried again', () => {
    expect(judge(answer(423, {}), at, null, at)).toMatchObject({ as: 'wait' })
    expect(judge(answer(477, {}, { 'retry-after': '30' }), at, null, at)).toMatchObject({
      as: 'wait',
      ms: 30_000,
    })
    for (const status of [502, 504]) expect(judge(answer(status, null), at, null, at).as).toBe('again')
    expect(judge(answer(207, { results: [] }), at, null, at).as).toBe('good')
  })
})

const capture = new URL(
  '../../../../shared/specs/hubspot/examples/estuary-capture-real-portal.json',
  import.meta.url,
)
describe.skipIf(!existsSync(capture))(
  'records of a real account (skipped where the folder of examples is absent)',
  () => {
    const all = existsSync(capture)
      ? (JSON.parse(readFileSync(capture, 'utf8')) as [string, Record<string, unknown>][])
      : []
    const one = (kind: string) => {
      const found = all.find(([name]) => name === `acmeCo/${kind}`)?.[1] as unknown as CrmRecord
      return { ...found, id: String(found.id) }
    }
    it('are understood', () => {
      expect(
        mapContact({ contact: one('contacts'), domain: 'hubspot.com' }, place).rows.leads?.length,
      ).toBeGreaterThan(0)
      expect(mapCompany({ company: one('companies'), owner: '' }, place).rows.accounts).toMatchObject([
        { account_id: 'hubspot.com', created_day: '2024-10-28' },
      ])
      const deal = mapDeal(
        {
          deal: one('deals'),
          owner: 'x',
          domain: '',
          order: '',
          pipeline: 'Sample',
          stages: {},
          probability: '0.2',
          closed: false,
        },
        place,
      )
      expect(deal.rows.deals).toMatchObject([
        { amount: '43', state: 'open', created_day: '2025-04-03', currency: 'GBP' },
      ])
    })
  },
)
