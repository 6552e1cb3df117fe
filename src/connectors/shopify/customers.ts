import { wallClock } from '#kernel/zone.ts'
import type { Stream } from '../connector.ts'
import { steady } from './bulk.ts'
import { type Page, paged } from './by-id.ts'
import * as documents from './documents.ts'
import { numberOf } from './order-map.ts'
import { changedWithin } from './orders.ts'
import { without } from './scopes.ts'
import { about, graph, type Session } from './session.ts'
import type { Shape } from './shape.ts'

interface CustomerRecord {
  id: string
  createdAt?: string | null
  firstName?: string | null
  lastName?: string | null
  tags?: string[]
  defaultEmailAddress?: { emailAddress?: string | null; marketingState?: string | null } | null
  defaultAddress?: { city?: string | null; countryCodeV2?: string | null } | null
}

const shape: Shape = { root: 'Customer', listOf: () => 'children', isMiddle: () => false }
/** So few come in pages. */
const few = 300
const batchSize = 500

/** The vendor's filter on the time of change takes whole days, so a turn begins a day early. */
const day = 86_400_000

export const customerStream: Stream<Session, CustomerRecord> = {
  name: 'customers',
  label: 'Customers',
  kind: 'window',
  tables: ['customers'],
  every: 3_600_000,
  overlap: day,
  // Tags are what the shop's people write of somebody.
  personal: ['firstName', 'lastName', 'displayName', 'emailAddress', 'phoneNumber', 'city', 'tags'],
  async *read(session, turn) {
    const { scopes } = await about(session)
    if (!scopes.has('read_customers')) return yield* without('read_customers')
    const query = changedWithin(turn)
    type Count = { customersCount: { count: number } | null }
    const { customersCount } = await graph<Count>(session, documents.customersCount, { query })
    const total = customersCount?.count ?? 0
    if (total === 0) return
    if (total <= few) {
      type Answer = { customers: Page<CustomerRecord> }
      for await (const records of paged(
        session,
        documents.customersPage,
        { query },
        data => (data as unknown as Answer).customers,
      ))
        yield { records, total }
      return
    }
    let records: CustomerRecord[] = []
    for await (const one of steady<CustomerRecord>(session, documents.customersExport(query), shape)) {
      records.push(one)
      if (records.length < batchSize) continue
      yield { records, total }
      records = []
    }
    if (records.length > 0) yield { records, total }
  },
  map(customer, { home, hash, privacy }) {
    const { createdAt, defaultEmailAddress: email, defaultAddress: address } = customer
    const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ')
    return {
      rows: {
        customers: [
          {
            store: home.store,
            customer_id: numberOf(customer.id),
            name: privacy ? '' : name,
            email_hash: hash(email?.emailAddress),
            country: address?.countryCodeV2 ?? '',
            city: privacy ? '' : (address?.city ?? ''),
            tags: privacy ? '' : (customer.tags ?? []).join(','),
            accepts_marketing: email?.marketingState ? email.marketingState === 'SUBSCRIBED' : null,
            created_day: createdAt ? wallClock(home.timezone, Date.parse(createdAt)).day : null,
          },
        ],
      },
    }
  },
}
