import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { dumpLedger } from '#postgres/dump.ts'
import { erasedFile } from '#sync/erasures.ts'

/** What stands in a backup, so that it can be checked before it is trusted. */
export const BackupManifest = z.object({
  format: z.literal(1),
  at: z.string(),
  ledgerRows: z.number(),
  granary: z
    .string()
    .nullable()
    .describe('Engine whose copy stands in granary/; null when it is backed up by itself'),
  warnings: z.array(z.string()),
})
export type BackupManifest = z.infer<typeof BackupManifest>

/** Parts of the data folder that are files as they are. The secret decrypts what the ledger keeps: guard the backup. */
export const keptFiles = ['secret', 'raw', 'rejects', 'uploads', 'attachments', erasedFile] as const

/** The ledger in a backup. */
export const ledgerFile = 'ledger.jsonl.gz'

/**
 * Writes ledger, granary and files into a new folder; it carries its name only when it is whole.
 * @throws Failure('conflict') when the folder exists already.
 */
export async function backupTo(context: Context, target: string): Promise<BackupManifest> {
  if (existsSync(target))
    throw new Failure('conflict', `${target} exists already.`, {
      next: 'Name a folder that does not exist yet.',
    })
  if (!existsSync(dirname(target))) throw invalid(`There is no folder ${dirname(target)}.`)
  const part = `${target}.part`
  try {
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { mode: 0o700 })
  } catch (cause) {
    // The process that holds the data folder writes, which is not always who asks.
    throw new Failure(
      'unavailable',
      `${dirname(target)} cannot be written to: ${(cause as Error).message}.`,
      {
        next: 'Let the user that Quarterdeck runs as write there, or name another folder.',
        cause,
      },
    )
  }
  try {
    const warnings: string[] = []
    let granary: string | null = context.granary.dialect.engine
    // Files of imports that end meanwhile go: the ledger's copy may still have them to do.
    await copyOf(join(context.folder, 'uploads'), join(part, 'uploads'))
    // The ledger before the granary: what it says is stored is then in the copy. What ends in between is read or
    // imported once more, which changes nothing; the other way round it would be missing, and nobody would hear of it.
    // A replay, which takes rows out first, would be half in the one and not known to the other; a connection that is
    // deleted with its data likewise, and what was kept of it half copied.
    const ledgerRows = await context.syncs.still(async () => {
      const rows = await dumpLedger(context.ledger, join(part, ledgerFile))
      try {
        await context.granary.backup(join(part, 'granary'))
      } catch (error) {
        if (!(error instanceof Failure && error.code === 'unsupported')) throw error
        granary = null
        warnings.push(`The granary is not in this backup: ${error.message}`)
      }
      for (const name of keptFiles) await copyOf(join(context.folder, name), join(part, name))
      return rows
    })
    const manifest: BackupManifest = {
      format: 1,
      at: context.clock().toISOString(),
      ledgerRows,
      granary,
      warnings,
    }
    await writeFile(join(part, 'backup.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(part, target)
    return manifest
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    if (/ENOSPC|no space left/i.test(String(error)))
      throw new Failure('unavailable', `There is no room for a backup on the disk of ${dirname(target)}.`, {
        next: 'Free some space there, or name a folder on another disk.',
        cause: error,
      })
    throw error
  }
}

/** Copies a file, or all files of a folder. Whoever works on meanwhile may take some away: those, and what is not whole yet, are left out. */
async function copyOf(from: string, to: string): Promise<void> {
  const about = await stat(from).catch(() => null)
  if (about?.isDirectory()) {
    await mkdir(to, { recursive: true, mode: about.mode })
    const names = await readdir(from).catch(() => [])
    for (const name of names)
      if (!name.startsWith('.') && !name.endsWith('.part')) await copyOf(join(from, name), join(to, name))
  } else if (about)
    await cp(from, to, { preserveTimestamps: true }).catch(error => {
      if (existsSync(from)) throw error
    })
}
