import { type Context, Hono } from 'hono'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { answer } from './answer.ts'
import { signatureOf } from './bulk.ts'
import { createDesk, type Desk, grant } from './desk.ts'
import { tellShop } from './hooks.ts'
import { gid } from './ids.ts'
import { answering } from './versions.ts'

const faults = [
  'throttled',
  'internal_error',
  'token_expired',
  'token_revoked',
  'shop_not_permitted',
  'frozen',
  'locked',
  'forbidden',
  'fall_forward',
  'bulk_busy',
  'bulk_failed',
  'bulk_expired',
  'bulk_canceled',
  'file_gone',
  'no_protected_data',
  'no_read_all_orders',
  'no_read_customers',
  'no_read_returns',
  'no_read_reports',
  'no_read_inventory',
  'no_read_locations',
] as const

/**
 * Shopify's Admin GraphQL of version 2026-10, for the company's three shops. With one address for all, a shop is known by
 * its client or its token. What is not answered says so: paging backwards, OR in searches, most mutations.
 */
export function shopifySimulator(world: World): Simulator {
  const desks = world.company.shops.map(shop => createDesk(world, shop))
  const strikes = (fault: (typeof faults)[number]) => world.faults.strikes('shopify', fault)
  const app = new Hono()
  app.use(plainTrouble(world, 'shopify'))

  app.post('/admin/oauth/access_token', async context => {
    const form = await formOf(context)
    const desk = desks.find(one => one.clientId === form.client_id)
    if (!desk || form.client_secret !== desk.clientSecret)
      return context.json({ error: 'application_cannot_be_found' }, 401)
    if (form.grant_type !== 'client_credentials')
      return context.json({ error: 'unsupported_grant_type' }, 400)
    if (strikes('shop_not_permitted'))
      return context.json(
        {
          error: 'shop_not_permitted',
          error_description: 'Client credentials cannot be performed on this shop.',
        },
        403,
      )
    return context.json(grant(desk))
  })

  app.post('/admin/api/:version/graphql.json', async context => {
    const version = strikes('fall_forward') ? '2027-01' : answering(context.req.param('version'))
    if (version === null) return context.json({ errors: 'Not Found' }, 404)
    context.header('x-shopify-api-version', version)
    if (strikes('frozen')) return context.json({ errors: 'Unavailable Shop' }, 402)
    if (strikes('locked')) return context.json({ errors: 'Locked' }, 423)
    if (strikes('forbidden')) return context.json({ errors: 'Forbidden' }, 403)
    const token = context.req.header('x-shopify-access-token') ?? ''
    const desk = desks.find(one => one.tokens.has(token))
    const known = desk?.tokens.get(token)
    if (strikes('token_expired') && known?.expires !== null) desk?.tokens.delete(token)
    const over = known && known.expires !== null && known.expires <= world.now()
    if (!desk?.tokens.has(token) || over || strikes('token_revoked'))
      return context.json(
        { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
        401,
      )
    const body = (await context.req.json().catch(() => null)) as Record<string, unknown> | null
    if (typeof body?.query !== 'string') return context.json({ errors: 'Bad Request' }, 400)
    return context.json(
      await answer(desk, { query: body.query, variables: (body.variables ?? {}) as Record<string, unknown> }),
    )
  })

  app.get('/bulk/:shop/:file', context => {
    const desk = desks.find(one => one.shop.store === context.req.param('shop'))
    const id = /^(\d+)\.jsonl$/.exec(context.req.param('file'))?.[1]
    const job = id ? desk?.jobs.get(gid('BulkOperation', id)) : undefined
    const expires = Number(context.req.query('Expires'))
    if (!desk || !job?.path || strikes('file_gone')) return context.text('NoSuchKey', 404)
    if (context.req.query('Signature') !== signatureOf(desk, job) || expires * 1000 < world.now())
      return context.text('ExpiredToken', 403)
    return new Response(desk.files.read(job.path), { headers: { 'content-type': 'application/jsonl' } })
  })

  return {
    vendor: 'shopify',
    app,
    connections: desks.map(desk => ({ label: desk.shop.name, credentials: credentialsOf(desk) })),
    faults,
    async tell(from, to, send) {
      for (const desk of desks) await tellShop(desk, from, to, send)
    },
  }
}

const credentialsOf = ({ domain, clientId, clientSecret }: Desk) => ({
  shop: domain,
  client_id: clientId,
  client_secret: clientSecret,
})

/** Fields of a body, JSON or a form. */
async function formOf(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text()
  if ((context.req.header('content-type') ?? '').includes('json'))
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      return {}
    }
  return Object.fromEntries(new URLSearchParams(text))
}
