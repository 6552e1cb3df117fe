import { post, sendDue } from '#features/performance/delivery/outbox.ts'
import { openLedger } from '#postgres/open.ts'
import { alertChannels } from '#postgres/tables/watch.ts'

/** Opens the ledger of a folder, posts one message to each kind of channel and is killed while the named one is sent. */
const [folder = '', dieAt = ''] = process.argv.slice(2)
const { ledger } = await openLedger({ folder })
const context = { ledger, clock: () => new Date('2026-05-04T08:00:00Z') }
const message = { subject: 'One', lead: 'One.', items: [], caution: '', link: 'https://deck.example/alerts' }
for (const kind of ['mail', 'webhook'] as const) {
  await ledger.insert(alertChannels).values({
    id: kind,
    name: kind,
    kind,
    to: kind,
    sealed: '',
    stores: null,
    alerts: true,
    leastMoney: null,
    digestAt: null,
    quietFrom: null,
    quietTo: null,
    stale: 'hold',
    active: true,
    createdAt: '2026-05-01T00:00:00Z',
  })
  await post(context, { key: `one ${kind}`, channel: kind, message, notBefore: context.clock() })
}
await sendDue(context as never, async ({ kind }, { id }) => {
  process.stdout.write(`${kind} ${id}\n`)
  if (kind === dieAt) process.kill(process.pid, 'SIGKILL')
  await new Promise(resolve => setTimeout(resolve, kind === dieAt ? 60_000 : 0))
})
