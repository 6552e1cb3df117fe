import {
  checkPrimeSync,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'

/** A service account's key that is the same for the same seed, so that what was connected stays so after a new start. */
export interface ServiceKey {
  id: string
  email: string
  /** PKCS 8, PEM. */
  private: string
  public: KeyObject
}

const bytes = (seed: string, length: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
      createHash('sha256').update(`${seed} ${n}`).digest(),
    ),
  ).subarray(0, length)

/** The first prime at or above a number of so many bytes drawn from the seed. */
function primeFrom(seed: string, length: number): bigint {
  const drawn = bytes(seed, length)
  drawn[0] = (drawn[0] ?? 0) | 0xc0
  let candidate = BigInt(`0x${drawn.toString('hex')}`) | 1n
  while ((candidate - 1n) % 65_537n === 0n || !checkPrimeSync(candidate)) candidate += 2n
  return candidate
}

function inverse(of: bigint, modulus: bigint): bigint {
  let [r, next] = [of, modulus]
  let [x, y] = [1n, 0n]
  while (next !== 0n) {
    const times = r / next
    ;[r, next] = [next, r - times * next]
    ;[x, y] = [y, x - times * y]
  }
  return ((x % modulus) + modulus) % modulus
}

const base64 = (number: bigint): string => {
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

const made = new Map<number, ServiceKey>()

/** RSA of 2,048 bits; takes some fifty milliseconds once. For play only: whoever knows the seed knows the key. */
export function serviceKey(seed: number): ServiceKey {
  const known = made.get(seed)
  if (known) return known
  const pair = [primeFrom(`${seed} p`, 128), primeFrom(`${seed} q`, 128)]
  const [q, p] = pair.sort((a, b) => (a < b ? -1 : 1)) as [bigint, bigint]
  const d = inverse(65_537n, (p - 1n) * (q - 1n))
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: base64(p * q),
      e: base64(65_537n),
      d: base64(d),
      p: base64(p),
      q: base64(q),
      dp: base64(d % (p - 1n)),
      dq: base64(d % (q - 1n)),
      qi: base64(inverse(q, p)),
    },
  })
  const service: ServiceKey = {
    id: createHash('sha256').update(`key ${seed}`).digest('hex').slice(0, 40),
    email: 'quarterdeck@larkfield-analytics.iam.gserviceaccount.com',
    private: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    public: createPublicKey(key),
  }
  made.set(seed, service)
  return service
}

const part = (text: string | undefined): Record<string, unknown> | null => {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

const scope = 'https://www.googleapis.com/auth/analytics.readonly'

/** What is wrong with an assertion at an instant, in the token server's words; null when nothing is. */
export function wrongWith(assertion: string, key: ServiceKey, now: number): string | null {
  const [head, claims, signature] = assertion.split('.')
  const header = part(head)
  const claim = part(claims)
  if (!header || !claim || !signature) return 'Bad Request'
  if (header.alg !== 'RS256' || (header.kid !== undefined && header.kid !== key.id))
    return 'Invalid JWT Signature.'
  if (claim.iss !== key.email) return 'Invalid grant: account not found'
  if (
    !verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key.public, Buffer.from(signature, 'base64url'))
  )
    return 'Invalid JWT Signature.'
  if (claim.aud !== 'https://oauth2.googleapis.com/token') return 'Invalid JWT: Failed audience check.'
  if (!String(claim.scope).split(' ').includes(scope))
    return 'Invalid OAuth scope or ID token audience provided.'
  const [begun, over] = [Number(claim.iat) * 1000, Number(claim.exp) * 1000]
  const near = begun <= now + 300_000 && over > now && over - begun <= 3_600_000
  return near
    ? null
    : 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
}

const seal = (seed: number, until: number): string =>
  createHmac('sha256', `token ${seed}`).update(String(until)).digest('base64url')

/** Tokens carry when they end, so that none has to be remembered. */
export const tokenUntil = (seed: number, until: number): string => `ya29.c.${until}.${seal(seed, until)}`

export function tokenHolds(seed: number, token: string, now: number): boolean {
  const [, , until, given] = token.split('.')
  const [own, other] = [Buffer.from(seal(seed, Number(until))), Buffer.from(given ?? '')]
  return own.length === other.length && timingSafeEqual(own, other) && now < Number(until)
}
