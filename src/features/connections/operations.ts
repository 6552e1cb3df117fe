import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { readingOfJoined } from '#connectors/files/reading.ts'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { system } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { BackupManifest, backupTo } from './backup.ts'
import { workFlow } from './flow.ts'
import { Check, checkHealth } from './health.ts'
import { importOf, importToReplace, listImports, queueImport } from './history.ts'
import { linkingOperations } from './linking.ts'
import { ImportInput, ImportRow, Preview, PreviewInput, type Source } from './model.ts'
import { privacy } from './privacy.ts'
import { savedMappings } from './saved-mappings.ts'
import { chooseStore, currencyOf } from './store.ts'
import { systems } from './systems.ts'
import { trust } from './trust.ts'
import { uploadOf } from './uploads.ts'
import { mappingOf } from './watch.ts'
import { watching } from './watching.ts'
import { taskPlaces, work } from './work.ts'

const Nothing = z.object({}).optional()
const Id = z.object({ id: z.string() })

/** The file on disk. A path is only believed from the command line of the machine itself. */
async function fileOf(
  context: Context,
  source: z.infer<typeof Source>,
): Promise<{ path: string; name: string }> {
  if (source.upload) return uploadOf(context.folder, source.upload)
  if (source.import) {
    const { row, origin } = await importToReplace(context.ledger, context.actor, source.import)
    const path = join(context.folder, 'raw', origin.content)
    if (!existsSync(path)) throw new Failure('not_found', `${row.file} is not kept any more.`)
    return { path, name: row.file }
  }
  if (!source.path)
    throw invalid('No file is named.', 'Send one with PUT /api/uploads and give its id as upload.')
  if (context.actor.kind !== 'system')
    throw new Failure('forbidden', 'Only the command line of the server may name a path.', {
      next: 'Send the file with PUT /api/uploads and give its id as upload.',
    })
  if (!existsSync(source.path)) throw invalid(`There is no file ${source.path}.`)
  return { path: source.path, name: basename(source.path) }
}

/** The files that belong to another. */
async function besideOf(
  context: Context,
  input: {
    with?: z.infer<typeof Source>[] | undefined
    replaces?: string | undefined
    import?: string | undefined
  },
) {
  const { with: others = [] } = input
  if (others.length > 0 && (input.replaces || input.import))
    throw invalid(
      'What was imported is kept with the files beside it.',
      'Name none beside it to map it again.',
    )
  return Promise.all(others.map(one => fileOf(context, one)))
}

export const connections = {
  ...systems,
  ...watching,
  ...privacy,
  ...linkingOperations,
  ...trust,
  work,
  workFlow,
  taskPlaces,

  preview: read({
    role: 'contributor',
    summary: 'How a file would be read, and which mapping fits',
    agents: false,
  })
    .input(PreviewInput)
    .output(Preview)
    .handler(async ({ input, context }) => {
      const file = await fileOf(context, input)
      const files = await besideOf(context, input)
      const currency = await currencyOf(context.ledger, input)
      const beside =
        files.length > 0 ? { name: file.name, files, anyFirst: input.anyFirst === true } : undefined
      return context.imports.preview(file.path, input.reading, currency, beside)
    }),

  import: write({ role: 'contributor', summary: 'Take a file into a store' })
    .input(ImportInput)
    .output(Id)
    .handler(async ({ input, context }) => {
      const { actor, ledger } = context
      if (actor.stores !== 'all' && !actor.stores.includes(input.store))
        throw new Failure('forbidden', `You may not change the store ${input.store}.`)
      const file = await fileOf(context, input.replaces ? { import: input.replaces } : input)
      if (input.replaces) {
        const { row } = await importToReplace(ledger, actor, input.replaces)
        if (row.store !== input.store)
          throw invalid(`${row.file} was imported into ${row.store}.`, 'It can be mapped again there only.')
      }
      const mapping = input.savedMapping ? await mappingOf(ledger, input.savedMapping) : input.mapping
      if (input.preset && mapping) throw invalid('Give a preset or a mapping, not both.')
      const files = await besideOf(context, input)
      const id = randomUUID()
      const store = await chooseStore(ledger, input)
      const request = {
        path: file.path,
        fileName: file.name,
        store: input.store,
        currency: store.currency,
        timezone: store.timezone,
        by: actor.name,
        ...(input.preset && { preset: input.preset }),
        ...(mapping && { mapping }),
        ...(input.reading && {
          reading: files.length > 0 ? readingOfJoined(input.reading) : input.reading,
        }),
        ...(files.length > 0 && {
          beside: { files, ...(input.reading && { reading: input.reading }) },
        }),
      }
      if (input.preset && !context.imports.presets().some(one => one.name === input.preset))
        throw invalid(
          `There is no preset "${input.preset}".`,
          `Presets: ${context.imports
            .presets()
            .map(one => one.name)
            .join(', ')}.`,
        )
      await queueImport(ledger, id, request, store.make, input.replaces)
      context.note({
        subject: input.store,
        after: { import: id, file: file.name, ...(input.replaces && { replaces: input.replaces }) },
      })
      context.enqueue('import', { id })
      return { id }
    }),

  imports: read({ role: 'viewer', summary: 'What was imported, newest first, with progress' })
    .input(z.object({ limit: z.int().min(1).max(200).default(50) }))
    .output(z.array(ImportRow))
    .handler(({ input, context }) => listImports(context.ledger, context.actor, input.limit)),

  progress: read({ role: 'viewer', summary: 'How far one import is, or how it ended', agents: false })
    .input(Id)
    .output(ImportRow)
    .handler(({ input, context }) => importOf(context.ledger, context.actor, input.id)),

  rejects: read({
    role: 'contributor',
    summary: 'Where to get the rejected rows of an import, to mend and send again',
    agents: false,
  })
    .input(Id)
    .output(z.object({ name: z.string(), url: z.string() }))
    .handler(async ({ input, context }) => {
      const { name } = await rejectsOf(context, input.id)
      return { name, url: `/api/imports/${input.id}/rejects` }
    }),

  health: read({
    role: 'owner',
    summary: 'What this runs on, how much and how fresh the data is, and what to mend',
    agents: false,
  })
    .input(Nothing)
    .output(z.array(Check))
    .handler(({ context }) => checkHealth(context)),

  backup: read({
    role: 'owner',
    summary: 'Write a copy of everything into a folder of the server',
    agents: false,
  })
    .input(z.object({ folder: z.string() }))
    .output(BackupManifest)
    .handler(({ input, context }) => {
      if (context.actor.kind !== 'system')
        throw new Failure('forbidden', 'Only the command line of the server may write a backup.', {
          next: 'Run ./quarterdeck backup DIR there.',
        })
      return backupTo(context, input.folder)
    }),

  presets: read({ role: 'viewer', summary: 'The exports that are known by name', agents: false })
    .input(Nothing)
    .output(z.array(z.object({ name: z.string(), label: z.string(), target: z.string(), about: z.string() })))
    .handler(({ context }) => context.imports.presets()),

  targets: read({
    role: 'viewer',
    summary: 'What a mapping may aim at, with the columns of each',
    agents: false,
  })
    .input(Nothing)
    .output(
      z.array(
        z.object({
          name: z.string(),
          label: z.string(),
          restates: z.boolean().describe('A file of it may hold its orders whole'),
          columns: z.array(
            z.object({
              name: z.string(),
              about: z.string(),
              required: z.boolean(),
              product: z.boolean().describe('It says something of the product a row names, not of the row'),
            }),
          ),
        }),
      ),
    )
    .handler(({ context }) => context.imports.targets()),

  ...savedMappings,
}

/** The file of rejected rows. @throws Failure('not_found') when nothing was rejected. */
export async function rejectsOf(context: Context, id: string): Promise<{ path: string; name: string }> {
  const row = await importOf(context.ledger, system('rejects'), id)
  await importOf(context.ledger, context.actor, id)
  const path = row.result?.rejectsFile
  if (!path || !existsSync(path)) throw new Failure('not_found', 'That import rejected nothing.')
  return { path, name: `rejects-${row.file.replace(/(\.[a-z0-9]+)+$/i, '')}.csv` }
}
