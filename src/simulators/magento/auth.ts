import { createHmac, timingSafeEqual } from 'node:crypto'
import type { World } from '../world.ts'
import { MagentoError } from './criteria.ts'

/** What the demo company's Magento knows its integration by. */
export interface Keys {
  consumerKey: string
  consumerSecret: string
  accessToken: string
  tokenSecret: string
  /** Of the cloud service. */
  clientId: string
  clientSecret: string
  organisation: string
  tenant: string
}

const word = (seed: number, what: string): string =>
  createHmac('sha256', `larkfield-${seed}`).update(what).digest('hex').slice(0, 32)

export const keysOf = (seed: number): Keys => ({
  consumerKey: word(seed, 'consumer key'),
  consumerSecret: word(seed, 'consumer secret'),
  accessToken: word(seed, 'access token'),
  tokenSecret: word(seed, 'token secret'),
  clientId: word(seed, 'client'),
  clientSecret: word(seed, 'client secret'),
  organisation: `${word(seed, 'organisation').slice(0, 24).toUpperCase()}@AdobeOrg`,
  tenant: word(seed, 'tenant').slice(0, 22),
})

/** RFC 3986: what `encodeURIComponent` leaves and OAuth does not. */
const pct = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

const refused = (message: string, status = 401) => new MagentoError(status, message)

/** Who may ask: signatures are really checked, nonces kept, tokens of the cloud service given out and outlived. */
export function createGate(world: World, keys: Keys) {
  const nonces = new Set<string>()
  const tokens = new Map<string, number>()
  const strikes = (fault: string) => world.faults.strikes('magento', fault)

  const oauth = (method: string, url: string, header: string) => {
    const given = new Map<string, string>()
    for (const [, name, value] of header.slice(6).matchAll(/([a-zA-Z_]+)="([^"]*)"/g))
      given.set(name ?? '', decodeURIComponent(value ?? ''))
    const need = (name: string): string => {
      const value = given.get(name)
      if (!value) throw refused(`oauth_problem=parameter_absent&oauth_parameters_absent=${name}`, 400)
      return value
    }
    if ((given.get('oauth_version') ?? '1.0') !== '1.0') throw refused('oauth_problem=version_rejected', 400)
    if (need('oauth_consumer_key') !== keys.consumerKey)
      throw refused('A consumer having the specified key does not exist')
    if (need('oauth_token') !== keys.accessToken || strikes('token_rejected'))
      throw refused('Specified token does not exist')
    if (strikes('token_revoked')) throw refused('Access token has been revoked')
    if (need('oauth_signature_method') !== 'HMAC-SHA256')
      throw refused('oauth_problem=signature_method_rejected', 400)
    const time = Number(need('oauth_timestamp'))
    // Ten minutes into the future are let pass.
    if (!(time > 0) || time > world.now() / 1000 + 600)
      throw refused('The timestamp value in the oauth_timestamp parameter is invalid.', 400)
    const nonce = `${time} ${need('oauth_nonce')}`
    if (nonces.has(nonce) || strikes('nonce_used'))
      throw refused('The nonce is already being used by the consumer with key %1.')
    const signature = need('oauth_signature')
    if (strikes('signature_invalid') || !signatures(method, url, given).some(one => same(one, signature)))
      throw refused('The signature is invalid. Verify and try again.')
    nonces.add(nonce)
    if (nonces.size > 50_000) nonces.delete(nonces.values().next().value ?? '')
  }

  /** By the address as it was asked, and as the world gives it out: a proxy may stand between. */
  const signatures = (method: string, url: string, given: ReadonlyMap<string, string>): string[] => {
    const asked = new URL(url)
    const pairs = [
      ...asked.searchParams,
      ...[...given].filter(([name]) => !['oauth_signature', 'realm'].includes(name)),
    ]
      .map(([name, value]) => [pct(name), pct(value)] as const)
      .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
      .map(pair => pair.join('='))
      .join('&')
    const key = `${pct(keys.consumerSecret)}&${pct(keys.tokenSecret)}`
    return [asked.origin, new URL(world.url).origin].map(origin =>
      createHmac('sha256', key)
        .update([method.toUpperCase(), pct(origin + asked.pathname), pct(pairs)].join('&'))
        .digest('base64'),
    )
  }

  const same = (a: string, b: string) =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

  return {
    /** Gives a token for the cloud service. @throws MagentoError */
    token(form: URLSearchParams): { access_token: string; token_type: string; expires_in: number } {
      if (form.get('grant_type') !== 'client_credentials') throw refused('unsupported_grant_type', 400)
      if (form.get('client_id') !== keys.clientId || form.get('client_secret') !== keys.clientSecret)
        throw refused('invalid_client')
      if (!(form.get('scope') ?? '').split(/[ ,]+/).includes('commerce.accs'))
        throw refused('invalid_scope', 400)
      const token = `ims-${tokens.size + 1}-${word(world.company.seed, String(tokens.size))}`
      tokens.set(token, world.now() + 86_399_000)
      return { access_token: token, token_type: 'bearer', expires_in: 86_399 }
    },
    /** @throws MagentoError for requests of nobody known. */
    admit(request: Request, cloud: boolean): void {
      const header = request.headers.get('authorization') ?? ''
      if (cloud) {
        const until = tokens.get(header.replace(/^bearer /i, ''))
        if (strikes('token_expired')) tokens.clear()
        else if (until !== undefined && until > world.now()) {
          if (request.headers.get('x-api-key') !== keys.clientId) throw refused('Api Key is required', 403)
          if (request.headers.get('x-gw-ims-org-id') !== keys.organisation)
            throw refused('Org is not known', 403)
          return
        }
        throw refused('Oauth token is not valid')
      }
      if (header.startsWith('OAuth ')) {
        oauth(request.method, request.url, header)
        return
      }
      const bearer = /^Bearer (.+)$/i.exec(header)?.[1]
      if (bearer === keys.accessToken && !strikes('bearer_off')) return
      throw new MagentoError(401, "The consumer isn't authorized to access %resources.", {
        resources: 'Magento_Sales::actions_view',
      })
    },
  }
}
