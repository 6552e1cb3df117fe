import { createHmac } from 'node:crypto'
import { draw } from '../company/draw.ts'
import type { World } from '../world.ts'
import { type Desk, type Happening, people, taskGid } from './desk.ts'

interface Hook {
  gid: string
  resource: string
  target: string
  secret: string
}

/** Whom Asana tells of what happened, and how it makes sure that they listen. */
export function createLine(world: World, desk: Desk, send: typeof fetch) {
  const hooks: Hook[] = []
  let made = 0
  const event = ({ at, action, task, field }: Happening) => ({
    user: { gid: people[0]?.gid, resource_type: 'user', name: people[0]?.name },
    resource: { gid: taskGid(task.number), resource_type: 'task', name: '' },
    type: 'task',
    action,
    parent: null,
    created_at: new Date(at).toISOString(),
    ...(action === 'changed' && { change: { field, action: 'changed' } }),
  })
  const post = (hook: Hook, body: string) =>
    send(hook.target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hook-signature': createHmac('sha256', hook.secret).update(body).digest('hex'),
      },
      body,
    }).catch(() => null)
  const node = ({ gid, resource, target }: Hook) => ({
    gid,
    resource_type: 'webhook',
    active: true,
    resource: { gid: resource, resource_type: 'project', name: '' },
    target,
  })

  return {
    event,
    webhooks: () => hooks.map(node),
    /** Whether there was one. */
    remove(gid: string): boolean {
      const at = hooks.findIndex(one => one.gid === gid)
      if (at >= 0) hooks.splice(at, 1)
      return at >= 0
    },
    /** Asks at the target while the request to make it is open. @returns why not, in words. */
    async open(resource: string, target: string) {
      if (!URL.canParse(target)) return 'target: Not a valid URL'
      if (hooks.some(one => one.resource === resource && one.target === target))
        return 'Forbidden: duplicate webhook'
      const hook: Hook = {
        gid: String(1209000000000000 + made++),
        resource,
        target,
        secret: createHmac('sha256', String(world.company.seed)).update(target).digest('hex'),
      }
      const answer = await send(target, { method: 'POST', headers: { 'x-hook-secret': hook.secret } }).catch(
        () => null,
      )
      if (
        !answer ||
        (answer.status !== 200 && answer.status !== 204) ||
        answer.headers.get('x-hook-secret') !== hook.secret
      )
        return 'The remote server did not respond with the handshake secret.'
      hooks.push(hook)
      await post(hook, JSON.stringify({ events: [] }))
      return { data: node(hook), 'X-Hook-Secret': hook.secret }
    },
    /** At most once by promise, yet some come twice and some out of order; where nothing happened the heartbeat beats. */
    async tell(from: number, to: number) {
      for (const [index, hook] of hooks.entries()) {
        const name = desk.projects().find(one => one.gid === hook.resource)?.name ?? ''
        const chance = draw(world.company.seed, 611, index, Math.floor(to / 1000))
        const events = desk.happened(name, from, to).map(event)
        const some: string[] = []
        // Of a long stretch only the latest are told: plenty to hear that something changed.
        for (let at = Math.max(0, events.length - 500); at < events.length; at += 50) {
          const body = JSON.stringify({ events: events.slice(at, at + 50) })
          if (chance.chance(0.2)) some.unshift(body)
          else some.push(body)
          if (chance.chance(0.1)) some.push(body)
        }
        if (some.length === 0) some.push(JSON.stringify({ events: [] }))
        for (const body of some) await post(hook, body)
      }
    },
  }
}
