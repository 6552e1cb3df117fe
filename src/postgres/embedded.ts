import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite, type PGliteOptions, types } from '@electric-sql/pglite'
import { Failure } from '#kernel/error.ts'
import { isOfThese } from './migrate.ts'

/**
 * An empty ledger with its tables, made once when the packages were installed (scripts/ledger-template.mjs): as one file,
 * and as a folder. Making it anew takes a gigabyte of memory and some seconds; copying it takes neither.
 */
const cache = join(import.meta.dirname, '../../node_modules/.cache/quarterdeck')
const bundled = join(cache, 'ledger.tar')
const template = join(cache, 'ledger')

/** Whether it is there, and of this program. */
const hasTemplate = (): boolean => {
  const receipt = join(cache, 'ledger.marks')
  return existsSync(receipt) && isOfThese(readFileSync(receipt, 'utf8').split('\n'))
}

/**
 * A page read twice is still in the operating system's memory, so that a small pool does; the usual 128 MB are cleared by
 * the WebAssembly at each start, which takes most of a second.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB']

/**
 * Times, days and intervals, and lists of them and of amounts, stay the text they are told as: so the ledger's tables have
 * them. Said once, since what is said with a question is laid over all that the engine knows, which takes longer than most
 * questions.
 */
const asText = Object.fromEntries(
  [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1115, 1182, 1185, 1187, 1231].map(type => [
    type,
    (value: string) => value,
  ]),
)

const start = async (options: PGliteOptions): Promise<PGlite> => {
  const engine = await PGlite.create({ startParams, ...options })
  Object.assign(engine.parsers, asText)
  return engine
}

/** Whether `folder` holds an embedded ledger, or one whose making was cut short. */
export const hasEmbedded = (folder: string): boolean =>
  existsSync(join(folder, 'ledger', 'PG_VERSION')) || existsSync(join(folder, 'ledger.making'))

/** Opens the embedded ledger in `folder`, or one that is only in memory; makes it when it is not there yet. */
export const openPglite = async (folder: string): Promise<PGlite> => {
  if (folder === ':memory:')
    return start(hasTemplate() ? { loadDataDir: new Blob([readFileSync(bundled)]) } : {})
  const place = join(folder, 'ledger')
  const making = join(folder, 'ledger.making')
  // A first start that was killed half-way left a database that is not whole, and nothing in it.
  if (existsSync(making)) rmSync(place, { recursive: true, force: true })
  if (existsSync(join(place, 'PG_VERSION')))
    return start({ dataDir: place }).catch((cause: unknown) => {
      throw new Failure('unavailable', `The embedded ledger at ${place} cannot be opened: ${String(cause)}`, {
        next: 'Check that the folder can be written and its disk has room; if it stays, bring a backup back: ./quarterdeck restore.',
        cause,
      })
    })
  mkdirSync(place, { recursive: true, mode: 0o700 })
  writeFileSync(making, '')
  if (hasTemplate()) cpSync(template, place, { recursive: true })
  const made = await start({ dataDir: place })
  rmSync(making)
  return made
}
