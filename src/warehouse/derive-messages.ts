import type { DuckDBConnection } from '@duckdb/node-api'
import { tables } from '#kernel/canonical.ts'
import { messageDays } from './derive.ts'
import { quote } from './merge.ts'

/** Events that are counted at a time: what keeps it within the memory limit however much mail there was. */
const sliceEvents = 2_000_000

const one = async (connection: DuckDBConnection, sql: string) =>
  (await connection.runAndReadAll(sql)).getRowsJson()[0] ?? []

/** Notes the messages that some events are of, before anything is changed: `events` is a FROM with what follows it. */
export const noteMessages = async (connection: DuckDBConnection, events: string): Promise<void> => {
  await connection.run(
    'CREATE TEMP TABLE IF NOT EXISTS touched_messages (store VARCHAR, platform VARCHAR, message VARCHAR)',
  )
  await connection.run(`INSERT INTO touched_messages SELECT DISTINCT store, platform, message FROM ${events}`)
}

/** Counts the noted messages anew, and logs which of their days may have changed. */
export const deriveMessages = async (connection: DuckDBConnection, delivery: string): Promise<void> => {
  const touched = '(store, platform, message) IN (SELECT store, platform, message FROM touched_messages)'
  const span = async () =>
    one(connection, `SELECT min(day), max(day), count(*) FROM message_days WHERE ${touched}`)
  const before = await span()
  await connection.run(`DELETE FROM message_days WHERE ${touched}`)
  const [events] = await one(connection, `SELECT count(*) FROM message_events WHERE ${touched}`)
  const slices = Math.max(1, Math.ceil(Number(events) / sliceEvents))
  const columns = Object.keys(tables.message_days.columns).join(', ')
  for (let slice = 0; slice < slices; slice += 1)
    await connection.run(
      `INSERT INTO message_days (${columns}) SELECT ${columns} FROM (${messageDays(`${touched} AND hash(message) % ${slices} = ${slice}`)}) ORDER BY day`,
    )
  const after = await span()
  const days = [before[0], before[1], after[0], after[1]].flatMap(day => (day ? [String(day)] : [])).sort()
  const stores = (
    await connection.runAndReadAll('SELECT DISTINCT store FROM touched_messages ORDER BY store')
  ).getRowsJson()
  await connection.run('DROP TABLE touched_messages')
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return
  await connection.run(
    `INSERT INTO deliveries SELECT coalesce((SELECT max(version) FROM deliveries), 0) + 1, $id, 'message_days', $stores,
       DATE ${quote(first)}, DATE ${quote(last)}, CAST($rows AS BIGINT), 0, CAST($rows AS BIGINT), 0,
       CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)`,
    {
      id: `${delivery}, counted`,
      stores: JSON.stringify(stores.map(([store]) => String(store))),
      rows: BigInt(Number(after[2])),
    },
  )
}
