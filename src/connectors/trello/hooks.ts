import { createHmac, timingSafeEqual } from 'node:crypto'
import { Failure } from '#kernel/error.ts'
import type { Hooks } from '../connector.ts'
import { boardsOf, type Session, send, webhooksOf } from './session.ts'

/** Trello tries again for some minutes; what comes later than this was kept by somebody and sent again. */
const latest = 48 * 3_600_000

/** base64 of HMAC-SHA1 over body and address with the app's secret, compared in constant time. */
function isSigned(body: Uint8Array, address: string, secret: string, given: string): boolean {
  const right = createHmac('sha1', secret).update(body).update(address).digest()
  const sent = Buffer.from(given, 'base64')
  return sent.length === right.length && timingSafeEqual(sent, right)
}

export const hooks: Hooks<Session> = {
  receive({ method, url, headers, body }, credentials, now) {
    // Asked whether anybody is there.
    if (method === 'HEAD') return { status: 200 }
    const secret = credentials.secret?.trim()
    if (!secret) return { status: 401, body: 'no secret to check the signature with' }
    const given = headers['x-trello-webhook'] ?? ''
    // Behind a proxy we are asked by http at what is https outside.
    const addresses = [url, url.replace(/^http:/, 'https:')]
    if (!addresses.some(one => isSigned(body, one, secret, given)))
      return { status: 401, body: 'wrong signature' }
    const action = actionIn(body)
    const at = Date.parse(action?.date ?? '')
    if (!action?.id || Number.isNaN(at)) return { status: 400, body: 'no action' }
    if (now - at > latest) return { status: 400, body: 'not of this time' }
    return { status: 200, id: action.id, hurry: ['cards', 'moves'] }
  },

  /** One for each board in use. Trello puts out those that fail for weeks: they are lit again. */
  async subscribe(session, address) {
    const known = new Map(
      (await webhooksOf(session))
        .filter(one => one.callbackURL === address)
        .map(one => [one.idModel ?? '', one]),
    )
    for (const { id, closed } of await boardsOf(session)) {
      if (closed) continue
      const there = known.get(id)
      if (there) {
        // Somebody is asked for at the address again, as when it was made.
        if (there.active === false)
          await send(session, 'PUT', `/webhooks/${there.id}`, { active: 'true', callbackURL: address }, true)
        continue
      }
      try {
        await send(session, 'POST', '/webhooks', {
          callbackURL: address,
          idModel: id,
          description: 'Quarterdeck',
        })
      } catch (error) {
        if (!(error instanceof Failure) || !/already exists/i.test(error.message)) throw error
      }
    }
  },
}

function actionIn(body: Uint8Array): { id?: string; date?: string } | null {
  try {
    return (
      (JSON.parse(new TextDecoder().decode(body)) as { action?: { id?: string; date?: string } }).action ??
      null
    )
  } catch {
    return null
  }
}
