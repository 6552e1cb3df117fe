import { domainOf } from '#kernel/linking.ts'
import { exact } from '#kernel/money.ts'
import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import {
  type CrmRecord,
  changedIds,
  changedRecords,
  foundRecords,
  historySlice,
  linkedTo,
  ofLinked,
  recordsById,
  searchOverlap,
} from './objects.ts'
import { ifAllowed, ownersOf, type Pipeline, pipelinesOf, type Session } from './session.ts'
import { amountOf, instantOf } from './values.ts'

const wanted = {
  properties: [
    'dealname',
    'amount',
    'amount_in_home_currency',
    'deal_currency_code',
    'dealstage',
    'pipeline',
    'closedate',
    'createdate',
    'hubspot_owner_id',
    'hs_is_closed',
    'hs_is_closed_won',
    'hs_deal_stage_probability',
    'hs_lastmodifieddate',
  ],
  history: ['dealstage'],
}

/** A deal with all that its row says in words. */
export interface DealRecord {
  deal: CrmRecord
  owner: string
  domain: string
  /** The shop's number of the order it became, ''. */
  order: string
  /** What it is about; absent where that may not be read, and in what was kept before it was. */
  lines?: CrmRecord[]
  pipeline: string
  /** Names of stages by id: of its pipeline, and of others it was in. */
  stages: Record<string, string>
  /** Names of the pipelines that stages are of, by the stage's id; absent in what was kept before it was. */
  pipelines?: Record<string, string>
  probability: string | null
  /** Whether the stage it is in ends it; null where the pipeline is not known. */
  closed: boolean | null
}

/** A deal as it is now, and its entries into stages as far back as the CRM remembers. Pure. */
export function mapDeal(record: DealRecord, place: Place): Mapped {
  const { deal, owner, domain, order, pipeline, stages, pipelines = {}, lines } = record
  const { store, timezone, currency: home } = place.home
  const { properties } = deal
  const made = instantOf(properties.createdate) ?? instantOf(deal.createdAt)
  if (made === null) throw new Error(`Deal ${deal.id} does not say when it was made.`)
  const close = instantOf(properties.closedate)
  const probability = amountOf(record.probability) ?? amountOf(properties.hs_deal_stage_probability)
  const name = (id: string) => stages[id] ?? id
  const entries = (deal.propertiesWithHistory?.dealstage ?? [])
    .flatMap(({ value, timestamp }) => {
      const at = instantOf(timestamp)
      return at === null || !value ? [] : [{ value, at }]
    })
    .sort((a, b) => a.at - b.at)
  // A stage saved again is no entry.
  const moved = entries.filter((one, index) => one.value !== entries[index - 1]?.value)
  const currency = properties.deal_currency_code || home
  const created_day = wallClock(timezone, made).day
  const own = { store, platform: 'hubspot', deal_id: deal.id }
  return {
    // What was struck out is no longer among them.
    ...(lines && { gone: { deal_lines: [own] } }),
    rows: {
      deals: [
        {
          store,
          platform: 'hubspot',
          deal_id: deal.id,
          kind: 'deal',
          name: properties.dealname ?? '',
          pipeline,
          stage: name(properties.dealstage ?? ''),
          state: stateOf(record, probability),
          amount: amountOf(properties.amount),
          currency,
          probability,
          owner,
          account_id: domainOf(domain),
          created_day,
          close_day: close === null ? null : wallClock(timezone, close).day,
          order_id: order,
        },
      ],
      ...(lines && {
        deal_lines: lines.map(({ id, properties: of }): CanonicalRow => {
          const quantity = amountOf(of.quantity) ?? '0'
          const price = amountOf(of.price)
          return {
            ...{ ...own, line_id: id, created_day, currency, quantity },
            product_id: of.hs_sku ?? '',
            title: of.name ?? '',
            // Its own amount has its discount in it; the price has not.
            amount: amountOf(of.amount) ?? (price && exact(price).times(exact(quantity)).toFixed(4)),
          }
        }),
      }),
      deal_stages: moved.map(({ value, at }, index): CanonicalRow => {
        const { day, text } = wallClock(timezone, at)
        return {
          store,
          platform: 'hubspot',
          deal_id: deal.id,
          // A deal that was moved to another pipeline has been through stages of both.
          pipeline: pipelines[value] ?? pipeline,
          stage: name(value),
          from_stage: index === 0 ? '' : name(moved[index - 1]?.value ?? ''),
          happened_at: text,
          day,
        }
      }),
    },
  }
}

/** Won and lost are what the stage says; the deal's own flags stand in where its pipeline is gone. */
function stateOf({ deal, closed }: DealRecord, probability: string | null): 'open' | 'won' | 'lost' {
  const { hs_is_closed, hs_is_closed_won } = deal.properties
  if (!(closed ?? hs_is_closed === 'true')) return 'open'
  if (hs_is_closed_won === 'true') return 'won'
  if (hs_is_closed_won === 'false') return 'lost'
  return Number(probability) === 1 ? 'won' : 'lost'
}

const lineWanted = { properties: ['name', 'hs_sku', 'quantity', 'price', 'amount'], history: [] }
const orderWanted = { properties: ['hs_external_order_id'], history: [] }

/** Line items of records by the record's id; null where the token may not see them. */
const linesOf = (session: Session, type: 'deals' | 'orders', ids: readonly string[]) =>
  ifAllowed(
    session,
    'line_items',
    async () => {
      const links = await linkedTo(session, type, 'line_items', ids)
      const byId = await recordsById(session, 'line_items', [...links.values()].flat(), lineWanted)
      return new Map([...links].map(([id, own]) => [id, own.flatMap(line => byId.get(line) ?? [])]))
    },
    null,
  )

/** The order each became, by the deal's id; none where the token may not see them. */
const ordersOf = (session: Session, ids: readonly string[]) =>
  ifAllowed(
    session,
    'orders',
    async () => {
      const links = await linkedTo(session, 'deals', 'orders', ids)
      const firsts = [...links.values()].flatMap(all => all.slice(0, 1))
      const byId = await recordsById(session, 'orders', firsts, orderWanted)
      return new Map([...links].map(([id, [first = '']]) => [id, byId.get(first)]))
    },
    new Map<string, CrmRecord | undefined>(),
  )

const enriched = async (session: Session, deals: CrmRecord[]): Promise<DealRecord[]> => {
  const ids = deals.map(one => one.id)
  const owners = await ownersOf(session)
  const pipelines = await pipelinesOf(session)
  const names = namesOf(pipelines)
  const domains = await ofLinked(session, 'deals', 'companies', ids, 'domain')
  const orders = await ordersOf(session, ids)
  const lines = await linesOf(session, 'deals', ids)
  // What a deal without lines is about stands in the order it became.
  const bare = ids.flatMap(id => (lines?.get(id)?.length === 0 ? (orders.get(id)?.id ?? []) : []))
  const inOrders = bare.length > 0 ? await linesOf(session, 'orders', bare) : null
  return deals.map(deal => {
    const { hubspot_owner_id, pipeline, dealstage } = deal.properties
    const own = pipelines.get(pipeline ?? '')
    const stage = own?.stages.get(dealstage ?? '')
    const past = (deal.propertiesWithHistory?.dealstage ?? []).map(one => one.value)
    const used = [...new Set([dealstage ?? '', ...past])].filter(id => id !== '')
    // Where pipelines name a stage alike, it is the deal's own that is meant.
    const homes = used.flatMap(id => {
      const home = own?.stages.has(id) ? own : [...pipelines.values()].find(one => one.stages.has(id))
      return home ? [[id, home.label]] : []
    })
    return {
      deal,
      owner: owners.get(hubspot_owner_id ?? '') ?? hubspot_owner_id ?? '',
      domain: domains.get(deal.id) ?? '',
      order: orders.get(deal.id)?.properties.hs_external_order_id ?? '',
      ...(lines && { lines: inOrders?.get(orders.get(deal.id)?.id ?? '') ?? lines.get(deal.id) ?? [] }),
      pipeline: own?.label ?? pipeline ?? '',
      stages: Object.fromEntries(used.map(id => [id, own?.stages.get(id)?.label ?? names.get(id) ?? id])),
      pipelines: Object.fromEntries(homes),
      probability: stage?.probability ?? null,
      closed: stage?.closed ?? null,
    }
  })
}

const namesOf = (pipelines: ReadonlyMap<string, Pipeline>): Map<string, string> =>
  new Map(
    [...pipelines.values()].flatMap(one => [...one.stages].map(([id, { label }]) => [id, label] as const)),
  )

export const deals: Stream<Session, DealRecord> = {
  name: 'deals',
  label: 'Deals',
  kind: 'window',
  tables: ['deals', 'deal_lines', 'deal_stages'],
  // Since the second, line items are among them.
  edition: 2,
  every: 15 * 60_000,
  overlap: searchOverlap,
  slice: historySlice,
  async *read(session, turn) {
    for await (const some of changedRecords(session, 'deals', turn, wanted))
      yield { records: await enriched(session, some) }
    // What changes in an order leaves the time of its deal alone. Of history the deals are read as they are now anyway.
    if (turn.history) return
    for (const some of await ofChangedOrders(session, turn)) yield { records: await enriched(session, some) }
  },
  map: mapDeal,
}

/** Deals whose orders changed in a turn; none where the token may not see orders. */
const ofChangedOrders = (session: Session, { from, to }: Turn): Promise<CrmRecord[][]> =>
  ifAllowed(
    session,
    'orders',
    async () => {
      const found: CrmRecord[][] = []
      for await (const ids of changedIds(session, 'orders', from, to)) {
        const links = await linkedTo(session, 'orders', 'deals', ids)
        const some = await recordsById(session, 'deals', [...links.values()].flat(), wanted)
        if (some.size > 0) found.push([...some.values()])
      }
      return found
    },
    [],
  )

/**
 * Deals that are open, whenever they last changed: history goes back by the time of the last change, and what has lain
 * still for longer is in the pipeline all the same. Once a day, as links to companies and orders need not touch a deal.
 */
export const openDeals: Stream<Session, DealRecord> = {
  ...deals,
  name: 'deals_open',
  label: 'Open deals',
  kind: 'snapshot',
  every: 24 * 3_600_000,
  async *read(session) {
    const name = 'hs_is_closed'
    for await (const some of foundRecords(
      session,
      'deals',
      [
        [{ propertyName: name, operator: 'EQ', value: 'false' }],
        [{ propertyName: name, operator: 'NOT_HAS_PROPERTY' }],
      ],
      wanted,
    ))
      yield { records: await enriched(session, some) }
  },
}
