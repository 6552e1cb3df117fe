import type { Mapped, Place, Stream } from '../connector.ts'
import { unlisted } from './check.ts'
import { personal } from './orders.ts'
import { clockOf, type Json, list, member, text } from './raw.ts'
import { type Search, walk } from './search.ts'
import type { Session } from './session.ts'
import { keysOfWebsites } from './shops.ts'

export interface CustomerRecord {
  website: string
  customer: Json
  group: string
}

const hour = 3_600_000
export const customerSearch: Search = {
  path: 'customers/search',
  along: 'entity_id',
  unique: 'entity_id',
  id: 'id',
}

/** Names of customer groups by their ids. */
export const groupsOf = (session: Session): Promise<ReadonlyMap<string, string>> =>
  session.once('groups', async () => {
    const names = new Map<string, string>()
    for await (const found of walk(session, {
      path: 'customerGroups/search',
      along: 'customer_group_id',
      unique: 'customer_group_id',
      id: 'id',
    }))
      for (const one of found?.rows ?? []) names.set(text(one.id), text(one.code))
    return names
  })

/** All of them each time: those who were deleted or asked to be forgotten leave no trace but their absence. */
export const customerStream: Stream<Session, CustomerRecord> = {
  name: 'customers',
  label: 'Customers',
  kind: 'snapshot',
  tables: ['customers'],
  every: 24 * hour,
  whole: true,
  personal,
  async *read(session) {
    const keys = await keysOfWebsites(session)
    const groups = await groupsOf(session)
    for await (const found of walk(session, customerSearch)) {
      if (!found) return yield unlisted('customers/search')
      yield {
        records: found.rows.map(customer => ({
          website: keys.get(Number(customer.website_id)) ?? '',
          customer,
          group: groups.get(text(customer.group_id)) ?? '',
        })),
        total: found.total,
        remarks: found.remarks,
      }
    }
  },
  map: mapCustomer,
}

export function mapCustomer({ website, customer, group }: CustomerRecord, place: Place): Mapped {
  const { store, timezone } = place.storeOf(website)
  const addresses = list(customer.addresses)
  const home = addresses.find(one => one.default_billing === true) ?? addresses[0]
  const subscribed = member(customer, 'extension_attributes', 'is_subscribed')
  return {
    rows: {
      customers: [
        {
          store,
          customer_id: text(customer.id),
          name: place.privacy
            ? ''
            : [customer.firstname, customer.lastname].map(text).filter(Boolean).join(' '),
          email_hash: place.hash(text(customer.email)),
          country: text(home?.country_id),
          city: place.privacy ? '' : text(home?.city),
          tags: group,
          accepts_marketing: typeof subscribed === 'boolean' ? subscribed : null,
          created_day: text(customer.created_at) === '' ? null : clockOf(timezone, customer.created_at).day,
        },
      ],
    },
  }
}
