import { expect } from 'vitest'
import { createEngine } from '#metrics/create-engine.ts'
import type { Query } from '#metrics/query.ts'
import type { World } from '#metrics/world.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line, lineRow } from '../small-ledger.ts'

type Both = readonly [Warehouse, Warehouse]

/** Both granaries take out the orders that a delivery says are no more; `alike` compares what they hold then. */
export async function takeOutTheSame(both: Both, alike: () => Promise<void>): Promise<void> {
  const line = (order: string, day: string, line_key: number): Line => ({
    ...{ order_id: order, day, line_key, store: 'shop', gross: 5, customer_id: 'c1' },
  })
  const at = [line('o1', '2011-11-01', 1), line('o2', '2011-11-02', 2), line('o3', '2011-11-03', 3)]
  for (const granary of both) await deliverLines(granary, at)
  for (const [id, mode, lines, orders] of [
    ['gone 1', 'merge', [line('o4', '2011-12-09', 4)], ['o1', 'never']],
    ['gone 2', 'replace_orders', [line('o4', '2011-12-09', 5)], ['o2']],
    ['gone 3', 'merge', [], ['o3']],
  ] as const) {
    const [duck, click] = await Promise.all(
      both.map(async granary => {
        const gone = { store: 'shop', orders }
        const receipt =
          lines.length > 0
            ? await deliver(granary, 'sales_lines', lines.map(lineRow), mode, id, { gone })
            : await granary.deliver({ id, table: 'sales_lines', files: [], mode, gone })
        const { stores, from, to } = (await granary.changes(-1)).find(one => one.delivery === id) ?? {}
        return { receipt, stores, from, to }
      }),
    )
    expect(duck?.receipt.gone).toBe(1)
    expect(click, id).toEqual(duck)
    await alike()
  }
}

/** Both rank alike by changes of which some are not known, as the past of one store is still to come. */
export async function rankTheSame(both: Both, world: World): Promise<void> {
  const coming = [{ store: 'shop', table: 'sales_lines' as const, from: '2010-12-01', words: 'some' }]
  const [duck, click] = both.map(granary =>
    createEngine({ granary, world: async () => ({ ...world, coming }) }),
  )
  const scope = { stores: 'all' as const, now: new Date('2011-12-20T00:00:00Z') }
  const base: Query = { metrics: ['net_sales', 'aov'], from: '2011-10-01', to: '2011-12-10' }
  for (const by of [['store'], ['country'], ['store', 'country']])
    for (const grain of [undefined, 'day', 'month'] as const)
      for (const subtotals of [false, true]) {
        const sort = { by: 'net_sales', of: 'last_year', desc: true }
        const query: Query = { ...base, by, sort, compare: ['last_year'], subtotals, ...(grain && { grain }) }
        const answers = await Promise.all([duck?.ask(query, scope), click?.ask(query, scope)])
        const [a, b] = answers.map(answer => ({ rows: answer?.rows, totals: answer?.totals }))
        expect(a?.rows?.length).toBeGreaterThan(0)
        expect(b, JSON.stringify(query)).toEqual(a)
      }
}
