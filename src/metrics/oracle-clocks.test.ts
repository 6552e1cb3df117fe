import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createImports } from '#sync/imports.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { createEngine } from './create-engine.ts'

/** Sales of shops on several clocks, in the nights these change: each at the day and hour its own clock showed. */

const zones = [
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Pacific/Apia',
]
/** Instants near which one of those clocks is put on or back, or leaps a day. */
const turns = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-03-08T07:00Z',
  '2026-11-01T06:00Z',
  '2026-04-04T15:00Z',
  '2026-10-03T15:30Z',
  '2018-11-04T03:00Z',
  '2011-12-30T10:00Z',
]
/** The clock of a zone as the platform tells it: day, hour and minute. */
const shown = (zone: string, at: number) => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  }).formatToParts(at)
  const of = (type: string) => parts.find(one => one.type === type)?.value ?? ''
  return { day: `${of('year')}-${of('month')}-${of('day')}`, hour: Number(of('hour')) }
}
/** An instant as a file may write it: in UTC, or with the offset of some other place. */
const written = (at: number, offset: number) => {
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 19)
  const size = Math.abs(offset)
  const two = (n: number) => String(n).padStart(2, '0')
  return offset === 0
    ? `${local}Z`
    : `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

it('are counted in the hours and days their own clocks showed, however a file writes the moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clocks-'))
  const sale = fc.record({
    zone: fc.constantFrom(...zones),
    turn: fc.constantFrom(...turns),
    minutes: fc.integer({ min: -1500, max: 1500 }),
    offset: fc.constantFrom(0, 330, -420, 60),
  })
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(sale, { minLength: 10, maxLength: 60 }), async sales => {
        const granary = await openDuckdb({ folder: ':memory:' })
        const handle = (zone: string) => `s${zones.indexOf(zone)}`
        const imports = createImports({
          granary,
          folder,
          ensureStore: async ({ handle: one }) => ({
            currency: 'GBP',
            timezone: zones[Number(one.slice(1))] ?? 'UTC',
          }),
        })
        const all = sales.map(({ turn, minutes, ...one }, n) => ({
          ...one,
          n,
          at: Date.parse(turn) + minutes * 60_000,
        }))
        for (const [zone, own] of Map.groupBy(all, one => one.zone)) {
          const path = join(folder, 'sales.csv')
          const lines = own.map(one => `o${one.n},${written(one.at, one.offset)},A,1,${one.n + 1}`)
          writeFileSync(path, `Order,When,Item,Qty,Price\n${lines.join('\n')}\n`)
          const columns = { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' }
          const mapping = { target: 'sales_lines', columns }
          const came = await imports.run({ path, store: handle(zone), by: 'test', mapping })
          expect(came).toMatchObject({ accepted: own.length, rejected: 0 })
        }
        const stores = zones.map(zone => ({
          store: handle(zone),
          name: zone,
          currency: 'GBP',
          timezone: zone,
          kind: 'both' as const,
        }))
        const calendar = {
          calendar: 'gregorian' as const,
          fiscalStartMonth: 1,
          weekStart: 1 as const,
          yearEnd: 'last_saturday' as const,
        }
        const world = {
          stores,
          calendar,
          currency: null,
          events: [],
          targets: [],
          metrics: [],
          dimensions: [],
        }
        const engine = createEngine({ granary, world: async () => world })
        const scope = { stores: 'all' as const, now: new Date('2026-12-20T12:00:00Z') }
        const expected = new Map<string, number>()
        for (const one of all) {
          const { day, hour } = shown(one.zone, one.at)
          const key = `${handle(one.zone)} ${day} ${hour}`
          expected.set(key, (expected.get(key) ?? 0) + one.n + 1)
        }
        const got = new Map<string, number>()
        for (const [from, to] of [
          ['2011-12-28', '2012-01-02'],
          ['2018-11-01', '2018-11-07'],
          ['2026-03-01', '2026-11-10'],
        ]) {
          const { rows } = await engine.ask(
            {
              metrics: ['gross_sales', 'orders'],
              by: ['store', 'hour'],
              grain: 'day',
              from,
              to,
              limit: 10_000,
            },
            scope,
          )
          for (const row of rows)
            if (Number(row.orders) > 0)
              got.set(`${row.store} ${row.period} ${Number(row.hour)}`, Number(row.gross_sales))
        }
        expect(new Map([...got].sort())).toEqual(new Map([...expected].sort()))
        await granary.close()
      }),
      { numRuns: 3 },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 240_000)
