import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupManifest, keptFiles } from '#features/connections/backup.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { isEmpty, restoreLedger } from '#postgres/dump.ts'
import { takeLock } from './lock.ts'
import { openHouse } from './start.ts'

/**
 * Brings a backup back into an empty data folder (and, with DATABASE_URL, an empty database).
 * @throws Failure('conflict') when there is anything to be overwritten, 'invalid' when it is no backup.
 */
export async function restoreFrom(
  env: Readonly<Record<string, string | undefined>>,
  source: string,
  folder: string,
): Promise<BackupManifest> {
  const manifest = await readManifest(source)
  const lock = takeLock(folder, 'restore')
  if (!lock)
    throw new Failure('conflict', `Another process uses ${folder}.`, { next: 'Stop it, then restore again.' })
  try {
    if (readdirSync(folder).some(name => !name.startsWith('server.json')))
      throw new Failure('conflict', `${folder} is not empty.`, {
        next: 'Restore into a new folder with --data, then start with that.',
      })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of ['granary', ...keptFiles])
      if (existsSync(join(source, name)))
        await cp(join(source, name), join(folder, name), { recursive: true, preserveTimestamps: true })
    const house = await openHouse(env, folder)
    try {
      if (!(await isEmpty(house.open.ledger, 'user')))
        throw new Failure('conflict', 'The database of DATABASE_URL already holds people.', {
          next: 'Point it at an empty database.',
        })
      await restoreLedger(house.open.ledger, join(source, 'ledger.jsonl.gz'))
    } finally {
      await house.close()
    }
    return manifest
  } finally {
    lock.release()
  }
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
