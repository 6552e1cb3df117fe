import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

/**
 * An empty database as PGlite makes one, packed once when the packages were installed (scripts/ledger-template.mjs).
 * Making it anew takes a gigabyte of memory and some seconds at every first start; unpacking it takes neither.
 */
const template = (): Blob | undefined => {
  const packed = join(import.meta.dirname, '../../node_modules/.cache/quarterdeck/ledger.tar.gz')
  return existsSync(packed) ? new Blob([readFileSync(packed)]) : undefined
}

/** Opens the embedded ledger in `folder`, or one that is only in memory; makes it when it is not there yet. */
export const openPglite = async (folder: string): Promise<PGlite> => {
  const loadDataDir = template()
  if (folder === ':memory:') return PGlite.create(loadDataDir && { loadDataDir })
  const place = join(folder, 'ledger')
  const making = join(folder, 'ledger.making')
  // A first start that was killed half-way left a database that is not whole, and nothing in it.
  if (existsSync(making)) rmSync(place, { recursive: true, force: true })
  if (existsSync(join(place, 'PG_VERSION'))) return PGlite.create(place)
  mkdirSync(place, { recursive: true, mode: 0o700 })
  writeFileSync(making, '')
  const made = await PGlite.create(place, loadDataDir && { loadDataDir })
  rmSync(making)
  return made
}
