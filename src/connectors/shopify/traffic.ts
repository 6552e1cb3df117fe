import { addDays, earlier } from '#kernel/day.ts'
import { dayAt } from '#kernel/zone.ts'
import type { SourceTotal, Stream } from '../connector.ts'
import { type ReportRow, report } from './report.ts'
import { without } from './scopes.ts'
import { about, type Session } from './session.ts'

const regions = new Intl.DisplayNames('en', { type: 'region' })
let codes: Map<string, string> | undefined

/** Reports name countries in English; the ledger has their codes. What has none stays as it is. */
export function countryCode(name: string): string {
  if (!codes) {
    codes = new Map()
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    for (const a of letters)
      for (const b of letters) {
        const found = regions.of(a + b)
        // The first code of a name is the living one but for a few that were renamed: later ones do not replace it.
        if (found && found !== a + b && !codes.has(found)) codes.set(found, a + b)
      }
    for (const [other, code] of [
      ['United Kingdom', 'GB'],
      ['Germany', 'DE'],
      ['Vietnam', 'VN'],
      ['Serbia', 'RS'],
    ] as const)
      codes.set(other, code)
  }
  return codes.get(name) ?? name
}

const columns = {
  sessions: 'sessions',
  cart_sessions: 'sessions_with_cart_additions',
  checkout_sessions: 'sessions_that_reached_checkout',
  completed_sessions: 'sessions_that_completed_checkout',
} as const

/** The shop's own count of sessions and its checkout funnel, by country and device, of days that are over. */
export const trafficStream: Stream<Session, ReportRow> = {
  name: 'traffic',
  label: 'Sessions',
  kind: 'window',
  tables: ['traffic_days'],
  every: 3 * 3_600_000,
  // Sessions are counted for a while after their day is over.
  overlap: 2 * 86_400_000,
  slice: 366 * 86_400_000,
  async *read(session, { from, to }) {
    const { scopes, timezone } = await about(session)
    if (!scopes.has('read_reports')) return yield* without('read_reports')
    const until = earlier(dayAt(timezone, to), addDays(dayAt(timezone, session.http.clock()), -1))
    const since = dayAt(timezone, from)
    if (since > until) return
    const shown = Object.values(columns).join(', ')
    for await (const records of report(
      session,
      `FROM sessions SHOW ${shown} WHERE human_or_bot_session = 'human' GROUP BY day, session_country, session_device_type SINCE ${since} UNTIL ${until} ORDER BY day ASC, session_country ASC, session_device_type ASC`,
    ))
      yield { records }
  },
  map(row, { home }) {
    const counts = Object.fromEntries(
      Object.entries(columns).map(([own, theirs]) => [own, String(row[theirs] ?? 0)]),
    )
    return {
      rows: {
        traffic_days: [
          {
            store: home.store,
            day: String(row.day).slice(0, 10),
            origin: 'shopify',
            channel: '',
            campaign: '',
            device: String(row.session_device_type ?? ''),
            country: countryCode(String(row.session_country ?? '')),
            landing_page: '',
            sessions: counts.sessions ?? '0',
            ...counts,
            currency: home.currency,
            quality: '',
          },
        ],
      },
    }
  },
}

/** Metrics by the names they have here; the vendor's reports call them the same. */
const metrics = [
  'gross_sales',
  'discounts',
  'sales_reversals',
  'net_sales',
  'shipping_charges',
  'taxes',
  'duties',
  'total_sales',
  'orders',
]

/** The shop's own totals by day. A day on which nothing happened has zeros. */
export async function* totals(
  session: Session,
  range: { from: string; to: string },
): AsyncGenerator<SourceTotal> {
  const { scopes } = await about(session)
  if (!scopes.has('read_reports')) return
  const question = `FROM sales SHOW ${metrics.join(', ')} TIMESERIES day SINCE ${range.from} UNTIL ${range.to} ORDER BY day ASC`
  for await (const rows of report(session, question))
    for (const row of rows)
      yield {
        shop: session.shop,
        day: String(row.day).slice(0, 10),
        values: Object.fromEntries(metrics.map(name => [name, String(row[name] ?? '0')])),
      }
}
