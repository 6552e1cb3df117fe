import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Credentials, Hooks } from '../connector.ts'
import { type Named, pages, projectsOf, type Session, send, workspacesOf } from './session.ts'

interface Webhook extends Named {
  active?: boolean
  target?: string
  resource?: { gid: string }
}

/** Asana tells nothing twice: what comes later than this was kept by somebody and sent again. */
const latest = 48 * 3_600_000

/** Stands in the address Asana is given, so that only it can hand over a secret. */
const proofOf = (token: string, project: string) =>
  createHmac('sha256', token).update(`asana hook ${project}`).digest('hex').slice(0, 32)

const secretName = (project: string) => `hook_secret_${project}`

const same = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

export const hooks: Hooks<Session> = {
  receive({ url, headers, body }, credentials: Credentials, now) {
    const { searchParams } = new URL(url, 'http://here.invalid')
    const project = searchParams.get('project') ?? ''
    const offered = headers['x-hook-secret']
    if (offered !== undefined) {
      const proof = proofOf(credentials.token?.trim() ?? '', project)
      if (!same(searchParams.get('proof') ?? '', proof)) return { status: 401, body: 'not asked for' }
      return {
        status: 200,
        headers: { 'x-hook-secret': offered },
        keep: { [secretName(project)]: offered },
      }
    }
    const secret = credentials[secretName(project)]
    const given = headers['x-hook-signature'] ?? ''
    const right = secret ? createHmac('sha256', secret).update(body).digest('hex') : ''
    if (!secret || !same(given.toLowerCase(), right)) return { status: 401, body: 'wrong signature' }
    const events = eventsIn(body)
    if (events === null) return { status: 400, body: 'no events' }
    const last = Math.max(...events.map(one => Date.parse(one.created_at ?? '')))
    if (events.length > 0 && now - last > latest) return { status: 400, body: 'not of this time' }
    // A heartbeat tells that the line holds, no more.
    if (events.length === 0) return { status: 200 }
    const id = createHash('sha256').update(project).update(body).digest('hex')
    const deleted = events.some(one => one.action === 'deleted')
    return { status: 200, id, hurry: deleted ? ['tasks', 'deletions'] : ['tasks'] }
  },

  /**
   * One for each project in use. Asana asks at the address while it is being told of it, and takes away what fails for a
   * day; one that is there and tells nothing gives way to a new one, since the same cannot be made twice.
   */
  async subscribe(session, address) {
    const there = new Set<string>()
    for (const { gid: workspace } of await workspacesOf(session))
      for await (const page of pages<Webhook>(session, '/webhooks', {
        workspace,
        opt_fields: 'active,target,resource.name',
      }))
        for (const { gid, active, target } of page) {
          if (!target) continue
          if (active !== false) there.add(target)
          else if (target.startsWith(`${address}?`))
            await send(session, 'DELETE', `/webhooks/${gid}`, undefined, { again: true })
        }
    for (const { gid: resource, archived } of await projectsOf(session)) {
      const target = targetOf(address, session.token, resource)
      if (archived || there.has(target)) continue
      const filters = ['changed', 'added', 'removed', 'deleted', 'undeleted'].map(action => ({
        resource_type: 'task',
        action,
      }))
      await send(session, 'POST', '/webhooks', { resource, target, filters })
    }
  },
}

const targetOf = (address: string, token: string, project: string): string => {
  const url = new URL(address)
  url.searchParams.set('project', project)
  url.searchParams.set('proof', proofOf(token, project))
  return url.href
}

function eventsIn(body: Uint8Array): { action?: string; created_at?: string }[] | null {
  try {
    const { events } = JSON.parse(new TextDecoder().decode(body)) as { events?: unknown }
    return Array.isArray(events) ? events : null
  } catch {
    return null
  }
}
