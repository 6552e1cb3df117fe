import { domainOf } from '#kernel/linking.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { allRecords, type CrmRecord } from './objects.ts'
import { ownersOf, type Session } from './session.ts'
import { instantOf } from './values.ts'

/** A company with its owner's name. */
export interface CompanyRecord {
  company: CrmRecord
  owner: string
}

/**
 * A company as an account. Its key is its domain, which is what other systems know it by too: the same company in a
 * shop is found by it. A company without a domain keeps the CRM's own number. Pure.
 */
export function mapCompany({ company, owner }: CompanyRecord, place: Place): Mapped {
  const { store, currency, timezone } = place.home
  const { properties } = company
  const made = instantOf(properties.createdate) ?? instantOf(company.createdAt)
  return {
    rows: {
      accounts: [
        {
          store,
          account_id: domainOf(properties.domain) || `hubspot-${company.id}`,
          name: properties.name ?? '',
          segment: properties.industry ?? '',
          owner,
          country: properties.country ?? '',
          payment_terms_days: null,
          credit_limit: null,
          currency,
          created_day: made === null ? null : wallClock(timezone, made).day,
          domain: domainOf(properties.domain),
        },
      ],
    },
  }
}

/** Companies are few and are deleted, merged and renamed: all of them each time, which forgets those that are gone. */
export const companies: Stream<Session, CompanyRecord> = {
  name: 'companies',
  label: 'Companies',
  kind: 'snapshot',
  tables: ['accounts'],
  every: 6 * 3_600_000,
  whole: true,
  async *read(session) {
    const owners = await ownersOf(session)
    const wanted = {
      properties: [
        'name',
        'domain',
        'industry',
        'country',
        'lifecyclestage',
        'hubspot_owner_id',
        'createdate',
      ],
      history: [],
    }
    for await (const some of allRecords(session, 'companies', wanted))
      yield {
        records: some.map(company => {
          const id = company.properties.hubspot_owner_id ?? ''
          return { company, owner: owners.get(id) ?? id }
        }),
      }
  },
  map: mapCompany,
}
