import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { type Page, paged } from './by-id.ts'
import type { CompanyRecord } from './companies.ts'
import * as documents from './documents.ts'
import { decimal, type Fixed, fixed } from './fixed.ts'
import { numberOf } from './order-map.ts'
import { about, type Session } from './session.ts'

/** An order that is not paid in full, and which company it is of: none where a customer bought. */
export interface OpenOrder {
  id: string
  purchasingEntity?: { company?: { id: string } | null } | null
  /** Not yet transacted; below zero is owed to the customer. */
  totalOutstandingSet?: { shopMoney: { amount: string; currencyCode: string } } | null
}

/** What a company owes as it stands at a reading. */
export interface OwedRecord {
  /** ms UTC by the vendor's clock. */
  at: number
  company: string
  owed: string
  currency: string
}

/** States in which an order is owed; each is a question of its own. An authorised payment only waits to be taken. */
const owing = ['pending', 'partially_paid']

/** What is outstanding of companies' orders, as it stands at each reading: the vendor tells no amount of an earlier day. */
export const receivableStream: Stream<Session, OwedRecord> = {
  name: 'receivables',
  label: 'Open orders of B2B companies',
  kind: 'snapshot',
  tables: ['receivable_days'],
  every: 12 * 3_600_000,
  async *read(session) {
    const { companies, currency } = await about(session)
    if (!companies) return
    const open = new Map<string, Fixed>()
    // An order that changes its state in between is told twice.
    const seen = new Set<string>()
    type Orders = { orders: Page<OpenOrder> }
    for (const state of owing)
      for await (const orders of paged(
        session,
        documents.openOrders,
        { query: `financial_status:${state}` },
        data => (data as unknown as Orders).orders,
      ))
        owedBy(
          orders.filter(one => !seen.has(one.id) && seen.add(one.id)),
          open,
        )
    type Answer = { companies: Page<CompanyRecord> }
    for await (const page of paged(
      session,
      documents.companyTerms,
      {},
      data => (data as unknown as Answer).companies,
    ))
      yield {
        records: page
          // Who may pay later owes nothing today rather than not being known; who pays at once is in no ledger of debts.
          .filter(one => open.has(one.id) || onTerms(one))
          .map(one => ({
            at: session.http.clock(),
            company: one.id,
            owed: decimal(open.get(one.id) ?? 0),
            currency,
          })),
      }
  },
  map: mapOwed,
}

/** Adds what is outstanding of orders to what their companies owe; orders of customers are left out. */
export function owedBy(orders: readonly OpenOrder[], open: Map<string, Fixed>): void {
  for (const { purchasingEntity, totalOutstandingSet } of orders) {
    const company = purchasingEntity?.company?.id
    if (company)
      open.set(company, (open.get(company) ?? 0) + fixed(totalOutstandingSet?.shopMoney.amount ?? '0'))
  }
}

const onTerms = ({ locations }: CompanyRecord): boolean =>
  (locations?.nodes ?? []).some(
    one => (one.buyerExperienceConfiguration?.paymentTermsTemplate ?? null) !== null,
  )

export function mapOwed({ at, company, owed, currency }: OwedRecord, { home }: Place): Mapped {
  return {
    rows: {
      receivable_days: [
        {
          store: home.store,
          day: wallClock(home.timezone, at).day,
          account_id: numberOf(company),
          owed,
          currency,
        },
      ],
    },
  }
}
