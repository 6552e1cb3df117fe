// Makes an empty ledger with its tables once, as a folder to copy and as one file for memory, so that first starts and tests
// need not make one; npm ci throws it away with node_modules, so that it is always of the installed version. The file is
// not packed: unpacking it would take a third of a second at each opening.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate, migrationMarks } from '../src/postgres/migrate.ts'

const folder = new URL('../node_modules/.cache/quarterdeck/', import.meta.url)
const draft = name => fileURLToPath(new URL(`${name}-${process.pid}.tmp`, folder))
const ready = name => fileURLToPath(new URL(name, folder))
mkdirSync(folder, { recursive: true })
const client = await PGlite.create(draft('ledger'))
await migrate(drizzle({ client }))
// No other database is ever made here: without the two that others are copied from, there are half the files to copy.
for (const name of ['template0', 'template1']) {
  await client.exec(`ALTER DATABASE ${name} IS_TEMPLATE false`)
  await client.exec(`DROP DATABASE ${name}`)
}
const bundled = await client.dumpDataDir('none')
await client.close()
writeFileSync(draft('bundled'), Buffer.from(await bundled.arrayBuffer()))
writeFileSync(draft('marks'), migrationMarks().join('\n'))
// What it was made of comes last: where that is, all of it is. Half of one and half of another is none.
for (const name of ['ledger.marks', 'ledger']) rmSync(ready(name), { recursive: true, force: true })
renameSync(draft('ledger'), ready('ledger'))
renameSync(draft('bundled'), ready('ledger.tar'))
renameSync(draft('marks'), ready('ledger.marks'))
