import { type Context, Hono } from 'hono'
import { property } from '../company/traffic-ways.ts'
import { plainFaults, plainTrouble, type Simulator, type World } from '../world.ts'
import { serviceKey, tokenHolds, tokenUntil, wrongWith } from './key.ts'
import { pageOf } from './page.ts'
import { createQuota, exhausted } from './quota.ts'
import { checked, Refusal, type ReportRequest, runReport } from './report.ts'
import { dimensions, goTogether, metrics } from './schema.ts'

export const ga4Faults = [
  ...plainFaults,
  'invalid_grant',
  'token_revoked',
  'permission',
  'api_disabled',
  'quota_concurrent',
  'quota_day',
  'quota_hour',
  'quota_project_hour',
  'quota_server_errors',
  'quota_thresholded',
  'quota_low',
  'internal',
  'sampled',
  'sampled_days',
  'other_row',
  'other_row_days',
  'thresholded',
  'no_rows',
  'short_pages',
  'changed_total',
  'repeated_page',
  'no_cost',
  'no_events',
  'no_item_hosts',
] as const
export type Ga4Fault = (typeof ga4Faults)[number]

/** Members each request may have; Google refuses any other. */
const known = {
  report: [
    'property',
    'dimensions',
    'metrics',
    'dateRanges',
    'dimensionFilter',
    'metricFilter',
    'offset',
    'limit',
    'metricAggregations',
    'orderBys',
    'currencyCode',
    'cohortSpec',
    'keepEmptyRows',
    'returnPropertyQuota',
    'comparisons',
  ],
  batch: ['requests'],
  compatibility: ['dimensions', 'metrics', 'dimensionFilter', 'metricFilter', 'compatibilityFilter'],
}

const statuses = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
} as const

const no = (context: Context, status: keyof typeof statuses, message: string) =>
  context.json({ error: { code: statuses[status], message, status } }, statuses[status])

/** Google Analytics' Data API with its token server, for the one property of the company. */
export function ga4Simulator(world: World): Simulator {
  const { company, faults } = world
  const key = serviceKey(company.seed)
  const quota = createQuota()
  const strikes = (fault: Ga4Fault) => faults.strikes('ga4', fault)
  /** Pairs this property refuses besides those all refuse. */
  const without = () =>
    new Set([
      ...(faults.armed()['ga4:no_events'] ? ['eventName+sessions'] : []),
      ...(faults.armed()['ga4:no_item_hosts'] ? ['hostName+itemsViewed'] : []),
    ])
  const app = new Hono()
  app.use(plainTrouble(world, 'ga4'))

  app.post('/token', async context => {
    const form = new URLSearchParams(await context.req.text())
    const deny = (error: string, error_description: string) => context.json({ error, error_description }, 400)
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return deny('unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`)
    const wrong = wrongWith(form.get('assertion') ?? '', key, world.now())
    if (wrong || strikes('invalid_grant')) return deny('invalid_grant', wrong ?? 'Invalid JWT Signature.')
    return context.json({
      access_token: tokenUntil(company.seed, world.now() + 3_599_000),
      expires_in: 3599,
      token_type: 'Bearer',
    })
  })

  app.use('/v1beta/*', async (context, next) => {
    const token = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
    if (!tokenHolds(company.seed, token, world.now()) || strikes('token_revoked'))
      return no(
        context,
        'UNAUTHENTICATED',
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
      )
    if (strikes('api_disabled'))
      return no(
        context,
        'PERMISSION_DENIED',
        'Google Analytics Data API has not been used in project 123456789 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=123456789 then retry.',
      )
    const id = /^\/v1beta\/properties\/(\d+)/.exec(
      context.req.path.slice(context.req.path.indexOf('/v1beta')),
    )?.[1]
    if (id !== property.id || strikes('permission'))
      return no(
        context,
        'PERMISSION_DENIED',
        'User does not have sufficient permissions for this property. To learn more about Property ID, see https://developers.google.com/analytics/devguides/reporting/data/v1/property-id.',
      )
    for (const [fault, which] of [
      ['quota_concurrent', 'concurrentRequests'],
      ['quota_day', 'tokensPerDay'],
      ['quota_hour', 'tokensPerHour'],
      ['quota_project_hour', 'tokensPerProjectPerHour'],
      ['quota_server_errors', 'serverErrorsPerProjectPerHour'],
      ['quota_thresholded', 'potentiallyThresholdedRequestsPerHour'],
    ] as const)
      if (strikes(fault)) return no(context, 'RESOURCE_EXHAUSTED', exhausted[which])
    if (strikes('internal')) return no(context, 'INTERNAL', 'Internal error encountered.')
    await next()
    return undefined
  })

  app.get(`/v1beta/properties/${property.id}/metadata`, context =>
    context.json({
      name: `properties/${property.id}/metadata`,
      dimensions: dimensions.map(dimensionFacts),
      metrics: metrics.map(one => metricFacts(one, faults.armed()['ga4:no_cost'] !== undefined)),
    }),
  )

  app.post('/v1beta/properties/:call', async context => {
    const call = context.req.param('call').split(':')[1] ?? ''
    const body: unknown = await context.req.json().catch(() => null)
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return no(context, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unexpected end of string.')
    const names = {
      runReport: known.report,
      batchRunReports: known.batch,
      checkCompatibility: known.compatibility,
    }[call]
    if (!names) return context.html('<html><title>Error 404 (Not Found)!!1</title></html>', 404)
    const parts = call === 'batchRunReports' ? ((body as { requests?: object[] }).requests ?? []) : []
    const odd =
      Object.keys(body).find(name => !names.includes(name)) ??
      parts.flatMap(one => Object.keys(one)).find(name => !known.report.includes(name))
    if (odd !== undefined)
      return no(
        context,
        'INVALID_ARGUMENT',
        `Invalid JSON payload received. Unknown name "${odd}": Cannot find field.`,
      )
    quota.running += 1
    try {
      const now = world.now()
      if (strikes('quota_low')) quota.leave(now, 3)
      const gone = quota.gone(now)
      if (gone) return no(context, 'RESOURCE_EXHAUSTED', exhausted[gone])
      if (call === 'checkCompatibility') return context.json(compatible(body as ReportRequest, without()))
      const requests = (call === 'batchRunReports' ? parts : [body]) as ReportRequest[]
      if (requests.length > 5) throw new Refusal('Batch requests are limited to 5 requests.')
      const reports = requests.map(request => {
        const report = runReport(company, now, request, without())
        const tokens = 1 + Math.ceil(report.rows.length / 2500)
        quota.take(now, tokens)
        const own = request.returnPropertyQuota ? { propertyQuota: quota.state(now, tokens) } : {}
        return { ...pageOf(company, report, request, strikes), ...own }
      })
      return call === 'runReport'
        ? context.json(reports[0] ?? {})
        : context.json({ reports, kind: 'analyticsData#batchRunReports' })
    } catch (error) {
      if (error instanceof Refusal) return no(context, 'INVALID_ARGUMENT', error.message)
      throw error
    } finally {
      quota.running -= 1
    }
  })

  const account = {
    type: 'service_account',
    project_id: 'larkfield-analytics',
    private_key_id: key.id,
    private_key: key.private,
    client_email: key.email,
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  return {
    vendor: 'ga4',
    app,
    connections: [
      { label: 'Larkfield', credentials: { property: property.id, key_file: JSON.stringify(account) } },
    ],
    faults: ga4Faults,
  }
}

const dimensionFacts = ({ name, label, category }: (typeof dimensions)[number]) => ({
  apiName: name,
  uiName: label,
  category,
})
const metricFacts = ({ name, label, category, type, scope }: (typeof metrics)[number], noCost: boolean) => ({
  apiName: name,
  uiName: label,
  category,
  type,
  ...(scope === 'ad' && noCost && { blockedReasons: ['NO_COST_METRICS'] }),
})

/** What may be added to a request, as the API tells it. @throws Refusal where the request itself does not hold together. */
function compatible(
  request: ReportRequest & { compatibilityFilter?: string },
  without: ReadonlySet<string>,
): object {
  const { dims, mets } = checked(request, without)
  const fits = (name: string) => [...dims, ...mets].every(other => goTogether(name, other, without))
  const shown = (name: string) => {
    const compatibility = fits(name) ? 'COMPATIBLE' : 'INCOMPATIBLE'
    const { compatibilityFilter: only } = request
    return only && only !== 'COMPATIBILITY_UNSPECIFIED' && only !== compatibility ? [] : [compatibility]
  }
  return {
    dimensionCompatibilities: dimensions.flatMap(one =>
      shown(one.name).map(compatibility => ({ dimensionMetadata: dimensionFacts(one), compatibility })),
    ),
    metricCompatibilities: metrics.flatMap(one =>
      shown(one.name).map(compatibility => ({ metricMetadata: metricFacts(one, false), compatibility })),
    ),
  }
}
