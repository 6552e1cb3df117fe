import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { system } from '#kernel/actor.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { turns } from '#postgres/tables/connections.ts'
import { relink } from '#sync/linking.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from '../../../test/small-ledger.ts'
import { activityOf } from './activity.ts'
import { countLinks, linkExamples, linkingOperations } from './linking.ts'

let open: OpenLedger
let granary: Warehouse
const folder = mkdtempSync(join(tmpdir(), 'linking-'))
const now = new Date('2026-11-26T08:00:00Z')
const customer = (store: string, customer_id: string, email_hash: string, name: string) => ({
  ...Object.fromEntries(['country', 'city', 'tags'].map(column => [column, ''])),
  store,
  customer_id,
  email_hash,
  name,
  source: `shopify-${store}`,
})

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  await deliver(granary, 'customers', [
    customer('uk', '1', 'a', 'Ada Byron'),
    customer('us', '2', 'a', 'Ada B'),
    customer('uk', '3', 'b', 'Jo Gray'),
    customer('uk', '4', 'b', 'Jo Gray'),
    customer('us', '5', 'c', 'Li Wu'),
  ])
  await relink({ ledger: open.ledger, granary, folder }, now)
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
  await open.close()
})

const as = (stores: 'all' | string[]) => ({ granary, actor: { ...system('test'), stores } })
const members = (found: Awaited<ReturnType<typeof linkExamples>>) =>
  found.map(one => one.members.map(member => `${member.store} ${member.id} ${member.name}`))

describe('examples of who is who', () => {
  it('begin with those of the most stores, and are found by any of their names', async () => {
    expect(members(await linkExamples(as('all'), { kind: 'people' }))).toEqual([
      ['uk 1 Ada Byron', 'us 2 Ada B'],
      ['uk 3 Jo Gray', 'uk 4 Jo Gray'],
    ])
    expect(members(await linkExamples(as('all'), { kind: 'people', search: 'byron' }))).toEqual([
      ['uk 1 Ada Byron', 'us 2 Ada B'],
    ])
    expect(await linkExamples(as('all'), { kind: 'accounts' })).toEqual([])
  })
  it('show nobody a customer of a store that he does not see', async () => {
    expect(members(await linkExamples(as(['uk']), { kind: 'people' }))).toEqual([
      ['uk 3 Jo Gray', 'uk 4 Jo Gray'],
    ])
    expect(await linkExamples(as([]), { kind: 'people' })).toEqual([])
    expect((await countLinks(as(['us']))).counts[0]).toEqual({
      kind: 'customer',
      records: 2,
      linked: 1,
      entities: 1,
    })
  })
})

it('what is said of two records is kept where the links cannot follow at once, and they do later', async () => {
  const context = {
    ...{ ledger: open.ledger, actor: system('test'), clock: () => now },
    syncs: { relink: () => Promise.reject(new Error('The disk is full.')) },
  } as unknown as Context
  const ref = (id: string) => ({ store: 'us', kind: 'customer' as const, id })
  const said = { a: ref('2'), b: ref('5'), together: true }
  await expect(call(linkingOperations.link, said, { context, path: ['x', 'link'] })).resolves.toMatchObject({
    id: expect.stringContaining(' = '),
  })
  expect(await relink({ ledger: open.ledger, granary, folder }, now)).toBe(true)
  expect(members(await linkExamples(as('all'), { kind: 'people', search: 'Wu' }))).toEqual([
    ['uk 1 Ada Byron', 'us 2 Ada B', 'us 5 Li Wu'],
  ])
})

it('tells what a connection did day by day, those too on which it did nothing', async () => {
  const turn = (id: string, startedAt: string, more: object) => ({
    id,
    connection: 'c',
    stream: 'orders',
    kind: 'fresh' as const,
    from: 0,
    to: 1,
    startedAt,
    ...more,
  })
  const error = { code: 'unavailable', message: 'No answer.', at: now.toISOString() }
  await open.ledger
    .insert(turns)
    .values([
      turn('1', '2026-11-25T23:59:59Z', { records: 5, inserted: 3, changed: 1, gone: 1 }),
      turn('2', '2026-11-26T00:00:00Z', { error }),
      turn('3', '2026-11-26T07:00:00Z', { records: 2, inserted: 2, unmapped: 1 }),
      turn('4', '2026-11-20T07:00:00Z', { records: 99 }),
      { ...turn('5', '2026-11-26T07:00:00Z', { records: 99 }), connection: 'other' },
    ])
  expect(await activityOf({ ledger: open.ledger, clock: () => now }, 'c', 3)).toEqual([
    { day: '2026-11-24', turns: 0, records: 0, rows: 0, errors: 0, unmapped: 0 },
    { day: '2026-11-25', turns: 1, records: 5, rows: 5, errors: 0, unmapped: 0 },
    { day: '2026-11-26', turns: 2, records: 2, rows: 2, errors: 1, unmapped: 1 },
  ])
})
