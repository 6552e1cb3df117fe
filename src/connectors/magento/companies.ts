import { domainOf } from '#kernel/linking.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Batch, Mapped, Place, Stream } from '../connector.ts'
import { unlisted } from './check.ts'
import { customerSearch, groupsOf } from './customers.ts'
import { personal } from './orders.ts'
import { clockOf, type Json, known, plain, text } from './raw.ts'
import { among, walk } from './search.ts'
import type { Session } from './session.ts'
import { keysOfWebsites } from './shops.ts'

/** A B2B company with its credit, its group, and when its first user joined: Magento keeps no such time of a company. */
export interface CompanyRecord {
  /** ms UTC by the vendor's clock. */
  at: number
  website: string
  company: Json
  credit: Json | null
  group: string
  joined: string
}

/** Of a company too: its address may be one person's. */
const hidden = [...personal, 'company_email', 'vat_tax_id']

export const companyStream: Stream<Session, CompanyRecord> = {
  name: 'companies',
  label: 'B2B companies',
  kind: 'snapshot',
  tables: ['accounts'],
  every: 12 * 3_600_000,
  whole: true,
  personal: hidden,
  read: companies,
  map: mapCompany,
}

/** What companies owe of their credit, as it stands at each reading: Magento tells the balance of now alone. */
export const creditStream: Stream<Session, CompanyRecord> = {
  name: 'credit',
  label: 'Company credit',
  kind: 'snapshot',
  tables: ['receivable_days'],
  every: 12 * 3_600_000,
  personal: hidden,
  async *read(session) {
    for await (const page of companies(session))
      yield { ...page, records: page.records.filter(one => one.credit !== null) }
  },
  map: mapCredit,
}

async function* companies(session: Session): AsyncGenerator<Batch<CompanyRecord>, void> {
  const keys = await keysOfWebsites(session)
  const groups = await groupsOf(session)
  for await (const found of walk(session, {
    path: 'company/',
    along: 'entity_id',
    unique: 'entity_id',
    id: 'id',
    size: 100,
  })) {
    if (!found) return yield unlisted('company/')
    const remarks = [...found.remarks]
    const credits = new Map<string, Json>()
    for await (const part of among(
      session,
      { path: 'companyCredits/', along: 'entity_id', unique: 'entity_id', id: 'id' },
      'company_id',
      found.rows.map(one => Number(one.id)),
    ))
      for (const credit of part.rows) credits.set(text(credit.company_id), credit)
    const users = new Map<string, Json>()
    const heads = [...new Set(found.rows.map(one => Number(one.super_user_id)))].filter(id => id > 0)
    for await (const part of among(session, customerSearch, 'entity_id', heads)) {
      remarks.push(...part.remarks)
      for (const user of part.rows) users.set(text(user.id), user)
    }
    yield {
      records: found.rows.map(company => {
        const user = users.get(text(company.super_user_id))
        return {
          website: keys.get(Number(user?.website_id)) ?? '',
          company,
          at: session.http.clock(),
          credit: credits.get(text(company.id)) ?? null,
          group: groups.get(text(company.customer_group_id)) ?? '',
          joined: text(user?.created_at),
        }
      }),
      total: found.total,
      remarks,
    }
  }
}

/** Days to pay, as names of groups tell them: "Trade net 30", "Handel 14 Tage netto", "60 days". */
const terms =
  /[\s,;:(–-]*\b(?:(?:net|netto)\s*(\d{1,3})(?:\s*(?:days|tage|d)\b)?|(\d{1,3})\s*(?:days|tage)(?:\s*(?:net|netto)\b)?)\)?/i

export function mapCompany({ website, company, credit, group, joined }: CompanyRecord, place: Place): Mapped {
  const { store, timezone, currency } = place.storeOf(website)
  const [whole = '', a, b] = terms.exec(group) ?? []
  const limit = known(credit?.credit_limit)
  const people = (place.facts.salesPeople ?? {}) as Readonly<Record<string, string>>
  const owner = text(company.sales_representative_id)
  return {
    rows: {
      accounts: [
        {
          store,
          account_id: text(company.id),
          name: text(company.company_name),
          segment: whole === '' ? group : group.replace(whole, '').trim(),
          owner: people[owner] ?? (Number(owner) > 0 ? `Sales representative ${owner}` : ''),
          country: text(company.country_id),
          payment_terms_days: a || b ? Number(a ?? b) : null,
          credit_limit: limit === null ? null : plain(limit),
          currency: text(credit?.currency_code) || currency,
          created_day: joined === '' ? null : clockOf(timezone, joined).day,
          // Kept hashed, an address tells no domain.
          domain: place.privacy ? null : domainOf(text(company.company_email)),
        },
      ],
    },
  }
}

/** A balance below zero is what the company owes; one above it was paid in advance. */
export function mapCredit({ at, website, company, credit }: CompanyRecord, place: Place): Mapped {
  const { store, timezone, currency } = place.storeOf(website)
  const balance = known(credit?.balance)
  if (balance === null) return { rows: {} }
  return {
    rows: {
      receivable_days: [
        {
          store,
          day: wallClock(timezone, at).day,
          account_id: text(company.id),
          owed: plain(balance.negated()),
          currency: text(credit?.currency_code) || currency,
        },
      ],
    },
  }
}
