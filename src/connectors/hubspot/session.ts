import { Failure, invalid } from '#kernel/error.ts'
import { dayAt, dayStart } from '#kernel/zone.ts'
import type { Credentials, Quota, Reach } from '../connector.ts'
import {
  type Answer,
  createHttp,
  gate,
  type Http,
  type Manners,
  plainTrouble,
  retryAfter,
  samePlace,
  type Verdict,
} from '../http.ts'

/** The dated version all paths carry; earlier ones without a date end in 2027. */
export const version = '2026-09'

/** What a connector keeps while it works. */
export interface Session {
  http: Http
  /** Address paths begin at, without a slash at the end. */
  base: string
  /** As told with the last answer that tells it; searches do not. */
  quotas(): Quota[]
  /** The account's own time zone, once it has been asked: its day ends by it. */
  zone: string | null
  /** Names of owners by id, those who left among them; asked once. */
  owners: ReadonlyMap<string, string> | null
  pipelines: ReadonlyMap<string, Pipeline> | null
  /** What the token turned out not to see. */
  refused: Set<string>
}

export interface Pipeline {
  label: string
  stages: ReadonlyMap<string, Stage>
}
export interface Stage {
  label: string
  /** 0 to 1. */
  probability: string | null
  closed: boolean
}

const minute = 60_000

/** Requests in ten seconds and searches in a second that we allow ourselves: below the smallest plan's 100 and 5. */
const burst = { most: 90, span: 10_000 }
const searches = { most: 4, span: 1000 }

export function openHubspot(credentials: Credentials, reach: Reach): Session {
  const token = credentials.token?.trim()
  if (!token)
    throw invalid(
      'The token of HubSpot is missing.',
      'Give the service key’s or private app’s access token as token.',
    )
  if (/\s/.test(token))
    throw invalid('The token of HubSpot has blanks in it.', 'Copy it again, whole and alone.')
  const often = gate(reach, burst)
  const seldom = gate(reach, searches)
  let daily: Quota | null = null
  const manners: Manners = {
    vendor: 'HubSpot',
    hosts: ['api.hubapi.com', '*.hubapi.com'],
    async pace({ url }) {
      await often()
      if (new URL(url).pathname.endsWith('/search')) await seldom()
    },
    sign: async () => ({ authorization: `Bearer ${token}` }),
    judge(answer, now) {
      const [limit, left] = ['', '-remaining'].map(what =>
        answer.headers.get(`x-hubspot-ratelimit-daily${what}`),
      )
      if (limit && left)
        daily = {
          name: 'calls a day of the account',
          used: Number(limit) - Number(left),
          limit: Number(limit),
        }
      return judge(answer, now, session.zone, session.http.clock())
    },
  }
  const session: Session = {
    http: createHttp(reach, manners),
    base: (credentials.base_url ?? 'https://api.hubapi.com').replace(/\/+$/, ''),
    quotas: () => (daily ? [daily] : []),
    zone: null,
    owners: null,
    pipelines: null,
    refused: new Set(),
  }
  return session
}

interface Trouble {
  message?: string
  category?: string
  policyName?: string
  errors?: { context?: { requiredGranularScopes?: string[] } }[]
}

/** What an answer means: limits are told by the policy's name, not by a header. `clock` is the vendor's, ms. */
export function judge(answer: Answer, now: number, zone: string | null, clock: number): Verdict {
  const body = (typeof answer.json === 'object' && answer.json !== null ? answer.json : {}) as Trouble
  const { status } = answer
  if (status === 429) {
    const policy = body.policyName ?? ''
    if (/DAILY/i.test(policy))
      return {
        as: 'wait',
        ms: untilMidnight(zone, clock),
        why: 'HubSpot’s requests of the day are used up; they are given anew at midnight in the account’s time zone',
      }
    if (/^SECONDLY/i.test(policy)) return { as: 'wait', ms: 1000, why: 'HubSpot asks for a second’s pause' }
    return {
      as: 'wait',
      ms: retryAfter(answer.headers, now) ?? 10_000,
      why: 'HubSpot asks for ten seconds’ pause',
    }
  }
  if (status === 423 || status === 477)
    return {
      as: 'wait',
      ms: retryAfter(answer.headers, now) ?? minute,
      why: 'The HubSpot account is locked while it is changed or moved',
    }
  const plain = plainTrouble('HubSpot', answer, now)
  if (plain) return plain
  if (status < 300)
    return answer.text.trim() === '' ? { as: 'again', why: 'an empty answer' } : { as: 'good' }
  if (status === 401)
    return {
      as: 'fail',
      failure: new Failure(
        'forbidden',
        'HubSpot does not take the token: it was revoked, has run out or is another’s.',
        {
          next: 'Make a new service key in HubSpot (Settings, Integrations) and give its token.',
        },
      ),
    }
  if (status === 403) {
    const scopes = (body.errors ?? []).flatMap(one => one.context?.requiredGranularScopes ?? [])
    return {
      as: 'fail',
      failure: new Failure(
        'forbidden',
        `HubSpot refuses this to the token${scopes.length > 0 ? `: it lacks ${scopes.join(', ')}` : ''}.`,
        {
          next: 'Grant the scope to the service key, then try again.',
          details: { scopes },
        },
      ),
    }
  }
  if (status === 404)
    return {
      as: 'fail',
      failure: new Failure('not_found', 'HubSpot has no such thing.', {
        next: 'Check the base URL of the connection.',
      }),
    }
  return {
    as: 'fail',
    failure: invalid(`HubSpot refuses a request: ${body.message ?? `HTTP ${status}`}`, undefined, { status }),
  }
}

/** ms until the day ends in a zone; an hour where the zone is not known. */
function untilMidnight(zone: string | null, clock: number): number {
  if (!zone) return 60 * minute
  let next = clock
  const today = dayAt(zone, clock)
  while (dayAt(zone, next) === today) next += 6 * 60 * minute
  return Math.max(minute, dayStart(zone, dayAt(zone, next)) - clock)
}

export const get = async <T>(
  session: Session,
  path: string,
  query: Record<string, string> = {},
): Promise<T> => {
  const search = new URLSearchParams(query).toString()
  const { json } = await session.http.ask({ url: `${session.base}${path}${search ? `?${search}` : ''}` })
  return json as T
}

export const post = async <T>(session: Session, path: string, body: unknown): Promise<T> => {
  const { json } = await session.http.ask({
    method: 'POST',
    url: `${session.base}${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return json as T
}

/**
 * What is asked besides, under a right of its own; `without` where the token lacks it: that costs nothing else. It is
 * not asked again meanwhile. `what` names it.
 */
export async function ifAllowed<T, W>(
  session: Session,
  what: string,
  ask: () => Promise<T>,
  without: W,
): Promise<T | W> {
  if (session.refused.has(what)) return without
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden' || !isScope(error)) throw error
    session.refused.add(what)
    return without
  }
}

/** A token that is no good at all is refused too, without a word of scopes. */
const isScope = ({ details }: Failure): boolean => details !== undefined && 'scopes' in details

export interface Page<T> {
  results: T[]
  total?: number
  paging?: { next?: { after?: string } } | null
}

/** Every page of a list, one after the other. */
export async function* pages<T>(
  session: Session,
  path: string,
  query: Record<string, string>,
): AsyncGenerator<Page<T>> {
  let after: string | undefined
  do {
    const page = await get<Page<T>>(session, path, { ...query, ...(after !== undefined && { after }) })
    yield page
    const next = page.paging?.next?.after
    if (next !== undefined && next === after) throw samePlace('HubSpot', path)
    after = next
  } while (after !== undefined)
}

export interface Account {
  portalId: number
  timeZone: string
  companyCurrency?: string | null
  accountType?: string | null
  uiDomain?: string | null
}

/** The account's details: the cheapest proof of a token. */
export async function account(session: Session): Promise<Account> {
  const found = await get<Account>(session, `/account-info/${version}/details`)
  session.zone = found.timeZone
  return found
}

/** Names of all owners, of those who left too: their records still name them. None where the token may not see them. */
export async function ownersOf(session: Session): Promise<ReadonlyMap<string, string>> {
  session.owners ??= await ifAllowed(session, 'owners', () => allOwners(session), new Map())
  return session.owners
}

async function allOwners(session: Session): Promise<Map<string, string>> {
  const owners = new Map<string, string>()
  for (const archived of ['true', 'false'])
    for await (const page of pages<{
      id: string
      firstName?: string | null
      lastName?: string | null
      email?: string | null
    }>(session, `/crm/owners/${version}`, { limit: '100', archived }))
      for (const { id, firstName, lastName, email } of page.results)
        owners.set(id, [firstName, lastName].filter(Boolean).join(' ') || (email ?? id))
  return owners
}

interface PipelineAnswer {
  id: string
  label: string
  stages: { id: string; label: string; metadata?: { isClosed?: string; probability?: string } | null }[]
}

export async function pipelinesOf(session: Session): Promise<ReadonlyMap<string, Pipeline>> {
  if (session.pipelines) return session.pipelines
  const { results } = await get<{ results: PipelineAnswer[] }>(session, `/crm/pipelines/${version}/deals`)
  session.pipelines = new Map(
    results.map(({ id, label, stages }) => [
      id,
      {
        label,
        stages: new Map(
          stages.map(stage => [
            stage.id,
            {
              label: stage.label,
              probability: stage.metadata?.probability ?? null,
              closed: stage.metadata?.isClosed === 'true',
            },
          ]),
        ),
      },
    ]),
  )
  return session.pipelines
}
