/** Serves a data folder of the bench as the product does, everybody signed in: run as a process of its own. */

import { stores } from '../src/postgres/tables/settings.ts'
import { createLog } from '../src/server/log.ts'
import { serve } from '../src/server/serve.ts'

const [folder = '', port = '4690'] = process.argv.slice(2)
const server = await serve({}, folder, {
  port: Number(port),
  home: process.cwd(),
  version: 'bench',
  log: createLog('warn'),
  demo: {
    actor: { kind: 'person', id: 'bench', name: 'Bench', role: 'owner', stores: 'all' },
    attribution: 'A made merchant',
  },
  before: async ({ open }) => {
    await open.ledger
      .insert(stores)
      .values({
        store: 'bench',
        name: 'Bench',
        currency: 'GBP',
        timezone: 'UTC',
        kind: 'b2c',
      } as typeof stores.$inferInsert)
      .onConflictDoNothing()
  },
})
console.log(server.url)
process.once('SIGTERM', () => server.close().then(() => process.exit(0)))
