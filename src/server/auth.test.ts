import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { account, apikey, session, user } from '#postgres/tables/members.ts'
import { codeOf } from '../../test/authenticator.ts'
import { type Auth, createAuth } from './auth.ts'
import { readConfig } from './config.ts'

const url = 'http://localhost:4680'
let open: OpenLedger
let auth: Auth

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  auth.handler(
    new Request(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    }),
  )
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';')[0])
    .join('; ')

const password = 'a sentence nobody guesses'

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  auth = createAuth(readConfig({ LOG_LEVEL: 'silent' }, ':memory:'), open.ledger, url)
})
afterAll(() => open.close())

describe('signing in', () => {
  let cookie: string

  it('begins with a link that makes one owner, once', async () => {
    const replaced = new URL((await auth.setUpLink()) ?? '').searchParams.get('token')
    const link = await auth.setUpLink()
    const token = new URL(link ?? '').searchParams.get('token')
    const body = { token, name: 'Ada', email: 'ada@example.com', password }
    expect((await post('/api/auth/set-up', { ...body, token: replaced })).status).toBe(422)
    expect((await post('/api/auth/accept-invitation', body)).status).toBe(422)
    const misspelt = await post('/api/auth/set-up', { ...body, emial: body.email })
    expect([misspelt.status, await misspelt.json()]).toMatchObject([
      422,
      { message: expect.stringContaining('"emial" is not known here. Nearest: email') },
    ])
    const made = await post('/api/auth/set-up', body)
    expect(made.status).toBe(200)
    cookie = cookieOf(made)
    expect(made.headers.getSetCookie().join()).toMatch(/HttpOnly/i)
    expect((await post('/api/auth/set-up', body)).status).toBe(422)
    expect(await auth.setUpLink()).toBeNull()
  })
  it('is known by its cookie, as the person with role and stores', async () => {
    expect(await auth.who(new Headers({ cookie }))).toMatchObject({
      kind: 'person',
      name: 'Ada',
      role: 'owner',
      stores: 'all',
    })
    expect(await auth.who(new Headers())).toBeNull()
    expect(await auth.who(new Headers({ cookie: cookie.replace(/=.{6}/, '=xxxxxx') }))).toBeNull()
  })
  it('cannot be had by signing up', async () => {
    const refused = await post('/api/auth/sign-up/email', { name: 'M', email: 'm@example.com', password })
    expect(refused.ok).toBe(false)
    expect(await open.ledger.select().from(user)).toHaveLength(1)
  })
  it('does not let anybody raise their own role', async () => {
    await post('/api/auth/update-user', { role: 'viewer', stores: ['x'], name: 'Ada L' }, { cookie })
    expect(await auth.who(new Headers({ cookie }))).toMatchObject({ role: 'owner', stores: 'all' })
  })
  it('refuses a wrong password, and soon any', async () => {
    const tries: number[] = []
    for (let n = 0; n < 8; n += 1)
      tries.push(
        (
          await post(
            '/api/auth/sign-in/email',
            { email: 'ada@example.com', password: `wrong ${n} wrong` },
            { 'x-quarterdeck-address': '203.0.113.9' },
          )
        ).status,
      )
    expect(tries[0]).toBe(401)
    expect(tries.at(-1)).toBe(429)
  })
})

describe('a key', () => {
  it('acts as its maker with no more than both allow, and no longer than the maker stays', async () => {
    const [ada] = await open.ledger.select().from(user)
    const key = 'qd_0123456789012345678901234567890123456789012'
    await open.ledger.insert(apikey).values({
      id: 'k',
      name: 'script',
      key: await auth.accounts.hashKey(key),
      referenceId: ada?.id ?? '',
      createdAt: new Date(),
      updatedAt: new Date(),
      metadata: JSON.stringify({ role: 'lead', stores: ['shop'] }),
    })
    const headers = new Headers({ 'x-api-key': key })
    expect(await auth.who(headers)).toMatchObject({ kind: 'key', role: 'lead', stores: ['shop'] })
    await open.ledger.update(user).set({ role: 'viewer' })
    expect(await auth.who(headers)).toMatchObject({ role: 'viewer' })
    expect(await auth.who(new Headers({ authorization: `Bearer ${key}` }))).toMatchObject({ kind: 'key' })
    expect(await auth.who(new Headers({ 'x-api-key': `${key}x` }))).toBeNull()
    await open.ledger.delete(user)
    expect(await auth.who(headers)).toBeNull()
    // Where one resident is signed in without an account, as in the demo, keys are theirs; nobody else's come to life.
    const demo = { kind: 'person', id: 'demo', name: 'Demo', role: 'owner', stores: 'all' } as const
    expect(await auth.who(headers, demo)).toBeNull()
    await open.ledger.update(apikey).set({ referenceId: 'demo' })
    expect(await auth.who(headers, demo)).toMatchObject({ kind: 'key', role: 'lead', stores: ['shop'] })
    expect(await auth.who(headers)).toBeNull()
  })

  it('opens nothing once its time is over', async () => {
    await open.ledger.insert(user).values({ id: 'u', name: 'Uma', email: 'uma@example.com', role: 'lead' })
    const made = { referenceId: 'u', createdAt: new Date(), updatedAt: new Date() }
    for (const [name, ends] of [
      ['good', 60_000],
      ['over', -1000],
    ] as const) {
      const key = `qd_${name.padEnd(43, '0')}`
      const hashed = await auth.accounts.hashKey(key)
      const expiresAt = new Date(Date.now() + ends)
      await open.ledger.insert(apikey).values({ ...made, id: name, name, key: hashed, expiresAt })
      expect((await auth.who(new Headers({ 'x-api-key': key })))?.kind).toBe(ends > 0 ? 'key' : undefined)
    }
    await open.ledger.delete(apikey)
    await open.ledger.delete(user)
  })

  it('is not made through the paths of the sign-in library', async () => {
    expect((await post('/api/auth/api-key/create', { name: 'x' })).status).toBe(404)
  })
})

describe('the company’s own provider (OIDC)', () => {
  const issuer = 'http://127.0.0.1:45991'
  let said = { sub: '42', email: 'ada@example.com', email_verified: true, name: 'Ada' }
  let provider: ReturnType<typeof serve>

  beforeAll(async () => {
    const app = new Hono()
    app.get('/.well-known/openid-configuration', c =>
      c.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
      }),
    )
    app.post('/token', c => c.json({ access_token: 'a', token_type: 'Bearer', expires_in: 60 }))
    app.get('/userinfo', c => c.json({ ...said, id: said.sub }))
    provider = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 45991 })
    const config = readConfig(
      { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'q', OIDC_CLIENT_SECRET: 's' },
      ':memory:',
    )
    auth = createAuth(config, open.ledger, url)
    await open.ledger
      .insert(user)
      .values({ id: 'ada', name: 'Ada', email: 'ada@example.com', emailVerified: true, role: 'lead' })
  })
  afterAll(() => provider.close())

  const through = async (callbackURL = '/') => {
    const begun = await post('/api/auth/sign-in/social', { provider: 'oidc', callbackURL })
    const { url: there } = (await begun.json()) as { url: string }
    const state = new URL(there).searchParams.get('state')
    const back = `${url}/api/auth/callback/oidc?code=c&state=${state}`
    return auth.handler(new Request(back, { headers: { cookie: cookieOf(begun) } }))
  }
  it('opens for somebody who has an account here', async () => {
    expect(await (await auth.handler(new Request(`${url}/api/auth/ways`))).json()).toEqual({
      oidc: true,
      reset: false,
    })
    const arrived = await through()
    expect(arrived.headers.get('location')).toBe('/')
    expect(await auth.who(new Headers({ cookie: cookieOf(arrived) }))).toMatchObject({
      id: 'ada',
      role: 'lead',
    })
  })
  it('is not the second factor: who has one here is asked for it as after a password', async () => {
    await open.ledger.insert(account).values({
      id: 'ada',
      accountId: 'ada',
      providerId: 'credential',
      userId: 'ada',
      password: await auth.accounts.hashPassword(password),
    })
    const signedIn = await post('/api/auth/sign-in/email', { email: 'ada@example.com', password })
    const cookie = cookieOf(signedIn)
    const enabled = await post('/api/auth/two-factor/enable', { password }, { cookie })
    const { totpURI } = (await enabled.json()) as { totpURI: string }
    const code = codeOf(new URL(totpURI).searchParams.get('secret') ?? '')
    expect((await post('/api/auth/two-factor/verify-totp', { code }, { cookie })).status).toBe(200)
    await open.ledger.delete(session)
    const half = await through('/explore?metric=orders')
    expect(half.status).toBe(302)
    expect(half.headers.get('location')).toBe('/sign-in?step=code&back=%2Fexplore%3Fmetric%3Dorders')
    const jar = cookieOf(half)
    expect(await auth.who(new Headers({ cookie: jar }))).toBeNull()
    expect(await open.ledger.select().from(session)).toEqual([])
    const trusting = await post(
      '/api/auth/two-factor/verify-totp',
      { code, trustDevice: true },
      { cookie: jar },
    )
    expect(trusting.status).toBe(400)
    const whole = await post('/api/auth/two-factor/verify-totp', { code }, { cookie: jar })
    expect(await auth.who(new Headers({ cookie: cookieOf(whole) }))).toMatchObject({ id: 'ada' })
  })
  it('does not open for a stranger, whatever the provider says of them', async () => {
    said = { sub: '43', email: 'mallory@example.com', email_verified: true, name: 'Mallory' }
    const arrived = await through()
    expect(arrived.headers.get('location')).toContain('error')
    expect(await auth.who(new Headers({ cookie: cookieOf(arrived) }))).toBeNull()
    expect((await open.ledger.select().from(user)).map(u => u.email)).toEqual(['ada@example.com'])
  })
})
