import { tables } from '#kernel/canonical.ts'
import type { Engine } from './clickhouse.ts'
import { messageDays } from './derive.ts'

/** Notes the messages that some events are of, before anything is changed: each of `events` is a FROM with what follows it. */
export const noteMessages = (engine: Engine, touched: string, events: readonly string[]): Promise<unknown> =>
  engine.run(
    `CREATE TABLE ${touched} ENGINE = MergeTree ORDER BY tuple() AS SELECT DISTINCT store, platform, message FROM (${events
      .map(from => `SELECT store, platform, message FROM ${from}`)
      .join(' UNION ALL ')})`,
  )

/** Counts the noted messages anew: what was counted is gone at one version, what is counted there at the next. Gives the days of both. */
export const deriveMessages = async (
  engine: Engine,
  touched: string,
  version: number,
): Promise<{ from: string | null; to: string | null; rows: number }> => {
  const within = `(store, platform, message) IN (SELECT store, platform, message FROM ${touched})`
  const columns = Object.keys(tables.message_days.columns).join(', ')
  const span = async () =>
    (
      await engine.query(
        `SELECT min(day) AS first, max(day) AS last, count(*) AS n FROM message_days WHERE ${within}`,
      )
    )[0]
  const before = await span()
  await engine.run(
    `INSERT INTO message_days (${columns}, row_version, row_gone) SELECT ${columns}, ${version}, 1 FROM message_days WHERE ${within}`,
  )
  await engine.run(
    `INSERT INTO message_days (${columns}, row_version, row_gone) SELECT ${columns}, ${version + 1}, 0 FROM (${messageDays(within)})`,
  )
  const after = await span()
  const some = [before, after].filter(one => Number(one?.n ?? 0) > 0)
  const days = some.flatMap(one => [String(one?.first), String(one?.last)]).sort()
  return { from: days[0] ?? null, to: days.at(-1) ?? null, rows: Number(after?.n ?? 0) }
}
