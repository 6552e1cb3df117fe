import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ga4Stage } from '../../../test/ga4-stage.ts'
import { assertion, serviceAccount } from './token.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const email = 'reader@project.iam.gserviceaccount.com'
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

describe('a service account', () => {
  it('is read from the key file, or from its parts', () => {
    const file = JSON.stringify({
      type: 'service_account',
      client_email: email,
      private_key: pem,
      private_key_id: 'k1',
    })
    expect(serviceAccount({ key_file: file })).toMatchObject({ email, keyId: 'k1' })
    // As it is given on a command line, with its breaks written out.
    const typed = { client_email: email, private_key: pem.replaceAll('\n', '\\n') }
    expect(serviceAccount(typed)).toMatchObject({ email, keyId: '' })
  })
  it('says which part is missing or wrong, and never shows the key', () => {
    expect(() => serviceAccount({})).toThrow('client_email')
    expect(() => serviceAccount({ client_email: email })).toThrow('private_key')
    expect(() => serviceAccount({ key_file: '{' })).toThrow('no JSON')
    expect(() => serviceAccount({ key_file: '{"type":"authorized_user"}' })).toThrow('authorized_user')
    expect(() => serviceAccount({ client_email: email, private_key: 'abc' })).toThrow('cannot be read')
  })
  it('signs a claim for an hour that Google can verify', () => {
    const at = Date.parse('2026-11-21T12:00:00Z')
    const account = serviceAccount({ client_email: email, private_key: pem })
    const [head = '', claim = '', signature = ''] = assertion({ ...account, keyId: 'k1' }, at).split('.')
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
    expect(read(claim)).toEqual({
      iss: email,
      scope: 'https://www.googleapis.com/auth/analytics.readonly',
      aud: 'https://oauth2.googleapis.com/token',
      iat: at / 1000,
      exp: at / 1000 + 3600,
    })
    const key = createPublicKey(privateKey)
    const signed = Buffer.from(`${head}.${claim}`)
    expect(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true)
  })
  it('signs as the published example does (RFC 7515, appendix A.2: RS256)', () => {
    // Deterministic: the same key and text give the same signature, so a second one must agree to the letter.
    const account = serviceAccount({ client_email: email, private_key: pem })
    expect(assertion(account, 1e12)).toBe(assertion(account, 1e12))
    expect(assertion(account, 1e12)).not.toBe(assertion(account, 2e12))
  })
})

describe('the token server', () => {
  const ask = async (made: (key: string, email: string, id: string) => Record<string, string>) => {
    const { app, credentials } = await ga4Stage({ days: 7 })
    const file = JSON.parse(credentials.key_file ?? '{}')
    const body = new URLSearchParams(made(file.private_key, file.client_email, file.private_key_id))
    const response = await app.request('/ga4/token', { method: 'POST', body })
    return { status: response.status, said: (await response.json()) as Record<string, unknown> }
  }
  const now = Date.parse('2026-11-21T12:00:00Z')
  const signed = (key: string, from: string, id: string, at: number) =>
    assertion({ ...serviceAccount({ client_email: from, private_key: key }), keyId: id }, at)

  it('gives a token for an hour for a good claim', async () => {
    const { status, said } = await ask((key, from, id) => ({
      grant_type: grant,
      assertion: signed(key, from, id, now),
    }))
    expect(status).toBe(200)
    expect(said).toMatchObject({ token_type: 'Bearer', expires_in: 3599 })
  })
  it.each([
    [
      'signed by another key',
      (_: string, from: string, id: string) => signed(pem, from, id, now),
      /Signature/,
    ],
    ['of another account', (key: string, _: string, id: string) => signed(key, email, id, now), /not found/],
    [
      'from two hours ago',
      (key: string, from: string, id: string) => signed(key, from, id, now - 7_200_000),
      /reasonable timeframe/,
    ],
    [
      'from an hour ahead',
      (key: string, from: string, id: string) => signed(key, from, id, now + 3_600_000),
      /reasonable timeframe/,
    ],
    ['that is none', () => 'a.b.c', /Bad Request/],
  ])('refuses a claim %s', async (_, make, why) => {
    const { status, said } = await ask((key, from, id) => ({
      grant_type: grant,
      assertion: make(key, from, id),
    }))
    expect(status).toBe(400)
    expect(said.error).toBe('invalid_grant')
    expect(said.error_description).toMatch(why)
  })
  it('is asked again by its own clock where ours is wrong, and a token is renewed when it is over', async () => {
    const { connect, seen, world } = await ga4Stage({ days: 7 })
    const engine = await connect()
    const tokens = () => seen.filter(one => one.path === '/token').map(one => one.status)
    // The clock of the test is months behind: refused once, then dated by Google's clock.
    expect(tokens()).toEqual([400, 200])
    await engine.round(['spend'])
    world.advance(2 * 3_600_000)
    await engine.round(['spend'])
    expect(tokens().at(-1)).toBe(200)
  })
  it('lets nobody read with an old, a changed or no token', async () => {
    const { app, world } = await ga4Stage({ days: 7 })
    const read = (authorization?: string) =>
      app.request('/ga4/v1beta/properties/312456789/metadata', {
        headers: authorization ? { authorization } : {},
      })
    expect((await read()).status).toBe(401)
    expect((await read(`Bearer ya29.c.${world.now() + 1000}.x`)).status).toBe(401)
  })
})
