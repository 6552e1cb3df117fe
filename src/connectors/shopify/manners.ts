import { Failure } from '#kernel/error.ts'
import type { Quota, Reach } from '../connector.ts'
import { type Answer, plainTrouble, type Verdict } from '../http.ts'

interface Cost {
  requestedQueryCost?: number
  actualQueryCost?: number | null
  throttleStatus?: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }
}

interface Body {
  data?: unknown
  errors?: { message: string; extensions?: { code?: string } }[] | string
  extensions?: { cost?: Cost }
}

/** Points of the vendor's bucket as they were told last, and a turn that waits while there are hardly any. */
export interface Pace {
  note(cost: Cost): void
  turn(): Promise<void>
  quotas(): Quota[]
}

/** Below this share of the bucket a question waits until there is as much again: others of the same app ask too. */
const low = 0.1

export function pacing(reach: Reach): Pace {
  let known: { left: number; size: number; rate: number; at: number } | null = null
  return {
    note({ throttleStatus }) {
      if (!throttleStatus) return
      const { currentlyAvailable, maximumAvailable, restoreRate } = throttleStatus
      known = { left: currentlyAvailable, size: maximumAvailable, rate: restoreRate, at: reach.now() }
    },
    async turn() {
      if (!known) return
      const { left, size, rate, at } = known
      const now = left + ((reach.now() - at) / 1000) * rate
      const wait = ((size * low - now) / rate) * 1000
      if (wait > 0) await reach.sleep(Math.min(wait, 10_000))
    },
    quotas: () =>
      known ? [{ name: 'query points at once', used: known.size - known.left, limit: known.size }] : [],
  }
}

/** Reads an answer as this vendor means it: most of what is wrong comes with HTTP 200. */
export function judge(answer: Answer, now: number, pace: Pace): Verdict {
  const { status } = answer
  // A refused client says why in its body; that is read where it was asked for.
  if (
    status < 500 &&
    status >= 400 &&
    typeof (answer.json as { error?: unknown } | undefined)?.error === 'string'
  )
    return { as: 'good' }
  if (status === 401) return { as: 'renew', why: 'the token is not (or no longer) known' }
  const fatal = fatalOf(answer)
  if (fatal) return { as: 'fail', failure: fatal }
  const plain = plainTrouble('Shopify', answer, now)
  if (plain) return plain
  const body = answer.json as Body | undefined
  if (body === undefined) return { as: 'again', why: 'an empty answer' }
  const cost = body.extensions?.cost
  if (cost) pace.note(cost)
  const errors = Array.isArray(body.errors) ? body.errors : []
  const codes = errors.map(one => one.extensions?.code)
  if (codes.includes('THROTTLED'))
    return { as: 'wait', ms: waitOf(cost), why: 'Shopify’s points are used up' }
  if (codes.includes('INTERNAL_SERVER_ERROR')) return { as: 'again', why: 'an error inside Shopify' }
  return { as: 'good' }
}

/** ms until the bucket holds what was asked for. A tenth more, since it is filled in steps. */
function waitOf(cost: Cost | undefined): number {
  const status = cost?.throttleStatus
  if (!status || !(status.restoreRate > 0)) return 2000
  const missing = (cost?.requestedQueryCost ?? 0) - status.currentlyAvailable
  return Math.max(100, Math.ceil((Math.max(0, missing) / status.restoreRate) * 1100))
}

/** What nothing but a person can mend. */
function fatalOf({ status }: Answer): Failure | null {
  const words: Record<number, [string, string]> = {
    402: [
      'The shop is frozen at Shopify.',
      'Its owner must settle the bill; then the connection goes on by itself.',
    ],
    403: [
      'Shopify refuses access.',
      'See that the app is still installed in the shop and has the scopes that are asked for.',
    ],
    404: ['Shopify knows no such shop.', 'Check the address of the shop: it ends in .myshopify.com.'],
    423: ['The shop is locked at Shopify.', 'Its owner must ask Shopify’s support.'],
    430: ['Shopify refuses the request for security reasons.', 'Try again in some minutes.'],
  }
  const found = words[status]
  if (!found)
    return status === 400 ? new Failure('invalid', 'Shopify does not understand the request.') : null
  return new Failure(status === 404 ? 'invalid' : 'forbidden', found[0], {
    next: found[1],
    details: { status },
  })
}

/** An error of GraphQL that ends a turn. */
export function troubleOf(error: {
  message: string
  extensions?: { code?: string; requiredAccess?: string }
}): Failure {
  const { code, requiredAccess } = error.extensions ?? {}
  if (code === 'ACCESS_DENIED')
    return new Failure('forbidden', `Shopify does not grant this: ${error.message}`, {
      next: `Give the app ${requiredAccess ?? 'the scope that is named'} and connect again.`,
    })
  if (code === 'SHOP_INACTIVE')
    return new Failure('forbidden', 'The shop is not active at Shopify.', {
      next: 'Its owner must open it again.',
    })
  return new Failure('unavailable', `Shopify cannot answer: ${error.message}`, { details: { code } })
}
