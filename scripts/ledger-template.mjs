// Packs an empty embedded database once, so that first starts and tests need not make one; npm ci throws it away with
// node_modules, so that it is always of the installed version.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'

const folder = new URL('../node_modules/.cache/quarterdeck/', import.meta.url)
mkdirSync(folder, { recursive: true })
const database = await PGlite.create()
const packed = await database.dumpDataDir('gzip')
const draft = new URL(`ledger-${process.pid}.tmp`, folder)
writeFileSync(draft, Buffer.from(await packed.arrayBuffer()))
renameSync(draft, new URL('ledger.tar.gz', folder))
await database.close()
