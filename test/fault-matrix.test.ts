import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, streams, type Trouble, turns } from '#postgres/tables/connections.ts'
import type { World } from '#simulators/world.ts'
import { everyRow, played } from './played.ts'

/**
 * Vendor by failure, through the whole engine: whatever comes in between, the granary ends as after a calm reading, and the
 * ledger says in words what happened. What each connector does with each answer is tested beside it.
 * `FAULTS=all npm test -- test/fault-matrix.test.ts` shows every failure of every vendor; without it, a few of each.
 */

/** Failures that any vendor may show: oftener than it is tried before it is given up, and all others one upon another. */
const plain = [
  ['http_500', 7],
  ['hang', 2],
  ['http_503_html+html+truncated+empty+clock_skew', 2],
] as const

/** The stream that carries most, and failures of the vendor's own: throttles, tokens, pages. Infinity: until somebody mends it. */
const systems = {
  shopify: {
    streams: ['orders'],
    own: [
      ['throttled', 4],
      ['token_expired', 1],
      ['token_revoked', Number.POSITIVE_INFINITY],
      ['bulk_failed', 3],
      ['file_gone', 7],
    ],
  },
  magento: {
    streams: ['orders'],
    own: [
      ['too_many_requests', 2],
      ['waf_429', 2],
      ['nonce_used', 2],
      ['token_revoked', Number.POSITIVE_INFINITY],
      ['total_too_large', 9],
      ['total_too_small', 9],
    ],
  },
  ga4: {
    streams: ['traffic'],
    own: [
      ['quota_concurrent', 2],
      ['quota_hour', 1],
      ['quota_day', 1],
      ['token_revoked', 1],
      ['permission', Number.POSITIVE_INFINITY],
      ['short_pages+changed_total', 9],
      ['short_pages+repeated_page', 9],
    ],
  },
  hubspot: {
    streams: ['deals', 'contacts'],
    own: [
      ['secondly', 2],
      ['daily', 1],
      ['revoked', Number.POSITIVE_INFINITY],
      ['duplicate_page', 3],
      ['reordered_page', 3],
    ],
  },
  marketo: {
    streams: ['activities'],
    own: [
      ['rate_606', 2],
      ['quota_607', 1],
      ['concurrency_615', 2],
      ['token_602', 1],
      ['access_603', Number.POSITIVE_INFINITY],
      ['bulk_failed', 1],
      ['file_short', 2],
    ],
  },
  asana: {
    streams: ['tasks', 'tasks_whole'],
    own: [
      ['rate_limited', 2],
      ['offset_expired', 1],
      ['revoked', Number.POSITIVE_INFINITY],
      ['duplicate_page', 2],
    ],
  },
  trello: {
    streams: ['cards', 'cards_whole'],
    own: [
      ['token_limit', 2],
      ['retry_449', 2],
      ['gateway_504', 7],
      ['invalid_token', Number.POSITIVE_INFINITY],
    ],
  },
} as const

const hour = 3_600_000
const cases = (vendor: keyof typeof systems) => {
  const own = [...plain, ...systems[vendor].own]
  return process.env.FAULTS === 'all' ? own : own.slice(2, 4)
}
let open: OpenLedger
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())

/** What a person can read of a failure: a sentence of words, and what helps. */
const readable = ({ message, next }: Trouble): boolean =>
  /^[A-Z“].{15,}/.test(message) &&
  !/undefined|\[object|of our own|<html|\bat .*:\d+/.test(message) &&
  (next ?? '').length > 10

/**
 * Reads under a failure, round after round as the server would, until nothing is wrong or two days have passed; then
 * somebody has mended it, and it is read once more on the third. Gives the granary and what was said.
 */
async function read(vendor: keyof typeof systems, faults: string, times: number) {
  // One that never answers is given up sooner than in earnest.
  const patience = faults === 'hang' ? 2000 : undefined
  const one = await played(open, vendor, { streams: systems[vendor].streams, patience })
  try {
    const { world } = one.simulation
    const end = world.now() + 72 * hour
    for (const fault of faults.split('+').filter(Boolean)) world.faults.arm(`${vendor}:${fault}`, times)
    const said: Trouble[] = []
    for (let rounds = 0; rounds < 6 && world.now() < end - 24 * hour; rounds++) {
      const { troubles, nextAt } = await one.syncs.round(one.id, { all: true, whole: true })
      if (troubles.length === 0) break
      said.push(...troubles.map(({ trouble }) => trouble))
      const next = Math.min(nextAt.getTime(), end - 24 * hour)
      world.advance(Math.max(0, next - world.now()))
    }
    world.faults.disarm()
    forward(world, end)
    const { troubles } = await one.syncs.round(one.id, { all: true, whole: true })
    expect(troubles).toEqual([])
    return { rows: await everyRow(one.granary), said, id: one.id }
  } finally {
    await one.close()
  }
}

const forward = (world: World, to: number) => world.advance(to - world.now())

describe.each(Object.keys(systems) as (keyof typeof systems)[])('%s', vendor => {
  let calm: Awaited<ReturnType<typeof read>>
  beforeAll(async () => {
    calm = await read(vendor, '', 0)
    expect(calm.said).toEqual([])
    expect(Object.values(calm.rows).flat().length).toBeGreaterThan(10)
  })

  it.each(cases(vendor))('ends as in peace after %s', async (fault, times) => {
    const { rows, said, id } = await read(vendor, fault, times)
    expect(rows).toEqual(calm.rows)
    expect(said.filter(trouble => !readable(trouble))).toEqual([])
    if (times === Number.POSITIVE_INFINITY) expect(said.length).toBeGreaterThan(0)
    // What went wrong stands in the history, and no more at the connection once it is over.
    const ended = await open.ledger.select().from(turns).where(eq(turns.connection, id))
    expect(ended.every(turn => turn.endedAt !== null && (!turn.error || turn.error.message))).toBe(true)
    const [own] = await open.ledger.select().from(connections).where(eq(connections.id, id))
    const left = await open.ledger.select().from(streams).where(eq(streams.connection, id))
    expect([own?.trouble, ...left.map(stream => stream.trouble)].filter(Boolean)).toEqual([])
  })
})
