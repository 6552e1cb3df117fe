import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { sum } from '#kernel/money.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { audit } from '#postgres/tables/members.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe.each(ledgers)(
  'versions of the plan on $name',
  place => {
    const room = planRoom(place)
    const { run, set, begun, fill, at, year } = room
    const { bo, cy, robot, someone, ada } = room.people

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

    let pastes = 0
    it('takes a pasted sheet whole or not at all', async () => {
      const begin = (text: string) =>
        run(plan.start, {
          id: `pasted-${++pastes}`,
          name: 'Pasted',
          ...year,
          begin: { with: 'pasted', text },
        })
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
        const rows = await room.rows(id)
        expect(rows.find(row => row.line === 'media')?.cells['2026-03']).toHaveLength(2)
      }
      const history = await run(plan.history, {
        version: 'two-a',
        line: 'media',
        slice: [],
        period: '2026-03',
      })
      expect(history.map((one: { after: string }) => one.after)).toEqual(['11', '12', '10'])
      const news = await run(plan.since, { version: 'two-a', seq: 0 })
      expect(news.by).toEqual(['Bo'])
      expect((await run(plan.since, { version: 'two-a', seq: 0 }, bo)).by).toEqual(['Ada'])
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
      at('2026-06-21T10:00:00Z')
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-05', '600')] }),
      ).rejects.toThrow('say why')
      const rows = await room.rows('budget-2026')
      const head = String(rows.find(row => row.line === 'media')?.cells['2026-05']?.[0])
      await run(plan.edit, {
        version: 'budget-2026',
        edits: [set('media', '2026-05', '600', [head])],
        why: 'fair moved',
      })
      expect((await run(plan.open, { version: 'budget-2026' })).changed).toHaveLength(1)
      // An approval is of what it saw.
      const lapsed =
        'It changed after Cy approved it: it has to be approved again (1 more approval by a director'
      expect((await run(plan.open, { version: 'budget-2026' })).lapsed).toContain(lapsed)
      expect(await run(plan.trail, { version: 'budget-2026' }, cy)).toMatchObject({
        steps: [{ lapsed: false }, { step: 'approved', lapsed: true }],
        mayApprove: true,
      })
      await expect(run(plan.lock, { version: 'budget-2026' }, cy)).rejects.toThrow(lapsed)
      await run(plan.approve, { version: 'budget-2026', comment: 'the fair too' }, cy)
      expect(await run(plan.open, { version: 'budget-2026' })).toMatchObject({ lapsed: null, changed: [] })
      const { hash } = await run(plan.lock, { version: 'budget-2026' }, cy)
      await expect(
        run(plan.edit, { version: 'budget-2026', edits: [set('media', '2026-01', '1')], why: 'x' }),
      ).rejects.toThrow('is locked')
      const { copies, steps } = await run(plan.trail, { version: 'budget-2026' })
      expect(steps.map((one: { step: string }) => one.step)).toEqual([
        'submitted',
        'approved',
        'approved',
        'locked',
      ])
      const again = await run(plan.reproduce, { id: copies[0].id })
      expect(again).toMatchObject({ same: true, hash })
      expect(copies.map((copy: { hash: string }) => copy.hash)).toHaveLength(4)
    })

    it('takes an approval for what it saw: it lapses with a change, comes back with the change undone', async () => {
      const id = 'lapsing'
      await begun(id)
      await fill(id, { orders: '30', aov: '120', media: '500' })
      const line = (amount: string, more = {}) =>
        run(plan.saveItem, {
          version: id,
          label: amount,
          kind: 'opex',
          department: 'Brand',
          currency: 'GBP',
          amounts: { '2026-03': amount },
          why: 'x',
          ...more,
        })
      const [first, second] = [await line('100'), await line('200')]
      const olga = someone('olga', 'owner')
      await run(plan.submit, { version: id })
      await run(plan.approve, { version: id }, cy)
      const standing = async () => (await run(plan.trail, { version: id }, olga)).lapsed
      const media = async (value: string, by = ada) => {
        const rows = await room.rows(id)
        const head = String(rows.find(row => row.line === 'media')?.cells['2026-05']?.[0])
        await run(plan.edit, { version: id, edits: [set('media', '2026-05', value, [head])], why: 'x' }, by)
      }
      expect(await standing()).toBeNull()
      await media('600', cy)
      expect(await standing()).toContain('changed after Cy approved it')
      await expect(run(plan.approve, { version: id }, cy)).rejects.toThrow(
        'Nobody approves their own changes',
      )
      await media('500')
      expect(await standing()).toBeNull()
      await expect(run(plan.approve, { version: id }, olga)).rejects.toThrow('is approved as it is')
      // Rules consent to a transfer by themselves; to another amount they do not.
      await run(plan.transfer, { from: second.id, to: first.id, period: '2026-03', amount: '50', why: 'y' })
      expect(await standing()).toBeNull()
      await line('250', { id: first.id, saved: first.saved + 1 })
      expect(await standing()).toContain('approved again')
      await expect(run(plan.lock, { version: id }, cy)).rejects.toThrow('cannot be locked')
      await expect(
        run(plan.saveItem, {
          id: first.id,
          saved: first.saved + 2,
          version: 'bad',
          label: 'moved',
          kind: 'opex',
          currency: 'GBP',
        }),
      ).rejects.toThrow('of another version')
      await run(plan.approve, { version: id }, olga)
      expect(await standing()).toBeNull()
      await run(plan.refuse, { version: id, comment: 'once more' }, cy)
      const { steps } = await run(plan.trail, { version: id })
      expect(steps.at(-1)).toMatchObject({ step: 'reopened', comment: 'once more' })
      await run(plan.edit, { version: id, edits: [set('media', '2026-06', '1')] }, bo)
    })

    it('stands beside the actuals at every grain, phased to days by how the shop trades', async () => {
      const ask = (query: object) =>
        room.ask({ metrics: ['net_sales', 'orders', 'aov'], compare: ['plan.budget-2026'], ...query })
      const value = (
        row: { compare?: Record<string, { values: Record<string, { value: string | null }> }> },
        metric = 'net_sales',
      ) => row.compare?.['plan.budget-2026']?.values[metric]?.value ?? null
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

    it('lets a day weigh more in its month, which stays what it is, down to the hour', async () => {
      const id = 'phased'
      await begun(id)
      await fill(id, { orders: '30', aov: '120', media: '500' })
      const asked = { version: id, line: 'net_sales', period: '2026-03' }
      const before = await run(plan.phasing, { ...asked, day: '2026-03-10' })
      const of = (found: typeof before, day: string) =>
        Number(found.days.find((one: { day: string }) => one.day === day).amount)
      expect(sum(before.days.map((one: { amount: string }) => one.amount))).toBe('3600')
      expect(before.hours).toHaveLength(24)
      expect(Number(sum(before.hours))).toBe(of(before, '2026-03-10'))
      expect(before.days[6].why.join(' ')).toContain('weekday')
      await expect(
        run(plan.adjustPhasing, { version: id, days: { '2026-03-10': 3 }, revision: before.revision }, robot),
      ).rejects.toThrow('A key reads plans')
      const days = { '2026-03-10': 3 }
      await run(plan.adjustPhasing, { version: id, days, revision: before.revision })
      await expect(run(plan.adjustPhasing, { version: id, days, revision: before.revision })).rejects.toThrow(
        'changed by somebody else',
      )
      const after = await run(plan.phasing, asked)
      expect(sum(after.days.map((one: { amount: string }) => one.amount))).toBe('3600')
      expect(of(after, '2026-03-10') / of(after, '2026-03-11')).toBeCloseTo(
        (3 * of(before, '2026-03-10')) / of(before, '2026-03-11'),
        1,
      )
      // What stands beside the actuals is phased alike.
      await run(plan.carry, { version: id })
      const march = await room.ask({
        metrics: ['net_sales'],
        compare: [planComparison(id)],
        from: '2026-03-01',
        to: '2026-03-31',
        grain: 'day',
      })
      const carried = march.rows[9]?.compare?.[planComparison(id) as never] as never as {
        values: { net_sales: { value: string } }
      }
      expect(Number(carried.values.net_sales.value)).toBe(of(after, '2026-03-10'))
      const back = { version: id, days: { '2026-03-10': null }, revision: after.revision }
      await run(plan.adjustPhasing, back)
      expect(of(await run(plan.phasing, asked), '2026-03-10')).toBe(of(before, '2026-03-10'))
      await expect(run(plan.phasing, { ...asked, line: 'aov' })).rejects.toThrow('does not add up')
    })

    it('lets hours weigh more, of a day or of every such weekday, and the day stays what it is', async () => {
      const id = 'hourly'
      await begun(id)
      await fill(id, { orders: '30', aov: '120', media: '500' })
      const tuesday = (day: string) =>
        run(plan.phasing, { version: id, line: 'net_sales', period: '2026-03', day })
      const before = await tuesday('2026-03-10')
      const adjust = (hours: object, more: object = {}, who = ada) =>
        run(plan.adjustPhasing, { version: id, hours, revision: before.revision, ...more }, who)
      for (const [hours, words] of [
        [{ 8: { 3: 2 } }, 'Input validation failed'],
        [{ 2: { 24: 2 } }, 'Input validation failed'],
        [{ '2027-03-10': { 3: 2 } }, '2027-03-10 is not in hourly'],
      ] as const)
        await expect(adjust(hours)).rejects.toThrow(words)
      await expect(adjust({ 2: { 20: 6 } }, {}, robot)).rejects.toThrow('A key reads plans')
      const { revision } = await adjust({ 2: { 20: 6 }, '2026-03-17': { 20: 0 } })
      await expect(adjust({ 2: { 20: 1 } })).rejects.toThrow('changed by somebody else')
      const [after, own, other] = await Promise.all(['2026-03-10', '2026-03-17', '2026-03-11'].map(tuesday))
      expect(after.days).toEqual(before.days)
      expect(Number(sum(after.hours))).toBe(Number(sum(before.hours)))
      // All was sold at ten: at twenty six times an even hour, a fourth of what ten weighs.
      expect(Number(after.hours[20]) / Number(after.hours[10])).toBeCloseTo(0.25, 3)
      expect([after.hourTimes[20], after.hourTimes[10]]).toEqual([6, null])
      expect([own.hours[20], own.hourTimes[20]]).toEqual(['0.00', 0])
      expect(other.hours[20]).toBe('0.00')
      // The same on a peak day's own screen, and in the language.
      await run(plan.carry, { version: id })
      const peak = await run(operations.performance.peakDay, { day: '2026-03-10', target: id })
      expect(
        peak.rows.map((row: { compare: Record<string, { values: { net_sales: { value: string } } }> }) =>
          Number(row.compare[planComparison(id)]?.values.net_sales.value),
        ),
      ).toEqual(after.hours.map(Number))
      await adjust({ 2: { 20: null } }, { revision })
      expect((await tuesday('2026-03-10')).hours).toEqual(before.hours)
      const { ledger } = room.context(cy)
      const log = await ledger
        .select()
        .from(audit)
        .where(eq(audit.subject, `plan ${id}`))
      expect(log.map(one => (one.after as { hours?: object }).hours)).toContainEqual({
        2: { 20: 6 },
        '2026-03-17': { 20: 0 },
      })
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
      // Steady trade: nearly every chance came as it was said.
      expect(found.backtest.chances.cases).toBeGreaterThan(20)
      expect(found.backtest.chances.brier).toBeLessThan(0.5 * found.backtest.chances.baseBrier)
      expect(found.course.at(-1).plan).toBeCloseTo(3600, 2)
    })

    it('paces the period it is asked about, and none that has not begun', async () => {
      const asked = (day: string, grain = 'month') => run(plan.pacing, { version: 'budget-2026', day, grain })
      expect(await asked('2026-05-31')).toMatchObject({ from: '2026-05-01', until: '2026-05-31' })
      expect(await asked('2026-06-30')).toMatchObject({ from: '2026-06-01', until: '2026-06-20' })
      await expect(asked('2027-02-10')).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('The month of 2027-02-10 begins on 2027-02-01'),
        next: expect.stringContaining('up to 2026-06-20'),
      })
      await expect(asked('2026-07-01', 'quarter')).rejects.toThrow('begins on 2026-07-01')
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

    it('has a long-range plan by quarter, compared with the budget over the year both have', async () => {
      await run(plan.start, {
        id: 'long',
        name: 'To 2029',
        kind: 'long_range',
        ...year,
        to: '2029-12-31',
        grain: 'quarter',
        begin: { with: 'template', trade: 'b2c' },
      })
      const found = await run(plan.compare, { a: 'budget-2026', b: 'long' })
      expect(found).toMatchObject({
        span: { from: '2026-01-01', to: '2026-12-31' },
        cells: [],
        notes: [
          expect.stringMatching(/^Compared over the days that are in both: .*2026/),
          'Their periods are of different lengths: lines are compared, cells are not.',
        ],
      })
      expect((await run(plan.open, { version: 'long' })).sheet.periods).toHaveLength(16)
    })

    it('is not shown to who sees only some of the stores', async () => {
      await expect(run(plan.versions, {}, { ...ada, stores: ['shop'] })).rejects.toThrow(
        'only some of its stores',
      )
    })
  },
  120_000,
)
