import { Failure } from '#kernel/error.ts'
import { reachable, refusalIn } from './addresses.ts'
import type { Reach } from './connector.ts'
import { type Silence, silenceOf, silent } from './silence.ts'
import { wholeLines } from './whole-lines.ts'

/** One request to a vendor. */
export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Named in messages instead of the address, where that has a secret in it. */
  told?: string
  /** ms until the answer must be whole; 60 s when absent. */
  timeout?: number
}

/** A whole answer. `json` is undefined when the body is none. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  json: unknown
}

/**
 * What an answer means, in the vendor's own way of saying it:
 * good: take it. wait: throttled, come back after `ms` (does not count as a failed try). again: broken on their side,
 * try a few times with growing pauses. renew: the token is used up; renew once and repeat. fail: nothing will help.
 */
export type Verdict =
  | { as: 'good' }
  | { as: 'wait'; ms: number; why: string }
  | { as: 'again'; why: string }
  | { as: 'renew'; why: string }
  | { as: 'fail'; failure: Failure }

/** The vendor wants to be left alone until `until` (ms): the turn ends without fault and is taken up then. */
export class Postponed extends Error {
  readonly until: number

  constructor(until: number, why: string) {
    super(why)
    this.name = 'Postponed'
    this.until = until
  }
}

export interface Manners {
  /** Shown in messages. */
  vendor: string
  /** Hosts that may be called, besides those the owner allowed: exact, or `*.example.com` for its subdomains. */
  hosts: readonly string[]
  /** Reads the answer as this vendor means it. */
  judge(answer: Answer, now: number): Verdict
  /** Called before each request: waits for its turn in the vendor's rate. */
  pace?(ask: Ask): Promise<void>
  /** Headers that prove who asks; called for each try, so that a renewed token is used. */
  sign?(ask: Ask): Promise<Readonly<Record<string, string>>>
  /** Renews what `sign` uses. */
  renew?(): Promise<void>
  /** Broken answers until it is given up, where the vendor counts them against us; five when absent. */
  tries?: number
}

const usualTries = 5
/** Longer waits end the turn, so that nothing else waits with it. */
const patience = 90_000
const timeout = 60_000

export interface Http {
  /** The vendor's clock as of its last answer, ms UTC; our own before there was one. */
  clock(): number
  /** @throws Failure, or Postponed. Secrets stand in no message: of an address only host and path are told. */
  ask(ask: Ask): Promise<Answer>
  /** A body of any size in pieces of whole lines, for files. The vendor's headers are not sent: such addresses are signed. */
  lines(url: string): AsyncGenerator<Buffer>
  /** The same for a file behind the vendor's own door: asked and judged as any other request, given as it comes. */
  bytes(ask: Ask): AsyncGenerator<Uint8Array>
}

/** One small layer between a connector and its vendor: addresses, time-outs, tries, pauses, never a secret in a log. */
export const createHttp = (reach: Reach, manners: Manners): Http => {
  const tries = manners.tries ?? usualTries
  let ahead = 0
  /** What no later try would mend. */
  const throwFinal = (cause: unknown): void => {
    if (reach.signal.aborted) throw reach.signal.reason
    const refusal = refusalIn(cause)
    if (refusal) throw refusal
  }
  const way = (url: string) => reachable(url, manners, reach.allowed)
  const once = async (ask: Ask): Promise<Answer | { broken: Silence }> => {
    const outward = way(ask.url)
    await manners.pace?.(ask)
    const own = await manners.sign?.(ask)
    try {
      const response = await reach.fetch(ask.url, {
        method: ask.method ?? 'GET',
        headers: { accept: 'application/json', 'user-agent': 'Quarterdeck', ...ask.headers, ...own },
        ...(ask.body !== undefined && { body: ask.body }),
        // Followed by hand nowhere: an answer that leads elsewhere could lead into a private network.
        redirect: 'manual',
        ...outward,
        signal: AbortSignal.any([
          reach.signal,
          AbortSignal.timeout(ask.timeout ?? reach.patience ?? timeout),
        ]),
      })
      const text = await response.text()
      const told = Date.parse(response.headers.get('date') ?? '')
      // Told to the second: less than two is no difference.
      if (Number.isFinite(told)) ahead = Math.abs(told - reach.now()) < 2000 ? 0 : told - reach.now()
      return { status: response.status, headers: response.headers, text, json: parsed(text) }
    } catch (cause) {
      throwFinal(cause)
      return { broken: silenceOf(cause) }
    }
  }

  const ask = async (request: Ask): Promise<Answer> => {
    let failed = 0
    let renewed = false
    let waited = 0
    for (;;) {
      const answer = await once(request)
      const verdict: Verdict =
        'broken' in answer ? { as: 'again', why: answer.broken.code } : manners.judge(answer, reach.now())
      if (verdict.as === 'good') return answer as Answer
      if (verdict.as === 'fail') throw verdict.failure
      if (verdict.as === 'renew') {
        if (renewed || !manners.renew)
          throw new Failure('forbidden', `${manners.vendor} refuses the credentials: ${verdict.why}`, {
            next: 'Give new credentials for this connection.',
          })
        renewed = true
        await manners.renew()
        continue
      }
      if (verdict.as === 'wait') {
        waited += verdict.ms
        if (waited > patience) throw new Postponed(reach.now() + verdict.ms, verdict.why)
        await reach.sleep(verdict.ms)
        continue
      }
      failed += 1
      if (failed >= tries)
        throw 'broken' in answer
          ? silent(manners.vendor, answer.broken, { address: told(request), tries })
          : new Failure('unavailable', `${manners.vendor} does not answer as it should: ${verdict.why}`, {
              next: 'It is tried again at the next turn. If it stays so, look at the vendor’s status page.',
              details: { address: told(request), tries },
            })
      await reach.sleep(pause(failed))
    }
  }

  /** Judges what came instead of a file, and waits as it asks; throws where nothing will help. */
  const instead = async (
    request: Ask,
    answer: Answer | { broken: Silence },
    failed: number,
  ): Promise<number> => {
    const verdict: Verdict =
      'broken' in answer ? { as: 'again', why: answer.broken.code } : manners.judge(answer, reach.now())
    if (verdict.as === 'fail') throw verdict.failure
    if (failed + 1 >= tries && 'broken' in answer)
      throw silent(manners.vendor, answer.broken, { address: told(request), tries })
    if (failed + 1 >= tries)
      throw new Failure('unavailable', `${manners.vendor} does not give its file.`, {
        next: 'It is tried again at the next turn.',
        details: { address: told(request), tries },
      })
    if (verdict.as === 'renew') await manners.renew?.()
    else if (verdict.as === 'wait' && verdict.ms > patience)
      throw new Postponed(reach.now() + verdict.ms, verdict.why)
    else await reach.sleep(verdict.as === 'wait' ? verdict.ms : pause(failed + 1))
    return failed + 1
  }

  /** A file as it comes. A vendor that stops in the middle is given up; whoever reads may take his time. */
  const partsOf = async function* (body: ReadableStream<Uint8Array>, leash: Leash) {
    try {
      for await (const part of body) {
        leash.loose()
        yield part
        leash.tie()
      }
    } catch (cause) {
      if (reach.signal.aborted) throw reach.signal.reason
      throw new Error(`the file breaks off: ${silenceOf(cause).code}`, { cause })
    } finally {
      leash.loose()
    }
  }

  return {
    ask,
    async *bytes(request) {
      const outward = way(request.url)
      for (let failed = 0; ; ) {
        await manners.pace?.(request)
        const own = await manners.sign?.(request)
        const leash = leashed(reach, request.timeout ?? reach.patience ?? timeout)
        const response = await reach
          .fetch(request.url, {
            headers: { 'user-agent': 'Quarterdeck', ...request.headers, ...own },
            redirect: 'manual',
            ...outward,
            signal: leash.signal,
          })
          .catch((cause: unknown) => {
            leash.loose()
            throwFinal(cause)
            return silenceOf(cause)
          })
        if (!(response instanceof Response)) {
          failed = await instead(request, { broken: response }, failed)
          continue
        }
        // A refusal may come as a success whose body says otherwise.
        const says = response.headers.get('content-type') ?? ''
        if (response.ok && response.body && !/json|html/.test(says)) {
          yield* partsOf(response.body, leash)
          return
        }
        const text = await response.text().finally(leash.loose)
        const { status, headers } = response
        failed = await instead(request, { status, headers, text, json: parsed(text) }, failed)
      }
    },
    clock: () => reach.now() + ahead,
    async *lines(url) {
      const outward = way(url)
      const leash = leashed(reach, reach.patience ?? timeout)
      const response = await reach
        .fetch(url, { redirect: 'manual', ...outward, signal: leash.signal })
        .catch((cause: unknown) => {
          leash.loose()
          throwFinal(cause)
          throw silent(manners.vendor, silenceOf(cause), { address: new URL(url).host })
        })
      if (!response.ok || !response.body) {
        leash.loose()
        throw new Failure('unavailable', `${manners.vendor} does not give its file: HTTP ${response.status}.`)
      }
      yield* wholeLines(partsOf(response.body, leash))
    },
  }
}

/** A signal that comes when nothing was heard for a while; loose, it waits for nobody. */
interface Leash {
  signal: AbortSignal
  tie(): void
  loose(): void
}

const leashed = (reach: Reach, ms: number): Leash => {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const loose = () => clearTimeout(timer)
  const tie = () => {
    loose()
    timer = setTimeout(() => stop.abort(new DOMException('no answer in time', 'TimeoutError')), ms)
  }
  tie()
  return { signal: AbortSignal.any([reach.signal, stop.signal]), tie, loose }
}

export interface Gate {
  (): Promise<void>
  /** Requests in the fullest span so far. */
  fullest(): number
}

/** A pace that lets at most `most` requests through in any `span` of ms. */
export const gate = (reach: Reach, { most, span }: { most: number; span: number }): Gate => {
  const passed: number[] = []
  let fullest = 0
  const pass = async (): Promise<void> => {
    if (passed.length >= most) {
      // Taken before the wait, so that two who wait do not go by the same place.
      const wait = (passed.shift() ?? 0) + span - reach.now()
      if (wait > 0) await reach.sleep(wait)
    }
    const now = reach.now()
    passed.push(now)
    fullest = Math.max(fullest, passed.filter(at => at > now - span).length)
  }
  return Object.assign(pass, { fullest: () => fullest })
}

/** 1, 2, 4, 8 s, each up to half longer so that many do not come back at once. */
const pause = (failed: number): number => 2 ** (failed - 1) * 1000 * (1 + Math.random() / 2)

/** An address without what may be secret in it. */
const told = ({ told: name, url }: Ask): string => {
  if (name !== undefined) return name
  const { host, pathname } = new URL(url)
  return host + pathname
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What was asked for; null where the vendor has it no more, as when it is deleted between the list it stood in and the asking. */
export const unlessGone = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'not_found') return null
    throw error
  })

/**
 * A page that leads to itself: what lies behind it cannot be read. Taken for the end of the list, the rest would be passed
 * over, and of a whole reading be gone.
 */
export const samePlace = (vendor: string, list: string): Failure =>
  new Failure('unavailable', `${vendor} gives the same page of ${list} again and again.`, {
    next: 'Nothing of it is taken for gone. It is read again at the next turn.',
  })

/** Seconds or a date in `Retry-After`, as ms from now; null where it is absent or nonsense. */
export const retryAfter = (headers: Headers, now: number): number | null => {
  const text = headers.get('retry-after')
  if (!text) return null
  const ms = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** What every vendor may answer whatever its own ways: gateways' errors and pages that are no JSON. Null: look closer. */
export const plainTrouble = (vendor: string, answer: Answer, now: number): Verdict | null => {
  const { status } = answer
  if (status >= 300 && status < 400)
    return {
      as: 'fail',
      failure: new Failure('invalid', `${vendor} sends us to another address.`, {
        next: 'Check the address of the connection: it must be the one the vendor’s API answers on.',
      }),
    }
  if (status === 429)
    return { as: 'wait', ms: retryAfter(answer.headers, now) ?? 10_000, why: `${vendor} asks for a pause` }
  if (status >= 500) return { as: 'again', why: `HTTP ${status}` }
  if (status < 300 && answer.json === undefined && answer.text.trim() !== '')
    return { as: 'again', why: 'an answer that is no JSON' }
  return null
}
