import { createHmac } from 'node:crypto'
import { draw } from '../company/draw.ts'
import type { World } from '../world.ts'
import { type Desk, idOf } from './desk.ts'
import { actionNode } from './shapes.ts'

interface Hook {
  id: string
  callbackURL: string
  idModel: string
  active: boolean
  consecutiveFailures: number
  firstConsecutiveFailDate: string | null
}

/** Put out after failing for so long. */
const patience = 30 * 86_400_000

/** Of a long stretch only the latest are told: plenty to hear that something changed. */
const most = 200

/** Whom Trello tells of what happened on a board. */
export function createLine(world: World, desk: Desk, secret: string, send: typeof fetch) {
  const hooks: Hook[] = []
  const isThere = async (callbackURL: string): Promise<string | null> => {
    const answer = await send(callbackURL, { method: 'HEAD' }).catch(() => null)
    return answer?.status === 200
      ? null
      : `URL (${callbackURL}) did not return 200 status code, got ${answer?.status ?? 'nothing'}`
  }
  return {
    all: (): readonly Hook[] => hooks,
    /** Changes one; an address is asked for anew. @returns why not, in words; null for one that is not there. */
    async change(
      id: string,
      { active, callbackURL }: Partial<Record<string, unknown>>,
    ): Promise<Hook | string | null> {
      const hook = hooks.find(one => one.id === id)
      if (!hook) return null
      if (callbackURL !== undefined) {
        const nobody = await isThere(String(callbackURL))
        if (nobody) return nobody
        hook.callbackURL = String(callbackURL)
      }
      if (active !== undefined) hook.active = String(active) === 'true'
      if (hook.active) Object.assign(hook, { consecutiveFailures: 0, firstConsecutiveFailDate: null })
      return hook
    },
    /** Asks by HEAD whether anybody is there. @returns why not, in words. */
    async open(callbackURL: string, idModel: string): Promise<Hook | string> {
      if (!URL.canParse(callbackURL)) return 'Invalid value for callbackURL'
      if (hooks.some(one => one.callbackURL === callbackURL && one.idModel === idModel))
        return 'A webhook with that callback, model, and token already exists'
      const nobody = await isThere(callbackURL)
      if (nobody) return nobody
      const hook: Hook = {
        id: idOf(world.now(), 10, hooks.length + 1),
        callbackURL,
        idModel,
        active: true,
        consecutiveFailures: 0,
        firstConsecutiveFailDate: null,
      }
      hooks.push(hook)
      return hook
    },
    /** Some twice, some out of order. 410 ends it for good. */
    async tell(from: number, to: number) {
      if (hooks.length === 0) return
      const happened = [...desk.actions(to)].filter(one => one.at > from).sort((a, b) => a.at - b.at)
      for (const [index, hook] of hooks.entries()) {
        const chance = draw(world.company.seed, 612, index, Math.floor(to / 1000))
        const due = happened.slice(-most)
        for (let at = 1; at < due.length; at++)
          if (chance.chance(0.1)) due.splice(at - 1, 2, ...due.slice(at - 1, at + 1).reverse())
        for (const one of due) {
          if (!hook.active) break
          const body = JSON.stringify({
            action: actionNode(desk, one),
            model: { id: hook.idModel, name: desk.boards[0]?.name },
            webhook: hook,
          })
          const signature = createHmac('sha1', secret)
            .update(body + hook.callbackURL)
            .digest('base64')
          const headers = { 'content-type': 'application/json', 'x-trello-webhook': signature }
          for (let times = chance.chance(0.1) ? 2 : 1; times > 0; times--) {
            const answer = await send(hook.callbackURL, { method: 'POST', headers, body }).catch(() => null)
            if (answer?.status === 410) hook.active = false
            hook.consecutiveFailures = answer?.ok ? 0 : hook.consecutiveFailures + 1
            hook.firstConsecutiveFailDate = answer?.ok
              ? null
              : (hook.firstConsecutiveFailDate ?? new Date(one.at).toISOString())
            const failing = Date.parse(hook.firstConsecutiveFailDate ?? '')
            if (one.at - failing >= patience) hook.active = false
          }
        }
      }
    },
  }
}
