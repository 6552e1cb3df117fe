import { expect, it } from 'vitest'
import { daysOf, isProvisional } from './days.ts'
import type { Session } from './session.ts'

const property = (timezone: string, firstDay: string | null, now: string) =>
  ({
    property: async () => ({ timezone, currency: 'GBP', firstDay }),
    http: { clock: () => Date.parse(now) },
  }) as unknown as Session
const turn = (from: string, to: string) => ({
  from: Date.parse(from),
  to: Date.parse(to),
  cursor: null,
  history: false,
})

it.each([
  // Half past six in the evening of UTC it is tomorrow in India, and still yesterday by the shop in New York.
  ['Asia/Kolkata', '2026-11-20T18:31:00Z', '2026-11-18', '2026-11-21'],
  ['Asia/Kolkata', '2026-11-20T18:29:00Z', '2026-11-18', '2026-11-20'],
  ['Europe/London', '2026-11-20T18:31:00Z', '2026-11-18', '2026-11-20'],
  ['America/New_York', '2026-11-20T04:59:00Z', '2026-11-18', '2026-11-19'],
])('days are the property’s, whatever zone its shops are in: %s at %s', async (zone, now, from, to) => {
  expect(await daysOf(property(zone, '2026-01-01', now), turn('2026-11-18T12:00:00Z', now))).toEqual({
    from,
    to,
  })
})

it('there are none before its first, nor where it has none', async () => {
  const now = '2026-11-20T12:00:00Z'
  const asked = turn('2026-11-01T12:00:00Z', now)
  expect(await daysOf(property('UTC', '2026-11-19', now), asked)).toEqual({
    from: '2026-11-19',
    to: '2026-11-20',
  })
  expect(await daysOf(property('UTC', null, now), asked)).toBeNull()
  expect(
    await daysOf(property('UTC', '2026-11-19', now), turn('2026-11-01T12:00:00Z', '2026-11-10T12:00:00Z')),
  ).toBeNull()
})

it('a day may change until two days after it ended where the property is', () => {
  const ends = Date.parse('2026-11-20T18:30:00Z')
  expect(isProvisional('Asia/Kolkata', '2026-11-20', ends + 47 * 3_600_000)).toBe(true)
  expect(isProvisional('Asia/Kolkata', '2026-11-20', ends + 48 * 3_600_000)).toBe(false)
})
