import { existsSync, readdirSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '#features/context.ts'
import { failureIn } from '#kernel/error.ts'
import { connections } from '#postgres/tables/connections.ts'
import { unfinishedImports } from './history.ts'

/** One thing looked at: fine, worth knowing, or to be mended. */
export const Check = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warn', 'fail']),
  value: z.string(),
  next: z.string().optional(),
})
export type Check = z.infer<typeof Check>

const GB = 1_073_741_824
const size = (bytes: number): string =>
  bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${(bytes / 1_048_576).toFixed(1)} MB`

function weigh(path: string): number {
  if (!existsSync(path)) return 0
  let bytes = 0
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

/** What the installation runs on, how much and how fresh its data is, and what to mend. */
export async function checkHealth({ ledger, granary, vault, folder, clock }: Context): Promise<Check[]> {
  const checks: Check[] = []
  const check = (name: string, value: string, state: Check['state'] = 'ok', next?: string) =>
    checks.push({ name, state, value, ...(next && { next }) })

  /** One of the two that hold the data may have stopped: that is said, and the rest is looked at all the same. */
  const tried = async (name: string, look: () => Promise<void>) => {
    try {
      await look()
    } catch (error) {
      const failure = failureIn(error)
      if (!failure) throw error
      check(name, failure.message, 'fail', failure.next)
    }
  }

  check('node', process.version)
  await tried('ledger', () => checkLedger(ledger, check))
  await tried('granary', () => checkGranary(granary, clock, check))
  await tried('credentials', () => checkCredentials(ledger, vault, check))
  await tried('imports', async () => {
    const waiting = await unfinishedImports(ledger)
    if (waiting.length > 0) check('imports', `${waiting.length} waiting or running`)
  })

  check('data folder', `${folder}, ${size(weigh(folder))}`)
  const disk = await statfs(folder)
  const free = disk.bavail * disk.bsize
  check(
    'disk',
    `${size(free)} free`,
    free < GB / 2 ? 'fail' : free < 5 * GB ? 'warn' : 'ok',
    free < 5 * GB ? 'Free some space: a load needs about three times the size of its file.' : undefined,
  )
  return checks
}

type Note = (name: string, value: string, state?: Check['state'], next?: string) => void

async function checkLedger(ledger: Context['ledger'], check: Note): Promise<void> {
  const said = (await ledger.execute(sql`SELECT version() AS version`)) as { rows: { version: string }[] }
  const version = said.rows[0]?.version ?? ''
  const embedded = /emscripten|wasm|pglite/i.test(version)
  const number = /PostgreSQL [\d.]+/.exec(version)?.[0] ?? version
  if (embedded)
    check(
      'ledger',
      `PGlite (${number}), embedded`,
      'warn',
      'Fine for trying out. In production set DATABASE_URL to a PostgreSQL server: the embedded ledger does not survive a power loss.',
    )
  else check('ledger', number)
}

/** A folder whose secret was lost makes itself another, under which nothing kept can be read: better told before the next reading. */
async function checkCredentials(
  ledger: Context['ledger'],
  vault: Context['vault'],
  check: Note,
): Promise<void> {
  const kept = await ledger
    .select({ id: connections.id, credentials: connections.credentials })
    .from(connections)
  if (kept.length === 0) return
  const locked = kept.flatMap(({ id, credentials }) => {
    try {
      vault.unlock(id, credentials)
      return []
    } catch (error) {
      return [{ id, next: failureIn(error)?.next }]
    }
  })
  if (locked.length === 0) check('credentials', `of ${kept.length} connected systems, readable`)
  else
    check('credentials', `cannot be read: ${locked.map(one => one.id).join(', ')}`, 'fail', locked[0]?.next)
}

async function checkGranary(granary: Context['granary'], clock: () => Date, check: Note): Promise<void> {
  const store = await granary.describe()
  check('granary', `${store.engine} ${store.version} at ${store.place}`)
  const rows = Object.entries(store.tables).filter(([, count]) => count > 0)
  check(
    'rows',
    rows.map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ') || 'none yet',
    rows.length > 0 ? 'ok' : 'warn',
    rows.length > 0 ? undefined : 'Load a file: ./quarterdeck import FILE --preset NAME --store NAME.',
  )

  const changes = await granary.changes(-1)
  const last = changes.at(-1)
  // Budgets, forecasts and what falls due are of days to come; somewhere it is tomorrow already.
  const newest = new Date(clock().getTime() + 14 * 3_600_000).toISOString().slice(0, 10)
  const lastDay = changes.reduce<string | null>(
    (day, one) =>
      one.table !== 'budget_lines' && one.to && one.to <= newest && (!day || one.to > day) ? one.to : day,
    null,
  )
  if (last) {
    const days = Math.floor((clock().getTime() - Date.parse(last.at)) / 86_400_000)
    check(
      'freshness',
      `last load ${last.at}, data up to ${lastDay ?? '?'}`,
      days > 7 ? 'warn' : 'ok',
      days > 7 ? `Nothing was loaded for ${days} days.` : undefined,
    )
  }
}
