import { domainOf } from '#kernel/linking.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { type Page, paged } from './by-id.ts'
import * as documents from './documents.ts'
import { numberOf } from './order-map.ts'
import { without } from './scopes.ts'
import { about, ofCompanies, type Session } from './session.ts'

/** A company as the vendor tells of it, with the first of its places. */
export interface CompanyRecord {
  id: string
  name?: string
  createdAt?: string | null
  customerSince?: string | null
  mainContact?: {
    customer?: { defaultEmailAddress?: { emailAddress?: string | null } | null } | null
  } | null
  locations?: {
    nodes: {
      currency?: string | null
      billingAddress?: { countryCode?: string | null } | null
      shippingAddress?: { countryCode?: string | null } | null
      buyerExperienceConfiguration?: { paymentTermsTemplate?: { dueInDays?: number | null } | null } | null
    }[]
  }
}

/** All of them each time: a company that is deleted leaves no trace but its absence. */
export const companyStream: Stream<Session, CompanyRecord> = {
  name: 'companies',
  label: 'B2B companies',
  kind: 'snapshot',
  tables: ['accounts'],
  every: 12 * 3_600_000,
  whole: true,
  personal: ['emailAddress'],
  async *read(session) {
    const { scopes, companies } = await about(session)
    if (!ofCompanies.some(scope => scopes.has(scope))) return yield* without('read_customers')
    if (companies === null)
      yield { records: [], unread: 'Shopify does not let companies be seen: the shop’s plan has none.' }
    if (!companies) return
    type Answer = { companies: Page<CompanyRecord> }
    for await (const records of paged(
      session,
      documents.companiesPage(scopes),
      {},
      data => (data as unknown as Answer).companies,
    ))
      yield { records }
  },
  map: mapCompany,
}

/**
 * A company is an account. Terms and country are agreed with each of its places here, and are those of the first that has
 * any; there is no credit limit and no seller of ours in what the vendor tells.
 */
export function mapCompany(company: CompanyRecord, { home, privacy }: Place): Mapped {
  const places = company.locations?.nodes ?? []
  const since = company.customerSince ?? company.createdAt
  const first = <T>(of: (place: (typeof places)[number]) => T | null | undefined): T | null =>
    places.map(of).find(value => value !== null && value !== undefined) ?? null
  const address = company.mainContact?.customer?.defaultEmailAddress?.emailAddress
  return {
    rows: {
      accounts: [
        {
          store: home.store,
          account_id: numberOf(company.id),
          name: company.name ?? '',
          segment: '',
          owner: '',
          country: first(one => one.billingAddress?.countryCode ?? one.shippingAddress?.countryCode) ?? '',
          payment_terms_days: first(one => one.buyerExperienceConfiguration?.paymentTermsTemplate?.dueInDays),
          credit_limit: null,
          currency: first(one => one.currency) ?? home.currency,
          created_day: since ? wallClock(home.timezone, Date.parse(since)).day : null,
          // Kept hashed, an address tells no domain.
          domain: privacy || !address ? null : domainOf(address),
        },
      ],
    },
  }
}
