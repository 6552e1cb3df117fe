import { expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { hoursNow } from './hours.ts'

/** Asks while sales are known to a day, and tells up to which day hours were asked for. */
async function learntTo(lastDay: string, today: string) {
  const asked: { to?: string }[] = []
  const ask = async (query: { to?: string }) => {
    asked.push(query)
    return { meta: { from: '2026-01-01', lastDay, today }, rows: [] }
  }
  await hoursNow({
    actor: { stores: 'all' },
    clock: () => new Date(`${today}T09:00:00Z`),
    metrics: { ask },
    ledger: { select: () => ({ from: async () => [] }) },
  } as unknown as Context)
  return asked.at(-1)?.to
}

it.each([
  ['a day that is over tells how hours run', '2026-06-20', '2026-06-21', '2026-06-20'],
  ['so does one long ago', '2026-03-01', '2026-06-21', '2026-03-01'],
  ['this morning says nothing of how a day runs', '2026-06-21', '2026-06-21', '2026-06-20'],
])('%s', async (_, lastDay, today, to) => expect(await learntTo(lastDay, today)).toBe(to))
