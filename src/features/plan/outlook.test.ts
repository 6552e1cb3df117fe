import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { daysBetween } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import * as connected from '#postgres/tables/connections.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe.each(ledgers)(
  'budget, closing and outlook on $name',
  place => {
    const room = planRoom(place)
    const { run, begun, fill } = room
    const { bo, cy } = room.people

    beforeAll(async () => {
      await begun('budget-2026')
      await fill('budget-2026', { orders: '30', aov: '120', media: '500' })
      await run(plan.carry, { version: 'budget-2026' })
      const rules = [{ fromAmount: '1000', role: 'director', people: 1 }]
      await run(plan.saveRules, { rules }, room.people.someone('olga', 'owner'))
    }, 120_000)

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
      const { lines: found, missing } = await run(plan.budget, { version: 'costs' })
      const ads = found.find((line: { id: string }) => line.id === id)
      expect(ads.use).toMatchObject({
        budget: '12000',
        actual: '9000',
        committed: '2000',
        remaining: '1000',
      })
      expect(ads.use.runsOut > '2026-06-21' && ads.use.runsOut < '2026-08-01').toBe(true)
      const { version, label, kind, department, currency, pattern } = ads
      const item = { id, version, label, kind, department, currency, pattern, saved: 7 }
      await expect(run(plan.saveItem, item, bo)).rejects.toThrow('changed by somebody else')
      await expect(
        run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '2000', why: 'fair' }, bo),
      ).rejects.toThrow('needs a director')
      await run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '400', why: 'fair' }, bo)
      await expect(
        run(plan.transfer, { from: id, to: other.id, period: '2026-07', amount: '900', why: 'x' }, bo),
      ).rejects.toThrow('cannot be taken')
      expect(missing[0]).toContain('No rate from CHF to GBP')
      const after = (await run(plan.budget, { version: 'costs' })).lines
      expect(after.map((line: { use: { budget: string } }) => line.use.budget).sort()).toEqual([
        '11600',
        '900',
      ])
    })

    it('lands by the days that are over: what there is of today says nothing of how it ends', async () => {
      const whole = await run(plan.pacing, { day: '2026-06-19' })
      room.at('2026-06-20T09:00:00Z')
      expect(await run(plan.pacing, {})).toEqual(whole)
      room.at('2026-06-21T09:00:00Z')
      expect(await run(plan.pacing, {})).toMatchObject({ until: '2026-06-20' })
    })

    it('says which rate is missing where sales of two currencies cannot be one', async () => {
      await room.sell('abroad', '2026-06-19', 50, { currency: 'CHF' })
      await expect(run(plan.pacing, {})).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringMatching(/cannot be added up: .*no exchange rate into GBP/),
      })
    })

    it('lands media spend at no less than what is booked', async () => {
      await room.deliver(
        'spend_days',
        daysBetween('2025-01-01', '2026-06-20').map(day => ({
          store: 'shop',
          day,
          platform: 'google',
          account: 'a',
          channel: 'paid_search',
          campaign: '',
          country: 'UK',
          // What was counted is told as it was, not as a sum of binary numbers.
          cost: '10.1',
          impressions: null,
          clicks: null,
          conversions: null,
          conversion_value: null,
          currency: 'GBP',
          source: 'ads',
        })),
      )
      await begun('booked')
      await room.fill('booked', { orders: '30', aov: '120', media: '500' })
      await run(plan.carry, { version: 'booked' })
      const line = await run(plan.saveItem, {
        version: 'booked',
        label: 'Search',
        kind: 'media',
        currency: 'GBP',
        amounts: { '2026-06': '900' },
      })
      const before = await run(plan.pacing, { metric: 'spend', version: 'booked' })
      expect(before).toMatchObject({ actual: 202, booked: 0 })
      expect(before.p50).toBeCloseTo(300, -1)
      // 20 days from the 21st on, of which ten are in June.
      const booking = { item: line.id, kind: 'media', reference: 'B', amount: '1000', currency: 'GBP' }
      await run(plan.saveCommitment, { ...booking, from: '2026-06-01', to: '2026-07-10' })
      const after = await run(plan.pacing, { metric: 'spend', version: 'booked' })
      expect(after).toMatchObject({ booked: 500, p10: 702, p50: 702 })
    })

    it('closes a month, and shows later changes as adjustments', async () => {
      await expect(
        run(plan.close, { period: '2026-07', from: '2026-07-01', to: '2026-07-31', reconciliation: 'x' }, cy),
      ).rejects.toThrow('2026-07 is not over: it is still 21 Jun 2026 in Shop.')
      // The granary is the same for both ledgers: each closes a month of its own.
      const [period, sold, to] =
        place.name === 'PGlite' ? ['2024-03', 3100, '2024-03-31'] : ['2024-04', 3000, '2024-04-30']
      const month = { period, from: `${period}-01`, to, reconciliation: 'agrees with the bank' }
      const { ledger } = room.context(cy)
      const at = '2026-06-20T08:00:00.000Z'
      await ledger.insert(connected.connections).values({
        id: 'c1',
        vendor: 'shopify',
        account: 'shop',
        credentials: '',
        given: {},
        shops: [
          { key: '1', name: 'Shop', currency: 'GBP', timezone: 'UTC', kind: 'b2c', hosts: [], store: 'shop' },
        ],
        home: 'shop',
        facts: {},
        limits: [],
        backDays: 900,
        by: 'Ada',
      })
      await ledger.insert(connected.streams).values({ connection: 'c1', stream: 'orders', lastAt: at })
      const total = (day: string, net_sales: string) => ({
        connection: 'c1',
        store: 'shop',
        day: `${period}-${day}`,
        values: { net_sales, orders: '1' },
        at,
      })
      await ledger.insert(connected.sourceTotals).values([total('04', '100'), total('05', '112.4')])
      const known = await run(plan.agreement, { from: month.from, to })
      const { figures } = await run(plan.close, month, cy)
      expect(figures).toEqual({ net_sales: String(sold), orders: '26' })
      await room.sell(`late-${place.name}`, `${period}-05`, 50)
      const [closed] = await run(plan.closed, {})
      // What the systems knew stands as it was, whatever is known later.
      const difference = '12.4'
      expect(closed.state).toEqual(known)
      expect(closed.state).toMatchObject({
        at: '2026-06-21T09:00:00.000Z',
        stores: [
          {
            store: 'shop',
            source: 'Shopify',
            until: `${period}-05`,
            days: 1,
            difference,
            causes: [{ cause: 'unknown', days: 1, difference }],
            readAt: at,
            trouble: null,
          },
        ],
        days: [
          { day: `${period}-05`, metric: 'net_sales', source: '112.4', here: '100', difference: '-12.4' },
        ],
      })
      const later = await run(plan.agreement, { from: month.from, to })
      expect(later.days.find((one: { metric: string }) => one.metric === 'net_sales')).toMatchObject({
        here: '150',
        difference: '37.6',
      })
      expect(closed.figures.find((one: { metric: string }) => one.metric === 'net_sales')).toMatchObject({
        closed: String(sold),
        now: String(Number(sold) + 50),
        adjustment: '50',
      })
      await expect(run(plan.close, month, cy)).rejects.toThrow('was closed by Cy already')
    })

    it('grades an overlay when its month is over', async () => {
      const month = {
        version: 'budget-2026',
        metric: 'net_sales',
        period: '2026-05',
        from: '2026-05-01',
        to: '2026-05-31',
      }
      const said = { baseline: '3600', value: '3200', reason: 'new range', confidence: 'medium' }
      const overlay = (more: object) => run(plan.overlay, { ...month, ...said, ...more }, bo)
      room.at('2026-05-31T20:00:00Z')
      await overlay({})
      await overlay({ metric: 'orders', baseline: undefined, value: '28' })
      // The baseline is what the version says, not what somebody says it was.
      await expect(overlay({ baseline: '0' })).rejects.toThrow('in 2026-05 is 3600, not 0')
      await expect(overlay({ metric: 'spend' })).rejects.toThrow('budget-2026 says nothing of spend')
      await expect(overlay({ metric: 'ordres' })).rejects.toThrow('There is no metric ordres')
      await expect(overlay({ from: '2026-05-02' })).rejects.toThrow('has no period "2026-05" from 2 May')
      // On its last day a month is not over: what is not whole yet is not graded.
      expect((await run(plan.credit, {})).owners).toEqual([])
      room.at('2026-06-21T09:00:00Z')
      await expect(overlay({ value: '3100' })).rejects.toThrow('2026-05 is over: it is too late')
      const { overlays, owners } = await run(plan.credit, {})
      // May 2026 sold 3,100 with 26 orders: the baseline missed by 500 and 4, the overlays by 100 and 2.
      expect(overlays).toContainEqual(expect.objectContaining({ actual: '3100', added: '400' }))
      expect(owners).toHaveLength(2)
      expect(owners).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ byName: 'Bo', metric: 'orders', currency: null, graded: 1, added: '2' }),
          expect.objectContaining({ metric: 'net_sales', currency: 'GBP', added: '400', bias: 100 / 3100 }),
        ]),
      )
    })

    it('explains a change of sales to the cent, and says when a rate is missing', async () => {
      const asked = { by: 'country', from: '2026-03-01', to: '2026-03-31', currency: 'GBP' }
      const found = await run(plan.salesVariance, asked)
      expect(found).toMatchObject({ actual: '3000.00', plan: '3100.00', delta: '-100.00' })
      expect(sum(Object.values(found.effects) as string[])).toBe('-100')
      await expect(run(plan.salesVariance, { ...asked, currency: 'JPY' })).rejects.toThrow(
        'no rate from GBP to JPY',
      )
      const [line, units] = await run(plan.variance, {
        metrics: ['net_sales', 'units_sold'],
        from: '2026-03-01',
        to: '2026-03-31',
        versions: ['budget-2026'],
      })
      expect(line.bases['plan.budget-2026']).toMatchObject({
        value: '3600',
        delta: '-600',
        verdict: 'unfavourable',
        reason: null,
      })
      expect(units.bases['plan.budget-2026'].reason).toBe(
        'budget-2026 says nothing of units sold in these days.',
      )
    })

    it('simulates in a thread of its own, seeks a goal, and tables drivers', async () => {
      const drivers = [
        { line: 'orders', spread: { kind: 'normal', sd: 0.1 } },
        { line: 'media', spread: { kind: 'normal', sd: 0.1 } },
      ]
      const asked = { version: 'budget-2026', target: 'profit', drivers, runs: 4000, seed: 3, plan: 37_200 }
      const [found, again] = await Promise.all([run(plan.simulate, asked), run(plan.simulate, asked)])
      expect(found).toEqual(again)
      expect(found.base).toBe(43_200 - 6000)
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
      expect(Number(sought.after)).toBeCloseTo(120 * (46_000 / 43_200), 6)
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
      expect(now.history[0].changes).toEqual(['Ambition: Twice the size → Three times'])
      expect(now.history[1].changes).toContain('Objective “More lines” added')
      expect((await run(plan.strategy, { revision: 1 })).content.ambition).toBe('Twice the size')
      const [pillar] = now.content.pillars
      expect(pillar.id).not.toBe('')
      expect(pillar.id).toBe((await run(plan.strategy, { revision: 1 })).content.pillars[0].id)
      const measures = [{ metric: 'net_sale', target: '1', by: null }]
      await expect(
        run(
          plan.saveStrategy,
          { content: { pillars: [{ name: 'Range', measures }] }, revision: 2, why: 'x' },
          cy,
        ),
      ).rejects.toMatchObject({
        message: 'There is no metric net_sale.',
        next: expect.stringContaining('net_sales'),
      })
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
  },
  120_000,
)
