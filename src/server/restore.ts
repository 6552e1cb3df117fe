import { existsSync, readdirSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BackupManifest, keptFiles, ledgerFile } from '#features/connections/backup.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { countDump, isEmpty, restoreLedger } from '#postgres/dump.ts'
import { addErasures, type Erasure, erasedFile, readErasures } from '#sync/erasures.ts'
import { takeLock } from './lock.ts'
import { openHouse } from './start.ts'

/** A backup that was brought back. */
export type Restored = BackupManifest & {
  /** Lists of erased people that were found besides the backup's own. */
  erasedLists: number
  /** Lines of them that the backup did not have: what is kept of those people was erased again. */
  erasedSince: number
}

/**
 * Brings a backup back into an empty data folder (and, with DATABASE_URL, an empty database). Whoever was erased since
 * stays erased, as far as a list says so: the one named, the one that stands in the folder already, and those of backups
 * beside this one.
 * @throws Failure('conflict') when there is anything to be overwritten, 'invalid' when it is no backup.
 */
export async function restoreFrom(
  env: Readonly<Record<string, string | undefined>>,
  source: string,
  folder: string,
  erasedList?: string,
): Promise<Restored> {
  const manifest = await readManifest(source)
  await checkWhole(source, manifest)
  const lock = takeLock(folder, 'restore')
  if (!lock)
    throw new Failure('conflict', `Another process uses ${folder}.`, { next: 'Stop it, then restore again.' })
  try {
    if (readdirSync(folder).some(name => !name.startsWith('server.json') && name !== erasedFile))
      throw new Failure('conflict', `${folder} is not empty.`, {
        next: 'Restore into a new folder with --data, then start with that.',
      })
    const own = await readErasures(join(source, erasedFile))
    const lists = await listsBeside(source, [join(folder, erasedFile), ...(erasedList ? [erasedList] : [])])
    for (const name of ['granary', ...keptFiles])
      if (name !== erasedFile && existsSync(join(source, name)))
        await cp(join(source, name), join(folder, name), { recursive: true, preserveTimestamps: true })
    const house = await openHouse(env, folder, { restoring: true })
    try {
      if (!(await isEmpty(house.open.ledger, 'user')))
        throw new Failure('conflict', 'The database of DATABASE_URL already holds people.', {
          next: 'Point it at an empty database.',
        })
      await restoreLedger(house.open.ledger, join(source, ledgerFile))
      const path = join(folder, erasedFile)
      await addErasures(path, own)
      const erasedSince = await addErasures(path, lists.flat())
      await house.syncs.eraseAll()
      return { ...manifest, erasedLists: lists.length, erasedSince }
    } finally {
      await house.close()
    }
  } finally {
    lock.release()
  }
}

/** Lists of the erased that may know more than the backup: the files given, and those of backups in the same place. */
async function listsBeside(source: string, files: readonly string[]): Promise<Erasure[][]> {
  const place = dirname(source)
  const others = readdirSync(place)
    .filter(name => existsSync(join(place, name, 'backup.json')))
    .map(name => join(place, name, erasedFile))
  const paths = [...files, ...others.filter(path => path !== join(source, erasedFile))]
  return Promise.all(paths.filter(path => existsSync(path)).map(readErasures))
}

/** What the manifest says is there is there: of a part that is missing nobody would hear before it is needed. */
async function checkWhole(source: string, { ledgerRows, granary }: BackupManifest): Promise<void> {
  const rows = await countDump(join(source, ledgerFile)).catch(() => null)
  const lacks =
    rows !== ledgerRows
      ? `of ${ledgerRows} rows of the ledger ${rows === null ? 'not all' : rows} can be read`
      : granary !== null && !existsSync(join(source, 'granary'))
        ? 'its granary is missing'
        : null
  if (lacks)
    throw invalid(`${source} is not a whole backup: ${lacks}.`, 'Take another backup, or copy it here again.')
}

async function readManifest(source: string): Promise<BackupManifest> {
  try {
    return BackupManifest.parse(JSON.parse(await readFile(join(source, 'backup.json'), 'utf8')))
  } catch (cause) {
    throw invalid(
      `${source} is not a whole backup.`,
      'Name a folder that ./quarterdeck backup has written.',
      {
        cause: String(cause),
      },
    )
  }
}
