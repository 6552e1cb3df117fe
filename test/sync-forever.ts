/** A process to be killed: reads systems into a data folder until everything is stored, telling when it begins and ends. */
import { connectors } from '#connectors/index.ts'
import { openLedger } from '#postgres/open.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { hasty } from './hasty.ts'

const [folder = '', address = ''] = process.argv.slice(2)
const ask = async <T>(path: string) => (await (await fetch(`${address}${path}`)).json()) as T
const { now } = await ask<{ now: string }>('/clock')
const ways =
  await ask<{ vendor: string; label: string; credentials: Record<string, string> }[]>('/connections')
const wanted = process.env.KILLED_VENDORS?.split(',')
const open = await openLedger({ folder })
const granary = await openDuckdb({ folder: `${folder}/granary` })
const syncs = createSyncs({
  ledger: open.ledger,
  granary,
  packer: createPacker(),
  folder,
  vault: createVault('a secret of the tests'),
  connectors: hasty(connectors),
  clock: () => new Date(now),
  fetch,
})
const ids: string[] = []
for (const { vendor, credentials } of ways.filter(one => !wanted || wanted.includes(one.vendor))) {
  const checked = await syncs.test(vendor, credentials)
  const request = { vendor, credentials, backDays: 15 }
  ids.push((await syncs.connect(open.ledger, request, checked, 'test')).id)
}
process.send?.('reading')
for (const id of ids) {
  const { troubles } = await syncs.round(id, { all: true, whole: true })
  if (troubles.length > 0) throw new Error(JSON.stringify(troubles))
}
await syncs.close()
await granary.close()
await open.close()
process.send?.('done')
process.disconnect?.()
