/** What needs attention, as the first screen asks it: a ledger of its own with as many matters as a bad month leaves. */
import { call } from '@orpc/server'
import { connectors } from '../src/connectors/index.ts'
import type { Context } from '../src/features/context.ts'
import { performance as room } from '../src/features/performance/operations.ts'
import type { Engine } from '../src/metrics/engine.ts'
import { alerts } from '../src/postgres/tables/watch.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'
import { ledgers } from '../test/ledgers.ts'
import { someone } from '../test/watch-room.ts'

const matters = 300

/** Asks for the alerts that are open, with an engine; `close` gives the ledger back. */
export async function alertsBeside(granary: Warehouse) {
  const own = await (ledgers[0] as (typeof ledgers)[number]).open()
  await own.ledger.insert(alerts).values(
    Array.from({ length: matters }, (_, n) => ({
      id: `alert ${n}`,
      rule: 'net sales',
      metric: 'net_sales',
      slice: { country: `country ${n}` },
      stores: [],
      kind: 'shift' as const,
      direction: 'below' as const,
      since: '2025-12-10',
      seenOn: '2025-12-31',
      score: 0.99,
      moneyPerDay: -n,
      currency: 'GBP',
      state: 'open' as const,
      firstAt: '2026-01-01T06:00:00Z',
      updatedAt: '2026-01-01T06:00:00Z',
      finding: {
        unit: 'money',
        expected: 2 * n,
        actual: n,
        perDay: -n,
        causes: [],
        check: 'Look at the till.',
      },
    })),
  )
  return {
    ask: (metrics: Engine) =>
      call(
        room.alerts as never,
        {} as never,
        {
          context: {
            actor: someone('ada', 'owner'),
            ledger: own.ledger,
            granary,
            metrics,
            syncs: { vendors: () => connectors },
            clock: () => new Date('2026-01-01T12:00:00Z'),
            demo: null,
          } as unknown as Context,
        } as never,
      ) as Promise<{ count: number }>,
    close: () => own.close(),
  }
}
