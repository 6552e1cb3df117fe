import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { magento } from '#connectors/magento/index.ts'
import { createCompany } from '#simulators/company/company.ts'
import { magentoSimulator } from '#simulators/magento/magento.ts'
import { createWorld } from '#simulators/world.ts'
import { judgeBy } from './contracts/judge.ts'
import { smallEngine } from './small-engine.ts'

const judge = judgeBy(
  new URL('./contracts/magento.json', import.meta.url),
  new URL('./contracts/magento-overlay.json', import.meta.url),
)

/** The file names only the first filter and the first sort; Magento takes any number of both (its guide to searches). */
const first = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams(
    [...query].map(([name, value]) => [
      name
        .replace(/\[filterGroups\]\[\d+\]\[filters\]\[\d+\]/, '[filterGroups][0][filters][0]')
        .replace(/\[sortOrders\]\[\d+\]/, '[sortOrders][0]'),
      value,
    ]),
  )

describe('the contract of Magento', () => {
  it('is kept by every request the connector sends and every answer the simulator gives', async () => {
    const world = createWorld(createCompany({ seed: 3, days: 60, until: '2026-11-20' }), 'http://sim.test')
    const simulator = magentoSimulator(world)
    const app = new Hono().route('/magento', simulator.app)
    const wrong: string[] = []
    const operations = new Set<string>()
    const fetch = (async (input: string | URL | Request, init?: RequestInit) => {
      const answer = await app.fetch(new Request(input, init))
      const url = new URL(String(input))
      const path = url.pathname.replace('/magento/rest/all', '')
      operations.add(path)
      wrong.push(...judge.request(init?.method ?? 'GET', path, first(url.searchParams)))
      wrong.push(...judge.response(init?.method ?? 'GET', path, answer.status, await answer.clone().json()))
      return answer
    }) as typeof globalThis.fetch
    const engine = await smallEngine(
      magento,
      { ...simulator.connections[0]?.credentials, base_url: 'http://sim.test/magento' },
      { fetch, back: 90 * 86_400_000 },
    )
    await engine.round()
    expect([...new Set(wrong.map(one => one.replaceAll(/\d+/g, 'n')))].slice(0, 30)).toEqual([])
    expect(operations.size).toBeGreaterThan(18)
    // Old stock too, which is asked for only where there are no sources; and refusals.
    world.faults.arm('magento:no_sources')
    await engine.round(['stock'])
    world.faults.disarm()
    world.faults.arm('magento:forbidden', 1)
    await expect(engine.round(['orders'])).rejects.toThrow('does not let this integration see Magento_Sales')
    expect(wrong).toEqual([])
  })
})
