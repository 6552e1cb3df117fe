import { call } from '@orpc/server'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import { vocabulary } from '#metrics/vocabulary.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { audit, user } from '#postgres/tables/members.ts'
import { closes } from '#postgres/tables/plan.ts'
import { alertRules } from '#postgres/tables/watch.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { groupsOf, pasted, textOfGroups } from './model.ts'
import { readWorld } from './world.ts'

describe.each(ledgers)('on $name', place => {
  let open: OpenLedger
  const owner: Actor = { kind: 'person', id: 'o', name: 'Ada', role: 'owner', stores: 'all' }
  const context = (actor = owner): Context =>
    ({
      actor,
      ledger: open.ledger,
      clock: () => new Date('2026-11-23T09:00:00Z'),
      note: () => undefined,
      onceCommitted: () => undefined,
      enqueue: () => undefined,
      watchFolders: [],
      demo: null,
    }) as unknown as Context
  const run = <T>(operation: unknown, input: unknown, actor = owner) =>
    call(operation as never, input as never, { context: context(actor) } as never) as Promise<T>
  const store = { store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }

  beforeAll(async () => {
    open = await place.open()
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
        run(operations.settings.saveTarget, {
          name: 'plan',
          metric: 'nett_sales',
          grain: 'month',
          values: {},
        }),
      ).rejects.toThrow('no metric')
      expect((await open.ledger.select().from(audit)).length).toBe(before)
      await run(operations.settings.saveMetric, { ...metric, formula: 'net_sales / orders' })
      await run(operations.settings.saveMetric, { name: 'twice', label: 'Twice', formula: 'take * 2' })
      await expect(run(operations.settings.removeMetric, { name: 'take' })).rejects.toThrow(
        'take is used by the metric twice.',
      )
    })
    it('keep what targets, alerts and plans are decided in the name of, and give one name to one thing', async () => {
      const { saveMetric, removeMetric, saveDimension, removeDimension } = operations.settings
      const held = { name: 'held', label: 'Held', formula: 'net_sales' }
      await run(saveMetric, held)
      await run(saveDimension, { name: 'part', label: 'Part', of: 'country', groups: {} })
      const target = { name: 'plan', metric: 'held', grain: 'month', values: {} }
      await run(operations.settings.saveTarget, target)
      await open.ledger.insert(alertRules).values({
        ...{ id: 'held', name: 'Watched', kind: 'change', metric: 'held', by: ['part'], against: '' },
        ...{ about: 'business', direction: 'bad', score: 0.5, leastShare: 0.01, leastVolume: 20 },
        ...{ persistence: 1, coolDown: 14, active: true },
      })
      await expect(run(removeMetric, { name: 'held' })).rejects.toMatchObject({
        code: 'conflict',
        message: 'held is used by the target plan, the alert rule Watched.',
        next: expect.stringContaining('Take it out of there first.'),
      })
      await expect(run(removeDimension, { name: 'part' })).rejects.toThrow(
        'part is used by the alert rule Watched.',
      )
      await open.ledger.delete(alertRules).where(eq(alertRules.id, 'held'))
      await run(operations.settings.removeTarget, { name: 'plan', metric: 'held' })
      for (const name of ['country', 'part', 'period'])
        await expect(run(saveMetric, { ...held, name })).rejects.toThrow(`${name} is a`)
      await expect(
        run(saveDimension, { name: 'held', label: 'H', of: 'country', groups: {} }),
      ).rejects.toThrow('held is a metric already.')
      expect(await run(removeMetric, { name: 'held' })).toEqual({ removed: true })
      expect(await run(removeDimension, { name: 'part' })).toEqual({ removed: true })
    })
    it('leave the name of the forecast to the forecast', async () => {
      const target = {
        name: 'Forecast',
        metric: 'net_sales',
        grain: 'month',
        values: { '2026-05-01': '100' },
      }
      await expect(run(operations.settings.saveTarget, target)).rejects.toThrow(/own forecast/)
    })

    it('name only stores there are, of an event and of a target', async () => {
      const event = { name: 'S', series: 's', kind: 'other', from: '2026-07-01', to: '2026-07-01' }
      const target = { name: 't', metric: 'net_sales', grain: 'month', values: {} }
      for (const asked of [
        () => run(operations.settings.saveEvent, { ...event, stores: ['nowhere'] }),
        () => run(operations.settings.saveTarget, { ...target, store: 'nowhere' }),
      ])
        await expect(asked()).rejects.toThrow('There is no store nowhere.')
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

  describe('settings saved at the same moment', () => {
    it('of one new thing: one is added, the other told so', async () => {
      const done = await Promise.allSettled(
        ['A', 'B', 'C'].map(name => run(operations.settings.saveStore, { ...store, store: 'new', name })),
      )
      expect(done.filter(d => d.status === 'fulfilled')).toHaveLength(1)
      for (const one of done)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict' })
    })
    it('from one version: one is kept, nothing is lost unseen', async () => {
      const done = await Promise.allSettled(
        ['A', 'B', 'C'].map(name =>
          run(operations.settings.saveStore, { ...store, store: 'new', name, version: 1 }),
        ),
      )
      expect(done.filter(d => d.status === 'fulfilled')).toHaveLength(1)
    })
    it('while it is removed: it does not come back by itself', async () => {
      const target = { name: 'gone', metric: 'net_sales', grain: 'month', values: { '2026-11-01': '1' } }
      await run(operations.settings.saveTarget, target)
      await run(operations.settings.removeTarget, { name: 'gone', metric: 'net_sales' })
      await expect(run(operations.settings.saveTarget, { ...target, version: 1 })).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(await run(operations.settings.saveTarget, target)).toEqual({ version: 1 })
    })
  })

  describe('what contribution is made of', () => {
    const rate = { cost: 'fulfilment', currency: 'GBP', perOrder: '3.95', perUnit: '0.35' }
    const tiers = [
      { name: 'cm1', label: 'After goods', less: ['cogs', 'fulfilment'] },
      { name: 'left', label: 'After all', less: ['media', 'payment_fees', 'return_handling'] },
    ]
    it('takes rates in the money of their store, and the language goes by them', async () => {
      const { id } = await run<{ id: string }>(operations.settings.saveCostRate, rate)
      await expect(run(operations.settings.saveCostRate, { ...rate, currency: null })).rejects.toThrow(
        'have no currency',
      )
      await expect(
        run(operations.settings.saveCostRate, { ...rate, store: 'uk', currency: 'EUR' }),
      ).rejects.toThrow('trades in GBP')
      await expect(run(operations.settings.saveCostRate, { ...rate, id })).rejects.toMatchObject({
        code: 'conflict',
      })
      await run(operations.settings.saveCostRate, { ...rate, id, perOrder: '150000.25', version: 1 })
      expect((await readWorld(open.ledger)).costRates).toMatchObject([
        { cost: 'fulfilment', store: null, from: '2000-01-01', perOrder: '150000.25', ofSales: '0' },
      ])
    })
    it('keeps no event or target of years that no question may be asked about', async () => {
      const event = { name: 'Fair', series: 'fair', kind: 'other', from: '2026-07-01' }
      const target = { name: 'late', metric: 'net_sales', grain: 'month' }
      for (const asked of [
        () => run(operations.settings.saveEvent, { ...event, to: '9999-07-02' }),
        () => run(operations.settings.saveEvent, { ...event, from: '1026-07-01', to: '2026-07-02' }),
        () => run(operations.settings.saveTarget, { ...target, values: { '9999-07-01': '5' } }),
      ])
        await expect(asked()).rejects.toMatchObject({
          data: { issues: [{ message: expect.stringContaining('between 1900-01-01 and 2199-12-31') }] },
        })
    })
    it('knows the accounts a cost is booked on, each one’s once, and which months’ books are closed', async () => {
      const save = (cost: string, accounts: string[], version?: number) =>
        run(operations.settings.saveCostAccounts, { cost, accounts, version })
      expect(await save('fulfilment', ['5100', ' 5110', '5100'])).toEqual({ version: 1 })
      await expect(save('payment_fees', ['5110'])).rejects.toThrow('Account 5110 is another cost’s already')
      await expect(save('fulfilment', ['5100'])).rejects.toMatchObject({ code: 'conflict' })
      expect((await readWorld(open.ledger)).closed).toEqual([])
      await open.ledger.insert(closes).values({
        period: '2026-03',
        from: '2026-03-01',
        to: '2026-03-31',
        figures: {},
        reconciliation: '',
        byId: 'o',
        byName: 'Ada',
      })
      expect(await readWorld(open.ledger)).toMatchObject({
        costAccounts: [{ cost: 'fulfilment', accounts: ['5100', '5110'] }],
        closed: [{ from: '2026-03-01', to: '2026-03-31' }],
      })
      // Without accounts the rates stand alone.
      expect(await save('fulfilment', [], 1)).toEqual({ version: 2 })
      expect((await readWorld(open.ledger)).costAccounts).toBeUndefined()
    })
    it('names each cost once, and keeps the tiers that metrics of people stand on', async () => {
      const save = (of: unknown, version?: number) =>
        run(operations.settings.saveWaterfall, { tiers: of, version })
      await expect(save([...tiers, { name: 'x', label: 'X', less: ['media'] }])).rejects.toThrow(
        'media twice',
      )
      await expect(save([{ name: 'orders', label: 'X', less: ['cogs'] }])).rejects.toThrow(
        'a metric orders already',
      )
      await run(operations.settings.saveMetric, { name: 'own', label: 'Own', formula: 'left_over / orders' })
        .then(() => expect.fail('a tier nobody made'))
        .catch(error => expect(error.message).toContain('no metric left_over'))
      expect(await save(tiers)).toEqual({ version: 1 })
      await run(operations.settings.saveMetric, { name: 'each', label: 'Each', formula: 'left / orders' })
      await expect(save(tiers.slice(0, 1), 1)).rejects.toThrow('no metric left (in each)')
    })
    it('says who answers for a metric, and the audit who said so', async () => {
      const [eve] = await open.ledger
        .insert(user)
        .values({ id: 'eve', name: 'Eve', email: 'eve@example.com' })
        .returning()
      await expect(
        run(operations.settings.setMetricOwner, { metric: 'aov', person: 'nobody' }),
      ).rejects.toThrow('nobody of that id')
      const set = { metric: 'aov', person: eve?.id }
      expect(await run(operations.settings.setMetricOwner, set)).toEqual({ metric: 'aov', owner: 'Eve' })
      const told = await readWorld(open.ledger)
      expect(vocabulary(told.metrics, told).get('aov')?.owner).toBe('Eve')
      const [last] = (await open.ledger.select().from(audit)).filter(one => one.subject === 'owner of aov')
      expect(last).toMatchObject({ actorName: 'Ada', after: { name: 'Eve' }, before: null })
      const back = { metric: 'aov', person: null }
      expect(await run(operations.settings.setMetricOwner, back)).toMatchObject({ owner: 'ecommerce' })
      for (const actor of [
        { ...owner, role: 'lead' as const },
        { ...owner, role: 'director' as const, stores: ['uk'] },
      ]) {
        await expect(run(operations.settings.setMetricOwner, set, actor)).rejects.toMatchObject({
          code: 'forbidden',
        })
        await expect(run(operations.settings.saveCostRate, rate, actor)).rejects.toMatchObject({
          code: 'forbidden',
        })
      }
    })
  })

  describe('somebody with a few stores', () => {
    const some: Actor = { kind: 'person', id: 's', name: 'Sam', role: 'director', stores: ['uk'] }

    it('changes no metric or dimension, which every store is told by', async () => {
      const { saveMetric, removeMetric, saveDimension, removeDimension } = operations.settings
      const metric = { name: 'mine', label: 'Mine', formula: 'net_sales / orders' }
      const dimension = { name: 'sides', label: 'Sides', of: 'country', groups: {} }
      await run(saveMetric, metric)
      await run(saveDimension, dimension)
      for (const [operation, input] of [
        [saveMetric, { ...metric, name: 'own_one' }],
        [saveMetric, { ...metric, formula: 'net_sales', version: 1 }],
        [removeMetric, { name: 'mine' }],
        [saveDimension, { ...dimension, label: 'Other', version: 1 }],
        [removeDimension, { name: 'sides' }],
      ] as const)
        await expect(run(operation, input, some)).rejects.toMatchObject({ code: 'forbidden' })
      await run(removeMetric, { name: 'mine' })
      await run(removeDimension, { name: 'sides' })
    })

    const target = (of: string | null) => ({
      name: 'budget',
      metric: 'net_sales',
      grain: 'month',
      values: { '2026-12-01': '5' },
      store: of,
    })
    const event = (stores: string[]) => ({
      name: 'Sale',
      series: 'sale',
      kind: 'promotion',
      from: '2026-07-01',
      to: '2026-07-02',
      stores,
    })

    it('saves what concerns those, and nothing that concerns others or the company', async () => {
      await run(operations.settings.saveTarget, target('uk'), some)
      const mine = await run<{ id: string }>(operations.settings.saveEvent, event(['uk']), some)
      const foreign = await run<{ id: string }>(operations.settings.saveEvent, event(['new']))
      await run(operations.settings.saveTarget, target('new'))
      const calendar = { calendar: 'iso', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' }
      const before = await open.ledger.select().from(audit)
      for (const [operation, input] of [
        [operations.settings.saveTarget, target('new')],
        [operations.settings.saveTarget, target(null)],
        [operations.settings.removeTarget, { name: 'budget', metric: 'net_sales', store: 'new' }],
        [operations.settings.saveEvent, event([])],
        [operations.settings.saveEvent, { ...event(['uk']), id: foreign.id, version: 1 }],
        [operations.settings.removeEvent, { id: foreign.id }],
        [operations.settings.saveStore, { ...store, store: 'fourth' }],
        [operations.settings.saveCompany, { calendar, currency: null }],
      ])
        await expect(run(operation, input, some)).rejects.toMatchObject({ code: 'forbidden' })
      expect(await open.ledger.select().from(audit)).toEqual(before)
      await run(operations.settings.removeEvent, { id: mine.id }, some)
    })
    it('reads the targets and events of those and of the company', async () => {
      await run(operations.settings.saveEvent, { ...event(['uk', 'new']), name: 'Of both' })
      const seen = await run<{
        targets: { store: string | null }[]
        events: { name: string; stores: string[] }[]
      }>(operations.settings.read, {}, some)
      expect(new Set(seen.targets.map(t => t.store))).toEqual(new Set([null, 'uk']))
      expect(seen.events.flatMap(e => e.stores)).not.toContain('new')
      expect(seen.events.find(e => e.name === 'Of both')?.stores).toEqual(['uk'])
    })
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
