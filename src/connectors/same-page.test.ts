import { expect, it } from 'vitest'
import { pages as asanaPages, openAsana } from './asana/session.ts'
import type { Reach } from './connector.ts'
import { allRecords } from './hubspot/objects.ts'
import { openHubspot } from './hubspot/session.ts'
import { deleted, leads } from './marketo/leads.ts'
import { openMarketo } from './marketo/session.ts'
import { paged } from './shopify/by-id.ts'
import { openSession as openShopify } from './shopify/session.ts'
import { backwards, openTrello } from './trello/session.ts'

/** A vendor that gives the same page whatever place is asked for. */
const reachTo = (answer: (url: string) => unknown): Reach => ({
  fetch: (async (url: string) => Response.json(answer(url))) as unknown as typeof fetch,
  now: () => Date.parse('2026-11-20T12:00:00Z'),
  sleep: async () => undefined,
  signal: new AbortController().signal,
  allowed: new Set(['vendor.test']),
})
const base_url = 'http://vendor.test'
const page = { pageInfo: { hasNextPage: true, endCursor: 'here' }, nodes: [{ id: '1' }] }
const activities = { success: true, nextPageToken: 'here', moreResult: true, result: [] }
const marketo = (url: string) =>
  url.includes('/oauth/')
    ? { access_token: 't', expires_in: 3600 }
    : url.includes('usage')
      ? { success: true, result: [] }
      : activities
const turn = { from: 1e12, to: 2e12, cursor: null, history: false }

const lists: Record<string, () => AsyncIterable<unknown>> = {
  Shopify: () =>
    paged(
      openShopify(
        { shop: 'x', access_token: 't', base_url },
        reachTo(() => ({ data: { orders: page } })),
      ),
      'query OrderIds { orders }',
      {},
      data => data.orders as typeof page,
    ),
  HubSpot: () =>
    allRecords(
      openHubspot(
        { token: 't', base_url },
        reachTo(() => ({ results: [{ id: '1' }], paging: { next: { after: 'here' } } })),
      ),
      'contacts',
      { properties: [], history: [] },
    ),
  Asana: () =>
    asanaPages(
      openAsana(
        { token: 't', base_url },
        reachTo(() => ({ data: [{ gid: '1' }], next_page: { offset: 'here' } })),
      ),
      '/tasks',
      {},
    ),
  Trello: () =>
    backwards(
      openTrello(
        { key: 'k', token: 't', base_url },
        reachTo(() => Array.from({ length: 1000 }, (_, n) => ({ id: String(n) }))),
      ),
      '/boards/1/cards/all',
      {},
    ),
  'Marketo, deletions': () =>
    deleted.read(openMarketo({ client_id: 'c', client_secret: 's', base_url }, reachTo(marketo)), turn),
  'Marketo, changes': () =>
    leads.read(openMarketo({ client_id: 'c', client_secret: 's', base_url }, reachTo(marketo)), turn),
}

it.each(Object.keys(lists))(
  'a list that leads to the page it came from is no whole list, and ends (%s)',
  async name => {
    const read = async () => {
      let asked = 0
      for await (const _ of lists[name]?.() ?? []) if (++asked > 5) throw new Error('It never ends.')
    }
    await expect(read()).rejects.toThrow('the same page')
  },
)
