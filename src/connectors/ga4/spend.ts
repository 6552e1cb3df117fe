import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { allocate } from '#kernel/money.ts'
import type { Batch, CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { ofDays } from './by-day.ts'
import { backOf, daysOf, replacedBy, stretches } from './days.ts'
import { type Read, readReport, request, type Table, type Wanted } from './report.ts'
import { count, money, named, plus, storesOf } from './rows.ts'
import type { ReportAnswer, Session } from './session.ts'

/** Cost goes with campaigns and their sources alone; with `date` it is refused, with months it is repeated in each. */
export const spend: Wanted = {
  label: 'advertising cost',
  dimensions: ['sessionCampaignName', 'sessionSourceMedium'],
  metrics: ['advertiserAdCost', 'advertiserAdClicks', 'advertiserAdImpressions'],
}

/** Where campaigns lead: cost itself cannot be split by host or channel. */
const routes: Wanted = {
  label: 'where campaigns lead',
  dimensions: ['sessionCampaignName', 'sessionSourceMedium', 'hostName', 'sessionDefaultChannelGroup'],
  metrics: ['sessions'],
}

/** The cost of a day, with what is known of where its campaigns led around that day. */
export interface SpendDay {
  day: Day
  /** Days whose rows go before those of this record and the ones after it come. */
  replaces: Day[]
  currency: string
  table: Table
  routes: Table
}

/** Reports the API answers in one request. */
const together = 5
const around = 28

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<SpendDay>> {
  const days = await daysOf(session, turn)
  if (!days) return
  if (!(await session.fits(spend.dimensions, spend.metrics))) return
  const { timezone } = await session.property()
  const total = daysBetween(days.from, days.to).length
  const led = await readReport(
    session,
    routes,
    [{ startDate: turn.history ? days.from : addDays(days.from, -around), endDate: days.to }],
    turn.history,
  )
  let first = true
  for (const { from, to } of stretches(days, together)) {
    const gone = replacedBy(days, { from, to }, first, turn.history)
    first = false
    const asked = daysBetween(from, to)
    const ranges = (day: Day) => [{ startDate: day, endDate: day }]
    const body = { requests: asked.map(day => request(spend, ranges(day), 0)) }
    const answer = (await session.ask(':batchRunReports', body, turn.history)) as { reports?: ReportAnswer[] }
    const records: SpendDay[] = []
    const remarks: string[] = []
    for (const [index, day] of asked.entries()) {
      const one: Read = await readReport(session, spend, ranges(day), turn.history, answer.reports?.[index])
      const { fields, rows, flags, currency } = one
      remarks.push(...one.remarks)
      const names = new Set(rows.map(row => row.slice(0, 2).join('\u0001')))
      records.push({
        day,
        replaces: index === 0 ? gone : [],
        currency,
        table: { fields, rows, flags },
        routes: { ...table(led), rows: led.rows.filter(row => names.has(row.slice(0, 2).join('\u0001'))) },
      })
    }
    yield { records, total, remarks, ...backOf(timezone, { from, to }, turn.history) }
  }
}

const table = ({ fields, rows, flags }: Read): Table => ({ fields, rows, flags })

/** The platform as files of its own name it; of others the source. Cost of others is in GA4 only where somebody imports it. */
const platformOf = (sourceMedium: string): string => {
  const source = sourceMedium.split(' / ')[0]?.trim().toLowerCase() ?? ''
  return source === 'google' ? 'google-ads' : source || '(not set)'
}

/** By campaign and source: sessions of each store, and the channel with the most. */
function leads(record: SpendDay, place: Place) {
  const found = new Map<string, { stores: Map<string, number>; channels: Map<string, number> }>()
  for (const { get } of named(record.routes)) {
    const key = `${get('sessionCampaignName')}\u0001${get('sessionSourceMedium')}`
    const lead = found.get(key) ?? { stores: new Map(), channels: new Map() }
    found.set(key, lead)
    const sessions = count(get('sessions'))
    const { store } = place.storeOf(get('hostName'))
    const channel = get('sessionDefaultChannelGroup')
    lead.stores.set(store, (lead.stores.get(store) ?? 0) + sessions)
    lead.channels.set(channel, (lead.channels.get(channel) ?? 0) + sessions)
  }
  return found
}

/** A campaign that led to several stores is shared among them by their sessions; one that led nowhere is the home's. */
function map(record: SpendDay, place: Place): Mapped {
  const { day, currency } = record
  const lead = leads(record, place)
  const rows = new Map<string, CanonicalRow>()
  const platforms = new Set(['google-ads'])
  for (const { get } of named(record.table)) {
    const [campaign, sourceMedium] = [get('sessionCampaignName'), get('sessionSourceMedium')]
    const cost = money(get('advertiserAdCost'))
    const [clicks, impressions] = [count(get('advertiserAdClicks')), count(get('advertiserAdImpressions'))]
    if (Number(cost) === 0 && clicks === 0 && impressions === 0) continue
    const platform = platformOf(sourceMedium)
    platforms.add(platform)
    const { stores, channels } = lead.get(`${campaign}\u0001${sourceMedium}`) ?? {
      stores: new Map<string, number>(),
      channels: new Map<string, number>(),
    }
    const shares =
      stores.size > 0 ? [...stores].sort(byName) : ([[place.home.store, 1]] as [string, number][])
    const weights = shares.map(([, sessions]) => String(sessions))
    const costs = allocate(cost, weights, currency)
    // Counts are shared in whole numbers: as coins of a currency that has no smaller ones.
    const [clicked, shown] = [clicks, impressions].map(n => allocate(String(n), weights, 'JPY'))
    const channel = [...channels].sort((a, b) => b[1] - a[1] || byName(a, b))[0]?.[0] ?? ''
    shares.forEach(([store], index) => {
      const key = [store, platform, channel, campaign].join('\u0001')
      const row: CanonicalRow = rows.get(key) ?? {
        store,
        day,
        platform,
        account: '',
        channel,
        campaign,
        country: '',
        cost: '0',
        impressions: 0,
        clicks: 0,
        currency,
      }
      rows.set(key, row)
      row.cost = plus(String(row.cost), costs[index] ?? '0')
      row.clicks = Number(row.clicks) + Number(clicked?.[index] ?? 0)
      row.impressions = Number(row.impressions) + Number(shown?.[index] ?? 0)
    })
  }
  return {
    gone: {
      spend_days: [...storesOf(place, []).keys()].flatMap(store =>
        [...platforms].flatMap(platform =>
          record.replaces.map(gone => ({ store, day: gone, platform, account: '' })),
        ),
      ),
    },
    rows: { spend_days: [...rows.values()] },
  }
}

const byName = ([a]: [string, number], [b]: [string, number]): number => (a < b ? -1 : a > b ? 1 : 0)

export const spendStream: Stream<Session, SpendDay> = {
  ...ofDays,
  name: 'spend',
  label: 'advertising cost',
  tables: ['spend_days'],
  every: 6 * 3_600_000,
  read,
  map,
}
