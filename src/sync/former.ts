import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection } from './connected.ts'
import { rawFolder } from './raw.ts'

/** What mapping needs to know of a connection, kept beside its records once it is no more. Holds no credentials. */
export type Former = Pick<Connection, 'vendor' | 'home' | 'shops' | 'privacy' | 'facts'>

const pathOf = (folder: string, id: string): string => join(rawFolder(folder, id), 'connection.json')

/** Written when a connection ends and what it brought stays: its records can be read as before. */
export async function writeFormer(folder: string, own: Connection): Promise<void> {
  const { vendor, home, shops, privacy, facts } = own
  await mkdir(rawFolder(folder, own.id), { recursive: true, mode: 0o700 })
  const former: Former = { vendor, home, shops, privacy, facts }
  await writeFile(pathOf(folder, own.id), JSON.stringify(former), { mode: 0o600 })
}

/** Null for one that ended before this was written. */
export async function readFormer(folder: string, id: string): Promise<Former | null> {
  try {
    return JSON.parse(await readFile(pathOf(folder, id), 'utf8')) as Former
  } catch {
    return null
  }
}
