import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { mappings, watchedFolders } from '#postgres/tables/connections.ts'
import type { Mapping as ImportMapping } from '#sync/imports.ts'
import { Mapping } from './model.ts'

type Saved = typeof mappings.$inferSelect

/** When it was saved last, ms: what a change is made from. */
const versionOf = ({ updatedAt }: Saved): number => Date.parse(updatedAt)

/**
 * A mapping that is to be changed, held until the write is done; undefined where there is none.
 * @throws Failure('forbidden') where files of stores that the actor does not see are read by it.
 */
async function held({ ledger, actor }: Context, name: string): Promise<Saved | undefined> {
  const [row] = await ledger.select().from(mappings).where(eq(mappings.name, name)).for('update')
  const folders = await ledger.select().from(watchedFolders).where(eq(watchedFolders.mapping, name))
  if (row && !seesAll(actor, [...new Set(folders.map(one => one.store))]))
    throw new Failure(
      'forbidden',
      `“${name}” is how files of a watched folder are read, of stores that you cannot see.`,
      { next: 'Save yours under another name, or ask somebody who sees those stores.' },
    )
  return row
}

export const savedMappings = {
  mappings: read({ role: 'viewer', summary: 'Saved mappings', agents: false })
    .input(z.object({}).optional())
    .output(z.array(z.object({ name: z.string(), mapping: Mapping, by: z.string(), version: z.number() })))
    .handler(async ({ context }) => {
      const rows = await context.ledger.select().from(mappings).orderBy(mappings.name)
      return rows.map(row => ({
        ...{ name: row.name, by: row.by, version: versionOf(row) },
        mapping: row.mapping as ImportMapping,
      }))
    }),

  saveMapping: write({ role: 'contributor', summary: 'Save a mapping under a name, to use it again' })
    .input(
      z.object({
        name: z.string().min(1).max(100),
        mapping: Mapping,
        version: z
          .number()
          .optional()
          .describe('Of the mapping that is changed, as listed; none where it is new'),
      }),
    )
    .output(z.object({ name: z.string(), version: z.number() }))
    .handler(async ({ input: { name, mapping, version }, context }) => {
      const known = context.imports.targets().map(target => target.name)
      if (!known.includes(mapping.target))
        throw invalid(`There is no target "${mapping.target}".`, `Targets: ${known.join(', ')}.`)
      const before = await held(context, name)
      if (!before && version !== undefined)
        throw new Failure('conflict', `The mapping “${name}” was removed by somebody else meanwhile.`, {
          next: 'Save it without a version to add it anew.',
        })
      const now = Math.max(context.clock().getTime(), before ? versionOf(before) + 1 : 0)
      const row = { mapping, by: context.actor.name, updatedAt: new Date(now).toISOString() }
      const isMeant = before === undefined || version === versionOf(before)
      const saved = !isMeant
        ? []
        : before
          ? await context.ledger.update(mappings).set(row).where(eq(mappings.name, name)).returning()
          : // Somebody else may add it between our look and our save.
            await context.ledger
              .insert(mappings)
              .values({ name, ...row })
              .onConflictDoNothing()
              .returning()
      if (saved.length === 0)
        throw new Failure(
          'conflict',
          version === undefined
            ? `The mapping “${name}” exists already.`
            : `The mapping “${name}” was changed by somebody else meanwhile.`,
          { next: 'Look at it and save yours again, or under another name.' },
        )
      context.note({ subject: name, before: before?.mapping, after: mapping })
      return { name, version: now }
    }),

  removeMapping: write({ role: 'contributor', summary: 'Forget a saved mapping' })
    .input(z.object({ name: z.string() }))
    .output(z.object({ name: z.string() }))
    .handler(async ({ input: { name }, context }) => {
      const before = await held(context, name)
      if (!before) throw new Failure('not_found', `There is no mapping "${name}".`)
      await context.ledger.delete(mappings).where(eq(mappings.name, name))
      context.note({ subject: name, before: before.mapping })
      return { name }
    }),
}
