/** A process to be killed: takes one file into a data folder, or goes on with it where another was killed. */
import { randomUUID } from 'node:crypto'
import { listImports, queueImport, unfinishedImports } from '#features/connections/history.ts'
import { system } from '#kernel/actor.ts'
import { openHouse } from '#server/start.ts'

const [folder = '', path = ''] = process.argv.slice(2)
const house = await openHouse({}, folder)
const { ledger, actor } = house.context(system('test'))
if ((await listImports(ledger, actor, 10)).length === 0) {
  const place = { store: 'us', currency: 'USD', timezone: 'UTC' }
  const request = { path, fileName: 'orders.json', preset: 'shopify-orders-json', ...place, by: 'test' }
  await queueImport(ledger, randomUUID(), request, { ...place, name: 'US' })
}
for (const id of await unfinishedImports(ledger)) await house.runImport(id)
await house.close()
process.disconnect?.()
