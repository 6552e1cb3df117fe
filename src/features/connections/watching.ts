import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { invalid } from '#kernel/error.ts'
import { imports, watchedFiles, watchedFolders } from '#postgres/tables/connections.ts'
import { WatchedFolder, WatchInput } from './model.ts'
import { chooseStore, makeStore } from './store.ts'
import { forgetFolder, mappingOf, watchable } from './watch.ts'

/** Folders of the server whose files are taken in by themselves. */
export const watching = {
  watched: read({ role: 'contributor', summary: 'Folders that are watched for files', agents: false })
    .output(z.object({ allowed: z.array(z.string()), folders: z.array(WatchedFolder) }))
    .handler(async ({ context }) => {
      const { ledger, actor } = context
      const rows = await ledger.select().from(watchedFolders).orderBy(watchedFolders.createdAt)
      const files = await ledger
        .select({
          watched: watchedFiles.watched,
          n: sql<number>`count(*)::int`,
          refused: sql<number>`(count(*) FILTER (WHERE ${imports.status} = 'failed'))::int`,
          partly: sql<number>`(count(*) FILTER (WHERE (${imports.result}->>'rejected')::bigint > 0))::int`,
        })
        .from(watchedFiles)
        .leftJoin(imports, eq(imports.id, watchedFiles.import))
        .groupBy(watchedFiles.watched)
      return {
        allowed: [...context.watchFolders],
        folders: rows
          .filter(row => actor.stores === 'all' || actor.stores.includes(row.store))
          .map(({ lookedAt, createdAt: _, ...row }) => {
            const { n = 0, refused = 0, partly = 0 } = files.find(one => one.watched === row.id) ?? {}
            return {
              ...row,
              files: n,
              refused,
              partly,
              lookedAt: lookedAt === null ? null : new Date(lookedAt).toISOString(),
            }
          }),
      }
    }),

  watch: write({
    role: 'owner',
    summary: 'Take in the files of a folder of the server by themselves, new ones and changed ones',
    agents: false,
  })
    .input(WatchInput)
    .output(z.object({ id: z.string() }))
    .handler(async ({ input, context }) => {
      const { ledger } = context
      const folder = await watchable(input.folder, context.watchFolders)
      if (input.mapping && input.preset) throw invalid('Give a preset or a mapping, not both.')
      if (input.mapping) await mappingOf(ledger, input.mapping)
      if (input.preset && !context.imports.presets().some(one => one.name === input.preset))
        throw invalid(`There is no preset "${input.preset}".`)
      const [known] = await ledger.select().from(watchedFolders).where(eq(watchedFolders.folder, folder))
      if (known) throw invalid(`${folder} is watched already.`, 'Stop watching it first.')
      const { make } = await chooseStore(ledger, input)
      if (make) await makeStore(ledger, make)
      const id = randomUUID()
      const { mapping = null, preset = null, store } = input
      await ledger
        .insert(watchedFolders)
        .values({ id, folder, mapping, preset, store, by: context.actor.name })
      context.note({ subject: folder, stores: [store], after: { mapping, preset, store } })
      return { id }
    }),

  unwatch: write({ role: 'owner', summary: 'Stop watching a folder; what came of it stays', agents: false })
    .input(z.object({ id: z.uuid() }))
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const { folder, store, mapping, preset } = await forgetFolder(context.ledger, input.id)
      context.note({ subject: folder, stores: [store], before: { mapping, preset, store } })
      return {}
    }),
}
