import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { localDay } from '../company/stores.ts'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { given, refused } from './answer.ts'
import { assetRoutes } from './assets.ts'
import { bulkRoutes } from './bulk.ts'
import { restRoutes } from './rest.ts'

const apiUser = 'quarterdeck@larkfield.example'
/** Another programme of the customer's shares the calls of the day. */
const otherUser = 'warehouse@larkfield.example'
const dailyCalls = 50_000
const centralTime = 'America/Chicago'
const life = 3_600_000

const bodyFaults: Readonly<Record<string, [code: string, message: string]>> = {
  access_603: ['603', 'Access denied'],
  timeout_604: ['604', 'Request timed out'],
  rate_606: ['606', "Max rate limit '100' exceeded with in '20' secs"],
  quota_607: ['607', 'Daily API quota reached'],
  unavailable_608: ['608', 'API Temporarily Unavailable'],
  system_611: ['611', 'System error'],
  concurrency_615: ['615', "Concurrent access limit '10' has been reached"],
  transient_713: ['713', 'Transient error'],
}

/** Marketo Engage: the letters to customers of the shops. */
export function marketoSimulator(world: World): Simulator {
  const secretOf = (what: string) =>
    createHash('sha256').update(`marketo ${what} ${world.company.seed}`).digest('hex').slice(0, 32)
  const credentials = { client_id: secretOf('id'), client_secret: secretOf('secret') }
  let issued = 0
  let token: { text: string; until: number } | null = null
  const strikes = (fault: string) => world.faults.strikes('marketo', fault)
  const calls = new Map<string, number>()
  const today = () => localDay(centralTime, world.now())

  const app = new Hono()
  app.use('*', plainTrouble(world, 'marketo'))

  const identity = (context: Context) => {
    const { client_id, client_secret, grant_type } = context.req.query()
    if (grant_type !== 'client_credentials')
      return context.json(
        { error: 'unsupported_grant_type', error_description: `Unsupported grant type: ${grant_type}` },
        400,
      )
    if (client_id !== credentials.client_id)
      return context.json(
        { error: 'invalid_client', error_description: `No client with requested id: ${client_id}` },
        401,
      )
    if (client_secret !== credentials.client_secret)
      return context.json({ error: 'unauthorized', error_description: 'Bad client credentials' }, 401)
    const now = world.now()
    // The same token comes back, with what is left of its life.
    if (!token || token.until <= now)
      token = { text: `${secretOf(`token ${issued++}`)}:int`, until: now + life - 1000 }
    return context.json({
      access_token: token.text,
      token_type: 'bearer',
      expires_in: Math.floor((token.until - now) / 1000),
      scope: apiUser,
    })
  }
  app.get('/identity/oauth/token', identity)
  app.post('/identity/oauth/token', identity)

  app.use('*', async (context, next) => {
    if (context.req.path.endsWith('/identity/oauth/token')) return next()
    if (strikes('http_502')) return context.html('<html>502 Bad Gateway</html>', 502)
    if (
      context.req.url.length > 8192 ||
      (context.req.method === 'GET' && context.req.path.endsWith('/leads.json') && strikes('uri_414'))
    )
      return context.text('Request-URI Too Long', 414)
    if (context.req.query('access_token'))
      return refused(context, '600', 'Access token is given in the header')
    if (strikes('token_602')) {
      token = null
      return refused(context, '602', 'Access token expired')
    }
    if (strikes('token_601')) {
      token = null
      return refused(context, '601', 'Access token invalid')
    }
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1]
    if (!token || bearer !== token.text) return refused(context, '601', 'Access token invalid')
    if (token.until <= world.now()) return refused(context, '602', 'Access token expired')
    const used = calls.get(today()) ?? 0
    if (used >= dailyCalls) return refused(context, '607', 'Daily API quota reached')
    calls.set(today(), used + 1)
    for (const [fault, [code, message]] of Object.entries(bodyFaults))
      if (strikes(fault)) return refused(context, code, message)
    return next()
  })
  app.get('/rest/v1/stats/usage.json', context => {
    const own = calls.get(today()) ?? 0
    return given(context, {
      result: [
        {
          date: today(),
          total: own + 1200,
          users: [
            { userId: otherUser, count: 1200 },
            { userId: apiUser, count: own },
          ],
        },
      ],
    })
  })
  app.route('/', restRoutes(world))
  app.route('/', assetRoutes(world))
  app.route('/', bulkRoutes(world))
  app.all('*', context => refused(context, '610', 'Requested resource not found'))

  return {
    vendor: 'marketo',
    app,
    connections: [
      { label: 'Customer letters', credentials: { ...credentials, base_url: `${world.url}/marketo` } },
    ],
    faults: [
      ...Object.keys(bodyFaults),
      'http_502',
      'uri_414',
      'token_601',
      'token_602',
      'bulk_quota',
      'bulk_full',
      'bulk_slow',
      'bulk_failed',
      'bulk_cancelled',
      'file_404',
      'file_short',
    ],
  }
}
