import { afterEach, beforeEach, expect, it } from 'vitest'
import { derived, table, tables } from '#kernel/canonical.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Row, Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { everyone, plainWorld } from '../../test/small-world.ts'
import { createEngine } from './create-engine.ts'
import { facts } from './facts.ts'
import type { World } from './world.ts'

/** A granary whose answers can be held back, or fail, on the way to who asked. */
let granary: Warehouse
let onTheWay: (rows: Row[]) => Promise<Row[]>
const engineOver = (world: Partial<World> = {}) =>
  createEngine({
    granary: {
      ...granary,
      query: async <R extends Row>(...asked: Parameters<Warehouse['query']>) =>
        (await onTheWay(await granary.query(...asked))) as R[],
    },
    world: async () => ({ ...plainWorld, ...world }),
  })
const line = { order_id: 'a', day: '2011-12-05', line_key: 1 }
const december = { metrics: ['net_sales'], from: '2011-12-01', to: '2011-12-31' }

beforeEach(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  onTheWay = async rows => rows
  await deliverLines(granary, [{ ...line, gross: 10 }])
})
afterEach(() => granary.close())

const failing = async () => {
  throw new Error('the wire was cut')
}

it('who asks after a load does not get the answer of who asked before it', async () => {
  const engine = engineOver()
  await engine.ask({ metrics: ['orders'], window: 'all_time' }, everyone)
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  onTheWay = async rows => held.then(() => rows)
  const before = engine.ask(december, everyone)
  await new Promise(resolve => setTimeout(resolve, 200))
  onTheWay = async rows => rows
  await deliverLines(granary, [{ ...line, gross: 25 }])
  const after = engine.ask(december, everyone)
  await new Promise(resolve => setTimeout(resolve, 200))
  release()
  expect((await before).totals.net_sales).toBe('10')
  expect((await after).totals.net_sales).toBe('25')
  expect((await engine.ask(december, everyone)).totals.net_sales).toBe('25')
})

it('a load whose reading failed is read again by the next question', async () => {
  const engine = engineOver()
  onTheWay = failing
  await expect(engine.ask(december, everyone)).rejects.toThrow('the wire was cut')
  onTheWay = async rows => rows
  expect((await engine.ask(december, everyone)).totals.net_sales).toBe('10')
})

it('postings that could not be read are asked for again by the next question', async () => {
  await deliver(granary, 'ledger_entries', [
    {
      ...{ store: '', entry_id: '1', day: '2011-12-31', account: '6100', department: '', cost_centre: '' },
      ...{ vendor: '', words: '', amount: 3, currency: 'GBP', source: 'test' },
    },
  ])
  const engine = engineOver({
    costAccounts: [{ cost: 'fulfilment', accounts: ['6100'] }],
    closed: [{ from: '2011-12-01', to: '2011-12-31' }],
  })
  // All but the postings was read.
  const asked = { ...december, metrics: ['fulfilment_cost'] }
  onTheWay = async rows => ('account' in (rows[0] ?? {}) ? failing() : rows)
  await expect(engine.ask(asked, everyone)).rejects.toThrow('the wire was cut')
  onTheWay = async rows => rows
  expect((await engine.ask(asked, everyone)).totals.fulfilment_cost).toBe('3')
})

const deal = (deal_id: string, state: string, created_day: string, close_day: string | null) => ({
  ...{ store: 'shop', platform: 'hubspot', deal_id, name: '', kind: 'deal', pipeline: '', stage: '', state },
  ...{ owner: '', account_id: '', created_day, close_day, amount: 100, probability: 1, currency: 'GBP' },
  ...{ order_id: '', source: 'test' },
})

it('a deal made in January and won in March changes what March is known to have won', async () => {
  // The last is closed after all others: how far deals are known stays as it is.
  await deliver(granary, 'deals', [
    deal('1', 'open', '2011-01-05', null),
    deal('2', 'won', '2011-01-06', '2011-03-02'),
    deal('3', 'lost', '2011-01-07', '2011-11-30'),
  ])
  const engine = engineOver()
  const won = async () => {
    const { totals } = await engine.ask(
      { metrics: ['won_amount'], from: '2011-03-01', to: '2011-03-31' },
      everyone,
    )
    return totals.won_amount
  }
  expect(await won()).toBe('100')
  await deliver(granary, 'deals', [deal('1', 'won', '2011-01-05', '2011-03-09')])
  expect(await won()).toBe('200')
})

it('facts told by another day than their rows are dated by are asked anew after any load', () => {
  const datedBy = (name: string) =>
    name in tables ? table(name as keyof typeof tables).dated : derived[name as keyof typeof derived].dated
  const otherwise = facts.filter(({ sources }) => sources.some(one => one.day !== datedBy(one.table)))
  expect(otherwise.map(fact => fact.name)).toContain('closed_deals')
  expect(otherwise.filter(fact => !fact.whenever).map(fact => fact.name)).toEqual([])
})
