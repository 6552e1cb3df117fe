import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Reading, readingOfJoined } from '#connectors/files/reading.ts'
import type { Reads } from '#features/connections/model.ts'
import type { Client } from '#features/operations.ts'
import { Failure, type FailureCode, failureCodes } from '#kernel/error.ts'
import type { ImportResult, Mapping } from '#sync/imports.ts'
import { connected } from './connect.ts'
import { progressOn, recordsTable } from './print.ts'
import { safe, type Terminal, WrongUse } from './terminal.ts'

interface ImportFlags {
  preset?: string
  map?: string
  store?: string
  currency?: string
  timezone?: string
  suggest?: boolean
  replaces?: string
  read?: string[]
  with?: string[]
}

/** Loads a file and prints what became of every row; with --suggest only the guessed mapping. */
export async function importFile(
  terminal: Terminal,
  file: string | undefined,
  flags: ImportFlags,
): Promise<void> {
  if (flags.replaces) return mapAgain(terminal, flags.replaces, flags)
  if (!file) throw new WrongUse('Name the file to import.')
  const path = resolve(file)
  if (!existsSync(path)) throw new WrongUse(`There is no file ${path}.`)
  if (statSync(path).isDirectory()) throw new WrongUse(`${path} is a folder: name a file in it.`)
  if (flags.suggest) return suggest(terminal, path, flags)
  if (!flags.store) throw new WrongUse('--store says which store the rows belong to, e.g. --store main.')
  if (flags.preset && flags.map) throw new WrongUse('Give --preset or --map, not both.')
  if (!flags.preset && !flags.map)
    throw new WrongUse(
      'Say what its columns mean: --preset NAME (`quarterdeck presets` lists them) or --map FILE. `quarterdeck import FILE --suggest > mapping.json` writes a guess to look at.',
    )
  const mapping = flags.map ? readMapping(flags.map) : undefined
  const reading = await readingOf(flags.read)
  const store = flags.store
  await connected(terminal, 'import', async client => {
    const { id } = await client.connections.import({
      path,
      with: besideOf(flags),
      store,
      preset: flags.preset,
      mapping,
      reading,
      currency: flags.currency?.toUpperCase(),
      timezone: flags.timezone,
    })
    const result = await follow(terminal, client, id)
    tell(terminal, result)
  })
}

/** The files named beside it, each there. */
const besideOf = (flags: ImportFlags): { path: string }[] | undefined =>
  flags.with?.map(file => {
    const path = resolve(file)
    if (!existsSync(path)) throw new WrongUse(`There is no file ${path}.`)
    return { path }
  })

/** Maps an import again from its kept file; what only the old mapping brought goes. */
async function mapAgain(terminal: Terminal, replaces: string, flags: ImportFlags): Promise<void> {
  if (!flags.preset === !flags.map) throw new WrongUse('--replaces needs --preset or --map.')
  const mapping = flags.map ? readMapping(flags.map) : undefined
  await connected(terminal, 'import', async client => {
    const { store } = await client.connections.progress({ id: replaces })
    const reading = await readingOf(flags.read)
    const { id } = await client.connections.import({
      replaces,
      store,
      preset: flags.preset,
      mapping,
      reading,
    })
    const result = await follow(terminal, client, id)
    tell(terminal, result)
  })
}

/** Why an import failed, as its row in the ledger says it: a full disk is not a file that is wrong. */
export const failureOf = (error: { code: string; message: string; next?: string } | null): Failure =>
  new Failure(
    error && Object.hasOwn(failureCodes, error.code) ? (error.code as FailureCode) : 'internal',
    error?.message ?? 'The import failed.',
    { ...(error?.next && { next: error.next }) },
  )

async function follow(terminal: Terminal, client: Client, id: string): Promise<ImportResult> {
  const line = progressOn(terminal.stderr)
  let waits = ''
  try {
    // A small file is in at once, and a large one is not asked after all the time.
    for (let pause = 25; ; pause = Math.min(200, 2 * pause)) {
      const now = await client.connections.progress({ id })
      if (now.status === 'done' && now.result) return now.result
      if (now.status === 'failed') throw failureOf(now.error)
      const held = [now.waits?.message, now.waits?.next].filter(Boolean).join(' ')
      if (held && held !== waits) {
        line.end()
        terminal.note(`waiting: ${held}`)
      }
      waits = held
      if (now.progress && !held) line.show(now.progress)
      await sleep(pause)
    }
  } finally {
    line.end()
  }
}

function readMapping(file: string): Mapping {
  const path = resolve(file)
  if (!existsSync(path)) throw new WrongUse(`There is no mapping ${path}.`)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Mapping
  } catch (error) {
    throw new WrongUse(`The mapping ${file} cannot be read: ${(error as Error).message}`)
  }
}

/** `--read decimal=, --read skip=2` as a reading; what is not known is refused by name. */
async function readingOf(pairs: readonly string[] | undefined): Promise<Reads | undefined> {
  if (!pairs) return undefined
  const { Reading } = await import('#features/connections/model.ts')
  const plain = (name: string, text: string) =>
    name === 'skip' && /^\d+$/.test(text)
      ? Number(text)
      : ['header', 'turned', 'filled'].includes(name) && /^(true|false)$/.test(text)
        ? text === 'true'
        : text
  const given = pairs.map(pair => {
    const [name = '', ...rest] = pair.split('=')
    if (rest.length === 0) throw new WrongUse(`--read ${pair}: write NAME=VALUE, e.g. --read decimal=,`)
    return [name, plain(name, rest.join('='))] as const
  })
  const read = Reading.safeParse(Object.fromEntries(given))
  if (read.success) return read.data
  const [wrong] = read.error.issues
  throw new WrongUse(
    `${['--read', ...(wrong?.path ?? [])].join(' ')}: ${wrong?.message ?? 'not understood'}. It takes ${Object.keys(Reading.shape).join(', ')}.`,
  )
}

/** Prints what became of the rows. @throws Failure where there were rows and none is in: the command failed. */
function tell(terminal: Terminal, result: ImportResult): void {
  terminal.out(terminal.json ? JSON.stringify(result) : summary(result))
  if (result.rejected === 0) return
  const rows = `${result.rejected.toLocaleString('en')} of ${result.rows.toLocaleString('en')} rows`
  if (result.accepted + result.repeats > 0) {
    terminal.note(`note: rejected ${rows}.`)
    return
  }
  throw new Failure('invalid', `Nothing was imported: rejected ${rows}.`, {
    next: `${result.reasons[0]?.reason ?? 'See the rejected rows'}. Mend the file or the mapping, and import it again.`,
  })
}

/** What became of every row, for people. */
export function summary(result: ImportResult): string {
  const count = (value: number) => value.toLocaleString('en')
  return [
    `${result.file} into ${result.store} (${result.table}): ${count(result.rows)} rows = ` +
      `${count(result.accepted)} accepted + ${count(result.rejected)} rejected + ${count(result.repeats)} repeats, ` +
      `in ${result.seconds.toFixed(1)} s`,
    ...(result.products
      ? [
          `products named: ${count(result.products.rows)} = ${count(result.products.inserted)} new + ` +
            `${count(result.products.changed)} changed + ` +
            `${count(result.products.rows - result.products.inserted - result.products.changed)} known`,
        ]
      : []),
    ...(result.from ? [`days ${result.from} to ${result.to}`] : []),
    ...result.reasons.map(
      one => `rejected ${count(one.rows)}: ${one.reason}${one.example ? ` (e.g. ${one.example})` : ''}`,
    ),
    ...(result.rejectsFile ? [`rejected rows to mend and import again: ${result.rejectsFile}`] : []),
    `import ${result.id}`,
    ...result.warnings.map(warning => `note: ${warning}`),
  ]
    .map(line => safe(line).replaceAll('\n', ' '))
    .join('\n')
}

async function suggest(terminal: Terminal, path: string, flags: ImportFlags): Promise<void> {
  const told = await readingOf(flags.read)
  await connected(terminal, 'import', async client => {
    const preview = await client.connections.preview({
      path,
      with: besideOf(flags),
      store: flags.store,
      currency: flags.currency?.toUpperCase(),
      reading: told,
    })
    const [best] = preview.suggestions
    if (!best)
      throw new Failure('invalid', 'No target fits the columns of this file.', {
        next: [...preview.warnings, 'Write a mapping by hand; docs/mappings.md says how.'].join(' '),
      })
    terminal.note(
      `${best.preset ? `looks like ${best.preset}` : 'guessed from names and values'}, ` +
        `${Math.round(best.confidence * 100)} % sure` +
        (best.unmapped.length > 0 ? `; unused columns: ${best.unmapped.join(', ')}` : ''),
    )
    for (const warning of preview.warnings) terminal.note(`note: ${warning}`)
    // Of several files in an archive the one that was looked at is meant.
    const member = preview.members.length > 1 ? { member: preview.reading.member } : {}
    const reading = { ...member, ...(flags.with && told ? readingOfJoined(told as Reading) : told) }
    const mapping = Object.keys(reading).length > 0 ? { ...best.mapping, reading } : best.mapping
    terminal.out(JSON.stringify(terminal.json ? preview : mapping, null, 2))
  })
}

/** The exports that are known by name, and what a mapping may aim at; or the columns of one target. */
export async function presets(terminal: Terminal, name: string | undefined): Promise<void> {
  await connected(terminal, 'presets', async client => {
    const [known, targets] = [await client.connections.presets(), await client.connections.targets()]
    if (name) {
      const aim = known.find(one => one.name === name)?.target ?? name
      const target = targets.find(one => one.name === aim)
      if (!target)
        throw new WrongUse(`There is no preset or target "${name}". \`quarterdeck presets\` lists them all.`)
      if (terminal.json) return terminal.out(JSON.stringify(target))
      return terminal.out(
        recordsTable(
          target.columns.map(column => ({
            column: column.name,
            needed: column.required ? 'yes' : '',
            about: column.about,
          })),
        ),
      )
    }
    if (terminal.json) return terminal.out(JSON.stringify({ presets: known, targets }))
    terminal.out(recordsTable(known.map(({ name, target, about }) => ({ name, target, about }))))
    terminal.out('')
    terminal.out(
      recordsTable(
        targets.map(({ name, label, columns }) => ({
          target: name,
          label,
          needs: columns.filter(column => column.required).map(column => column.name),
        })),
      ),
    )
    terminal.note(
      '`quarterdeck presets TARGET` lists its columns; docs/mappings.md says what may stand in them.',
    )
  })
}
