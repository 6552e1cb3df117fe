import { Failure } from '#kernel/error.ts'
import { exact, sum } from '#kernel/money.ts'
import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { unlessGone } from '../http.ts'
import { get, pages, type Session, version } from './session.ts'
import { instantOf } from './values.ts'

interface Item {
  id: string
  name?: string | null
  amount: number | string
  createdAt: number | string
}
interface Totals {
  spendItems?: Item[] | null
  budgetItems?: Item[] | null
  currencyCode?: string | null
}

/** A campaign with its plan and its bills. */
export interface CampaignRecord {
  id: string
  name: string
  from: string | null
  to: string | null
  totals: Totals
}

/** What a campaign cost, each bill on the day it was entered. Pure. */
export function mapCampaign({ id, name, totals }: CampaignRecord, place: Place): Mapped {
  const { store, currency, timezone } = place.home
  const days = new Map<string, string>()
  for (const { amount, createdAt } of totals.spendItems ?? []) {
    const at = instantOf(String(createdAt))
    if (at === null) throw new Error(`A bill of campaign ${id} has no day.`)
    const { day } = wallClock(timezone, at)
    days.set(day, sum([days.get(day) ?? '0', exact(String(amount)).toFixed(4)]) ?? '0')
  }
  return {
    rows: {
      spend_days: [...days].map(
        ([day, cost]): CanonicalRow => ({
          store,
          day,
          platform: 'hubspot',
          account: '',
          channel: '',
          campaign: name,
          country: '',
          cost,
          impressions: null,
          clicks: null,
          conversions: null,
          conversion_value: null,
          currency: totals.currencyCode || currency,
        }),
      ),
    },
  }
}

/** Names whose reading needs no right of its own; one that may not be read refuses the whole list. */
const properties =
  'hs_name,hs_start_date,hs_end_date,hs_utm,hs_budget_items_sum_amount,hs_spend_items_sum_amount,hs_currency_code'

export const campaigns: Stream<Session, CampaignRecord> = {
  name: 'campaigns',
  label: 'Campaigns',
  kind: 'snapshot',
  tables: ['spend_days'],
  every: 6 * 3_600_000,
  whole: true,
  async *read(session) {
    const seen = new Set<string>()
    try {
      for await (const page of pages<{ id: string; properties: Record<string, string | null> }>(
        session,
        `/marketing/campaigns/${version}`,
        { limit: '50', properties },
      ))
        for (const { id, properties: own } of page.results) {
          if (seen.has(id)) continue
          seen.add(id)
          const totals = await unlessGone(
            get<Totals>(session, `/marketing/campaigns/${version}/${id}/budget/totals`),
          )
          if (!totals) continue
          const name = own.hs_name || id
          yield {
            records: [{ id, name, from: own.hs_start_date ?? null, to: own.hs_end_date ?? null, totals }],
          }
        }
    } catch (error) {
      if (error instanceof Failure && error.code === 'forbidden')
        throw new Failure('forbidden', `Campaigns cannot be read: ${error.message}`, {
          next: 'Grant marketing.campaigns.read (it comes with Marketing Hub Professional), or leave campaigns out.',
        })
      throw error
    }
  },
  map: mapCampaign,
}
