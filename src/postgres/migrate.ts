import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from './open.ts'

const place = join(import.meta.dirname, 'migrations')

/** The migrations' files, in their order. */
const files = () =>
  readdirSync(place)
    .filter(name => name.endsWith('.sql'))
    .sort()

/** A line for each migration, its name and what its text is like: what an empty ledger was made of. */
export const migrationMarks = (): string[] =>
  files().map(
    name =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(place, name)))
        .digest('hex')}`,
  )

/**
 * Whether a ledger with these marks is what this program would make, as far as it goes: a later migration can be added to
 * it, a changed one or one of another program cannot.
 */
export const isOfThese = (marks: readonly string[]): boolean => {
  const ours = new Set(migrationMarks())
  return marks.length > 0 && marks.every(mark => ours.has(mark))
}

/**
 * Brings the tables up to date: files in order of name, forward only. Two processes starting at once wait for each other.
 * @throws Failure('unsupported') when the ledger knows a migration that this program does not.
 */
export const migrate = (ledger: Ledger): Promise<void> =>
  ledger.transaction(async tx => {
    const known = files()
    await tx.execute(sql`SELECT pg_advisory_xact_lock(468042680)`)
    await tx.execute(
      sql`CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
    )
    const result = (await tx.execute(sql`SELECT name FROM migrations`)) as unknown as {
      rows: { name: string }[]
    }
    const done = new Set(result.rows.map(row => row.name))
    const newer = [...done].find(name => !known.includes(name))
    if (newer)
      throw new Failure('unsupported', `The ledger is newer than this program: it knows ${newer}.`, {
        next: 'Start the version that wrote it, or a later one.',
      })
    for (const name of known.filter(file => !done.has(file))) {
      for (const statement of readFileSync(join(place, name), 'utf8').split(/;\s*\n/))
        if (statement.trim()) await tx.execute(sql.raw(statement))
      await tx.execute(sql`INSERT INTO migrations (name) VALUES (${name})`)
    }
  })
