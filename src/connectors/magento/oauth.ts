import { createHmac, randomBytes } from 'node:crypto'

/** The four values of an integration. */
export interface OAuthKeys {
  consumerKey: string
  consumerSecret: string
  token: string
  tokenSecret: string
}

/** Percent-encoding of RFC 3986 (RFC 5849 §3.6): all but letters, digits, `-`, `.`, `_` and `~`. */
const pct = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** What is signed (RFC 5849 §3.4.1): method, address without its query, and every parameter of the query and of OAuth, sorted. */
export function baseString(
  method: string,
  url: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const { origin, pathname, searchParams } = new URL(url)
  const pairs = [...searchParams, ...parameters]
    .map(([name, value]) => [pct(name), pct(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(pair => pair.join('='))
  return [method.toUpperCase(), pct(origin + pathname), pct(pairs.join('&'))].join('&')
}

/** By code units: sorting by a language would mix capitals in. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The signature of RFC 5849 §3.4.2, with the hash that Magento wants today or the one of the RFC's examples. */
export const signature = (
  base: string,
  consumerSecret: string,
  tokenSecret: string,
  hash: 'sha256' | 'sha1' = 'sha256',
): string =>
  createHmac(hash, `${pct(consumerSecret)}&${pct(tokenSecret)}`)
    .update(base)
    .digest('base64')

/** The header that proves who asks. `at` is the vendor's clock, ms: it refuses times that are ahead of its own. */
export function authorization(
  method: string,
  url: string,
  keys: OAuthKeys,
  at: number,
  nonce = newNonce(),
): string {
  const parameters: [string, string][] = [
    ['oauth_consumer_key', keys.consumerKey],
    ['oauth_nonce', nonce],
    ['oauth_signature_method', 'HMAC-SHA256'],
    ['oauth_timestamp', String(Math.floor(at / 1000))],
    ['oauth_token', keys.token],
    ['oauth_version', '1.0'],
  ]
  const signed = signature(baseString(method, url, parameters), keys.consumerSecret, keys.tokenSecret)
  return `OAuth ${[...parameters, ['oauth_signature', signed] as const]
    .map(([name, value]) => `${name}="${pct(value)}"`)
    .join(', ')}`
}

const newNonce = (): string => randomBytes(16).toString('hex')
