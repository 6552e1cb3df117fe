import { and, eq, gte, inArray, lte, sql } from 'drizzle-orm'
import type { Connector } from '#connectors/connector.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { dayAt } from '#kernel/zone.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Ledger } from '#postgres/open.ts'
import { sourceTotals } from '#postgres/tables/connections.ts'
import type { Connection } from './connected.ts'

/** A store's day, as its source counts it and as it stands here. */
export interface ReconciledDay {
  store: string
  day: Day
  figures: { metric: string; source: string; here: string | null; difference: string | null }[]
  agrees: boolean
}

/** Days before today that are asked for again each time: edits and refunds reach back, mostly not far. */
const reach = 45
/** Half the smallest coin: sources round what they add up. */
const tolerance = '0.005'

/**
 * Asks the source for its own totals and keeps them. The first time for all days that are read, later for the last weeks.
 * Gives how many it kept.
 */
export async function keepTotals<S>(
  ledger: Ledger,
  own: Connection,
  connector: Connector<S>,
  session: S,
  now: number,
): Promise<number> {
  if (!connector.totals) return 0
  const zone = own.shops[0]?.timezone ?? 'UTC'
  const today = dayAt(zone, now)
  const [known] = await ledger
    .select({ n: sql<number>`count(*)::int` })
    .from(sourceTotals)
    .where(eq(sourceTotals.connection, own.id))
  const from = addDays(today, (known?.n ?? 0) > 0 ? -reach : -own.backDays)
  const at = new Date(now).toISOString()
  let rows: (typeof sourceTotals.$inferInsert)[] = []
  let kept = 0
  const keep = async () => {
    if (rows.length === 0) return
    await ledger
      .insert(sourceTotals)
      .values(rows)
      .onConflictDoUpdate({
        target: [sourceTotals.connection, sourceTotals.store, sourceTotals.day],
        set: { values: sql`excluded.values`, at: sql`excluded.at` },
      })
    kept += rows.length
    rows = []
  }
  for await (const { shop, day, values } of connector.totals(session, { from, to: today })) {
    const store = own.shops.find(one => one.key === shop)?.store ?? own.home
    rows.push({ connection: own.id, store, day, values: { ...values }, at })
    if (rows.length >= 500) await keep()
  }
  await keep()
  return kept
}

/** The days of a range for which a source gave totals, each beside what stands here; newest first. */
export async function reconciled(
  ledger: Ledger,
  metrics: Engine,
  now: Date,
  connections: readonly string[],
  range: { from: Day; to: Day },
): Promise<ReconciledDay[]> {
  if (connections.length === 0) return []
  const totals = await ledger
    .select()
    .from(sourceTotals)
    .where(
      and(
        inArray(sourceTotals.connection, [...connections]),
        gte(sourceTotals.day, range.from),
        lte(sourceTotals.day, range.to),
      ),
    )
  const names = [...new Set(totals.flatMap(row => Object.keys(row.values)))]
  const stores = [...new Set(totals.map(row => row.store))]
  if (names.length === 0) return []
  const here = new Map<string, Record<string, unknown>>()
  // Each store in its own currency: a total of the source is in no other.
  for (const store of stores) {
    const answer = await metrics.ask(
      {
        metrics: names,
        grain: 'day',
        from: range.from,
        to: range.to,
        stores: [store],
        calendar: 'gregorian',
      },
      { stores: [store], now },
    )
    for (const row of answer.rows) here.set(`${store} ${row.period}`, row)
  }
  return totals
    .sort((a, b) => (a.day === b.day ? (a.store < b.store ? -1 : 1) : a.day < b.day ? 1 : -1))
    .map(({ store, day, values }) => {
      const row = here.get(`${store} ${day}`)
      const figures = Object.entries(values).map(([metric, source]) => {
        const found = row?.[metric]
        const value = typeof found === 'string' ? found : null
        return {
          metric,
          source,
          here: value,
          difference: exact(value ?? '0')
            .minus(source)
            .toFixed(),
        }
      })
      return {
        store,
        day,
        figures,
        agrees: figures.every(one =>
          exact(one.difference ?? '0')
            .abs()
            .lte(tolerance),
        ),
      }
    })
}
