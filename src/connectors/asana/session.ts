import { Failure, invalid } from '#kernel/error.ts'
import type { Credentials, Quota, Reach } from '../connector.ts'
import {
  type Answer,
  type Ask,
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
  /** Only this workspace, by its gid or name; '' for all the token sees. */
  workspace: string
  /** Signs the address Asana is given for its calls. */
  token: string
  quotas(): Quota[]
  projects: readonly Project[] | null
}

export interface Project {
  gid: string
  name: string
  archived: boolean
}

/** What the free plan allows; paid ones allow ten times as much. */
const freePlan = 150
/** Share of what the plan allows that we allow ourselves, since refused requests count too. */
const share = 14 / 15
const minute = 60_000

export function openAsana(credentials: Credentials, reach: Reach): Session {
  const token = credentials.token?.trim()
  if (!token) throw invalid('The token of Asana is missing.', 'Give a personal access token as token.')
  if (/\s/.test(token))
    throw invalid('The token of Asana has blanks in it.', 'Copy it again, whole and alone.')
  const planPerMinute = Number(credentials.calls?.trim() || freePlan)
  if (!Number.isInteger(planPerMinute) || planPerMinute < 15)
    throw invalid(
      `${credentials.calls} is no number of calls a minute.`,
      'Give 150 or 1500, as your plan has it.',
    )
  const pace = gate(reach, { most: Math.floor(planPerMinute * share), span: minute })
  const manners: Manners = {
    vendor: 'Asana',
    hosts: ['app.asana.com'],
    pace,
    sign: async () => ({ authorization: `Bearer ${token}` }),
    judge,
  }
  return {
    http: createHttp(reach, manners),
    once: createHttp(reach, { ...manners, tries: 1 }),
    base: `${(credentials.base_url ?? 'https://app.asana.com').replace(/\/+$/, '')}/api/1.0`,
    workspace: credentials.workspace?.trim() ?? '',
    token,
    quotas: () => [{ name: 'calls in a minute, at most', used: pace.fullest(), limit: planPerMinute }],
    projects: null,
  }
}

/** What an answer means. 412 is how events say that their token is too old, and is read there. */
export function judge(answer: Answer, now: number): Verdict {
  const { status } = answer
  if (status === 429)
    return { as: 'wait', ms: retryAfter(answer.headers, now) ?? minute, why: 'Asana asks for a pause' }
  const plain = plainTrouble('Asana', answer, now)
  if (plain) return plain
  if (status < 300 || status === 412)
    return answer.text.trim() === '' ? { as: 'again', why: 'an empty answer' } : { as: 'good' }
  const message = messageOf(answer.json)
  const refuse = (failure: Failure): Verdict => ({ as: 'fail', failure })
  if (status === 401)
    return refuse(
      new Failure('forbidden', 'Asana does not take the token: it was revoked or has run out.', {
        next: 'Make a new personal access token in Asana (My apps) and give it here.',
      }),
    )
  if (status === 402)
    return refuse(
      new Failure('forbidden', 'The Asana plan does not include this.', {
        next: 'Everything else is read all the same; a higher plan at Asana would add it.',
      }),
    )
  if (status === 403)
    return refuse(
      new Failure('forbidden', `Asana refuses this to the token’s owner: ${message}`, {
        next: 'Let somebody make the token who is a member of the projects.',
      }),
    )
  if (status === 404)
    return refuse(
      new Failure('not_found', 'Asana has no such thing, or the token’s owner may not see it.', {
        next: 'Check the name or number, and who may see it.',
      }),
    )
  return refuse(
    invalid(`Asana refuses a request: ${message || `HTTP ${status}`}`, undefined, { status, message }),
  )
}

const messageOf = (body: unknown): string => {
  const [first] = (body as { errors?: { message?: string }[] } | undefined)?.errors ?? []
  return first?.message ?? ''
}

type Query = Readonly<Record<string, string>>
const addressOf = ({ base }: Session, path: string, query: Query = {}) => {
  const search = new URLSearchParams(query).toString()
  return `${base}${path}${search ? `?${search}` : ''}`
}

/** The whole answer of a read, for what lies beside `data`. */
export const getWhole = async <T>(
  session: Session,
  path: string,
  query?: Query,
): Promise<{ status: number; body: T }> => {
  const { status, json } = await session.http.ask({ url: addressOf(session, path, query) })
  return { status, body: json as T }
}

export const get = async <T>(session: Session, path: string, query?: Query): Promise<T> =>
  (await getWhole<{ data: T }>(session, path, query)).body.data

/** Writes; `again` where repeating it does no harm. */
export const send = async <T>(
  session: Session,
  method: NonNullable<Ask['method']>,
  path: string,
  data: unknown,
  { again = false, query }: { again?: boolean; query?: Query } = {},
): Promise<T> => {
  const { json } = await (again ? session.http : session.once).ask({
    method,
    url: addressOf(session, path, query),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  })
  return (json as { data: T }).data
}

/** Places in a list run out when a page takes long to be asked for. */
const isLost = (error: unknown): boolean =>
  error instanceof Failure &&
  (error.details as { status?: number } | undefined)?.status === 400 &&
  /offset|pagination/i.test(error.message)

/** Every page of a list. A place that ran out makes it begin again, so that the same may come twice but none is missed. */
export async function* pages<T>(session: Session, path: string, query: Query): AsyncGenerator<T[]> {
  let offset: string | undefined
  for (let restarts = 0; ; ) {
    let page: { data: T[]; next_page?: { offset?: string } | null }
    try {
      const place: Query = offset === undefined ? {} : { offset }
      page = (await getWhole<typeof page>(session, path, { ...query, limit: '100', ...place })).body
    } catch (error) {
      if (offset === undefined || restarts >= 3 || !isLost(error)) throw error
      restarts += 1
      offset = undefined
      continue
    }
    yield page.data
    const next = page.next_page?.offset
    if (!next) return
    if (next === offset) throw samePlace('Asana', path)
    offset = next
  }
}

/** A list whole. */
export async function allOf<T>(session: Session, path: string, query: Query): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages<T>(session, path, query)) all.push(...page)
  return all
}

export interface Named {
  gid: string
  name: string
}

/** Workspaces to be read. @throws Failure('invalid') where the one that was named is not there. */
export async function workspacesOf(session: Session): Promise<Named[]> {
  const all = await allOf<Named>(session, '/workspaces', { opt_fields: 'name' })
  const wanted = session.workspace
  const some = wanted ? all.filter(one => one.gid === wanted || one.name === wanted) : all
  if (some.length === 0)
    throw invalid(
      wanted ? `The token sees no workspace ${wanted}.` : 'The token sees no workspace.',
      wanted ? `It sees ${all.map(one => one.name).join(', ') || 'none'}.` : 'Let a member make it.',
    )
  return some
}

/** Projects of the workspaces, those put away too; asked once. */
export async function projectsOf(session: Session): Promise<readonly Project[]> {
  if (session.projects) return session.projects
  const found: Project[] = []
  for (const { gid: workspace } of await workspacesOf(session))
    for await (const page of pages<Project>(session, '/projects', { workspace, opt_fields: 'name,archived' }))
      found.push(...page)
  session.projects = found
  return found
}
