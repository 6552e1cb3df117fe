import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '#metrics/create-engine.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { linking, linksByHand } from '#postgres/tables/linking.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { changeLinking, relink } from './linking.ts'

let open: OpenLedger
let granary: Warehouse
const folder = mkdtempSync(join(tmpdir(), 'linking-'))
let tick = 0
const now = () => {
  tick += 1000
  return new Date(Date.UTC(2026, 10, 26) + tick)
}

const blank = (...names: string[]) => Object.fromEntries(names.map(name => [name, '']))
const customer = (store: string, customer_id: string, email_hash: string, source = store) => ({
  ...blank('name', 'country', 'city', 'tags'),
  store,
  customer_id,
  email_hash,
  source,
})
const account = (store: string, account_id: string, name: string, domain: string | null) => ({
  ...blank('segment', 'owner', 'country', 'currency', 'source'),
  store,
  account_id,
  name,
  domain,
})
const lead = (lead_id: string, email_hash: string, stage = 'lead') => ({
  ...blank('origin', 'country', 'account_id', 'source'),
  store: 'uk',
  platform: 'marketo',
  lead_id,
  stage,
  day: '2026-01-01',
  happened_at: '2026-01-01 10:00:00',
  created_day: '2026-01-01',
  email_hash,
})
const links = async () =>
  (
    await granary.query(
      "SELECT kind || ' ' || store || ' ' || id AS record, entity, joined_by FROM links ORDER BY 1",
    )
  ).map(row => `${row.record} = ${row.entity} (${row.joined_by})`)

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
beforeEach(async () => {
  await granary?.close()
  granary = await openDuckdb({ folder: ':memory:' })
  await open.ledger.delete(linking)
  await open.ledger.delete(linksByHand)
  await deliver(granary, 'customers', [
    customer('uk', '1', 'ada'),
    customer('us', '7', 'ada'),
    customer('us', '8', 'jo'),
    customer('us', '9', ''),
    customer('uk', '9', ''),
  ])
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
  await open.close()
})

describe('records of several systems', () => {
  it('are linked by address and domain, but not by one that is anybody’s', async () => {
    await deliver(granary, 'leads', [lead('5', 'ada'), lead('5', 'ada', 'mql'), lead('6', 'other')])
    await deliver(granary, 'accounts', [
      account('uk', '1', 'Fox Ltd', 'fox.example'),
      account('uk', 'fox.example', 'Fox', 'fox.example'),
      account('uk', '2', 'Hare', 'gmail.com'),
      account('us', '3', 'Hart', 'gmail.com'),
      account('us', '4', 'Elk', null),
    ])
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(true)
    expect(await links()).toEqual([
      'account uk 1 = account uk 1 (domain)',
      'account uk fox.example = account uk 1 (domain)',
      'customer uk 1 = customer uk 1 (email)',
      'customer us 7 = customer uk 1 (email)',
      'lead uk marketo 5 = customer uk 1 (email)',
    ])
  })
  it('are linked anew only when something they rest on changed', async () => {
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(true)
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(false)
    await deliverLines(granary, [{ order_id: 'o', day: '2026-01-01', gross: 1 }])
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(false)
    await deliver(granary, 'customers', [customer('uk', '2', 'jo')])
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(true)
    expect(await links()).toContain('customer us 8 = customer uk 2 (email)')
    // What no longer holds goes, even when nothing is left.
    await granary.remove({ store: 'us', table: 'customers' })
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(true)
    expect(await links()).toEqual([])
  })
  it('are linked anew where the granary is another than the one seen', async () => {
    await relink({ ledger: open.ledger, granary, folder }, now())
    await deliver(granary, 'customers', [customer('uk', '2', 'jo')])
    await relink({ ledger: open.ledger, granary, folder }, now())
    await granary.close()
    granary = await openDuckdb({ folder: ':memory:' })
    await deliver(granary, 'customers', [customer('uk', '1', 'x'), customer('us', '7', 'x')])
    expect(await relink({ ledger: open.ledger, granary, folder }, now())).toBe(true)
    expect(await links()).toHaveLength(2)
  })
  it('follow rules that are changed and words by hand, there and back', async () => {
    const pair = (together: boolean) => ({
      id: 'pair',
      a: { kind: 'customer', store: 'uk', id: '1' } as const,
      b: { kind: 'customer', store: 'us', id: '7' } as const,
      together,
      by: 'Ada',
    })
    await relink({ ledger: open.ledger, granary, folder }, now())
    const before = await links()
    await open.ledger.insert(linksByHand).values(pair(false))
    await changeLinking(open.ledger)
    await relink({ ledger: open.ledger, granary, folder }, now())
    expect(await links()).toEqual([])
    await open.ledger.delete(linksByHand)
    await changeLinking(open.ledger)
    await relink({ ledger: open.ledger, granary, folder }, now())
    expect(await links()).toEqual(before)
    await changeLinking(open.ledger, { rules: [] })
    await relink({ ledger: open.ledger, granary, folder }, now())
    expect(await links()).toEqual([])
    await open.ledger.insert(linksByHand).values(pair(true))
    await changeLinking(open.ledger)
    await relink({ ledger: open.ledger, granary, folder }, now())
    expect(await links()).toEqual([
      'customer uk 1 = customer uk 1 (hand)',
      'customer us 7 = customer uk 1 (hand)',
    ])
  })
})

it('is one customer who buys in two shops, where they are counted together', async () => {
  const engine = createEngine({
    granary,
    world: async () => ({
      stores: ['uk', 'us'].map(store => ({
        store,
        name: store,
        currency: 'GBP',
        timezone: 'UTC',
        kind: 'b2c' as const,
      })),
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: null,
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
    }),
  })
  const line = (store: string, customer_id: string) => ({
    store,
    customer_id,
    order_id: `${store} ${customer_id}`,
    day: '2026-01-05',
    gross: 10,
  })
  await deliverLines(granary, [line('uk', '1'), line('us', '7'), line('us', '8'), line('uk', '')])
  const ask = async (by: string[] = []) =>
    (
      await engine.ask(
        { metrics: ['customers', 'people'], by, from: '2026-01-01', to: '2026-01-31' },
        { stores: 'all', now: new Date('2026-02-01') },
      )
    ).totals
  expect(await ask()).toMatchObject({ customers: '3', people: '3' })
  await relink({ ledger: open.ledger, granary, folder }, now())
  expect(await ask()).toMatchObject({ customers: '3', people: '2' })
})
