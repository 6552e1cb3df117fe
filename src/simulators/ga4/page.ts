import type { Company } from '../company/company.ts'
import { property } from '../company/traffic-ways.ts'
import type { Numbers } from './base-rows.ts'
import type { Ga4Fault } from './index.ts'
import { figure, group, Refusal, type Report, type ReportRequest, type ReportRow } from './report.ts'
import { metrics } from './schema.ts'

const most = 250_000
/** Rows beyond these are lost in `(other)` where that is asked for; days apart keep theirs. */
const room = 60

/** One page of a report as the API answers it, with the flags that say how far it may be trusted. @throws Refusal */
export function pageOf(
  company: Company,
  report: Report,
  request: ReportRequest,
  strikes: (fault: Ga4Fault) => boolean,
): object {
  const { dims, mets, days } = report
  let { rows } = report
  const several = days > 1
  const other = strikes(several ? 'other_row' : 'other_row_days') && rows.length > room && dims.length > 0
  if (other) rows = folded(rows, dims)
  const sampled = strikes(several ? 'sampled' : 'sampled_days')
  if (sampled) rows = rows.map(thinned)
  const hidden = strikes('thresholded')
  if (hidden) rows = rows.filter(row => (row.n.sessions ?? 9) > 2)
  if (strikes('no_rows')) rows = []
  const limit = numberOf(request.limit, 10_000)
  const offset = numberOf(request.offset, 0)
  if (limit > most || limit < 1) throw new Refusal(`The limit must be from 1 to ${most}.`)
  const asked = strikes('short_pages') ? Math.min(limit, 50) : limit
  const from = offset > 0 && strikes('repeated_page') ? Math.max(0, offset - asked) : offset
  const page = rows.slice(from, from + asked)
  const total = rows.length + (offset > 0 && strikes('changed_total') ? 3 : 0)
  return {
    dimensionHeaders: dims.map(name => ({ name })),
    metricHeaders: mets.map(name => ({
      name,
      type: metrics.find(one => one.name === name)?.type ?? 'TYPE_INTEGER',
    })),
    ...(page.length > 0 && {
      rows: page.map(row => ({
        dimensionValues: row.dims.map(value => ({ value })),
        metricValues: mets.map(name => ({ value: figure(company, name, row.n) })),
      })),
    }),
    ...(total > 0 && { rowCount: total }),
    ...(request.metricAggregations && { totals: [{}] }),
    metadata: {
      currencyCode: property.currency,
      timeZone: property.timezone,
      ...(other && { dataLossFromOtherRow: true }),
      ...(sampled && {
        samplingMetadatas: [{ samplesReadCount: '10000000', samplingSpaceSize: '38000000' }],
      }),
      ...(hidden && { subjectToThresholding: true }),
    },
    kind: 'analyticsData#runReport',
  }
}

/** Rare rows of a day folded into one whose dimensions are `(other)`; its date stays. */
function folded(rows: readonly ReportRow[], dims: readonly string[]): ReportRow[] {
  const groups = new Map<string, ReportRow>()
  const ranked = [...rows].sort((a, b) => (b.n.sessions ?? 0) - (a.n.sessions ?? 0))
  ranked.forEach((row, index) => {
    const values =
      index < room ? row.dims : row.dims.map((value, n) => (dims[n] === 'date' ? value : '(other)'))
    group(groups, values, row.n, Object.keys(row.n))
  })
  return [...groups.values()]
}

/** Numbers as a sample gives them: near, in round steps. */
const thinned = (row: ReportRow): ReportRow => ({
  dims: row.dims,
  n: Object.fromEntries(Object.entries(row.n).map(([name, n]) => [name, Math.round(n / 4) * 4])) as Numbers,
})

function numberOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d+$/.test(String(text))) throw new Refusal(`Invalid value (TYPE_INT64), "${text}"`)
  return Number(text)
}
