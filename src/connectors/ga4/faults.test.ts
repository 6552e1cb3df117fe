import { beforeAll, describe, expect, it } from 'vitest'
import type { CanonicalRow, PlaceStore } from '#connectors/connector.ts'
import { dayAt, dayStart } from '#kernel/zone.ts'
import { ga4Stage, storesOf } from '../../../test/ga4-stage.ts'
import { Postponed } from '../http.ts'
import { ga4 } from './index.ts'
import { spare } from './manners.ts'

const days = 7
const tables = [
  'traffic_days',
  'spend_days',
  'analytics_orders',
  'traffic_users',
  'item_days',
  'search_days',
] as const
type Stage = Awaited<ReturnType<typeof ga4Stage>>

const all = (engine: Awaited<ReturnType<Stage['connect']>>) =>
  tables.map(name =>
    engine
      .rows(name)
      .map(row => JSON.stringify(row))
      .sort(),
  )

let expected: string[][]
beforeAll(async () => {
  const { connect } = await ga4Stage({ days })
  const engine = await connect()
  await engine.round()
  expected = all(engine)
  expect(expected.every(rows => rows.length > 0)).toBe(true)
})

/** A connection that is made in peace and read under a fault. */
const under = async (fault: string, times?: number) => {
  const stage = await ga4Stage({ days })
  const engine = await stage.connect()
  stage.world.faults.arm(`ga4:${fault}`, times)
  return { ...stage, engine }
}

describe('the same rows come out', { timeout: 60_000 }, () => {
  it.each([
    ['http_500', 2],
    ['http_503_html', 2],
    ['html', 1],
    ['truncated', 2],
    ['empty', 1],
    ['internal', 2],
    ['token_revoked', 1],
    ['quota_concurrent', 2],
    ['short_pages', undefined],
    ['changed_total', 1],
    ['repeated_page', 1],
    ['sampled', undefined],
    ['other_row', undefined],
  ] as const)('after %s', async (fault, times) => {
    const { engine, world, complaints } = await under(fault, times)
    if (fault === 'changed_total' || fault === 'repeated_page') world.faults.arm('ga4:short_pages')
    await engine.round(['traffic', 'spend', 'purchases', 'items', 'searches'])
    if (fault !== 'sampled' && fault !== 'other_row') await engine.round(['users'])
    const found = all(engine)
    for (const [index, name] of tables.entries())
      if (found[index]?.length || name !== 'traffic_users')
        expect(found[index], name).toEqual(expected[index])
    expect(engine.problems).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe('numbers that are not quite what they say', { timeout: 60_000 }, () => {
  const qualities = (rows: readonly CanonicalRow[]) => new Set(rows.map(row => row.quality))
  it.each([
    ['sampled_days', 'sampled', 'read 10000000 of 38000000'],
    ['other_row_days', 'other_row', '“(other)”'],
    ['thresholded', 'thresholded', 'left out rows of few people'],
  ])('say so: %s', async (fault, quality, remark) => {
    const { engine, world } = await under(fault)
    if (fault !== 'thresholded') world.faults.arm(`ga4:${fault.replace('_days', '')}`)
    await engine.round(['traffic'])
    const found = qualities(engine.rows('traffic_days'))
    expect(found.has(quality)).toBe(true)
    expect([...found].some(one => String(one) === `${quality}, provisional`)).toBe(true)
    expect(engine.remarks.some(one => one.includes(remark))).toBe(true)
  })
  it('keep rare rows of one day together under the connection’s own store', async () => {
    const { engine, world } = await under('other_row_days')
    world.faults.arm('ga4:other_row')
    await engine.round(['traffic'])
    const rest = engine.rows('traffic_days').filter(row => row.channel === '(other)')
    expect(new Set(rest.map(row => row.store))).toEqual(new Set(['larkfield-uk']))
    const sum = (name: string) => engine.rows(name as 'traffic_days')
    expect(sum('traffic_days').length).toBeGreaterThan(rest.length)
  })
})

describe('an answer without rows', { timeout: 60_000 }, () => {
  it('is a day on which nothing was seen: what was there before is gone', async () => {
    const { engine, world, connect } = await ga4Stage({ days }).then(async stage => ({
      ...stage,
      engine: await stage.connect(),
    }))
    await engine.round(['traffic'])
    expect(engine.rows('traffic_days').length).toBeGreaterThan(0)
    world.faults.arm('ga4:no_rows')
    const none = await connect()
    await none.round()
    expect(tables.flatMap(name => none.rows(name))).toEqual([])
    expect(none.checked.limits).toContain('The property has no sessions yet.')
  })
})

describe('the property lets less be read', { timeout: 60_000 }, () => {
  it('says what that costs, and reads the rest', async () => {
    const stage = await ga4Stage({ days })
    stage.world.faults.arm('ga4:no_events')
    stage.world.faults.arm('ga4:no_item_hosts')
    stage.world.faults.arm('ga4:no_cost')
    const engine = await stage.connect()
    expect(engine.checked.limits.join(' ')).toMatch(
      /split by event.*items? .*split by host.*Cost metrics are withheld/is,
    )
    await engine.round(['traffic', 'items', 'searches'])
    expect(engine.rows('search_days')).toEqual([])
    const main = engine.rows('traffic_days').filter(row => row.landing_page === '')
    expect(main.every(row => row.cart_sessions === null && Number(row.sessions) > 0)).toBe(true)
    expect(new Set(engine.rows('item_days').map(row => row.store))).toEqual(new Set(['larkfield-uk']))
  })
  it('never asks cost by date, and one day at a time', async () => {
    const { connect, seen } = await ga4Stage({ days })
    const engine = await connect()
    await engine.round(['spend'])
    const asked = seen
      .flatMap(one => (one.body.requests as Record<string, never>[]) ?? [one.body])
      .filter(one => JSON.stringify(one.metrics ?? '').includes('advertiserAdCost'))
      .filter(one => 'dateRanges' in one) as unknown as {
      dateRanges: { startDate: string; endDate: string }[]
      dimensions: unknown
    }[]
    expect(asked.length).toBeGreaterThan(days)
    for (const one of asked) {
      expect(one.dateRanges).toHaveLength(1)
      expect(one.dateRanges[0]?.startDate).toBe(one.dateRanges[0]?.endDate)
      expect(JSON.stringify(one.dimensions)).not.toMatch(/date|yearMonth/)
    }
  })
})

describe('what cannot go on', { timeout: 60_000 }, () => {
  const failing = async (fault: string) => {
    const { world, connect } = await ga4Stage({ days })
    world.faults.arm(`ga4:${fault}`)
    return connect().then(
      () => null,
      (error: Error & { next?: string }) => error,
    )
  }
  it.each([
    ['permission', /may not see this property/, /add quarterdeck@.* as Viewer/],
    ['api_disabled', /not switched on/, /Enable/],
    ['invalid_grant', /refuses the service account: Invalid JWT Signature/, /new key/],
    ['token_revoked', /refuses the credentials/, /new credentials/],
    ['http_500', /does not answer as it should/, /tried again/],
  ])('%s says what to do', async (fault, message, next) => {
    const error = await failing(fault)
    expect(error?.message).toMatch(message)
    expect(error?.next).toMatch(next)
    expect(`${error?.message}${error?.next}${JSON.stringify(error)}`).not.toMatch(/PRIVATE KEY|ya29/)
  })
  it.each([
    ['quota_project_hour', 1800],
    ['quota_hour', 1800],
    ['quota_server_errors', 3600],
    ['quota_thresholded', 3600],
  ])('%s waits as long as the quota takes', async (fault, seconds) => {
    const error = await failing(fault)
    expect(error).toBeInstanceOf(Postponed)
    expect((error as unknown as Postponed).until - Date.parse('2026-01-01T00:00:00Z')).toBe(seconds * 1000)
  })
  it('the day’s quota waits for midnight in California', async () => {
    const error = (await failing('quota_day')) as unknown as Postponed
    // Noon in London on 21 November is four in the morning there.
    expect(error.until - Date.parse('2026-01-01T00:00:00Z')).toBe(20 * 3_600_000)
  })
  it('leaves requests whose rows may be withheld to fresh days, and the last of them to nobody', () => {
    const left = (remaining: number, history: boolean) => () =>
      spare({ potentiallyThresholdedRequestsPerHour: { remaining } }, history, 0, 0)
    expect(left(25, true)).not.toThrow()
    expect(left(24, true)).toThrow(Postponed)
    expect(left(24, false)).not.toThrow()
    expect(left(1, false)).toThrow(Postponed)
  })
  it('leaves the property alone before a quota is gone', async () => {
    const { engine, world, seen } = await under('quota_low', 1)
    world.faults.disarm('ga4:quota_low')
    await engine.round(['spend'])
    world.faults.arm('ga4:quota_low', 1)
    const before = seen.length
    await expect(engine.round(['traffic'])).rejects.toBeInstanceOf(Postponed)
    expect(seen.slice(before).some(one => one.status === 429)).toBe(false)
  })
})

describe('history', { timeout: 60_000 }, () => {
  it('says with each stretch how far back it is given, so that a quota that ends costs none of it', async () => {
    const { fetch, credentials } = await ga4Stage({ days: 70 })
    const now = Date.parse('2026-11-21T12:00:00Z')
    const session = ga4.open(credentials, {
      fetch,
      now: () => now,
      sleep: async () => undefined,
      signal: new AbortController().signal,
      allowed: new Set(['simulators.invalid']),
    })
    const to = await ga4.clock(session)
    const turn = { from: to - 60 * 86_400_000, to, cursor: null, history: true }
    for (const stream of ga4.streams) {
      const told: number[] = []
      for await (const { back, records } of stream.read(session, turn))
        if (back === undefined) expect(stream.name).toBe('users')
        else {
          told.push(back)
          const days = (records as { day: string }[]).map(one => one.day).sort()
          expect(dayAt('Europe/London', back), stream.name).toBe(days[0])
          expect(back).toBe(dayStart('Europe/London', days[0] ?? ''))
        }
      expect(told.length, stream.name).toBeGreaterThan(2)
      expect([...told].sort((a, b) => b - a)).toEqual(told)
      expect(told.at(-1)).toBeLessThanOrEqual(turn.from)
      for await (const { back } of stream.read(session, { ...turn, from: to - 86_400_000, history: false }))
        expect(back).toBeUndefined()
    }
  })
})

describe('hosts', () => {
  it('that no store knows are of the connection’s own, and add up with it', { timeout: 60_000 }, async () => {
    const { company, connect } = await ga4Stage({ days })
    const [uk] = storesOf(company) as [PlaceStore]
    const engine = await connect({ stores: [uk] })
    await engine.round(['traffic'])
    const sum = (rows: readonly CanonicalRow[]) => rows.reduce((n, row) => n + Number(row.sessions), 0)
    const parse = (rows: string[] | undefined) => (rows ?? []).map(row => JSON.parse(row) as CanonicalRow)
    expect(sum(engine.rows('traffic_days'))).toBe(sum(parse(expected[0])))
    expect(new Set(engine.rows('traffic_days').map(row => row.store))).toEqual(new Set(['larkfield-uk']))
  })
})
