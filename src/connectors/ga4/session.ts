import type { Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Credentials, Quota, Reach } from '../connector.ts'
import { createHttp, type Http } from '../http.ts'
import { judge, type QuotaState, quotasOf, spare } from './manners.ts'
import { createTokens, serviceAccount } from './token.ts'

/** A report as it is asked for: names of the Data API. */
export interface ReportRequest {
  dimensions: { name: string }[]
  metrics: { name: string }[]
  dateRanges: { startDate: Day; endDate: Day; name?: string }[]
  dimensionFilter?: { filter: { fieldName: string; inListFilter: { values: string[] } } }
  orderBys?: { dimension: { dimensionName: string }; desc?: boolean }[]
  limit: string
  offset: string
  keepEmptyRows: false
  returnPropertyQuota: true
}

/** A page of a report. `rows` and `rowCount` are absent where there are none. */
export interface ReportAnswer {
  dimensionHeaders?: { name?: string }[]
  metricHeaders?: { name?: string; type?: string }[]
  rows?: { dimensionValues?: { value?: string }[]; metricValues?: { value?: string }[] }[]
  rowCount?: number
  metadata?: {
    currencyCode?: string
    timeZone?: string
    dataLossFromOtherRow?: boolean
    samplingMetadatas?: { samplesReadCount?: string; samplingSpaceSize?: string }[]
    subjectToThresholding?: boolean
    dataTruncationReasons?: unknown[]
    schemaRestrictionResponse?: {
      activeMetricRestrictions?: { metricName?: string; restrictedMetricTypes?: string[] }[]
    }
  }
  propertyQuota?: QuotaState
}

/** The property as it counts. */
export interface Property {
  timezone: string
  currency: string
  /** First day it has sessions on; null where it has none at all. */
  firstDay: Day | null
}

export interface Session {
  http: Http
  reach: Reach
  propertyId: string
  email: string
  /** Asks the Data API. `history`: leave quota to fresh days. @throws Failure, or Postponed before a quota is gone. */
  ask(call: string, body: object | null, history: boolean): Promise<unknown>
  /** Asked once. */
  property(): Promise<Property>
  /** Whether dimensions and metrics may stand in one report of this property; each set is asked once. */
  fits(dimensions: readonly string[], metrics: readonly string[]): Promise<boolean>
  /** Days a report may be asked for together, by its label, where more came sampled or cut short. */
  together: Map<string, number>
  quotas(): Quota[]
}

const earliest: Day = '2015-08-14'

/** @throws Failure('invalid') naming a field that is missing or malformed. */
export function openSession(credentials: Credentials, reach: Reach): Session {
  const propertyId = (credentials.property ?? '').trim().replace(/^properties\//, '')
  if (!/^\d+$/.test(propertyId))
    throw invalid(
      'The property id (property) is missing or not a number.',
      'Google Analytics → Admin → Property details: the number at the top right. A measurement id (G-…) is another thing.',
    )
  const account = serviceAccount(credentials)
  const given = credentials.base_url?.replace(/\/+$/, '')
  const tokens = createTokens(reach, account, given ?? 'https://oauth2.googleapis.com')
  const http: Http = createHttp(reach, {
    vendor: 'Google Analytics',
    hosts: ['analyticsdata.googleapis.com'],
    // Google counts its own faults against the property: ten an hour and it is closed.
    tries: 3,
    judge: (answer, now) => judge(answer, now, () => http.clock(), account.email),
    sign: async () => ({ authorization: `Bearer ${await tokens.token()}` }),
    renew: async () => tokens.drop(),
  })
  const base = `${given ?? 'https://analyticsdata.googleapis.com'}/v1beta/properties/${propertyId}`
  let quota: QuotaState | null = null
  let known: Promise<Property> | null = null
  const fitting = new Map<string, Promise<boolean>>()
  const session: Session = {
    together: new Map(),
    quotas: () => quotasOf(quota),
    http,
    reach,
    propertyId,
    email: account.email,
    async ask(call, body, history) {
      spare(quota, history, http.clock(), reach.now())
      const answer = await http.ask(
        body === null
          ? { url: `${base}${call}` }
          : {
              method: 'POST',
              url: `${base}${call}`,
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(body),
              timeout: 120_000,
            },
      )
      const reports = [answer.json, ...((answer.json as { reports?: unknown[] }).reports ?? [])]
      for (const one of reports) quota = (one as ReportAnswer).propertyQuota ?? quota
      return answer.json
    },
    property() {
      known ??= probe(session)
      return known
    },
    fits(dimensions, metrics) {
      const key = [...dimensions, '|', ...metrics].join()
      const found = fitting.get(key) ?? compatible(session, dimensions, metrics)
      fitting.set(key, found)
      return found
    },
  }
  return session
}

/** The first day that has sessions: proves the credentials, and tells the zone and the currency beside it. */
async function probe(session: Session): Promise<Property> {
  const answer = (await session.ask(
    ':runReport',
    {
      dimensions: [{ name: 'date' }],
      metrics: [{ name: 'sessions' }],
      dateRanges: [{ startDate: earliest, endDate: 'today' }],
      orderBys: [{ dimension: { dimensionName: 'date' } }],
      limit: '1',
      offset: '0',
      keepEmptyRows: false,
      returnPropertyQuota: true,
    },
    false,
  )) as ReportAnswer
  const { timeZone, currencyCode } = answer.metadata ?? {}
  if (!timeZone)
    throw new Failure('unavailable', 'Google Analytics does not tell the time zone of the property.', {
      next: 'Try again; if it stays so, check the property in Google Analytics → Admin → Property details.',
    })
  const first = answer.rows?.[0]?.dimensionValues?.[0]?.value ?? ''
  return {
    timezone: timeZone,
    currency: currencyCode ?? 'USD',
    firstDay: /^\d{8}$/.test(first) ? `${first.slice(0, 4)}-${first.slice(4, 6)}-${first.slice(6)}` : null,
  }
}

interface Compatibilities {
  dimensionCompatibilities?: { compatibility?: string; dimensionMetadata?: { apiName?: string } }[]
  metricCompatibilities?: { compatibility?: string; metricMetadata?: { apiName?: string } }[]
}

/** The API fails where the names do not go together, and lists what may be added where they do. */
async function compatible(
  session: Session,
  dimensions: readonly string[],
  metrics: readonly string[],
): Promise<boolean> {
  const body = {
    dimensions: dimensions.map(name => ({ name })),
    metrics: metrics.map(name => ({ name })),
    compatibilityFilter: 'COMPATIBLE',
  }
  try {
    const answer = (await session.ask(':checkCompatibility', body, false)) as Compatibilities
    const listed = new Set([
      ...(answer.dimensionCompatibilities ?? []).map(one => one.dimensionMetadata?.apiName),
      ...(answer.metricCompatibilities ?? []).map(one => one.metricMetadata?.apiName),
    ])
    return [...dimensions, ...metrics].every(name => listed.has(name))
  } catch (error) {
    if (error instanceof Failure && error.details?.reason === 'INVALID_ARGUMENT') return false
    throw error
  }
}
