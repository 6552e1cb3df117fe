import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { crmCurrency, crmZone } from '../company/crm.ts'
import { pipelines } from '../company/crm-deals.ts'
import { crmOwners, formerSeller, ownerId } from '../company/crm-owners.ts'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { marketingRoutes } from './marketing.ts'
import { objectRoutes } from './objects.ts'
import { refuse, tooOften } from './refuse.ts'

const versions = ['2026-03', '2026-09']
/** Requests in ten seconds and in a day that the account's plan allows. */
const burst = 190
const daily = 625_000

/** Scopes a token may lack by themselves, by the name of the fault. */
const rights = new Map(
  ['companies', 'contacts', 'orders', 'line_items', 'owners'].map(what => [
    `no_${what}`,
    `crm.objects.${what}.read`,
  ]),
)

/** HubSpot, date-versioned: the business side of the company. */
export function hubspotSimulator(world: World): Simulator {
  const token = `pat-eu1-${createHash('sha256').update(`hubspot ${world.company.seed}`).digest('hex').slice(0, 32)}`
  const app = new Hono()
  let asked = 0
  const strikes = (fault: string) => world.faults.strikes('hubspot', fault)

  app.use('*', plainTrouble(world, 'hubspot'))
  app.use('*', async (context, next) => {
    if (strikes('http_502')) return context.html('<html>502 Bad Gateway</html>', 502)
    if (strikes('http_504')) return context.text('upstream request timeout', 504)
    if (strikes('locked_423'))
      return refuse(context, 423, 'LOCKED', 'The account is locked while it is changed.')
    if (strikes('migrating_477'))
      return new Response(JSON.stringify({ status: 'error', message: 'Migration in progress' }), {
        status: 477,
        headers: { 'content-type': 'application/json', 'retry-after': '30' },
      })
    const version = /\/(\d{4}-\d\d)(\/|$)/.exec(new URL(context.req.url).pathname)?.[1]
    if (!version || !versions.includes(version))
      return refuse(context, 404, 'OBJECT_NOT_FOUND', 'There is no such resource in this version.')
    const given = context.req.header('authorization')
    if (given !== `Bearer ${token}` || strikes('revoked'))
      return refuse(
        context,
        401,
        'INVALID_AUTHENTICATION',
        'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
      )
    if (strikes('missing_scope') || (strikes('no_campaigns') && context.req.path.includes('/campaigns/')))
      return refuse(
        context,
        403,
        'MISSING_SCOPES',
        'This app hasn’t been granted all required scopes to make this call.',
        {
          errors: [
            {
              message: 'One or more of the following scopes are required.',
              context: { requiredGranularScopes: ['marketing.campaigns.read'] },
            },
          ],
        },
      )
    for (const [fault, scope] of rights)
      if (context.req.path.split('/').includes(fault.slice(3)) && strikes(fault))
        return refuse(
          context,
          403,
          'MISSING_SCOPES',
          'This app hasn’t been granted all required scopes to make this call.',
          { errors: [{ message: 'A scope is required.', context: { requiredGranularScopes: [scope] } }] },
        )
    const searching = context.req.path.endsWith('/search')
    if (searching && strikes('secondly')) return tooOften(context, 'SECONDLY')
    if (strikes('ten_secondly')) return tooOften(context, 'TEN_SECONDLY_ROLLING')
    if (strikes('daily')) return tooOften(context, 'DAILY')
    asked += 1
    await next()
    // A search tells nothing of what is left.
    if (searching) return undefined
    const { headers } = context.res
    headers.set('x-hubspot-ratelimit-daily', String(daily))
    headers.set('x-hubspot-ratelimit-daily-remaining', String(Math.max(0, daily - asked)))
    headers.set('x-hubspot-ratelimit-interval-milliseconds', '10000')
    headers.set('x-hubspot-ratelimit-max', String(burst))
    headers.set('x-hubspot-ratelimit-remaining', String(burst - 1 - (asked % burst)))
    return undefined
  })

  app.get('/account-info/:version/details', context =>
    context.json({
      portalId: 4242,
      accountType: 'STANDARD',
      timeZone: crmZone,
      companyCurrency: crmCurrency,
      additionalCurrencies: ['EUR'],
      utcOffset: '+00:00',
      utcOffsetMilliseconds: 0,
      uiDomain: 'app-eu1.hubspot.com',
      dataHostingLocation: 'eu1',
    }),
  )
  app.get('/crm/owners/:version', context => {
    const former = context.req.query('archived') === 'true'
    const all = crmOwners.filter(name => (name === formerSeller) === former)
    // One to a page, so that pages are turned.
    const limit = Math.min(Number(context.req.query('limit') ?? 100), 2)
    const start = Number(context.req.query('after') ?? 0)
    const when = new Date(Date.parse(`${world.company.start}T09:00:00Z`)).toISOString()
    return context.json({
      results: all.slice(start, start + limit).map(name => {
        const [firstName = '', lastName = ''] = name.split(' ')
        const id = ownerId(name)
        return {
          id: String(id),
          email: `${name.toLowerCase().replace(' ', '.')}@larkfield.example`,
          type: 'PERSON',
          firstName,
          lastName,
          userId: id,
          userIdIncludingInactive: id,
          createdAt: when,
          updatedAt: when,
          archived: former,
        }
      }),
      ...(start + limit < all.length && { paging: { next: { after: String(start + limit), link: '' } } }),
    })
  })
  app.get('/crm/pipelines/:version/:type', context => {
    if (!['deals', '0-3'].includes(context.req.param('type')))
      return refuse(context, 404, 'OBJECT_NOT_FOUND', 'There are no pipelines of this type.')
    const when = '2023-01-09T09:00:00Z'
    return context.json({
      results: pipelines.map((pipeline, displayOrder) => ({
        id: pipeline.id,
        label: pipeline.label,
        displayOrder,
        archived: false,
        createdAt: when,
        updatedAt: when,
        stages: pipeline.stages.map((stage, order) => ({
          id: stage.id,
          label: stage.label,
          displayOrder: order,
          metadata: { isClosed: String(stage.state !== 'open'), probability: stage.probability },
          archived: false,
          createdAt: when,
          updatedAt: when,
          writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
        })),
      })),
    })
  })
  app.route('/', objectRoutes(world))
  app.route('/', marketingRoutes(world))
  app.all('*', context => refuse(context, 404, 'OBJECT_NOT_FOUND', 'There is no such resource.'))

  return {
    vendor: 'hubspot',
    app,
    connections: [{ label: 'Trade CRM', credentials: { token, base_url: `${world.url}/hubspot` } }],
    faults: [
      'http_502',
      'http_504',
      'locked_423',
      'migrating_477',
      'revoked',
      'missing_scope',
      'no_campaigns',
      ...rights.keys(),
      'secondly',
      'ten_secondly',
      'daily',
      'partial_207',
      'paged_associations',
      'search_lag',
      'duplicate_page',
      'reordered_page',
    ],
  }
}
