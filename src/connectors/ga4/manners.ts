import { addDays } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { dayAt, dayStart } from '#kernel/zone.ts'
import type { Quota } from '../connector.ts'
import { type Answer, Postponed, plainTrouble, type Verdict } from '../http.ts'

const vendor = 'Google Analytics'

/** Google's error in a body. */
interface Said {
  error?: { code?: number; message?: string; status?: string }
}

/** Google's day of quotas begins at midnight in California. */
const nextQuotaDay = (now: number): number =>
  dayStart('America/Los_Angeles', addDays(dayAt('America/Los_Angeles', now), 1))

/** How long a quota is gone, by the words of a 429: there is no Retry-After. `now` is the vendor's clock. */
export function pauseOf(message: string, now: number): number {
  if (/concurrent requests/i.test(message)) return 30_000
  if (/for a project per hour/i.test(message)) return 1_800_000
  if (/potentially thresholded|server errors/i.test(message)) return 3_600_000
  if (/per day|daily/i.test(message)) return nextQuotaDay(now) - now
  if (/per hour/i.test(message)) return 1_800_000
  return 60_000
}

/** Reads an answer of the Data API. `clock` is the vendor's. */
export function judge(answer: Answer, now: number, clock: () => number, email: string): Verdict {
  const { status, json } = answer
  const { message = '', status: reason = '' } = (json as Said | undefined)?.error ?? {}
  if (status === 200 && typeof json === 'object' && json !== null) return { as: 'good' }
  if (status === 429)
    return { as: 'wait', ms: pauseOf(message, clock()), why: message || `${vendor} asks for a pause` }
  if (status === 401) return { as: 'renew', why: 'the token is not accepted' }
  const fail = (code: 'forbidden' | 'invalid' | 'not_found', text: string, next: string): Verdict => ({
    as: 'fail',
    failure: new Failure(code, text, { next, details: { reason, said: message } }),
  })
  if (status === 403 && /has not been used|is disabled/i.test(message))
    return fail(
      'forbidden',
      'The Google Analytics Data API is not switched on in the Google Cloud project of the service account.',
      'Google Cloud → APIs & Services → Enable APIs → Google Analytics Data API → Enable; it takes some minutes.',
    )
  if (status === 403)
    return fail(
      'forbidden',
      'The service account may not see this property.',
      `Google Analytics → Admin → Property access management → add ${email} as Viewer, and check the property id.`,
    )
  if (status === 404)
    return fail(
      'not_found',
      'Google Analytics knows no such property.',
      'Check the property id: digits only, from Admin → Property details.',
    )
  if (status === 400 && reason === 'INVALID_ARGUMENT')
    return fail('invalid', `Google Analytics refuses a report: ${message}`, 'Test the connection again.')
  return (
    plainTrouble(vendor, answer, now) ??
    fail(
      'invalid',
      `Google Analytics answers HTTP ${status}${message && `: ${message}`}.`,
      'Test the connection again.',
    )
  )
}

/** What is left of a property's quotas, as told with a report. */
export type QuotaState = Readonly<Record<string, { consumed?: number; remaining?: number } | undefined>>

/** What a property may spend in all: a standard one, and one of Analytics 360. */
const tokens = [
  { key: 'tokensPerDay', name: 'tokens a day', limits: [200_000, 2_000_000] },
  { key: 'tokensPerHour', name: 'tokens an hour', limits: [40_000, 400_000] },
] as const

/** The vendor tells what is left; of how much follows from that. */
export const quotasOf = (state: QuotaState | null): Quota[] =>
  tokens.flatMap(({ key, name, limits }) => {
    const left = state?.[key]?.remaining
    if (left === undefined) return []
    const limit = limits.find(one => left <= one) ?? left
    return [{ name, used: limit - left, limit }]
  })

/** Sizes for a standard property; one of Analytics 360 has ten times as much. */
const sizes = { tokensPerProjectPerHour: 14_000, tokensPerHour: 40_000, tokensPerDay: 200_000 } as const

/**
 * Leaves the vendor alone before a quota is gone. History leaves a fifth to fresh days.
 * @throws Postponed until some of it may be back.
 */
export function spare(state: QuotaState | null, history: boolean, clock: number, now: number): void {
  if (!state) return
  for (const [name, size] of Object.entries(sizes)) {
    const left = state[name]?.remaining
    if (left === undefined) continue
    const whole = left > size ? size * 10 : size
    // A report costs ten tokens or so; a large one a hundred.
    if (left > (history ? whole / 5 : Math.min(100, whole / 100))) continue
    const until = name === 'tokensPerDay' ? now + nextQuotaDay(clock) - clock : now + 900_000
    throw new Postponed(
      until,
      `${left} of ${vendor}’s ${whole} tokens ${name === 'tokensPerDay' ? 'a day' : 'an hour'} are left`,
    )
  }
  // Of requests whose rows may be withheld a property takes 120 an hour, whatever its size.
  if ((state.potentiallyThresholdedRequestsPerHour?.remaining ?? 120) <= (history ? 24 : 1))
    throw new Postponed(
      now + 900_000,
      `${vendor} takes hardly any more requests within the hour whose rows it may withhold`,
    )
  if ((state.serverErrorsPerProjectPerHour?.remaining ?? 10) <= 1)
    throw new Postponed(now + 3_600_000, `${vendor} had too many faults of its own within the hour`)
}
