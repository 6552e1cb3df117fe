/** Google's quotas for a standard property (developers.google.com/analytics/devguides/reporting/data/v1/quotas). */

interface Bucket {
  left: number
  since: string
}

const hour = (now: number) => String(Math.floor(now / 3_600_000))
/** Days begin at midnight in California; standard time all year, as the page says PST. */
const day = (now: number) => String(Math.floor((now - 8 * 3_600_000) / 86_400_000))

const kinds = {
  tokensPerDay: { size: 200_000, span: day },
  tokensPerHour: { size: 40_000, span: hour },
  tokensPerProjectPerHour: { size: 14_000, span: hour },
  serverErrorsPerProjectPerHour: { size: 10, span: hour },
  potentiallyThresholdedRequestsPerHour: { size: 120, span: hour },
} as const
type Kind = keyof typeof kinds

/** What Google says when a quota is gone. */
export const exhausted = {
  concurrentRequests:
    'Exhausted concurrent requests quota. Please wait for some requests to complete before sending more. These quota limits apply to all requests to this property. This quota can be increased to 50 concurrent requests with Analytics 360.',
  tokensPerDay:
    'Exhausted property tokens per day. These quota tokens will return in under 24 hours. This quota can be increased with Analytics 360.',
  tokensPerHour: 'Exhausted property tokens per hour. These quota tokens will return in under an hour.',
  tokensPerProjectPerHour:
    'Exhausted property tokens for a project per hour. These quota tokens will return in under an hour.',
  serverErrorsPerProjectPerHour:
    'Exhausted server errors quota. Requests will be blocked for up to an hour because of too many server errors.',
  potentiallyThresholdedRequestsPerHour:
    'Exhausted potentially thresholded requests quota. These quota tokens will return in under an hour.',
} as const

export interface Quota {
  /** The quota that is gone, or null. */
  gone(now: number): keyof typeof exhausted | null
  take(now: number, tokens: number): void
  /** Leaves only so many tokens for this hour. */
  leave(now: number, tokens: number): void
  state(now: number, consumed: number): Record<string, { consumed: number; remaining: number }>
  running: number
}

export function createQuota(): Quota {
  const buckets = new Map<Kind, Bucket>()
  const bucket = (kind: Kind, now: number): Bucket => {
    const since = kinds[kind].span(now)
    const known = buckets.get(kind)
    if (known?.since === since) return known
    const fresh = { left: kinds[kind].size, since }
    buckets.set(kind, fresh)
    return fresh
  }
  const tokens: Kind[] = ['tokensPerDay', 'tokensPerHour', 'tokensPerProjectPerHour']
  const quota: Quota = {
    running: 0,
    gone: now =>
      quota.running > 10 ? 'concurrentRequests' : (tokens.find(kind => bucket(kind, now).left <= 0) ?? null),
    take(now, count) {
      for (const kind of tokens) bucket(kind, now).left -= count
    },
    leave(now, count) {
      bucket('tokensPerProjectPerHour', now).left = count
    },
    state: (now, consumed) => ({
      ...Object.fromEntries(
        (Object.keys(kinds) as Kind[]).map(kind => [
          kind,
          {
            consumed: tokens.includes(kind) ? consumed : 0,
            remaining: Math.max(0, bucket(kind, now).left),
          },
        ]),
      ),
      concurrentRequests: { consumed: 0, remaining: Math.max(0, 10 - quota.running) },
    }),
  }
  return quota
}
