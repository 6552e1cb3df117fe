import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Place } from '#connectors/connector.ts'
import { createFixedSession } from '../../../test/ga4-fixed.ts'
import { readReport } from './report.ts'
import { searchStream, termOf } from './searches.ts'
import { spendStream } from './spend.ts'
import { pageOf, type TrafficDay, trafficStream } from './traffic.ts'

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'))
const shop = (store: string, ...hosts: string[]) => ({
  store,
  currency: 'USD',
  timezone: 'America/Los_Angeles',
  hosts,
})
const place = (stores = [shop('home')]): Place => {
  const [home] = stores
  if (!home) throw new Error('there is none')
  return {
    home,
    storeOf: host => stores.find(one => one.hosts.includes(host)) ?? home,
    privacy: false,
    hash: () => '',
    facts: { hosts: stores.flatMap(one => one.hosts) },
  }
}
const table = (fields: string[], rows: string[][] = []) => ({ fields, rows, flags: [] })
const day = (more: Partial<TrafficDay>): TrafficDay => ({
  day: '2026-11-21',
  replaces: ['2026-11-21'],
  provisional: false,
  currency: 'USD',
  traffic: table([]),
  funnel: null,
  landing: table([]),
  ...more,
})

describe('the published examples', () => {
  const wanted = {
    label: 'an example',
    dimensions: ['date', 'sessionDefaultChannelGroup', 'deviceCategory', 'landingPagePlusQueryString'],
    metrics: ['sessions', 'engagedSessions', 'ecommercePurchases', 'purchaseRevenue'],
  }
  const range = [{ startDate: '2026-11-21', endDate: '2026-11-21' }]
  it('become rows, with (other) and (not set) kept and their flags beside them', async () => {
    const read = await readReport(createFixedSession([example('runReport.response')]), wanted, range, false)
    expect(read.flags).toEqual(['thresholded', 'other_row'])
    const { rows } = trafficStream.map(day({ landing: read }), place())
    expect(rows.traffic_days).toMatchObject([
      {
        channel: 'Organic Search',
        device: 'mobile',
        landing_page: '/',
        sessions: 2541,
        engaged_sessions: 1604,
        transactions: 64,
        purchase_revenue: '5312.4',
        quality: 'thresholded, other_row',
        currency: 'USD',
      },
      { channel: '(other)', device: 'desktop', landing_page: '(other)', sessions: 12 },
      { channel: 'Unassigned', landing_page: '(not set)', sessions: 88 },
    ])
  })
  it('without rows are empty, and sampled ones say how much was read', async () => {
    const few = { label: 'an example', dimensions: ['date'], metrics: ['sessions'] }
    const none = await readReport(
      createFixedSession([example('runReport.empty.response')]),
      few,
      range,
      false,
    )
    expect([none.rows, none.flags, none.currency]).toEqual([[], [], 'USD'])
    const some = await readReport(
      createFixedSession([example('runReport.sampled.response')]),
      few,
      range,
      false,
    )
    expect([some.rows, some.flags]).toEqual([[['20261121', '100500']], ['sampled']])
    expect(some.remarks[0]).toContain('10000000 of 38000000')
  })
})

describe('mapping', () => {
  const fields = [
    'date',
    'hostName',
    'countryId',
    'sessionDefaultChannelGroup',
    'sessionCampaignName',
    'deviceCategory',
    'sessions',
    'purchaseRevenue',
  ]
  it('makes one row of hosts of one store, exactly', () => {
    const rows = [
      ['20261121', 'shop.example', 'GB', 'Direct', '(direct)', 'mobile', '3', '0.1'],
      ['20261121', 'checkout.shop.example', 'GB', 'Direct', '(direct)', 'mobile', '4', '0.2'],
      ['20261121', 'other.example', '(not set)', 'Direct', '(direct)', 'mobile', '5', '1e2'],
    ]
    const stores = [
      shop('a', 'shop.example', 'checkout.shop.example'),
      shop('b', 'other.example'),
      shop('c', 'quiet.example'),
    ]
    const { rows: found, gone } = trafficStream.map(day({ traffic: table(fields, rows) }), place(stores))
    expect(found.traffic_days).toMatchObject([
      { store: 'a', country: 'GB', sessions: 7, purchase_revenue: '0.3', landing_page: '' },
      { store: 'b', country: '', sessions: 5, purchase_revenue: '100' },
    ])
    // A store that has no rows any more loses those it had.
    expect(gone?.traffic_days).toEqual(
      ['a', 'b', 'c'].map(store => ({ store, day: '2026-11-21', origin: 'ga4' })),
    )
  })
  it('does not take a record it cannot read', () => {
    const rows = [['20261121', 'shop.example', 'GB', 'Direct', '(direct)', 'mobile', 'many', '0']]
    expect(() => trafficStream.map(day({ traffic: table(fields, rows) }), place())).toThrow(
      '"many" is no count',
    )
  })
  it('shares a campaign’s cost among the stores it led to, to the penny', () => {
    const record = {
      day: '2026-11-21',
      replaces: ['2026-11-21'],
      currency: 'GBP',
      table: table(
        [
          'sessionCampaignName',
          'sessionSourceMedium',
          'advertiserAdCost',
          'advertiserAdClicks',
          'advertiserAdImpressions',
        ],
        [
          ['All', 'google / cpc', '10.01', '7', '100'],
          ['Lost', 'google / cpc', '1', '1', '1'],
          ['Free', 'google / cpc', '0', '0', '0'],
        ],
      ),
      routes: table(
        ['sessionCampaignName', 'sessionSourceMedium', 'hostName', 'sessionDefaultChannelGroup', 'sessions'],
        [
          ['All', 'google / cpc', 'shop.example', 'Paid Search', '20'],
          ['All', 'google / cpc', 'other.example', 'Paid Search', '10'],
        ],
      ),
    }
    const stores = [shop('a', 'shop.example'), shop('b', 'other.example')]
    const { rows, gone } = spendStream.map(record, place(stores))
    expect(rows.spend_days).toMatchObject([
      {
        store: 'a',
        platform: 'google-ads',
        channel: 'Paid Search',
        campaign: 'All',
        cost: '6.67',
        clicks: 5,
        impressions: 67,
      },
      { store: 'b', campaign: 'All', cost: '3.34', clicks: 2, impressions: 33 },
      { store: 'a', campaign: 'Lost', channel: '', cost: '1', clicks: 1 },
    ])
    // Rows that came by a file of another platform stay.
    expect(gone?.spend_days?.every(one => one.platform === 'google-ads')).toBe(true)
  })
  it('keeps of a landing page what does not name a visitor', () => {
    expect(pageOf('/sale?gclid=abc&utm_source=mail', false)).toBe('/sale?utm_source=mail')
    expect(pageOf('/sale?fbclid=abc', false)).toBe('/sale')
    expect(pageOf('/account?email=a@b.example', true)).toBe('/account')
    expect(pageOf('', false)).toBe('(not set)')
  })
  it('makes one row of a term however it was typed, and keeps nobody’s address', () => {
    const fields = ['hostName', 'countryId', 'deviceCategory', 'searchTerm', 'eventName']
    const search = (term: string, sessions: string) => [
      'shop.example',
      'GB',
      'mobile',
      term,
      'view_search_results',
      sessions,
      sessions,
      '9',
    ]
    const record = {
      day: '2026-11-21',
      replaces: ['2026-11-21'],
      provisional: true,
      currency: 'GBP',
      table: table(
        [...fields, 'sessions', 'engagedSessions', 'eventCount'],
        [
          search('Mug', '3'),
          search(' mug ', '4'),
          search('ann@b.example', '1'),
          search('020 7946 0999', '1'),
        ],
      ),
    }
    const stores = [shop('a', 'shop.example')]
    const { rows, gone } = searchStream.map(record, place(stores))
    expect(rows.search_days).toMatchObject([
      { store: 'a', term: 'mug', sessions: 7, engaged_sessions: 7, searches: 18, quality: 'provisional' },
      { term: '(an e-mail address)', sessions: 1 },
      { term: '020 7946 0999' },
    ])
    expect(gone?.search_days).toEqual([{ store: 'a', day: '2026-11-21', origin: 'ga4' }])
    const hidden = searchStream.map(record, { ...place(stores), privacy: true })
    expect(hidden.rows.search_days?.[2]?.term).toBe('(a number)')
    expect(termOf('')).toBe('(not set)')
  })
})
