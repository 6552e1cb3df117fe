import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { deliver, deliverLines } from '../../../test/small-ledger.ts'
import { readWorld } from '../settings/world.ts'

const { plan, settings } = operations
let granary: Warehouse

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  // Two years and a half: Sundays shut, Saturdays double, twice as much from October on.
  const lines = daysBetween('2024-01-01', '2026-06-20').flatMap(day => {
    if (weekday(day) === 7) return []
    const size = (weekday(day) === 6 ? 200 : 100) * (day.slice(5) >= '10-01' ? 2 : 1)
    return [{ order_id: `o${day}`, day, gross: size, cost: size * 0.4, country: 'UK', product_id: 'p' }]
  })
  await deliverLines(granary, lines)
  await deliver(granary, 'exchange_rates', [
    { base: 'EUR', quote: 'GBP', day: '2024-01-01', rate: 0.8, source: 'test' },
  ])
}, 60_000)
afterAll(() => granary.close())

describe.each(ledgers)(
  'the plan room on $name',
  place => {
    let open: OpenLedger
    let metrics: Engine
    let now = '2026-06-21T09:00:00Z'
    const someone = (id: string, role: Role, kind: Actor['kind'] = 'person'): Actor => ({
      kind,
      id,
      name: id[0]?.toUpperCase() + id.slice(1),
      role,
      stores: 'all',
    })
    const [ada, bo, cy, robot] = [
      someone('ada', 'lead'),
      someone('bo', 'contributor'),
      someone('cy', 'director'),
      someone('robot', 'owner', 'key'),
    ]
    const context = (actor: Actor): Context =>
      ({
        actor,
        ledger: open.ledger,
        granary,
        metrics,
        clock: () => new Date(now),
        note: () => undefined,
        enqueue: () => undefined,
        demo: null,
      }) as unknown as Context
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
    const run = (operation: unknown, input: unknown, actor: Actor = ada): Promise<any> =>
      call(operation as never, input as never, { context: context(actor) } as never)

    const year = { from: '2026-01-01', to: '2026-12-31', currency: 'GBP' }
    const lines = [
      { name: 'orders', unit: 'orders', metric: 'orders' },
      { name: 'aov', unit: 'money/orders', roll: 'weighted', weight: 'orders', metric: 'aov' },
      { name: 'net_sales', unit: 'money', formula: 'orders * aov', metric: 'net_sales', negative: true },
      { name: 'media', unit: 'money', good: 'down' },
      { name: 'profit', unit: 'money', formula: 'net_sales - media', negative: true },
    ].map(line => ({ label: line.name, over: [], roll: 'sum', good: 'up', formula: null, ...line }))
    const months = daysBetween('2026-01-01', '2026-12-01')
      .filter(day => day.endsWith('-01'))
      .map(from => ({
        key: from.slice(0, 7),
        label: from.slice(0, 7),
        from,
        to: addDays(`${addDays(from, 32).slice(0, 8)}01`, -1),
        year: '2026',
      }))
    const begun = (id: string, kind = 'budget') =>
      run(plan.start, {
        id,
        name: id,
        kind,
        ...year,
        begin: { with: 'sheet', sheet: { currency: 'GBP', periods: months, dimensions: [], lines } },
      })
    let ids = 0
    const set = (
      line: string,
      period: string,
      value: string | null,
      after: string[] = [],
      id = `edit-${place.name}-${++ids}`,
    ) => ({
      id: id.toLowerCase(),
      line,
      slice: [],
      period,
      value,
      after,
    })
    const fill = (version: string, figures: Record<string, string>, actor = ada) =>
      run(
        plan.edit,
        {
          version,
          edits: months.flatMap(({ key }) =>
            Object.entries(figures).map(([line, value]) => set(line, key, value)),
          ),
        },
        actor,
      )

    beforeAll(async () => {
      open = await place.open()
      metrics = createEngine({ granary, world: () => readWorld(open.ledger) })
      await run(
        settings.saveStore,
        { store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
        cy,
      )
    })
    afterAll(() => open.close())

    it('begins from last year, and says what is still to be filled in', async () => {
      const made = await run(plan.start, {
        id: 'from-last-year',
        name: 'From last year',
        ...year,
        begin: { with: 'last_year', trade: 'b2c', growth: '0.10', over: [] },
      })
      expect(made.notes.join(' ')).toContain('No sessions are counted')
      const { lines: found } = await run(plan.figures, {
        version: 'from-last-year',
        lines: ['orders', 'aov', 'net_sales', 'cogs_rate'],
      })
      const march = (name: string) => found.find((line: { name: string }) => line.name === name).values[2]
      // March 2025 had 26 trading days, five of them Saturdays.
      expect(march('orders')).toBe('29')
      expect(Number(march('aov'))).toBeCloseTo((21 * 100 + 5 * 200) / 26, 5)
      expect(march('cogs_rate')).toBe('0.4')
      expect(made.notes.at(-1)).toContain('Still to be filled in: Fulfilment per order')
    })

    it('takes a pasted sheet whole or not at all', async () => {
      const begin = (text: string) =>
        run(plan.start, { id: `p${++ids}`, name: 'Pasted', ...year, begin: { with: 'pasted', text } })
      const made = await begin('\tJan\tFeb\nRent\t£1,000\t(50)\nShare\t12.5 %\t3%\n')
      const { lines: found } = await run(plan.figures, { version: made.version.id })
      expect(found.map((line: { values: unknown[] }) => line.values.slice(0, 2))).toEqual([
        ['1000', '-50'],
        ['0.125', '0.03'],
      ])
      await expect(begin('\tJan\tFeb\nRent\tten\t1')).rejects.toThrow(
        'Rent, 2026-01: "ten" is no number'.replace('2026-01', 'Jan 2026'),
      )
      await expect(begin(`x\t${'1\t'.repeat(14)}1\nRent\t${'1\t'.repeat(14)}1`)).rejects.toThrow(
        '15 columns of figures and the plan 12 periods',
      )
    })

    it('keeps both of two contradicting edits, in either order, until somebody chooses', async () => {
      for (const [id, order] of [
        ['two-a', [0, 1]],
        ['two-b', [1, 0]],
      ] as const) {
        await begun(id)
        const edits = [
          set('media', '2026-03', '10', [], `${id}-ada-00`),
          set('media', '2026-03', '12', [], `${id}-bo-000`),
        ]
        const [first, second] = order
        expect((await run(plan.edit, { version: id, edits: [edits[first]] })).conflicts).toEqual([])
        const { conflicts } = await run(plan.edit, { version: id, edits: [edits[second]] }, bo)
        expect(conflicts[0].heads.map((head: { value: string }) => head.value).sort()).toEqual(['10', '12'])
        await expect(run(plan.submit, { version: id })).rejects.toThrow('two people filled in differently')
        const chosen = await run(plan.edit, {
          version: id,
          edits: [
            set(
              'media',
              '2026-03',
              '11',
              edits.map(e => e.id),
            ),
          ],
        })
        expect(chosen.conflicts).toEqual([])
        const { rows } = await run(plan.open, { version: id })
        expect(rows.find((row: { line: string }) => row.line === 'media').cells['2026-03']).toHaveLength(2)
      }
      const history = await run(plan.history, {
        version: 'two-a',
        line: 'media',
        slice: [],
        period: '2026-03',
      })
      expect(history.map((one: { after: string }) => one.after)).toEqual(['11', '12', '10'])
      const news = await run(plan.since, { version: 'two-a', seq: 0 })
      expect(news.by.sort()).toEqual(['Ada', 'Bo'])
      expect((await run(plan.since, { version: 'two-a', seq: news.seq })).rows).toEqual([])
    })

    it('answers bad figures at their cell', async () => {
      await begun('bad')
      const edit = (line: string, value: string, period = '2026-02') =>
        run(plan.edit, { version: 'bad', edits: [set(line, period, value)] })
      await expect(edit('orders', 'many')).rejects.toThrow('orders (2026-02): "many" is no number')
      await expect(edit('orders', '-5')).rejects.toThrow('cannot be below 0')
      await expect(edit('net_sales', '5')).rejects.toThrow('is worked out: orders * aov')
      await expect(edit('orders', '5', '2029-01')).rejects.toThrow('no period "2029-01"')
      await expect(edit('nothing', '5')).rejects.toThrow('no line "nothing"')
      expect((await run(plan.open, { version: 'bad' })).rows).toEqual([])
    })

    it('is approved by rules, never by who asked or by a key, and shows what changed after', async () => {
      await begun('budget-2026')
      await fill('budget-2026', { orders: '30', aov: '120', media: '500' })
      await run(
        plan.saveRules,
        {
          rules: [
            { fromAmount: '1000', role: 'director', people: 1 },
            { fromAmount: '900000', role: 'owner', people: 1 },
          ],
        },
        someone('olga', 'owner'),
      )
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-01', '1')] }, robot),
      ).rejects.toThrow('A key reads plans')
      await run(plan.submit, { version: 'budget-2026', comment: 'first' })
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-01', '1')] }),
      ).rejects.toThrow('waits for approval')
      await expect(run(plan.approve, { version: 'budget-2026' })).rejects.toThrow(
        'Nobody approves their own request',
      )
      await expect(run(plan.approve, { version: 'budget-2026' }, robot)).rejects.toThrow('A key reads plans')
      await expect(run(plan.approve, { version: 'budget-2026' }, someone('lee', 'lead'))).rejects.toThrow(
        'needs a director',
      )
      expect(await run(plan.approve, { version: 'budget-2026' }, cy)).toEqual({
        state: 'approved',
        wanting: [],
      })
      now = '2026-06-21T10:00:00Z'
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-05', '600')] }),
      ).rejects.toThrow('say why')
      const { rows } = await run(plan.open, { version: 'budget-2026' })
      const [head] = rows.find((row: { line: string }) => row.line === 'media').cells['2026-05']
      await run(plan.edit, {
        version: 'budget-2026',
        edits: [set('media', '2026-05', '600', [head])],
        why: 'fair moved',
      })
      expect((await run(plan.open, { version: 'budget-2026' })).changed).toHaveLength(1)
      const { hash } = await run(plan.lock, { version: 'budget-2026' }, cy)
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-01', '1')], why: 'x' }),
      ).rejects.toThrow('is locked')
      const { copies, steps } = await run(plan.trail, { version: 'budget-2026' })
      expect(steps.map((one: { step: string }) => one.step)).toEqual(['submitted', 'approved', 'locked'])
      const again = await run(plan.reproduce, { id: copies[0].id })
      expect(again).toMatchObject({ same: true, hash })
      expect(copies.map((copy: { hash: string }) => copy.hash)).toHaveLength(3)
    })

    it('stands beside the actuals at every grain, phased to days by how the shop trades', async () => {
      const ask = (query: object) =>
        metrics.ask(
          { metrics: ['net_sales', 'orders', 'aov'], compare: ['target:budget-2026'], ...query } as never,
          { stores: 'all', now: new Date(now) },
        )
      const value = (
        row: { compare?: Record<string, { values: Record<string, { value: string | null }> }> },
        metric = 'net_sales',
      ) => row.compare?.['target:budget-2026']?.values[metric]?.value ?? null
      const march = await ask({ from: '2026-03-01', to: '2026-03-31', grain: 'day' })
      expect(value(march.totals)).toBe('3600')
      const days = march.rows.map(row => value(row))
      expect(sum(days)).toBe('3600')
      // The first of March 2026 was a Sunday; Saturdays are double.
      expect(days[0]).toBe('0')
      expect(Number(days[6]) / Number(days[5])).toBeGreaterThan(1.8)
      expect(value(march.totals, 'aov')).toBe('120')
      const week = await ask({ from: '2026-03-02', to: '2026-03-08', grain: 'week' })
      // Seven of the month's thirty weekdays' worth: Saturdays count twice.
      expect(Number(value(week.rows[0] as never))).toBeCloseTo(840, -1)
    })

    it('paces the month: landing, its range, the run-rate and the chance', async () => {
      const found = await run(plan.pacing, { version: 'budget-2026' })
      expect(found).toMatchObject({ from: '2026-06-01', to: '2026-06-30', until: '2026-06-20', plan: 3600 })
      // 20 days done: 2,100; eight trading days to come make 3,000.
      expect(found.actual).toBe(2100)
      expect(found.p50).toBeGreaterThan(2900)
      expect(found.p50).toBeLessThan(3100)
      expect(found.p10).toBeLessThanOrEqual(found.p50)
      expect(found.probability).toBeLessThan(0.1)
      expect(found.requiredPerDay).toBeGreaterThan(140)
      expect(found.backtest.estimates).toBeGreaterThan(20)
      expect(found.course.at(-1).plan).toBeCloseTo(3600, 2)
    })

    it('lets an agent propose and a person take', async () => {
      await begun('proposed')
      const { id } = await run(
        plan.propose,
        {
          version: 'proposed',
          why: 'media is late',
          edits: [{ line: 'media', slice: [], period: '2026-04', value: '77' }],
        },
        robot,
      )
      expect((await run(plan.proposals, { version: 'proposed' }))[0]).toMatchObject({ id, byName: 'Robot' })
      await expect(run(plan.settle, { id, take: true }, robot)).rejects.toThrow('A key reads')
      await run(plan.settle, { id, take: true })
      const [change] = await run(plan.history, {
        version: 'proposed',
        line: 'media',
        slice: [],
        period: '2026-04',
      })
      expect(change).toMatchObject({ after: '77', byName: 'Ada', why: 'Robot: media is late' })
    })

    it('makes a reforecast of closed months and the rest of the budget, and compares the two', async () => {
      await run(plan.start, {
        id: 'le3',
        name: 'LE3',
        kind: 'le',
        ...year,
        begin: { with: 'version', version: 'budget-2026', closedPeriods: 3 },
      })
      const { lines: found } = await run(plan.figures, { version: 'le3', lines: ['orders', 'net_sales'] })
      expect(found[0].values.slice(0, 4)).toEqual(['27', '24', '26', '30'])
      await expect(
        run(plan.edit, { version: 'le3', edits: [set('orders', '2026-02', '1')] }),
      ).rejects.toThrow('is closed')
      const { cells, lines: sides } = await run(plan.compare, { a: 'budget-2026', b: 'le3' })
      expect(new Set(cells.map((cell: { period: string }) => cell.period))).toEqual(
        new Set(['2026-01', '2026-02', '2026-03']),
      )
      const orders = sides.find((line: { name: string }) => line.name === 'orders')
      expect([orders.a, orders.b]).toEqual(['360', '347'])
    })

    it('shows what is left of a budget line, in its currency, and when it runs out', async () => {
      await begun('costs')
      const { id } = await run(
        plan.saveItem,
        {
          version: 'costs',
          label: 'Search ads',
          kind: 'media',
          department: 'Marketing',
          currency: 'GBP',
          pattern: { kind: 'even', total: '12000' },
        },
        bo,
      )
      const other = await run(
        plan.saveItem,
        {
          version: 'costs',
          label: 'Fair',
          kind: 'opex',
          department: 'Marketing',
          currency: 'GBP',
          amounts: { '2026-09': '500' },
        },
        bo,
      )
      await run(
        plan.saveCommitment,
        {
          item: id,
          kind: 'media',
          reference: 'IO-7',
          amount: '2500',
          currency: 'EUR',
          from: '2026-07-01',
          to: '2026-07-31',
        },
        bo,
      )
      await run(
        plan.saveCommitment,
        {
          item: id,
          kind: 'contract',
          reference: 'C-1',
          amount: '10',
          currency: 'CHF',
          from: '2026-07-01',
          to: '2026-07-31',
        },
        bo,
      )
      await run(
        plan.recordSpent,
        { source: 'ledger.csv', entries: [{ item: id, day: '2026-05-10', amount: '9000', currency: 'GBP' }] },
        bo,
      )
      const { lines: found } = await run(plan.budget, { version: 'costs' })
      const ads = found.find((line: { id: string }) => line.id === id)
      expect(ads.use).toMatchObject({
        budget: '12000',
        actual: '9000',
        committed: '2000',
        remaining: '1000',
        unrated: ['CHF'],
      })
      expect(ads.use.runsOut > '2026-06-21' && ads.use.runsOut < '2026-08-01').toBe(true)
      await expect(
        run(plan.saveItem, { ...ads, use: undefined, commitments: undefined, saved: 7 }, bo),
      ).rejects.toThrow('changed by somebody else')
      await expect(
        run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '2000', why: 'fair' }, bo),
      ).rejects.toThrow('needs a director')
      await run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '400', why: 'fair' }, bo)
      await expect(
        run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '900', why: 'x' }, bo),
      ).rejects.toThrow('cannot be taken')
      const after = (await run(plan.budget, { version: 'costs' })).lines
      expect(after.map((line: { use: { budget: string } }) => line.use.budget).sort()).toEqual([
        '11600',
        '900',
      ])
    })

    it('closes a month, and shows later changes as adjustments', async () => {
      await expect(
        run(plan.close, { period: '2026-07', from: '2026-07-01', to: '2026-07-31', reconciliation: 'x' }, cy),
      ).rejects.toThrow('The data end on 2026-06-20')
      // The granary is the same for both ledgers: each closes a month of its own.
      const [period, sold, to] =
        place.name === 'PGlite' ? ['2024-03', 3100, '2024-03-31'] : ['2024-04', 3000, '2024-04-30']
      const month = { period, from: `${period}-01`, to, reconciliation: 'agrees with the bank' }
      const { figures } = await run(plan.close, month, cy)
      expect(figures).toEqual({ net_sales: String(sold), orders: '26' })
      await deliverLines(granary, [{ order_id: `late-${place.name}`, day: `${period}-05`, gross: 50 }])
      const [closed] = await run(plan.closed, {})
      expect(closed.figures.find((one: { metric: string }) => one.metric === 'net_sales')).toMatchObject({
        closed: String(sold),
        now: String(Number(sold) + 50),
        adjustment: '50',
      })
      await expect(run(plan.close, month, cy)).rejects.toThrow('was closed by Cy already')
    })

    it('grades an overlay when its month is over', async () => {
      const month = {
        version: 'le3',
        metric: 'net_sales',
        period: '2026-05',
        from: '2026-05-01',
        to: '2026-05-31',
      }
      await run(
        plan.overlay,
        { ...month, baseline: '2900', value: '3200', reason: 'new range', confidence: 'medium' },
        bo,
      )
      const { overlays, owners } = await run(plan.credit, {})
      // May 2026 sold 3,100: the baseline missed by 200, the overlay by 100.
      expect(overlays[0]).toMatchObject({ actual: '3100', added: '100' })
      expect(owners[0]).toMatchObject({ byName: 'Bo', graded: 1, added: '100' })
    })

    it('explains a change of sales to the cent, and says when a rate is missing', async () => {
      const asked = { by: 'country', from: '2026-03-01', to: '2026-03-31', currency: 'GBP' }
      const found = await run(plan.salesVariance, asked)
      expect(found).toMatchObject({ actual: '3000.00', plan: '3100.00', delta: '-100.00' })
      expect(sum(Object.values(found.effects) as string[])).toBe('-100')
      await expect(run(plan.salesVariance, { ...asked, currency: 'JPY' })).rejects.toThrow(
        'no rate from GBP to JPY',
      )
      const [line] = await run(plan.variance, {
        metrics: ['net_sales'],
        from: '2026-03-01',
        to: '2026-03-31',
        versions: ['budget-2026'],
      })
      expect(line.bases['target:budget-2026']).toMatchObject({
        value: '3600',
        delta: '-600',
        verdict: 'unfavourable',
      })
    })

    it('simulates in a thread of its own, seeks a goal, and tables drivers', async () => {
      const drivers = [
        { line: 'orders', spread: { kind: 'normal', sd: 0.1 } },
        { line: 'media', spread: { kind: 'normal', sd: 0.1 } },
      ]
      const asked = { version: 'budget-2026', target: 'profit', drivers, runs: 4000, seed: 3, plan: 37_100 }
      const [found, again] = await Promise.all([run(plan.simulate, asked), run(plan.simulate, asked)])
      expect(found).toEqual(again)
      expect(found.base).toBe(43_200 - 6100)
      expect(Math.abs(found.probability - 0.5)).toBeLessThan(0.03)
      expect(found.tornado[0].line).toBe('orders')
      await expect(
        run(plan.simulate, { ...asked, drivers: [{ line: 'profit', spread: { kind: 'normal', sd: 0.1 } }] }),
      ).rejects.toThrow('is worked out')
      const sought = await run(plan.seek, {
        version: 'budget-2026',
        lever: { line: 'aov' },
        target: 'profit',
        goal: '40000',
      })
      expect(Number(sought.after)).toBeCloseTo(120 * (46_100 / 43_200), 6)
      const table = await run(plan.sensitivity, {
        version: 'budget-2026',
        target: 'net_sales',
        levers: [{ lever: { line: 'orders' }, changes: [-0.1, 0.1] }],
      })
      expect(table.map((cell: { value: string }) => cell.value)).toEqual(['38880', '47520'])
    })

    it('keeps every revision of the strategy, and values a case', async () => {
      const content = {
        ambition: 'Twice the size',
        pillars: [
          {
            name: 'Range',
            objectives: [
              {
                name: 'More lines',
                owner: 'Ada',
                measures: [{ metric: 'net_sales', target: '50000', by: '2026-12-31' }],
              },
            ],
          },
        ],
      }
      await run(plan.saveStrategy, { content, revision: 0, why: 'first' }, cy)
      await expect(run(plan.saveStrategy, { content, revision: 0, why: 'again' }, cy)).rejects.toThrow(
        'changed by Cy meanwhile',
      )
      await run(
        plan.saveStrategy,
        { content: { ...content, ambition: 'Three times' }, revision: 1, why: 'bolder' },
        cy,
      )
      const now = await run(plan.strategy, {})
      expect(now.history.map((one: { why: string }) => one.why)).toEqual(['bolder', 'first'])
      expect((await run(plan.strategy, { revision: 1 })).content.ambition).toBe('Twice the size')
      const periods = [
        { label: 'now', cost: '40000', benefit: '0' },
        ...['8000', '9200', '10000', '12000', '14500'].map((benefit, n) => ({
          label: `y${n + 1}`,
          cost: '0',
          benefit,
        })),
      ]
      const { id, worth } = await run(
        plan.saveCase,
        { content: { title: 'Warehouse robot', currency: 'GBP', periods } },
        bo,
      )
      expect(worth.npv).toBe('1922.06')
      expect(worth.range.p10).toBeLessThan(worth.range.p50)
      await run(plan.submitCase, { id }, bo)
      await expect(run(plan.approveCase, { id }, bo)).rejects.toBeDefined()
      expect(await run(plan.approveCase, { id }, cy)).toMatchObject({ state: 'approved' })
    })

    it('is not shown to who sees only some of the stores', async () => {
      await expect(run(plan.versions, {}, { ...ada, stores: ['shop'] })).rejects.toThrow(
        'only some of its stores',
      )
    })
  },
  120_000,
)
