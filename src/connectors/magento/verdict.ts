import { Failure } from '#kernel/error.ts'
import { type Answer, plainTrouble, type Verdict } from '../http.ts'

/** How a session proves itself: what it may be told differs. */
export type Way = 'oauth' | 'bearer' | 'cloud'

const integrations = 'Magento’s admin: System → Integrations'

/**
 * What the ids of OAuth errors mean, and the words Magento 2.4 uses for them in its JSON.
 * Source: developer.adobe.com/commerce/webapi, OAuth error codes.
 */
const problems: readonly { id: string; words: RegExp; says: string; next: string; as?: 'again' | 'renew' }[] =
  [
    {
      id: 'nonce_used',
      words: /nonce is already being used/i,
      says: 'it has seen this nonce before',
      next: 'Nothing: the request is signed anew.',
      as: 'again',
    },
    {
      id: 'timestamp_refused',
      words: /timestamp value in the oauth_timestamp/i,
      says: 'the time of the signature is ahead of its clock',
      next: 'Check the clocks of the shop and of this machine.',
      as: 'renew',
    },
    {
      id: 'signature_invalid',
      words: /signature is invalid/i,
      says: 'the signature does not fit',
      next: 'One of the two secrets is wrong, or something before the shop rewrites addresses: copy all four values again, and give the address as the shop itself knows it.',
    },
    {
      id: 'consumer_key_rejected',
      words: /consumer having the specified key|consumer key has expired/i,
      says: 'it does not know the consumer key',
      next: `Copy the consumer key from ${integrations}.`,
    },
    {
      id: 'token_revoked',
      words: /token has been revoked/i,
      says: 'the access token was revoked',
      next: `Reauthorize the integration in ${integrations} and give its new values.`,
    },
    {
      id: 'token_expired',
      words: /token (has )?expired/i,
      says: 'the access token has run out',
      next: `Reauthorize the integration in ${integrations} and give its new values.`,
    },
    {
      id: 'token_rejected',
      words: /token does not exist|not a valid access token|token is not associated/i,
      says: 'it does not know the access token',
      next: `Copy the access token and its secret from ${integrations}.`,
    },
    {
      id: 'token_used',
      words: /token is already being used/i,
      says: 'the access token was used up',
      next: `Reauthorize the integration in ${integrations}.`,
    },
    {
      id: 'signature_method_rejected',
      words: /signature method .* not supported/i,
      says: 'it does not take HMAC-SHA256',
      next: 'Magento 2.4.4 or later is needed.',
    },
    {
      id: 'version_rejected',
      words: /OAuth version .* not supported/i,
      says: 'it does not take OAuth 1.0',
      next: 'Magento 2.4.4 or later is needed.',
    },
    {
      id: 'permission_denied',
      words: /permission denied/i,
      says: 'the integration may not do this',
      next: `Grant it under API in ${integrations}.`,
    },
    {
      id: 'parameter_absent',
      words: /oauth_\w+ (is )?(missing|required)/i,
      says: 'a part of the signature did not arrive',
      next: 'Something before the shop takes the Authorization header away: ask whoever runs it.',
    },
  ]

/** A message with its `%1` and `%name` filled in. */
export function sentence(json: unknown): string {
  const { message, parameters } = (json ?? {}) as { message?: unknown; parameters?: unknown }
  if (typeof message !== 'string') return ''
  const given: Record<string, unknown> = Array.isArray(parameters)
    ? Object.fromEntries(parameters.map((value, n) => [String(n + 1), value]))
    : ((parameters ?? {}) as Record<string, unknown>)
  return message.replaceAll(/%(\w+)/g, (whole, name: string) =>
    name in given && typeof given[name] !== 'object' ? String(given[name]) : whole,
  )
}

/** Reads an answer as Magento means it. 404 is good: what is missing may be a feature this edition does not have. */
export function judge(answer: Answer, now: number, way: Way): Verdict {
  const { status, json, text } = answer
  if (status === 200) {
    const plain = plainTrouble('Magento', answer, now)
    if (plain) return plain
    // An empty body is what a broken proxy leaves; no list of Magento's is that.
    return json === undefined ? { as: 'again', why: 'an empty answer' } : { as: 'good' }
  }
  const isPage = (answer.headers.get('content-type') ?? '').includes('html')
  if (status === 404 && !isPage) return { as: 'good' }
  const said = sentence(json)
  if (status === 401 || status === 400 || status === 403) {
    const problem = problems.find(one => text.includes(`oauth_problem=${one.id}`) || one.words.test(said))
    if (problem?.as === 'again') return { as: 'again', why: problem.says }
    if (problem?.as === 'renew') return { as: 'renew', why: problem.says }
    if (problem && !(way === 'cloud' && problem.id.startsWith('token_')))
      return refuse(`Magento refuses the signature: ${problem.says}.`, problem.next)
    if (isPage && status === 403)
      return refuse(
        'A firewall before the shop turns us away.',
        'Ask whoever runs it to let this machine’s address through to /rest.',
      )
    const resource = /authorized to access (\S+)/.exec(said)?.[1]
    if (way === 'cloud' && status === 401 && !resource)
      return { as: 'renew', why: said || 'the token has run out' }
    if (resource || status === 403 || status === 401) return denied(said, resource, way)
    return {
      as: 'fail',
      failure: new Failure('invalid', `Magento does not take the request: ${said || `HTTP ${status}`}`),
    }
  }
  // Its own error, told in JSON, comes back every time: some record breaks the page it is on.
  if (status === 500 && said)
    return {
      as: 'fail',
      failure: new Failure('unavailable', `Magento broke: ${said}`, { details: { status } }),
    }
  const plain = plainTrouble('Magento', answer, now)
  if (plain) return plain
  return {
    as: 'fail',
    failure: new Failure('unavailable', `Magento answers HTTP ${status}${said && `: ${said}`}`),
  }
}

const refuse = (message: string, next: string): Verdict => ({
  as: 'fail',
  failure: new Failure('forbidden', message, { next }),
})

const denied = (said: string, resource: string | undefined, way: Way): Verdict => {
  const what = (resource ?? '').replace(/\.$/, '')
  if (way === 'bearer')
    return refuse(
      `Magento does not let this token see ${what || 'what is asked for'}.`,
      `Since 2.4.4 an access token alone is refused unless it is allowed (Stores → Configuration → Services → OAuth → Consumer settings): give all four values of the integration. If it is allowed, tick the resource under API in ${integrations}.`,
    )
  return refuse(
    what
      ? `Magento does not let this integration see ${what}.`
      : `Magento turns us away: ${said || 'no reason given'}.`,
    way === 'cloud'
      ? 'Give the credential’s profile the right to it in the Adobe developer console.'
      : `Tick it under API in ${integrations}, and reauthorize.`,
  )
}
