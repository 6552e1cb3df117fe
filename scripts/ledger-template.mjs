// Makes an empty embedded database once, as a folder to copy and as one file for memory, so that first starts and tests
// need not make one; npm ci throws it away with node_modules, so that it is always of the installed version. The file is
// not packed: unpacking it would take a third of a second at each opening.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'

const folder = new URL('../node_modules/.cache/quarterdeck/', import.meta.url)
const draft = name => fileURLToPath(new URL(`${name}-${process.pid}.tmp`, folder))
const ready = name => fileURLToPath(new URL(name, folder))
mkdirSync(folder, { recursive: true })
const database = await PGlite.create(draft('ledger'))
const bundled = await database.dumpDataDir('none')
await database.close()
writeFileSync(draft('bundled'), Buffer.from(await bundled.arrayBuffer()))
rmSync(ready('ledger'), { recursive: true, force: true })
renameSync(draft('ledger'), ready('ledger'))
// The bundled one comes last: where it is, both are.
renameSync(draft('bundled'), ready('ledger.tar'))
