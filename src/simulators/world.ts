import type { Context, Hono, MiddlewareHandler, Next } from 'hono'
import { addDays } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import type { Company } from './company/company.ts'
import { midnight } from './company/stores.ts'

/** What the seven simulators share: one company, one clock, and the failures that were asked for. */
export interface World {
  company: Company
  /** ms UTC: what happened up to now is visible. */
  now(): number
  /** Moves the clock on. @throws Failure('invalid') for a step back. */
  advance(ms: number): void
  faults: Faults
  /** Address the simulators are reached by, without a slash at the end; they give it out in links. */
  url: string
}

/** Failures on demand, by name: `vendor:fault`, such as `shopify:http_503`. */
export interface Faults {
  /** Arms a failure for so many requests; without a number, until it is disarmed. */
  arm(name: string, times?: number): void
  disarm(name?: string): void
  /** Whether the failure is due at this request; counts it. */
  strikes(vendor: string, fault: string): boolean
  armed(): Readonly<Record<string, number>>
}

export const createFaults = (): Faults => {
  const armed = new Map<string, number>()
  return {
    arm: (name, times = Number.POSITIVE_INFINITY) => void armed.set(name, times),
    disarm: name => (name === undefined ? armed.clear() : void armed.delete(name)),
    strikes(vendor, fault) {
      const name = `${vendor}:${fault}`
      const left = armed.get(name) ?? 0
      if (left <= 0) return false
      if (left === 1) armed.delete(name)
      else armed.set(name, left - 1)
      return true
    },
    armed: () => Object.fromEntries(armed),
  }
}

/**
 * A world whose clock stands at noon (UTC) after the company's last day and runs on from there only when it is moved; or,
 * given a clock, runs with that.
 */
export function createWorld(
  company: Company,
  url = 'http://simulators.invalid',
  clock?: () => number,
): World {
  let now = clock ? 0 : midnight('UTC', addDays(company.until, 1)) + 12 * 3_600_000
  return {
    company,
    url,
    faults: createFaults(),
    now: () => now + (clock?.() ?? 0),
    advance(ms) {
      if (!(ms >= 0)) throw invalid('The clock cannot be turned back.', 'Give a step forward.')
      now += ms
    },
  }
}

/** Failures that any vendor may show, whatever its own ways. */
export const plainFaults = [
  'http_500',
  'http_503_html',
  'html',
  'truncated',
  'empty',
  'hang',
  'slow',
  'clock_skew',
] as const

/**
 * Every simulator's first layer: the clock in the `Date` header, and the plain failures that are armed for the vendor.
 * `hang` never answers; `slow` answers after two seconds; `clock_skew` shows a clock that is an hour behind.
 */
export const plainTrouble =
  (world: World, vendor: string): MiddlewareHandler =>
  async (context: Context, next: Next) => {
    const strikes = (fault: (typeof plainFaults)[number]) => world.faults.strikes(vendor, fault)
    const html = '<html><head><title>503 Service Unavailable</title></head><body>Back soon.</body></html>'
    if (strikes('hang')) return new Promise<never>(() => undefined)
    if (strikes('slow')) await new Promise(done => setTimeout(done, 2000))
    if (strikes('http_500')) return context.json({ errors: 'Internal Server Error' }, 500)
    if (strikes('http_503_html')) return context.html(html, 503)
    if (strikes('html')) return context.html(html, 200)
    if (strikes('empty')) return context.body('', 200)
    await next()
    const skew = strikes('clock_skew') ? 3_600_000 : 0
    context.res.headers.set('date', new Date(world.now() - skew).toUTCString())
    if (strikes('truncated')) {
      const text = await context.res.text()
      const { status, headers } = context.res
      context.res = new Response(text.slice(0, Math.floor(text.length / 2)), { status, headers })
      context.res.headers.delete('content-length')
    }
    return undefined
  }

/** One vendor played: what it answers, and what one gives to connect to it. */
export interface Simulator {
  vendor: 'shopify' | 'magento' | 'ga4' | 'hubspot' | 'marketo' | 'asana' | 'trello'
  /** Answers below `/<vendor>`; paths begin where the vendor's own host ends. */
  app: Hono
  /** What connects to it: one entry for each connection the company has there. */
  connections: readonly { label: string; credentials: Readonly<Record<string, string>> }[]
  /** Its own failures on demand, besides the plain ones. */
  faults: readonly string[]
  /** What happened in a stretch of time, told to those who subscribed; called when the clock has moved on. */
  tell?(from: number, to: number, send: typeof fetch): Promise<void>
}
