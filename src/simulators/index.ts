import { Hono } from 'hono'
import { Failure, invalid } from '#kernel/error.ts'
import { nearest } from '#kernel/nearest.ts'
import { asanaSimulator } from './asana/index.ts'
import type { TruthRange } from './company/truth.ts'
import { filesOf, fileText } from './files.ts'
import { ga4Simulator } from './ga4/index.ts'
import { hubspotSimulator } from './hubspot/index.ts'
import { magentoSimulator } from './magento/magento.ts'
import { marketoSimulator } from './marketo/index.ts'
import { shopifySimulator } from './shopify/index.ts'
import { trelloSimulator } from './trello/index.ts'
import { truthOf } from './truth.ts'
import { plainFaults, type Simulator, type World } from './world.ts'

/** Every vendor that can be played. */
const makers: readonly ((world: World) => Simulator)[] = [
  shopifySimulator,
  magentoSimulator,
  ga4Simulator,
  hubspotSimulator,
  marketoSimulator,
  asanaSimulator,
  trelloSimulator,
]

export interface Simulation {
  app: Hono
  simulators: readonly Simulator[]
  world: World
}

/** Names of the failures that can be shown. */
const faultsOf = (simulators: readonly Simulator[]): string[] =>
  simulators.flatMap(one => [...plainFaults, ...one.faults].map(fault => `${one.vendor}:${fault}`))

/** Arms a failure; one that nobody plays is refused. @throws Failure('invalid') naming the nearest. */
export function armFault(
  { world, simulators }: Pick<Simulation, 'world' | 'simulators'>,
  name: string,
  times?: number,
): void {
  const known = faultsOf(simulators)
  if (!known.includes(name))
    throw invalid(`No system plays the failure ${name}.`, `Nearest: ${nearest(name, known, 3).join(', ')}.`)
  if (times !== undefined && !(Number.isInteger(times) && times > 0))
    throw invalid(`${name} is shown a whole number of times.`, `Write ${name}=3, or ${name} alone for ever.`)
  world.faults.arm(name, times)
}

/**
 * The vendors of one company under one roof: each below its name, and besides them
 * `GET /truth` {from, to, store, parts} what is true, `POST /clock` {days | hours | to} moves time on, `GET|POST /faults` {name, times?} arms failures,
 * `GET /connections` how to connect, `GET /files` and `GET /files/NAME` what no vendor tells and arrives by file.
 */
export function simulate(world: World): Simulation {
  const app = new Hono()
  const simulators = makers.map(make => make(world))
  for (const { vendor, app: own } of simulators) app.route(`/${vendor}`, own)
  app.onError((error, c) =>
    error instanceof Failure
      ? c.json({ error: error.message, next: error.next }, 422)
      : c.json({ error: error.message }, 500),
  )

  app.get('/connections', c => c.json(ways(world, simulators)))
  app.get('/files', c => c.json(filesOf(world)))
  app.get('/files/:name', c => {
    const text = fileText(world, c.req.param('name'))
    return text === null ? c.notFound() : c.text(text, 200, { 'content-type': 'text/csv; charset=utf-8' })
  })
  const known = faultsOf(simulators)
  app.get('/faults', c => c.json({ armed: world.faults.armed(), known }))
  app.post('/faults', async c => {
    const { name, times } = await c.req.json<{ name?: string; times?: number }>()
    if (!name) world.faults.disarm()
    else if (times === 0) world.faults.disarm(name)
    else armFault({ world, simulators }, name, times)
    return c.json({ armed: world.faults.armed() })
  })
  app.get('/clock', c => c.json({ now: new Date(world.now()).toISOString() }))
  app.post('/clock', async c => {
    const { days = 0, hours = 0, to } = await c.req.json<{ days?: number; hours?: number; to?: string }>()
    const from = world.now()
    const step = to === undefined ? days * 86_400_000 + hours * 3_600_000 : Date.parse(to) - from
    if (!Number.isFinite(step))
      throw invalid('The step is no time.', 'Give days, hours, or to as an ISO date.')
    world.advance(step)
    // Who subscribed hears of what happened; whether they listen is their business.
    for (const one of simulators) await one.tell?.(from, world.now(), fetch).catch(() => undefined)
    return c.json({ now: new Date(world.now()).toISOString() })
  })
  app.get('/truth', c => {
    const { from, to, store, parts } = c.req.query()
    const range: TruthRange = { ...(from && { from }), ...(to && { to }), ...(store && { store }) }
    return c.json(truthOf(world, range, parts?.split(',')))
  })
  return { app, simulators, world }
}

/** Everything that is to be connected, as one gives it. */
export const ways = (world: World, simulators: readonly Simulator[]) =>
  simulators.flatMap(({ vendor, connections }) =>
    connections.map(({ label, credentials }) => ({
      vendor,
      label,
      credentials: { ...credentials, base_url: `${world.url}/${vendor}` },
    })),
  )
