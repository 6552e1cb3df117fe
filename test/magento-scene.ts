import { Hono } from 'hono'
import { createCompany } from '#simulators/company/company.ts'
import { keysOf } from '#simulators/magento/auth.ts'
import { magentoSimulator } from '#simulators/magento/magento.ts'
import { createWorld } from '#simulators/world.ts'

/** A company with its Magento, reached without a network; what connects to it, and how often it was asked. */
export function magentoScene(seed: number, days: number) {
  const world = createWorld(createCompany({ seed, days, until: '2026-11-20' }), 'http://sim.test')
  const simulator = magentoSimulator(world)
  const app = new Hono().route('/magento', simulator.app)
  let asked = 0
  const fetch = (async (input: string | URL | Request, init?: RequestInit) => {
    asked += 1
    return app.fetch(new Request(input, init))
  }) as typeof globalThis.fetch
  const base_url = 'http://sim.test/magento'
  const keys = keysOf(seed)
  const credentials: Record<string, string> = { ...simulator.connections[0]?.credentials, base_url }
  const cloud: Record<string, string> = {
    base_url,
    tenant: keys.tenant,
    organisation: keys.organisation,
    client_id: keys.clientId,
    client_secret: keys.clientSecret,
  }
  return { world, credentials, cloud, fetch, asked: () => asked }
}
