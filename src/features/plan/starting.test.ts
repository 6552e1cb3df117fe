import ExcelJS from 'exceljs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { sum } from '#kernel/money.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { carry } from './carry.ts'
import { versionOf } from './cells.ts'

const { plan, settings } = operations

describe('how a plan and a budget begin', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, deliver, year } = room
  const { ada } = room.people

  it('splits trade by several things at once, in periods of the one’s choice', async () => {
    const start = (grain: string, over: string[]) =>
      run(plan.start, {
        id: `by-${grain}`,
        name: `By ${grain}`,
        ...year,
        grain,
        begin: { with: 'last_year', trade: 'b2c', over },
      })
    await start('quarter', ['country', 'business'])
    const { sheet } = await run(plan.open, { version: 'by-quarter' })
    const rows = await room.rows('by-quarter')
    expect(sheet.dimensions.map((one: { name: string }) => one.name)).toEqual(['country', 'business'])
    expect(sheet.periods).toHaveLength(4)
    expect(sheet.lines.find((one: { name: string }) => one.name === 'net_sales').over).toEqual([
      'country',
      'business',
    ])
    const orders = rows.filter(row => row.line === 'orders')
    expect(orders).toHaveLength(1)
    const cells = orders[0]?.cells ?? {}
    // The first quarter of 2025 had 77 days that were no Sundays.
    expect(cells['2026-Q1']?.at(-1) ?? Object.values(cells)[0]).toContain('77')
    await start('week', [])
    expect((await run(plan.open, { version: 'by-week' })).sheet.periods.length).toBeGreaterThan(51)
  })

  it('begins a plan of consumers and businesses from last year, each from its own orders, store by store', async () => {
    const store = { store: 'trade', name: 'Trade', currency: 'GBP', timezone: 'Europe/London', kind: 'b2b' }
    await run(settings.saveStore, store, room.people.cy)
    await deliver(
      'accounts',
      ['a', 'b', 'c', 'd'].map(account_id => ({
        store: 'trade',
        account_id,
        ...Object.fromEntries(
          ['name', 'segment', 'owner', 'country', 'currency', 'source'].map(c => [c, '']),
        ),
      })),
    )
    // Two accounts of four order in each month but August: three orders of 500.
    for (const { key } of room.months.filter(month => !month.key.endsWith('-08')))
      for (const [n, account_id] of ['a', 'a', 'b'].entries())
        await room.sell(`t${key}${n}`, `2025-${key.slice(5)}-1${n + 1}`, 500, { store: 'trade', account_id })
    const begin = { with: 'last_year', trade: 'both' }
    const { notes } = await run(plan.start, {
      id: 'both',
      name: 'Both',
      ...year,
      begin: { ...begin, over: ['store'] },
    })
    const asked = ['orders', 'aov', 'b2b_orders', 'b2b_order_value', 'demand']
    const figures = async (version: string, members: object) => {
      const { lines } = await run(plan.figures, { version, lines: asked, members })
      return Object.fromEntries(
        lines.map((one: { name: string; values: string[] }) => [one.name, one.values]),
      )
    }
    const shop = await figures('both', { store: 'shop' })
    // March 2025: 26 days without Sundays, five of them Saturdays that count double.
    expect(Number(shop.demand[2])).toBeCloseTo(3100, 3)
    expect([shop.orders[2], Number(shop.aov[2]).toFixed(2), shop.b2b_orders[2]]).toEqual([
      '26',
      '119.23',
      '0',
    ])
    const trade = await figures('both', { store: 'trade' })
    expect([trade.orders[2], trade.aov[2], trade.b2b_order_value[2]]).toEqual(['0', '0', '500'])
    expect(Number(trade.b2b_orders[2])).toBeCloseTo(3, 4)
    expect(trade.demand[7]).toBe('0')
    // Nothing is unknown in the whole, which is what both stores sold.
    const whole = await figures('both', {})
    expect(whole.demand).not.toContain(null)
    expect(Number(whole.demand[2])).toBeCloseTo(3100 + 1500, 1)
    expect(whole.aov).not.toContain(null)
    expect(notes).toContain('Of Trade consumers ordered nothing: what they do there is 0.')
    expect(notes).toContain('Of Shop businesses ordered nothing: what they do there is 0.')
    await run(plan.start, { id: 'both-whole', name: 'Whole', ...year, begin: { ...begin, over: [] } })
    // Of a slice: what each store sold against its plan, by its own drivers; actuals are last year's here, so as planned.
    await run(plan.start, {
      id: 'now',
      name: 'Now',
      ...year,
      begin: { ...begin, over: ['store'], growth: '0.10' },
    })
    const why = (members: object, target = 'demand') =>
      run(plan.driverVariance, { version: 'now', target, last: '2026-03', members })
    const [own, all] = [await why({ store: 'shop' }), await why({})]
    // January to March of 2026: 26, 24 and 26 days of trade as the year before but for a Saturday; ten percent more was planned.
    expect(Number(own.actual)).toBeCloseTo(3200 + 2800 + 3000, 0)
    expect(Number(own.plan)).toBeLessThan(Number(all.plan))
    expect(sum(own.steps.map((step: { value: string }) => step.value))).toBe(sum([own.delta]))
    expect(own.steps.map((step: { line: string }) => step.line)).toContain('orders')
    await expect(why({ country: 'UK' })).rejects.toThrow('is not planned by country')
    await expect(why({ store: 'none' })).rejects.toThrow('has no “none” in this plan')
    const [net] = await run(plan.variance, {
      metrics: ['net_sales'],
      from: '2026-03-01',
      to: '2026-03-31',
      filters: [{ dimension: 'business', is: ['B2B'] }],
    })
    expect(net.actual).toBe('0')
    const undivided = await figures('both-whole', {})
    expect([undivided.orders[2], Number(undivided.aov[2]).toFixed(2)]).toEqual(['26', '119.23'])
    expect(Number(undivided.demand[2])).toBeCloseTo(4600, 1)
  })

  it('begins one from the run-rate, each side from its own orders, brought to the length of the period and grown', async () => {
    // In the last 13 weeks two accounts of four ordered: six orders of 800, beside 78 of consumers.
    for (const [n, account_id] of ['a', 'a', 'a', 'a', 'b', 'b'].entries())
      await room.sell(`r${n}`, `2026-0${4 + (n % 3)}-1${n}`, 800, { store: 'trade', account_id })
    const weeks = 78 * (9100 / 78)
    for (const over of [[], ['store']] as const)
      for (const growth of ['0', '0.10']) {
        const version = `rate-both-${over.length}-${growth}`
        const { notes } = await run(plan.start, {
          id: version,
          name: version,
          ...year,
          begin: { with: 'run_rate', trade: 'both', over, growth },
        })
        const lines = ['orders', 'aov', 'b2b_orders', 'b2b_order_value', 'demand']
        const found = await run(plan.figures, { version, lines })
        const of = (name: string) => found.lines.find((line: { name: string }) => line.name === name)
        const times = 1 + Number(growth)
        expect(Number(of('orders').total)).toBeCloseTo(Math.round(((78 * 365) / 91) * times), 0)
        expect(Number(of('aov').total)).toBeCloseTo(9100 / 78, 2)
        expect(Number(of('b2b_orders').values[0])).toBeCloseTo(((6 * 31) / 91) * times, 3)
        expect(Number(of('b2b_orders').total)).toBeCloseTo(((6 * 365) / 91) * times, 2)
        expect(Number(of('b2b_order_value').total)).toBeCloseTo(800, 4)
        const demand = (((weeks + 4800) * 365) / 91) * times
        expect(Math.abs(Number(of('demand').total) / demand - 1)).toBeLessThan(0.002)
        expect(notes).toContain(
          'Share of accounts that order is that of the whole 13 weeks; Orders per active account is brought to the length of each period.',
        )
      }
  })

  it('says which lines do not work out, and why: a circle, units, a name, what is missing', async () => {
    const line = (name: string, unit: string, formula: string | null) => ({
      ...{ name, label: name, unit, formula, over: [], roll: 'sum', good: 'up' },
    })
    const lines = [
      line('egg', 'money', 'hen'),
      line('hen', 'money', 'egg'),
      line('visits', 'sessions', null),
      line('odd', 'money', 'visits + egg'),
      line('lost', 'money', 'nowhere'),
      line('twice', 'sessions', 'visits * 2'),
      line('thrice', 'sessions', 'twice + visits'),
      line('none', 'share', 'visits / (visits - visits)'),
    ]
    const sheet = { currency: 'GBP', periods: room.months, dimensions: [], lines }
    const given = { ...year, id: 'broken', name: 'Broken', begin: { with: 'sheet', sheet } }
    const { problems } = await run(plan.start, given)
    const of = (name: string) => problems.find((one: { line: string }) => one.line === name)
    expect(problems.map((one: { line: string; kind: string }) => [one.line, one.kind]).sort()).toEqual([
      ['egg', 'circular'],
      ['hen', 'circular'],
      ['lost', 'unknown'],
      ['none', 'missing'],
      ['odd', 'unit'],
      ['thrice', 'missing'],
      ['twice', 'missing'],
    ])
    expect(of('thrice').message).toBe('visits (2026-01) is empty.')
    expect(of('odd').message).toContain('measure different things')
    const edits = room.months.map(({ key }) => room.set('visits', key, '5'))
    await run(plan.edit, { version: 'broken', edits })
    // Where all is there a division by 0 is an answer, and the next version says so.
    const begin = { with: 'version', version: 'broken' }
    const next = await run(plan.start, { ...year, id: 'next', name: 'Next', begin })
    expect(next.problems.map((one: { line: string }) => one.line).sort()).toEqual([
      'egg',
      'hen',
      'lost',
      'odd',
    ])
    const pasted = { with: 'pasted', text: '\tJan\nVisits\t5', rows: { Visits: 'sessions' } }
    const found = await run(plan.start, { ...year, id: 'part', name: 'Part', begin: pasted })
    expect(found.problems).toContainEqual({
      line: 'orders',
      kind: 'missing',
      message: 'Orders per session (Jan 2026) is empty.',
    })
    const again = { with: 'sheet', sheet: { ...sheet, lines: [...lines, lines[0]] } }
    await expect(run(plan.start, { ...given, id: 'again', begin: again })).rejects.toThrow(
      'Two lines are called egg',
    )
    const members = Array.from({ length: 5000 }, (_, n) => `${n}`)
    const wide = { ...sheet, dimensions: ['a', 'b'].map(name => ({ name, label: name, members })) }
    const over = {
      with: 'sheet',
      sheet: { ...wide, lines: lines.map(one => ({ ...one, over: ['a', 'b'] })) },
    }
    await expect(run(plan.start, { ...given, id: 'vast', begin: over })).rejects.toThrow(
      'The version would have 2,400,000,000 cells; 4,000,000 can be worked out.',
    )
    // What could not be opened again is not begun.
    const paste = (rows: readonly string[], more: object = {}) =>
      run(plan.start, {
        ...given,
        id: 'long',
        begin: { with: 'pasted', text: ['\tJan', ...rows].join('\n') },
        ...more,
      })
    await expect(paste(Array.from({ length: 2001 }, (_, n) => `Line ${n}\t1`))).rejects.toThrow(
      'The version would have 2,001 lines; it holds 2,000.',
    )
    await expect(paste([`${'x'.repeat(300)}\t1`])).rejects.toThrow('cannot be kept: label')
    await expect(paste(['Rent\t1'], { grain: 'week', to: '2030-12-31' })).rejects.toThrow('262 periods')
  })

  it('reads a workbook’s rows, and which sheets it has', async () => {
    const book = new ExcelJS.Workbook()
    book.addWorksheet('Notes').addRow(['nothing here'])
    const page = book.addWorksheet('Plan')
    page.addRow(['Line', 'Jan 2026', 'Feb 2026'])
    page.addRow(['Sessions', 1000, 2000])
    const file = new File([await book.xlsx.writeBuffer()], 'plan.xlsx')
    const read = await run(plan.readRows, { file, sheet: 'Plan' })
    expect(read.sheets.sort()).toEqual(['Notes', 'Plan'])
    expect(read.rows).toMatchObject([{ label: 'Sessions', line: 'sessions' }])
  })

  it('is carried line by line: one that is no metric of the shop is asked by a name of its own', async () => {
    const { ask } = room
    const months = Array.from({ length: 12 }, (_, n) => `2026-${String(n + 1).padStart(2, '0')}`)
    const row = (name: string, values: readonly (string | number)[]) => [name, ...values].join('\t')
    const text = [
      row('', months),
      row(
        'Rent',
        months.map(() => 3100),
      ),
      row(
        'Fill rate',
        months.map(() => '90 %'),
      ),
    ].join('\n')
    const pasted = { id: 'house', name: 'House', ...year, begin: { with: 'pasted', text } }
    await run(plan.start, pasted)
    const { sheet } = await run(plan.open, { version: 'house' })
    const rows = await room.rows('house')
    const boxes = {
      name: 'boxes',
      label: 'Boxes',
      unit: 'share',
      over: [],
      formula: 'period',
      roll: 'last',
    }
    const lines = [...sheet.lines, { ...boxes, good: 'none' }]
    const { revision, problems } = await run(plan.reshape, {
      version: 'house',
      sheet: { ...sheet, lines },
      revision: 1,
    })
    expect(problems).toEqual([])
    const question = {
      metrics: ['plan_rent', 'plan_fill_rate', 'plan_boxes'],
      compare: ['plan.house'],
      from: '2026-01-01',
      to: '2026-03-31',
    }
    await expect(ask(question)).rejects.toThrow('There is no metric plan_rent')
    const carried = await run(plan.carry, { version: 'house' })
    expect(carried.lines).toBe(3)
    type Row = { compare?: Record<string, { values: Record<string, { value: string | null }> }> }
    const planned = (one: Row | undefined, metric = 'plan_rent') =>
      one?.compare?.['plan.house']?.values[metric]?.value
    const quarter = await ask({ ...question, grain: 'month' })
    expect(quarter.rows.map(one => [one.plan_rent, planned(one)])).toEqual(
      months.slice(0, 3).map(() => [null, '3100']),
    )
    // Amounts add up, a rate is one, and a stock is its last.
    expect(question.metrics.map(one => planned(quarter.totals, one))).toEqual(['9300', '0.9', '3'])
    expect(quarter.meta.definitions.plan_rent).toMatchObject({ label: 'Rent (plan)', unit: 'money' })
    expect(quarter.meta.missing.plan_rent).toContain('a line of the plan alone')
    const march = await ask({ ...question, from: '2026-03-01', grain: 'day' })
    const { days } = await run(plan.phasing, { version: 'house', line: 'rent', period: '2026-03' })
    expect(march.rows.map(one => Number(planned(one)))).toEqual(
      days.map((one: { amount: string }) => Number(one.amount)),
    )
    expect(sum(march.rows.map(one => planned(one) ?? '0'))).toBe('3100')
    // Sundays are shut, Saturdays double.
    expect(planned(march.rows[0])).toBe('0')
    expect(Number(planned(march.rows[6])) / Number(planned(march.rows[5]))).toBeGreaterThan(1.8)
    // Beside what is counted, week by week, to the same day.
    const june = await ask({
      ...question,
      metrics: ['net_sales', 'plan_rent'],
      from: '2026-06-15',
      to: '2026-06-28',
      grain: 'week',
    })
    expect(june.rows.map(one => one.net_sales === null)).toEqual([false, true])
    expect(planned(june.rows[0])).not.toBeNull()
    // What is carried anew is answered anew; what has gone from the plan is no metric any more.
    const head = String(rows.find(one => one.line === 'rent')?.cells['2026-03']?.[0])
    const edits = [room.set('rent', '2026-03', '6200', [head])]
    await run(plan.edit, { version: 'house', edits })
    await run(plan.carry, { version: 'house' })
    expect(planned((await ask({ ...question, from: '2026-03-01', grain: 'day' })).totals)).toBe('6200')
    const metric = { name: 'rent_rate', label: 'Rent rate', description: 'x', good: 'none', owner: 'finance' }
    await expect(run(settings.saveMetric, { ...metric, formula: 'plan_rent / net_sales' })).rejects.toThrow(
      'There is no metric plan_rent',
    )
    await run(plan.reshape, { version: 'house', sheet: { ...sheet, lines: lines.slice(1) }, revision })
    await run(plan.carry, { version: 'house' })
    await expect(ask(question)).rejects.toThrow('There is no metric plan_rent')
  })

  it('is carried by its periods where it has more lines than can be told day by day', async () => {
    const text = ['\tJan\tFeb', ...Array.from({ length: 700 }, (_, n) => `Line ${n}\t3100\t2800`)].join('\n')
    await run(plan.start, { id: 'wide', name: 'Wide', ...year, begin: { with: 'pasted', text } })
    const { days, notes } = await run(plan.carry, { version: 'wide' })
    expect([days, notes]).toEqual([
      1400,
      ['700 figures are no metrics of the shop: being so many, their days share evenly.'],
    ])
    const { totals } = await room.ask({
      metrics: ['plan_line_7'],
      compare: ['plan.wide'],
      from: '2026-01-31',
      to: '2026-02-02',
    })
    expect(totals.compare?.['plan.wide']?.values.plan_line_7?.value).toBe('300')
  })

  const markets = ['FR', 'UK', 'US']
  const split = (id: string) => {
    const of = { unit: 'money', roll: 'sum', good: 'up', formula: null, negative: true }
    const lines = [
      { ...of, name: 'fairs', label: 'Fairs', over: ['country'] },
      { ...of, name: 'net_sales', label: 'Net sales', over: ['country'], metric: 'net_sales' },
    ]
    const dimensions = [{ name: 'country', label: 'Market', members: markets }]
    const sheet = { currency: 'GBP', periods: room.months, dimensions, lines }
    return run(plan.start, { ...year, id, name: id, begin: { with: 'sheet', sheet } })
  }
  const filled = (version: string, line: string, amounts: readonly (string | null)[]) =>
    run(plan.edit, {
      version,
      edits: amounts.map((value, n) => ({
        ...room.set(line, `2026-0${1 + Math.floor(n / 3)}`, value),
        slice: [markets[n % 3] ?? ''],
      })),
    })

  it('answers a line of the plan alone by its dimensions, without a grain, ordered, narrowed and cut', async () => {
    await split('fairs')
    await filled('fairs', 'fairs', ['20', '300', '7', '1', '30', '0'])
    await run(plan.carry, { version: 'fairs' })
    const question = {
      metrics: ['plan_fairs'],
      compare: ['plan.fairs'],
      from: '2026-01-01',
      to: '2026-02-28',
    }
    const asked = async (more: object) => {
      const { rows, meta, ...rest } = await room.ask({ ...question, ...more })
      const told = (one: (typeof rows)[number]) =>
        [one.period, one.country, one.compare?.['plan.fairs']?.values.plan_fairs?.value].filter(Boolean)
      return { rows: rows.map(told), count: meta.count, subtotals: rest.subtotals?.map(told) }
    }
    const by = ['country']
    expect((await asked({ by })).rows).toEqual([
      ['UK', '330'],
      ['FR', '21'],
      ['US', '7'],
    ])
    expect((await asked({ by, sort: { by: 'country', desc: true }, limit: 1, offset: 1 })).rows).toEqual([
      ['UK', '330'],
    ])
    expect(await asked({ by, sort: { by: 'plan_fairs', desc: false }, limit: 2 })).toMatchObject({
      rows: [
        ['US', '7'],
        ['FR', '21'],
      ],
      count: 3,
    })
    const filters = [{ dimension: 'country', is: ['FR', 'US'] }]
    expect((await asked({ by, filters })).rows).toEqual([
      ['FR', '21'],
      ['US', '7'],
    ])
    expect((await asked({ filters: [{ dimension: 'country', is: ['FR'] }] })).rows).toEqual([['21']])
    expect(await asked({ by, grain: 'month', subtotals: true })).toEqual({
      rows: [
        ['2026-01', 'UK', '300'],
        ['2026-01', 'FR', '20'],
        ['2026-01', 'US', '7'],
        ['2026-02', 'UK', '30'],
        ['2026-02', 'FR', '1'],
        ['2026-02', 'US', '0'],
      ],
      count: 6,
      subtotals: [
        ['2026-01', '327'],
        ['2026-02', '31'],
      ],
    })
    expect((await asked({ grain: 'month', limit: 1 })).rows).toEqual([['2026-01', '327']])
    expect((await asked({ by: ['channel'] })).rows).toEqual([])
  })

  it('carries many slices of a metric by period, and they add up to the penny as day by day', async () => {
    const amount = fc.integer({ min: -99_999, max: 99_999 }).map(cents => (cents / 100).toFixed(2))
    let runs = 0
    const told = async (version: string, most: number) => {
      const context = room.context(ada)
      const { notes, days } = await carry(context, await versionOf(context, version), most)
      const target = `plan.${version}`
      const asked = { metrics: ['net_sales'], compare: [target], from: '2026-01-01', to: '2026-02-28' }
      const of: unknown[] = []
      for (const filters of [[], ...markets.map(one => [{ dimension: 'country', is: [one] }])]) {
        const { rows, totals } = await room.ask({ ...asked, filters, grain: 'month' })
        of.push([...rows, totals].map(one => one.compare?.[target]?.values.net_sales?.value))
      }
      return { of, notes, days }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 6, maxLength: 6 }), async amounts => {
        const version = `slices-${++runs}`
        await split(version)
        await filled(version, 'net_sales', amounts)
        const [fine, coarse] = [await told(version, 250_000), await told(version, 1000)]
        expect(coarse.of).toEqual(fine.of)
        expect(fine.of.flat().filter(Boolean).length).toBeGreaterThan(0)
        expect(coarse.days).toBeLessThan(fine.days)
        expect(fine.notes.join()).not.toContain('single slices')
        expect(coarse.notes).toContain(
          '3 figures are of single slices: being so many, their days share evenly.',
        )
      }),
      { numRuns: 3 },
    )
  })

  it('takes an imported budget of 20,000 lines, and says so where it makes more', async () => {
    await begun('large')
    const rows = (version: string, lines: number, length: number) =>
      Array.from({ length }, (_, n) => ({
        store: 'shop',
        version,
        day: `2026-${String((Math.floor(n / lines) % 12) + 1).padStart(2, '0')}-01`,
        grain: 'month',
        line: `6${n % lines}`,
        slice: '',
        amount: '1',
        currency: 'GBP',
        source: version,
      }))
    await deliver('budget_lines', rows('fine', 20_000, 40_000))
    expect(await run(plan.takeBudget, { version: 'large', name: 'fine' }, ada)).toEqual({
      added: 20_000,
      changed: 0,
      same: 0,
    })
    await deliver('budget_lines', rows('finest', 20_001, 20_001))
    await expect(run(plan.takeBudget, { version: 'large', name: 'finest' }, ada)).rejects.toMatchObject({
      message: 'finest makes 20,001 lines; a budget holds 20,000.',
      next: expect.stringContaining('without the finest column'),
    })
  }, 240_000)
}, 120_000)
