import { Failure, invalid } from '#kernel/error.ts'
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

/** What a connector keeps while it works. */
export interface Session {
  http: Http
  /** For what makes something: tried once, because an answer that is lost does not say whether it was made. */
  once: Http
  /** Address paths begin at, without a slash at the end. */
  base: string
  /** What stands in the address of the list of its webhooks. */
  token: string
  quotas(): Quota[]
  boards: readonly Board[] | null
}
export interface Board {
  id: string
  name: string
  closed: boolean
}
export interface List {
  id: string
  name: string
  closed: boolean
}

/** What a token may ask in ten seconds. */
const perToken = 100
/** Requests in ten seconds we allow ourselves: fewer, since too many refusals block the key. */
const burst = { most: 90, span: 10_000 }
/** No header says how long to wait: a window is ten seconds, and a little more so that not all come back at once. */
const pause = () => 10_000 + Math.floor(Math.random() * 2000)

export function openTrello(credentials: Credentials, reach: Reach): Session {
  const [key, token] = ['key', 'token'].map(name => {
    const value = credentials[name]?.trim()
    if (!value)
      throw invalid(
        `The ${name} of Trello is missing.`,
        'Give the API key of the Power-Up and a token made with it.',
      )
    if (/[\s"]/.test(value))
      throw invalid(`The ${name} of Trello has blanks or quotes in it.`, 'Copy it again, whole and alone.')
    return value
  })
  const pace = gate(reach, burst)
  const manners: Manners = {
    vendor: 'Trello',
    hosts: ['api.trello.com'],
    pace,
    // In the header, so that neither stands in an address that somebody logs.
    sign: async () => ({ authorization: `OAuth oauth_consumer_key="${key}", oauth_token="${token}"` }),
    judge,
  }
  return {
    http: createHttp(reach, manners),
    once: createHttp(reach, { ...manners, tries: 1 }),
    base: `${(credentials.base_url ?? 'https://api.trello.com').replace(/\/+$/, '')}/1`,
    token: token ?? '',
    quotas: () => [{ name: 'calls in ten seconds, at most', used: pace.fullest(), limit: perToken }],
    boards: null,
  }
}

/** What an answer means. Errors are plain text or JSON, as it comes. */
export function judge(answer: Answer, now: number): Verdict {
  const { status } = answer
  if (status === 429)
    return { as: 'wait', ms: retryAfter(answer.headers, now) ?? pause(), why: 'Trello asks for a pause' }
  if (status === 449) return { as: 'again', why: 'HTTP 449' }
  const plain = plainTrouble('Trello', answer, now)
  if (plain) return plain
  if (status < 300)
    return answer.text.trim() === '' ? { as: 'again', why: 'an empty answer' } : { as: 'good' }
  const told = answer.json as { message?: string; error?: string } | undefined
  const message = (told?.message ?? told?.error ?? answer.text).slice(0, 200)
  const refuse = (failure: Failure): Verdict => ({ as: 'fail', failure })
  if (status === 401)
    return refuse(
      /key/i.test(message)
        ? new Failure('forbidden', 'Trello does not know the key.', {
            next: 'Copy the API key from trello.com/power-ups/admin and give it again.',
          })
        : new Failure('forbidden', `Trello does not take the token: ${message}.`, {
            next: 'Make a new token with the same key, as a member of the boards, and give it here.',
          }),
    )
  if (status === 403 && /too many|too_many/i.test(answer.text))
    return refuse(
      new Failure('too_large', 'Trello finds that too much at once.', { details: { tooMany: true } }),
    )
  if (status === 403)
    return refuse(
      new Failure('forbidden', `Trello refuses this to the token’s owner: ${message}`, {
        next: 'Let somebody make the token who is a member of the boards.',
      }),
    )
  if (status === 404)
    return refuse(
      new Failure('not_found', 'Trello has no such thing, or the token’s owner may not see it.', {
        next: 'Check the name or id, and who may see it.',
      }),
    )
  return refuse(invalid(`Trello refuses a request: ${message || `HTTP ${status}`}`, undefined, { status }))
}

export type Query = Readonly<Record<string, string>>
const addressOf = ({ base }: Session, path: string, query: Query = {}) => {
  const search = new URLSearchParams(query).toString()
  return `${base}${path}${search ? `?${search}` : ''}`
}

export const get = async <T>(session: Session, path: string, query?: Query): Promise<T> =>
  (await session.http.ask({ url: addressOf(session, path, query) })).json as T

export interface Webhook {
  id: string
  callbackURL?: string
  idModel?: string
  active?: boolean
}

/** Webhooks that were made with the token, those put out too. */
export const webhooksOf = async (session: Session): Promise<Webhook[]> =>
  (
    await session.http.ask({
      url: addressOf(session, `/tokens/${encodeURIComponent(session.token)}/webhooks`),
      told: 'the list of webhooks',
    })
  ).json as Webhook[]

/** Writes; `again` where repeating it does no harm. */
export const send = async <T>(
  session: Session,
  method: 'POST' | 'PUT',
  path: string,
  query: Query,
  again = false,
): Promise<T> =>
  (await (again ? session.http : session.once).ask({ method, url: addressOf(session, path, query) }))
    .json as T

const isTooMany = (error: unknown): boolean =>
  error instanceof Failure && (error.details as { tooMany?: boolean } | undefined)?.tooMany === true

/** Every page of a list that goes back in time; smaller pages where it is too much at once. */
export async function* backwards<T extends { id: string }>(
  session: Session,
  path: string,
  query: Query,
): AsyncGenerator<T[]> {
  let before: string | null = null
  for (let limit = 1000; ; ) {
    let page: T[]
    try {
      page = await get<T[]>(session, path, { ...query, limit: String(limit), ...(before && { before }) })
    } catch (error) {
      if (!isTooMany(error) || limit <= 50) throw error
      limit = Math.floor(limit / 4)
      continue
    }
    if (page.length > 0) yield page
    // Ids begin with the time of making: the smallest is the oldest, in whatever order they come.
    const oldest: string | undefined = page.map(one => one.id).sort()[0]
    if (page.length < limit || oldest === undefined) return
    if (oldest === before) throw samePlace('Trello', path)
    before = oldest
  }
}

/** Boards of the token's owner, those put away too; asked once. */
export async function boardsOf(session: Session): Promise<readonly Board[]> {
  session.boards ??= await get<Board[]>(session, '/members/me/boards', {
    filter: 'all',
    fields: 'name,closed',
  })
  return session.boards
}

export const listsOf = (session: Session, board: string): Promise<List[]> =>
  get<List[]>(session, `/boards/${board}/lists`, { filter: 'all', fields: 'name,closed' })
