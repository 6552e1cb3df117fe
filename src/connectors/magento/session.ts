import { Failure, invalid } from '#kernel/error.ts'
import type { Credentials, Reach } from '../connector.ts'
import { type Ask, createHttp, type Http } from '../http.ts'
import { authorization, type OAuthKeys } from './oauth.ts'
import { judge, type Way } from './verdict.ts'

/** What the connector keeps while it works. */
export interface Session {
  http: Http
  /** Gets one thing. Null when there is no such thing, or no such feature in this edition. */
  get(path: string, query?: readonly (readonly [string, string])[]): Promise<unknown>
  reach: Reach
  credentials: Credentials
  /** What hardly changes, asked for once. */
  once<T>(name: string, ask: () => Promise<T>): Promise<T>
}

const ims = 'https://ims-na1.adobelogin.com'
const scope =
  'openid, AdobeID, email, additional_info.projectedProductContext, profile, commerce.aco.ingestion, commerce.accs, org.read, additional_info.roles'

/** @throws Failure('invalid') naming what is missing or malformed. */
export function openSession(credentials: Credentials, reach: Reach): Session {
  const way = wayOf(credentials)
  const { root, tokens } = addressesOf(credentials, way)
  const known = new Map<string, Promise<unknown>>()
  let token: string | null = null

  const renew = async (): Promise<void> => {
    // A refused time is cured by the vendor's clock, which its refusal told.
    if (way !== 'cloud') return
    const answer = await door.ask({
      method: 'POST',
      url: `${tokens}/ims/token/v3`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.client_id ?? '',
        client_secret: credentials.client_secret ?? '',
        scope,
      }).toString(),
    })
    const given = (answer.json as { access_token?: unknown } | undefined)?.access_token
    if (typeof given !== 'string')
      throw new Failure('forbidden', 'Adobe gives no token for these credentials.', {
        next: 'Check client ID and client secret in the Adobe developer console.',
      })
    token = given
  }

  /** Where tokens of the cloud service come from. */
  const door = createHttp(reach, {
    vendor: 'Adobe IMS',
    hosts: [new URL(ims).hostname],
    judge(answer, now) {
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
        return {
          as: 'fail',
          failure: new Failure('forbidden', 'Adobe refuses the client ID or its secret.', {
            next: 'Copy both again from the Adobe developer console, and see that the project has the Commerce API.',
          }),
        }
      return judge(answer, now, 'cloud')
    },
  })

  const http = createHttp(reach, {
    vendor: 'Magento',
    hosts: [new URL(root).hostname],
    judge: (answer, now) => judge(answer, now, way),
    async sign({ method = 'GET', url }: Ask): Promise<Readonly<Record<string, string>>> {
      if (way === 'oauth')
        return { authorization: authorization(method, url, oauthOf(credentials), http.clock()) }
      if (way === 'bearer') return { authorization: `Bearer ${credentials.access_token}` }
      if (token === null) await renew()
      return {
        authorization: `Bearer ${token}`,
        'x-api-key': credentials.client_id ?? '',
        'x-gw-ims-org-id': credentials.organisation ?? '',
        store: 'all',
      }
    },
    renew,
  })

  return {
    http,
    reach,
    credentials,
    async get(path, query = []) {
      const text = query
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&')
      const answer = await http.ask({ url: `${root}/V1/${path}${text && `?${text}`}` })
      return answer.status === 404 ? null : answer.json
    },
    once<T>(name: string, ask: () => Promise<T>): Promise<T> {
      const found = known.get(name) as Promise<T> | undefined
      if (found) return found
      const asked = ask()
      known.set(name, asked)
      // What failed is asked for again.
      asked.catch(() => known.delete(name))
      return asked
    },
  }
}

const oauthOf = (credentials: Credentials): OAuthKeys => ({
  consumerKey: credentials.consumer_key ?? '',
  consumerSecret: credentials.consumer_secret ?? '',
  token: credentials.access_token ?? '',
  tokenSecret: credentials.access_token_secret ?? '',
})

/** By what is given: all four values, a token alone, or the cloud service's client. */
function wayOf(credentials: Credentials): Way {
  const has = (name: string) => Boolean(credentials[name]?.trim())
  const need = (names: readonly string[], why: string) => {
    const missing = names.filter(name => !has(name))
    if (missing.length > 0) throw invalid(`Magento needs ${missing.join(', ')} as well.`, why)
  }
  if (has('client_id') || has('tenant')) {
    need(
      ['client_id', 'client_secret', 'organisation', 'tenant'],
      'The cloud service is asked with the client ID, its secret, the organisation and the tenant.',
    )
    return 'cloud'
  }
  if (has('consumer_key') || has('consumer_secret') || has('access_token_secret')) {
    need(
      ['consumer_key', 'consumer_secret', 'access_token', 'access_token_secret'],
      'An integration has four values: System → Integrations shows them when it is activated.',
    )
    return 'oauth'
  }
  need(['access_token'], 'Give the four values of an integration, from System → Integrations.')
  return 'bearer'
}

/** Where the API is, and where tokens of the cloud service come from. */
function addressesOf(credentials: Credentials, way: Way): { root: string; tokens: string } {
  const given = credentials.base_url?.trim() || credentials.address?.trim() || ''
  const address = given.replace(/\/+$/, '')
  if (address !== '' && !URL.canParse(address))
    throw invalid(`"${address}" is no address.`, 'Give the shop’s: https://shop.example.com')
  if (way === 'cloud') {
    const host = address || 'https://na1.api.commerce.adobe.com'
    return { root: `${host}/${credentials.tenant}`, tokens: credentials.base_url ? address : ims }
  }
  if (address === '')
    throw invalid('Magento needs the address of the shop.', 'Give it as `address`: https://shop.example.com')
  // All stores at once: a store's own code would change prices and translations.
  return { root: `${address.replace(/\/rest(\/\w+)?(\/V1)?$/, '')}/rest/all`, tokens: '' }
}
