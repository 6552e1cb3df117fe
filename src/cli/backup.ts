import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { BackupManifest } from '#features/connections/backup.ts'
import { connected } from './connect.ts'
import { type Terminal, WrongUse } from './terminal.ts'

/** Writes a consistent copy of everything, also while the server runs. */
export async function backup(terminal: Terminal, folder: string): Promise<void> {
  const target = resolve(folder)
  await connected(terminal, 'backup', async client => {
    said(terminal, `Backed up to ${target}`, await client.connections.backup({ folder: target }))
  })
}

/** Brings a backup back into an empty data folder. */
export async function restore(terminal: Terminal, folder: string, flags: { erased?: string }): Promise<void> {
  const source = resolve(folder)
  if (!existsSync(source)) throw new WrongUse(`There is no folder ${source}.`)
  const { restoreFrom } = await import('#server/restore.ts')
  const list = flags.erased === undefined ? undefined : resolve(flags.erased)
  if (list !== undefined && !existsSync(list)) throw new WrongUse(`There is no file ${list}.`)
  const restored = await restoreFrom(terminal.env, source, terminal.folder, list)
  said(terminal, `Restored into ${terminal.folder}`, restored)
  if (restored.erasedSince > 0)
    terminal.note('note: whoever was erased since this backup is erased here too.')
  else if (restored.erasedLists === 0)
    terminal.note(
      `note: whoever was erased after ${restored.at} is in this backup: restore with --erased OLD-FOLDER/erased.jsonl, or erase them again.`,
    )
}

function said(terminal: Terminal, done: string, manifest: BackupManifest): void {
  const words = `${done}: ${manifest.ledgerRows.toLocaleString('en')} ledger rows, granary ${manifest.granary ?? 'not included'}, of ${manifest.at}`
  terminal.out(terminal.json ? JSON.stringify(manifest) : words)
  for (const warning of manifest.warnings) terminal.note(`note: ${warning}`)
}
