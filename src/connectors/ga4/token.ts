import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { Failure, invalid } from '#kernel/error.ts'
import type { Credentials, Reach } from '../connector.ts'
import { type Answer, createHttp, plainTrouble } from '../http.ts'

/** Who asks: a service account of Google Cloud. */
export interface ServiceAccount {
  email: string
  key: KeyObject
  /** Id of the key, told in the header of what is signed; '' where it was not given. */
  keyId: string
}

const keyHelp =
  'Google Cloud → IAM & Admin → Service accounts → your account → Keys → Add key → Create new key → JSON: give the whole file.'

/** Reads the service account out of what was given. @throws Failure('invalid') naming the field. */
export function serviceAccount({ key_file, client_email, private_key }: Credentials): ServiceAccount {
  const file = key_file?.trim() ? parsed(key_file) : {}
  const email = file.client_email ?? client_email?.trim()
  const pem = file.private_key ?? private_key
  if (file.type !== undefined && file.type !== 'service_account')
    throw invalid(`The key file is one of a ${file.type}, not of a service account.`, keyHelp)
  if (!email) throw invalid('The e-mail address of the service account is missing (client_email).', keyHelp)
  if (!pem?.trim()) throw invalid('The private key of the service account is missing (private_key).', keyHelp)
  try {
    // On a command line the breaks of a PEM are often written out.
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'))
    if (key.asymmetricKeyType !== 'rsa') throw new Error('not RSA')
    return { email, key, keyId: file.private_key_id ?? '' }
  } catch {
    throw invalid('The private key (private_key) cannot be read.', keyHelp)
  }
}

const parsed = (text: string): Record<string, string | undefined> => {
  try {
    const file: unknown = JSON.parse(text)
    if (typeof file === 'object' && file !== null) return file as Record<string, string>
  } catch {}
  throw invalid('The key file (key_file) is no JSON.', keyHelp)
}

const audience = 'https://oauth2.googleapis.com/token'
const scope = 'https://www.googleapis.com/auth/analytics.readonly'
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A signed claim (RFC 7523) that the account may read analytics for an hour from `at` (ms UTC). */
export function assertion({ email, key, keyId }: ServiceAccount, at: number): string {
  const iat = Math.floor(at / 1000)
  const head = base64({ alg: 'RS256', typ: 'JWT', ...(keyId && { kid: keyId }) })
  const claim = base64({ iss: email, scope, aud: audience, iat, exp: iat + 3600 })
  return signed(`${head}.${claim}`, key)
}

/** A text with its signature after it, by RS256 (RFC 7515). */
export const signed = (text: string, key: KeyObject): string =>
  `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`

export interface Tokens {
  /** A token that holds for a minute more at least. @throws Failure('forbidden') where Google refuses the account. */
  token(): Promise<string>
  /** Forgets the token there is. */
  drop(): void
}

const refused = (answer: Answer): Failure => {
  const said = answer.json as { error?: unknown; error_description?: unknown } | undefined
  return new Failure('forbidden', `Google refuses the service account: ${told(said)}.`, {
    next: 'Create a new key for the account in Google Cloud and give its file; see that the account was not deleted or disabled.',
  })
}

const told = (said: { error?: unknown; error_description?: unknown } | undefined): string =>
  typeof said?.error_description === 'string'
    ? said.error_description.replace(/\.$/, '')
    : String(said?.error ?? 'no reason given')

/** Gets tokens by the clock of the token server, so that a clock of ours that is wrong does not matter. */
export function createTokens(reach: Reach, account: ServiceAccount, base: string): Tokens {
  const http = createHttp(reach, {
    vendor: 'Google',
    hosts: ['oauth2.googleapis.com'],
    tries: 3,
    judge(answer, now) {
      if (answer.status === 400 || answer.status === 401)
        return answer.json === undefined ? { as: 'again', why: `HTTP ${answer.status}` } : { as: 'good' }
      const trouble = plainTrouble('Google', answer, now)
      if (trouble) return trouble
      const token = (answer.json as { access_token?: unknown } | undefined)?.access_token
      if (answer.status === 200)
        return typeof token === 'string' ? { as: 'good' } : { as: 'again', why: 'an answer without a token' }
      return { as: 'fail', failure: refused(answer) }
    },
  })
  const ask = (at: number): Promise<Answer> =>
    http.ask({
      method: 'POST',
      url: `${base}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: grant, assertion: assertion(account, at) }).toString(),
    })
  let held: { token: string; until: number } | null = null
  return {
    drop: () => {
      held = null
    },
    async token() {
      if (held && http.clock() < held.until - 60_000) return held.token
      const at = http.clock()
      let answer = await ask(at)
      // The claim may have been dated by a clock of ours that is wrong: Google's is known now.
      if (answer.status !== 200 && Math.abs(http.clock() - at) > 60_000) answer = await ask(http.clock())
      if (answer.status !== 200) throw refused(answer)
      const { access_token, expires_in } = answer.json as { access_token: string; expires_in?: number }
      held = { token: access_token, until: http.clock() + (expires_in ?? 3600) * 1000 }
      return held.token
    },
  }
}
