import { Hono } from 'hono'
import type { PlaceStore } from '#connectors/connector.ts'
import { ga4 } from '#connectors/ga4/index.ts'
import { type Company, createCompany } from '#simulators/company/company.ts'
import { ga4Simulator } from '#simulators/ga4/index.ts'
import { createWorld } from '#simulators/world.ts'
import { judgeBy } from './contracts/judge.ts'
import { smallEngine } from './small-engine.ts'

/** The stores that other connections of the company bring. */
export const storesOf = (company: Company): PlaceStore[] => [
  ...company.shops.map(({ store, currency, timezone, host }) => ({
    store,
    currency,
    timezone,
    hosts: [host],
  })),
  {
    store: 'larkfield-trade',
    currency: 'GBP',
    timezone: 'Europe/London',
    hosts: ['trade.larkfield.example'],
  },
]

const judge = judgeBy(
  new URL('./contracts/ga4.json', import.meta.url),
  new URL('./contracts/ga4-overlay.json', import.meta.url),
)

/** A request as it went out, with what it was answered. */
interface Seen {
  path: string
  body: { [name: string]: unknown }
  status: number
}

/** A company, its analytics and a connection to them; every request and answer is judged by Google's contract. */
export async function ga4Stage({ seed = 7, days = 30, until = '2026-11-20' } = {}) {
  const company = createCompany({ seed, days, until })
  const world = createWorld(company)
  const simulator = ga4Simulator(world)
  const app = new Hono().route('/ga4', simulator.app)
  const seen: Seen[] = []
  const complaints: string[] = []
  /** An answer given instead of the simulator's, where there is one. */
  const instead: { answer: ((path: string) => Response | null) | null } = { answer: null }
  const fetch = (async (address: string, init: RequestInit = {}) => {
    const url = new URL(address)
    const path = url.pathname.replace(/^\/ga4/, '')
    const response = instead.answer?.(path) ?? (await app.request(url.pathname + url.search, init))
    const text = await response.clone().text()
    const body = path === '/token' ? {} : JSON.parse(String(init.body ?? '{}'))
    seen.push({ path, body, status: response.status })
    const method = init.method ?? 'GET'
    complaints.push(
      ...judge.request(method, path, url.searchParams, path === '/token' ? undefined : body),
      // What a gateway says when it fails is nobody's contract.
      ...(response.status < 500 &&
      response.headers.get('content-type')?.includes('json') &&
      text.endsWith('}')
        ? judge.response(method, path, response.status, JSON.parse(text))
        : []),
    )
    return response
  }) as typeof globalThis.fetch
  const credentials: Record<string, string> = {
    ...simulator.connections[0]?.credentials,
    base_url: 'http://simulators.invalid/ga4',
  }
  const connect = (more: { back?: number; privacy?: boolean; stores?: PlaceStore[] } = {}) =>
    smallEngine(ga4, credentials, {
      fetch,
      stores: more.stores ?? storesOf(company),
      back: (more.back ?? days + 5) * 86_400_000,
      ...(more.privacy && { privacy: true }),
    })
  return { company, world, app, fetch, credentials, seen, complaints, instead, connect }
}
