import { and, gt, gte, inArray, lte, max, sql } from 'drizzle-orm'
import type { Connector } from '#connectors/connector.ts'
import type { Agreement, Cause } from '#kernel/agreement.ts'
import { causeOf, type Reasons } from '#kernel/cause.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { dayAt } from '#kernel/zone.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Ledger } from '#postgres/open.ts'
import { sourceTotals, streams, turns, unmapped } from '#postgres/tables/connections.ts'
import type { Connection } from './connected.ts'

/** A store's day, as its source counts it and as it stands here. */
export interface ReconciledDay {
  connection: string
  store: string
  day: Day
  figures: { metric: string; source: string; here: string | null; difference: string }[]
  agrees: boolean
  /** Why it does not; null where it does. */
  cause: Cause | null
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
  // What is kept may be the part that came before the source failed: only a comparison that ended has all of it.
  const from = addDays(today, own.comparedAt === null ? -own.backDays : -reach)
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
  const reasons = await reasonsOf(ledger, connections)
  return totals
    .sort((a, b) => (a.day === b.day ? (a.store < b.store ? -1 : 1) : a.day < b.day ? 1 : -1))
    .map(({ connection, store, day, values, at }) => {
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
      const off = figures.filter(one => exact(one.difference).abs().gt(tolerance))
      const about = { askedAt: Date.parse(at), orders: values.orders ?? null }
      const known = reasons.get(connection) ?? { readFrom: null, changedAt: 0, unmapped: 0 }
      return {
        connection,
        store,
        day,
        figures,
        agrees: off.length === 0,
        cause: off.length === 0 ? null : causeOf(day, off, about, known),
      }
    })
}

/** What may explain differences of each connection: how far history is read, when something last changed, what was not understood. */
async function reasonsOf(ledger: Ledger, connections: readonly string[]): Promise<Map<string, Reasons>> {
  const [states, changed, strange] = await Promise.all([
    ledger
      .select()
      .from(streams)
      .where(and(inArray(streams.connection, [...connections]), gt(streams.edge, streams.start))),
    ledger
      .select({ connection: turns.connection, at: max(turns.startedAt) })
      .from(turns)
      .where(
        and(
          inArray(turns.connection, [...connections]),
          sql`${turns.inserted} + ${turns.changed} + ${turns.gone} > 0`,
        ),
      )
      .groupBy(turns.connection),
    ledger
      .select({ connection: unmapped.connection, n: sql<number>`count(*)::int` })
      .from(unmapped)
      .where(inArray(unmapped.connection, [...connections]))
      .groupBy(unmapped.connection),
  ])
  return new Map(
    connections.map(id => {
      const edges = states.flatMap(one => (one.connection === id && one.edge !== null ? [one.edge] : []))
      const at = changed.find(one => one.connection === id)?.at
      return [
        id,
        {
          readFrom: edges.length === 0 ? null : new Date(Math.max(...edges)).toISOString().slice(0, 10),
          changedAt: at ? Date.parse(at) : 0,
          unmapped: strange.find(one => one.connection === id)?.n ?? 0,
        },
      ]
    }),
  )
}

/** What stands for a store's sales where a source counts several figures, the nearest to its whole first. */
const headline = ['total_sales', 'net_sales', 'gross_sales']

/** How far stores agree with what their shops count themselves, over the days given. `names` calls vendors by name. */
export async function agreements(
  ledger: Ledger,
  metrics: Engine,
  now: Date,
  connections: readonly Pick<Connection, 'id' | 'vendor' | 'shops'>[],
  range: { from: Day; to: Day },
  names: (vendor: string) => string,
): Promise<Agreement[]> {
  const shops = connections.filter(one => one.shops.length > 0)
  const days = await reconciled(
    ledger,
    metrics,
    now,
    shops.map(one => one.id),
    range,
  )
  return shops.flatMap(({ id, vendor, shops: own }) =>
    own.map(({ store, currency }) => {
      const compared = days.filter(one => one.connection === id && one.store === store)
      const off = compared.filter(one => !one.agrees)
      const apart = (some: readonly ReconciledDay[]) =>
        some
          .reduce((sum, { figures }) => {
            const [metric] = headline.filter(name => figures.some(one => one.metric === name))
            const found = figures.find(one => one.metric === metric)
            return sum.plus(exact(found?.difference ?? '0').abs())
          }, exact('0'))
          .toFixed()
      return {
        store,
        source: names(vendor),
        connection: id,
        currency,
        // Newest first.
        until: compared[0]?.day ?? null,
        days: off.length,
        difference: apart(off),
        causes: [...Map.groupBy(off, one => one.cause ?? 'unknown')].map(([cause, some]) => ({
          cause,
          days: some.length,
          difference: apart(some),
        })),
      }
    }),
  )
}
