import { and, eq, gte, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Context } from '#features/context.ts'
import { addDays, daysBetween } from '#kernel/day.ts'
import { turns } from '#postgres/tables/connections.ts'
import type { ActivityDay } from './systems-model.ts'

/** What a connection did on each of the last days, those on which nothing happened too; days are UTC, oldest first. */
export async function activityOf(
  { ledger, clock }: Pick<Context, 'ledger' | 'clock'>,
  connection: string,
  days: number,
): Promise<z.infer<typeof ActivityDay>[]> {
  const today = clock().toISOString().slice(0, 10)
  const from = addDays(today, 1 - days)
  const day = sql<string>`to_char(${turns.startedAt} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`
  const total = (what: ReturnType<typeof sql>) => sql<number>`coalesce(sum(${what}), 0)::int`
  const found = await ledger
    .select({
      day,
      turns: sql<number>`count(*)::int`,
      records: total(sql`${turns.records}`),
      rows: total(sql`${turns.inserted} + ${turns.changed} + ${turns.gone}`),
      errors: sql<number>`(count(*) FILTER (WHERE ${turns.error}->>'code' <> 'stopped'))::int`,
      unmapped: total(sql`${turns.unmapped}`),
    })
    .from(turns)
    .where(and(eq(turns.connection, connection), gte(turns.startedAt, `${from}T00:00:00Z`)))
    .groupBy(day)
  const byDay = new Map(found.map(row => [row.day, row]))
  const nothing = { turns: 0, records: 0, rows: 0, errors: 0, unmapped: 0 }
  return daysBetween(from, today).map(one => byDay.get(one) ?? { day: one, ...nothing })
}
