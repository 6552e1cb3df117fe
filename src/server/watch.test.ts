import { afterAll, beforeAll, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../test/watch-room.ts'
import type { Jobs } from './jobs.ts'
import { keepWatch, type Watch } from './watch.ts'

let room: WatchRoom
let watch: Watch
let now = Date.parse('2026-06-21T12:00:00Z')
const sent: string[] = []

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  const shop = { key: 's', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' as const }
  await room.open.ledger.insert(connections).values({
    ...{ id: 'c', vendor: 'magento', account: 'Shop', credentials: '', given: {}, home: 'shop' },
    ...{ facts: {}, limits: [], backDays: 1096, by: 'cy', shops: [{ ...shop, hosts: [], store: 'shop' }] },
  })
  const jobs = { send: async (name: string) => void sent.push(name) } as unknown as Jobs
  watch = keepWatch(
    room.context(),
    () => jobs,
    () => undefined,
  )
})
afterAll(async () => {
  await watch.close()
  await room.close()
})

const ms = (day: string) => Date.parse(`${day}T00:00:00Z`)
/** The shop's orders are read back to a day. */
const readTo = async (day: string) => {
  const state = { bookmark: ms('2026-06-21') + 3_600_000, start: ms('2023-06-21') }
  const back = ms(day)
  await room.open.ledger
    .insert(streams)
    .values({ connection: 'c', stream: 'orders', ...state, edge: back, back })
    .onConflictDoUpdate({ target: [streams.connection, streams.stream], set: { edge: back, back } })
  room.context().settled?.()
}
let loads = 0
const load = () => {
  loads += 1
  const row = lineRow({ order_id: `o${loads}`, day: '2026-06-20', store: 'shop', gross: 50 })
  return carryRows(room, { id: `l${loads}`, table: 'sales_lines', rows: [row] as never, source: 'test' })
}
/** Lets some seconds pass, and what is due then be done; says how often everything was looked at. */
const after = async (seconds: number): Promise<number> => {
  sent.length = 0
  for (let passed = 0; passed < seconds; passed += 20) {
    now += 20_000
    room.at(new Date(now).toISOString())
    await watch.turn()
  }
  return sent.filter(name => name === 'watch').length
}

it('looks when things have settled, and at once when the past of a shop that sells all day is whole', async () => {
  await readTo('2026-02-10')
  await load()
  expect(await after(20), 'at first').toBe(1)
  await load()
  expect(await after(40)).toBe(0)
  expect(await after(40), 'settled').toBe(1)
  await load()
  expect(await after(20)).toBe(0)
  await readTo('2023-06-21')
  await load()
  expect(await after(20), 'whole').toBe(1)
  await load()
  expect(await after(20)).toBe(0)
})

it('ends quietly where the house closes around a long look', async () => {
  let asked = () => undefined as unknown
  const begun = new Promise<void>(done => {
    asked = () => done()
  })
  let shut = () => undefined as unknown
  const granary = {
    ...room.granary,
    changes: () => {
      asked()
      return new Promise<never>((_, refuse) => {
        shut = () => refuse(new Failure('unavailable', 'The granary is closed.'))
      })
    },
  }
  const metrics = {
    ...room.context().metrics,
    ask: granary.changes,
    parts: granary.changes,
  }
  const closing = keepWatch(
    { ...room.context(), granary, metrics },
    () => ({}) as Jobs,
    () => undefined,
  )
  const look = closing.look()
  await begun
  await closing.close()
  shut()
  await expect(look).resolves.toBeUndefined()
})
