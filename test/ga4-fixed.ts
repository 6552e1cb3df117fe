import type { ReportAnswer, Session } from '#connectors/ga4/session.ts'

/** A session that gives these answers, one after the other, whatever is asked. */
export const createFixedSession = (answers: readonly ReportAnswer[]): Session => {
  const left = [...answers]
  return {
    http: { clock: () => 0, ask: async () => Promise.reject(new Error('not asked')), async *lines() {} },
    propertyId: '1',
    email: '',
    ask: async () => left.shift() ?? {},
    property: async () => ({ timezone: 'America/Los_Angeles', currency: 'USD', firstDay: null }),
    fits: async () => true,
  } as unknown as Session
}
