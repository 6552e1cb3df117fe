import { expect, it } from 'vitest'
import type { Client } from '#features/operations.ts'
import { deskOf } from './desk.ts'

/** The day something said in January is dated, of a company whose figures begin on a day. */
async function dated(from: string): Promise<string | undefined> {
  const days: (string | undefined)[] = []
  const meta = { from, lastDay: '2026-11-27', today: '2026-11-28' }
  const client = { performance: { query: async () => ({ meta }) } } as unknown as Client
  const desk = await deskOf((_, day) => {
    days.push(day)
    return client
  }, {} as never)
  desk?.as('trading', '2026-01-06')
  return days.at(-1)
}

it('begins a plan that has no year to rest on once thirteen weeks are known: a run-rate of fewer is none', async () => {
  expect(await dated('2023-11-28')).toBe('2026-01-06')
  expect(await dated('2026-08-20')).toBe('2026-11-19')
  expect(await dated('2026-11-01')).toBe('2026-11-27')
})
