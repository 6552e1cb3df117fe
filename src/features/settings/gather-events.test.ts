import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { system } from '#kernel/actor.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import * as rows from '#postgres/tables/settings.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from '../../../test/small-ledger.ts'
import { gatherEvents } from './gather-events.ts'
import { readWorld } from './world.ts'

const { settings } = operations

describe('the event log', () => {
  let open: OpenLedger
  let granary: Warehouse
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  const run = (operation: unknown, input: unknown): Promise<any> =>
    call(
      operation as never,
      input as never,
      {
        context: {
          actor: system('test'),
          ledger: open.ledger,
          granary,
          clock: () => new Date('2026-06-21T09:00:00Z'),
          enqueue: () => undefined,
          note: () => undefined,
          demo: null,
        } as unknown as Context,
      } as never,
    )
  const log = async () =>
    (await readWorld(open.ledger)).events.map(one => [one.name, one.kind, one.from, one.to])
  const task = (task_id: string, more: object) => ({
    store: 'shop',
    platform: 'asana',
    task_id,
    project: 'Trading',
    section: '',
    parent_id: '',
    title: task_id,
    assignee: '',
    state: 'open',
    labels: '',
    fields: '{}',
    url: '',
    source: 'test',
    ...more,
  })

  beforeAll(async () => {
    open = await openLedger({ folder: ':memory:' })
    await open.ledger
      .insert(rows.stores)
      .values({ store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' })
    granary = await openDuckdb({ folder: ':memory:' })
    await deliver(granary, 'tasks', [
      task('Summer sale', { labels: 'Promo, Web', due_day: '2026-07-01' }),
      task('Promotional video', { labels: 'Promotion', due_day: '2026-07-02' }),
      task('No day', { labels: 'Promo' }),
      task('Shelved', { labels: 'Promo', due_day: '2026-07-03', state: 'archived' }),
      task('Card', { platform: 'trello', labels: 'promo', done_day: '2026-06-01', state: 'done' }),
    ])
  }, 120_000)
  afterAll(async () => {
    await open.close()
    await granary.close()
  })

  it('takes the tasks with a label, by the rule and as long as it stands', async () => {
    const rule = await run(settings.saveEventRule, { platform: 'asana', label: 'promo', kind: 'promotion' })
    expect(await log()).toEqual([['Summer sale', 'promotion', '2026-07-01', '2026-07-01']])
    await run(settings.saveEventRule, { ...rule, platform: 'any', label: 'Promo', kind: 'launch' })
    expect(await log()).toEqual([
      ['Card', 'launch', '2026-06-01', '2026-06-01'],
      ['Summer sale', 'launch', '2026-07-01', '2026-07-01'],
    ])
    await run(settings.removeEventRule, { id: rule.id })
    expect(await log()).toEqual([])
  })

  it('follows a task that is moved, and leaves alone what somebody changed by hand', async () => {
    await run(settings.saveEventRule, { platform: 'any', label: 'promo', kind: 'promotion' })
    await deliver(granary, 'tasks', [task('Summer sale', { labels: 'Promo', due_day: '2026-07-08' })])
    expect(await gatherEvents(open.ledger, granary)).toBe(true)
    expect(await gatherEvents(open.ledger, granary)).toBe(false)
    expect((await log()).at(-1)).toEqual(['Summer sale', 'promotion', '2026-07-08', '2026-07-08'])
    const { events } = await run(settings.read, {})
    const sale = events.find((one: { name: string }) => one.name === 'Summer sale')
    const { origin, ...own } = sale
    expect(origin).toBe('asana')
    await run(settings.saveEvent, { ...own, to: '2026-07-14' })
    expect(await gatherEvents(open.ledger, granary)).toBe(false)
    expect((await log()).at(-1)).toEqual(['Summer sale', 'promotion', '2026-07-08', '2026-07-14'])
  })

  it('leaves alone what somebody changes by hand in the very moment it is brought up', async () => {
    const { events } = await run(settings.read, {})
    const { origin, ...card } = events.find((one: { name: string }) => one.name === 'Card')
    expect(origin).toBe('trello')
    await deliver(granary, 'tasks', [
      task('Card', { platform: 'trello', labels: 'promo', done_day: '2026-06-04', state: 'done' }),
    ])
    const ledger = Object.assign(Object.create(open.ledger), {
      select: () => ({
        from: (table: never) => {
          const read = open.ledger.select().from(table)
          if (table !== (rows.events as never)) return read
          return read.then(async kept => {
            await run(settings.saveEvent, { ...card, name: 'Card, by hand' })
            return kept
          })
        },
      }),
    })
    await gatherEvents(ledger, granary)
    expect((await log())[0]).toEqual(['Card, by hand', 'promotion', '2026-06-01', '2026-06-01'])
  })

  it('takes what came in by file', async () => {
    const event = {
      store: 'shop',
      event_id: '1',
      name: 'Outage',
      series: 'Outage',
      kind: 'outage',
      source: 'test',
    }
    await deliver(granary, 'calendar_events', [{ ...event, from_day: '2026-05-02', to_day: '2026-05-03' }])
    await gatherEvents(open.ledger, granary)
    expect((await log())[0]).toEqual(['Outage', 'outage', '2026-05-02', '2026-05-03'])
  })
})
