import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { audit } from '#postgres/tables/members.ts'
import { groupsOf, pasted, textOfGroups } from './model.ts'
import { readWorld } from './world.ts'

let open: OpenLedger
const owner: Actor = { kind: 'person', id: 'o', name: 'Ada', role: 'owner', stores: 'all' }
const context = (): Context =>
  ({
    actor: owner,
    ledger: open.ledger,
    clock: () => new Date('2026-11-23T09:00:00Z'),
    note: () => undefined,
    enqueue: () => undefined,
    demo: null,
  }) as unknown as Context
const run = <T>(operation: unknown, input: unknown) =>
  call(operation as never, input as never, { context: context() } as never) as Promise<T>
const store = { store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())

describe('settings', () => {
  it('are saved by version, so that nobody overwrites what they have not seen', async () => {
    expect(await run(operations.settings.saveStore, store)).toEqual({ version: 1 })
    expect(await run(operations.settings.saveStore, { ...store, name: 'Britain', version: 1 })).toEqual({
      version: 2,
    })
    await expect(
      run(operations.settings.saveStore, { ...store, name: 'England', version: 1 }),
    ).rejects.toMatchObject({ code: 'conflict' })
    await expect(run(operations.settings.saveStore, store)).rejects.toThrow('exists already')
    expect((await readWorld(open.ledger)).stores).toEqual([{ ...store, name: 'Britain' }])
  })
  it('keep a store in the currency its ledger is booked in', async () => {
    await expect(
      run(operations.settings.saveStore, { ...store, currency: 'EUR', version: 2 }),
    ).rejects.toThrow('cannot change')
    await expect(
      run(operations.settings.saveStore, { ...store, store: 'x', timezone: 'Mars/Base' }),
    ).rejects.toBeDefined()
  })
  it('check metrics and groups with the metric language, and leave no trace of what was refused', async () => {
    const before = (await open.ledger.select().from(audit)).length
    const metric = { name: 'take', label: 'Take', formula: 'net_sales + orders' }
    await expect(run(operations.settings.saveMetric, metric)).rejects.toThrow('cannot be added')
    await expect(
      run(operations.settings.saveDimension, {
        name: 'region',
        label: 'R',
        of: 'country',
        groups: { A: ['UK'], B: ['UK'] },
      }),
    ).rejects.toThrow('in two groups')
    await expect(
      run(operations.settings.saveTarget, { name: 'plan', metric: 'nett_sales', grain: 'month', values: {} }),
    ).rejects.toThrow('no metric')
    expect((await open.ledger.select().from(audit)).length).toBe(before)
    await run(operations.settings.saveMetric, { ...metric, formula: 'net_sales / orders' })
    await run(operations.settings.saveMetric, { name: 'twice', label: 'Twice', formula: 'take * 2' })
    await expect(run(operations.settings.removeMetric, { name: 'take' })).rejects.toThrow(
      'no metric take (in twice)',
    )
  })
  it('hold events and targets the way questions need them', async () => {
    const { id } = await run<{ id: string }>(operations.settings.saveEvent, {
      name: 'Sale',
      series: 'summer',
      kind: 'promotion',
      from: '2026-07-01',
      to: '2026-07-10',
    })
    await expect(
      run(operations.settings.saveEvent, {
        name: 'S',
        series: 's',
        kind: 'other',
        from: '2026-07-02',
        to: '2026-07-01',
      }),
    ).rejects.toBeDefined()
    await run(operations.settings.saveTarget, {
      name: 'plan',
      metric: 'net_sales',
      grain: 'month',
      values: { '2026-11-01': '1000' },
    })
    const world = await readWorld(open.ledger)
    expect(world.events.map(e => e.id)).toEqual([id])
    expect(world.targets).toEqual([
      {
        name: 'plan',
        metric: 'net_sales',
        grain: 'month',
        values: { '2026-11-01': '1000' },
        store: null,
        currency: null,
      },
    ])
    await run(operations.settings.removeEvent, { id })
    expect((await readWorld(open.ledger)).events).toEqual([])
  })
})

describe('what is pasted', () => {
  const calendar = {
    calendar: 'gregorian',
    fiscalStartMonth: 1,
    weekStart: 1,
    yearEnd: 'nearest_saturday',
  } as const
  it('becomes figures by period, and says which lines are neither', () => {
    expect(pasted('2026-01-15\t£120,000\n2026-02;98000.5\nFebruary 12', 'month', calendar)).toEqual({
      values: { '2026-01-01': '120000', '2026-02-01': '98000.5' },
      wrong: ['February 12'],
    })
  })
  it('becomes groups, and groups become text again', () => {
    const text = 'Nordics: Denmark, Norway\nIslands: UK'
    expect(groupsOf(text)).toEqual({ Nordics: ['Denmark', 'Norway'], Islands: ['UK'] })
    expect(textOfGroups(groupsOf(text))).toBe(text)
  })
})
