import { Failure, invalid } from '#kernel/error.ts'
import { dayAt, dayStart } from '#kernel/zone.ts'
import type { Credentials, Quota, Reach } from '../connector.ts'
import {
  type Answer,
  createHttp,
  gate,
  type Http,
  type Manners,
  Postponed,
  plainTrouble,
  type Verdict,
} from '../http.ts'

/** What a connector keeps while it works. */
export interface Session {
  http: Http
  base: string
  /** API name of the field that says how far marketing thinks somebody is. */
  stageField: string
  sleep: Reach['sleep']
  /** Who asks, as the vendor's count of calls names him; '' before a token came. */
  user: string
  quotas(): Quota[]
  letters: Map<number, Letter> | null
  /** Names of kinds of activities by their numbers, in small letters. */
  kinds: ReadonlyMap<number, string> | null
}

export interface Letter {
  name: string
  flow: boolean
}
export type EventName = 'sent' | 'delivered' | 'bounced' | 'opened' | 'clicked' | 'unsubscribed'

/** The vendor's day ends at midnight of this zone. */
const centralTime = 'America/Chicago'
/** Calls in 20 s that we allow ourselves, of the 100 that all programmes of a customer have together. */
const burst = { most: 50, span: 20_000 }
/** Calls of the day where the owner says nothing: a fifth of what the smallest plan has. */
const usualBudget = 10_000
const none: Readonly<Record<string, string>> = {}
/** Between two looks at the vendor's own count of the day's calls. */
const lookEvery = 100

export function openMarketo(credentials: Credentials, reach: Reach): Session {
  const { munchkin = '', client_id, client_secret, base_url, daily_calls, stage_field } = credentials
  if (!client_id?.trim()) throw invalid('The client id of Marketo is missing.', 'Give it as client_id.')
  if (!client_secret?.trim())
    throw invalid('The client secret of Marketo is missing.', 'Give it as client_secret.')
  if (!base_url && !/^\d{3}-[A-Z]{3}-\d{3}$/i.test(munchkin.trim()))
    throw invalid(
      'The Munchkin id of Marketo is missing or malformed.',
      'It looks like 123-ABC-456: Admin, Munchkin.',
    )
  const budget = Number(daily_calls ?? usualBudget)
  if (!Number.isInteger(budget) || budget < 100)
    throw invalid(
      'The calls a day must be a whole number of at least 100.',
      'A fifth of the account’s 50,000 is usual.',
    )
  const base = (base_url ?? `https://${munchkin.trim().toLowerCase()}.mktorest.com`).replace(/\/+$/, '')
  let token: { text: string; until: number } | null = null
  let sinceLook = lookEvery
  let ownToday = 0
  let counted = false
  const pace = gate(reach, burst)

  const untilMidnight = (): number => {
    const clock = session.http.clock()
    let next = clock
    while (dayAt(centralTime, next) === dayAt(centralTime, clock)) next += 3_600_000
    return Math.max(60_000, dayStart(centralTime, dayAt(centralTime, next)) - clock)
  }
  const spent = (why: string): Postponed => new Postponed(reach.now() + untilMidnight(), why)
  const manners: Manners = {
    vendor: 'Marketo',
    hosts: ['*.mktorest.com'],
    async pace({ url }) {
      const { pathname } = new URL(url)
      // A token costs no call.
      if (pathname.endsWith('/identity/oauth/token')) return
      await pace()
      if (pathname.endsWith('/usage.json')) return
      if (sinceLook >= lookEvery) {
        sinceLook = 0
        ownToday = await callsOf(session)
        counted = true
      }
      sinceLook += 1
      ownToday += 1
      if (ownToday > budget)
        throw spent(`The ${budget} calls a day that Quarterdeck may make to Marketo are used up`)
    },
    async sign({ url }) {
      if (new URL(url).pathname.endsWith('/identity/oauth/token')) return none
      // A token with little life left would end on the way.
      if (!token || token.until - reach.now() < 30_000) await renew()
      return { authorization: `Bearer ${token?.text}` }
    },
    renew: () => renew(),
    judge: (answer, now) => judge(answer, now, untilMidnight),
  }
  const renew = async () => {
    const query = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client_id.trim(),
      client_secret: client_secret.trim(),
    })
    // Its address holds the secret: no message tells more of it than host and path.
    const { json } = await session.http.ask({ url: `${base}/identity/oauth/token?${query}` })
    const given = json as { access_token: string; expires_in: number; scope?: string }
    token = { text: given.access_token, until: reach.now() + given.expires_in * 1000 }
    session.user = given.scope ?? ''
  }
  const session: Session = {
    http: createHttp(reach, manners),
    base,
    stageField: stage_field?.trim() || 'leadStatus',
    sleep: ms => reach.sleep(ms),
    user: '',
    quotas: () =>
      counted ? [{ name: 'calls a day that Quarterdeck may make', used: ownToday, limit: budget }] : [],
    letters: null,
    kinds: null,
  }
  return session
}

interface Usage {
  date: string
  total?: number
  users?: { userId: string; count: number }[]
}

/** Calls this user has made today, by the vendor's own count. */
async function callsOf(session: Session): Promise<number> {
  const { result = [] } = await get<{ result?: Usage[] }>(session, '/rest/v1/stats/usage.json', [])
  return result[0]?.users?.find(one => one.userId === session.user)?.count ?? 0
}

interface Body {
  success?: boolean
  errors?: { code: string; message: string }[]
  error?: string
  error_description?: string
}

/** What an answer means: HTTP says 200 whatever happened, the body's code says what did. */
export function judge(answer: Answer, now: number, untilMidnight: () => number): Verdict {
  const body = (typeof answer.json === 'object' && answer.json !== null ? answer.json : {}) as Body
  const { status } = answer
  if (status === 401)
    return {
      as: 'fail',
      failure: new Failure(
        'forbidden',
        `Marketo refuses the client: ${body.error_description ?? body.error ?? 'HTTP 401'}.`,
        {
          next: 'Check client_id and client_secret: Admin, LaunchPoint, View details.',
        },
      ),
    }
  if (status === 414)
    return { as: 'fail', failure: new Failure('too_large', 'Marketo finds the address too long.') }
  // A file that is not ready yet, though its job is.
  if (status === 404 && answer.json === undefined)
    return { as: 'wait', ms: 20_000, why: 'the file is not there yet' }
  const plain = plainTrouble('Marketo', answer, now)
  if (plain) return plain
  if (status < 300 && answer.text.trim() === '') return { as: 'again', why: 'an empty answer' }
  if (body.success !== false) return status < 300 ? { as: 'good' } : { as: 'again', why: `HTTP ${status}` }
  const { code = '', message = '' } = body.errors?.[0] ?? {}
  switch (code) {
    case '601':
    case '602':
      return { as: 'renew', why: message }
    case '606':
      return { as: 'wait', ms: 20_000, why: 'Marketo takes 100 calls in 20 seconds' }
    case '607':
      return {
        as: 'wait',
        ms: untilMidnight(),
        why: 'Marketo’s calls of the day are used up; the day ends at midnight in Chicago',
      }
    case '615':
      return { as: 'wait', ms: 2000, why: 'Marketo works on ten calls at once' }
    case '1029':
      return /quota/i.test(message)
        ? { as: 'wait', ms: untilMidnight(), why: 'Marketo’s exports of the day (500 MB) are used up' }
        : { as: 'wait', ms: 60_000, why: 'Marketo’s queue of exports is full' }
    case '604':
    case '608':
    case '611':
    case '713':
      return { as: 'again', why: `${code} ${message}` }
    case '603':
      return {
        as: 'fail',
        failure: new Failure('forbidden', 'Marketo refuses this to the API user: its role lacks the right.', {
          next: 'Give the API role Read-Only Lead, Read-Only Activity and Read-Only Assets: Admin, Users & Roles.',
        }),
      }
    default:
      return {
        as: 'fail',
        failure: invalid(`Marketo refuses a request: ${code} ${message}`, undefined, { code }),
      }
  }
}

/** Longest address that is sent; the vendor takes 8 KB. */
const longest = 7000

/** Asks with parameters, some of them several times; by a form where they are too many for an address. */
export async function get<T>(
  session: Session,
  path: string,
  parameters: readonly [string, string][],
): Promise<T> {
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString()
  const url = `${session.base}${path}`
  const byForm = async () => {
    const { json } = await session.http.ask({
      method: 'POST',
      url: `${url}?_method=GET`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: query,
    })
    return json as T
  }
  if (url.length + query.length > longest) return byForm()
  try {
    const { json } = await session.http.ask({ url: query ? `${url}?${query}` : url })
    return json as T
  } catch (error) {
    if (error instanceof Failure && error.code === 'too_large') return byForm()
    throw error
  }
}

export async function post<T>(session: Session, path: string, body?: unknown): Promise<T> {
  const { json } = await session.http.ask({
    method: 'POST',
    url: `${session.base}${path}`,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return json as T
}

/** An instant of an activity or lead, or of an asset (`2015-05-21T22:45:13Z+0000`), ms; null for none and nonsense. */
export function instantOf(text: string | null | undefined): number | null {
  if (!text) return null
  const plain = text.replace(/Z\+0000$/, 'Z').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  const at = Date.parse(plain)
  return Number.isNaN(at) ? null : at
}

/** As the vendor wants dates: whole seconds. */
export const dateText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`
