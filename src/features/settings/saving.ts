import { eq, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Context } from '#features/context.ts'
import { type Actor, seesAll } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'

interface Keep {
  table: PgTable
  key: PgColumn
  id: string
  /** Named in the audit and in messages. */
  what: string
  /** Version the change was made from. */
  version: number | undefined
  values: Record<string, unknown>
}

type Versioned = { version: number } & Record<string, unknown>

/** The row of a key, held until the write is done. */
export const current = async (context: Context, { table, key, id }: Pick<Keep, 'table' | 'key' | 'id'>) => {
  const [row] = (await context.ledger
    .select()
    .from(table as never)
    .where(eq(key, id) as SQL)
    .for('update')) as Versioned[]
  return row
}

/**
 * Saves a row under its key, counting versions.
 * @throws Failure('conflict') when somebody saved it meanwhile, or it exists and no version was named.
 */
export const save = async (context: Context, keep: Keep): Promise<{ version: number }> => {
  const before = await current(context, keep)
  if (!before && keep.version)
    throw new Failure('conflict', `${keep.what} was removed by somebody else meanwhile.`, {
      next: 'Save it without a version to add it anew.',
    })
  if (before && keep.version !== before.version)
    throw new Failure(
      'conflict',
      keep.version === undefined
        ? `${keep.what} exists already.`
        : `${keep.what} was changed by somebody else meanwhile.`,
      {
        next: 'Read it again and repeat your change.',
        details: { version: before.version },
      },
    )
  const version = (before?.version ?? 0) + 1
  const values = { ...keep.values, version, updatedAt: context.clock().toISOString() }
  if (before)
    await context.ledger
      .update(keep.table as never)
      .set(values as never)
      .where(eq(keep.key, keep.id))
  else {
    const added = (await context.ledger
      .insert(keep.table as never)
      .values(values as never)
      .onConflictDoNothing()
      .returning()) as unknown[]
    // Somebody else added it between our look and our save.
    if (added.length === 0)
      throw new Failure('conflict', `${keep.what} exists already.`, {
        next: 'Read it again and repeat your change.',
      })
  }
  context.note({ subject: keep.what, before: before ?? null, after: values })
  return { version }
}

/** Takes a row out, and says what it was. */
export const remove = async (
  context: Context,
  table: PgTable,
  key: PgColumn,
  id: string,
  what: string,
  storesOf?: (row: Versioned) => Actor['stores'],
  /** What it was, for the audit; as it is called in the error when absent. */
  told?: (row: never) => string,
) => {
  const before = await current(context, { table, key, id })
  if (!before) throw new Failure('not_found', `There is no ${what}.`)
  if (storesOf) within(context.actor, storesOf(before))
  await context.ledger.delete(table as never).where(eq(key, id))
  context.note({
    subject: told?.(before as never) ?? what,
    before,
    after: null,
    ...(storesOf && { stores: storesOf(before) }),
  })
  return { removed: true as const }
}

/** What is said of stores is said by who sees them; what is said of the company, by who sees it whole. */
export const within = (actor: Actor, stores: Actor['stores']) => {
  if (!seesAll(actor, stores))
    throw new Failure('forbidden', 'This concerns stores that you cannot see.', {
      next: `Name stores among yours: ${[actor.stores].flat().join(', ')}.`,
    })
}
