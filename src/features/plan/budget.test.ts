import { call } from '@orpc/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { runImport } from '#features/connections/run.ts'
import { receive } from '#features/connections/uploads.ts'
import { operations } from '#features/operations.ts'
import { civilYear } from '#kernel/period.ts'
import { sheetPeriods } from '#kernel/plan/sheet.ts'
import { createImports } from '#sync/imports.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { amountsBy, flowWithin, usedOf } from './budget.ts'

const { plan } = operations

const posting = (entry_id: string, day: string, amount: string, more: Record<string, string> = {}) => ({
  store: 'shop',
  entry_id,
  day,
  account: '6400',
  department: 'Marketing',
  cost_centre: '',
  vendor: '',
  words: '',
  amount,
  currency: 'GBP',
  source: 'import-1',
  ...more,
})

const spend = (platform: string, day: string, cost: string) => ({
  store: 'shop',
  day,
  platform,
  account: 'a',
  channel: 'paid_search',
  campaign: '',
  country: 'UK',
  cost,
  impressions: null,
  clicks: null,
  conversions: null,
  conversion_value: null,
  currency: 'GBP',
  source: 'ads',
})

describe('actuals of a budget', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, deliver } = room
  const { bo, ada } = room.people
  const ids: Record<string, string> = {}
  const add = async (label: string, more: object) => {
    const item = {
      version: 'costs',
      label,
      kind: 'opex',
      currency: 'GBP',
      amounts: { '2026-03': '1000' },
      ...more,
    }
    ids[label] = (await run(plan.saveItem, item, bo)).id
  }
  const budget = (rates = 'actual') => run(plan.budget, { version: 'costs', today: '2026-06-21', rates })
  const line = async (label: string, rates?: string) =>
    (await budget(rates)).lines.find((one: { label: string }) => one.label === label)

  beforeAll(async () => {
    await begun('costs')
    await deliver('spend_days', [
      spend('google', '2026-03-02', '100.10'),
      spend('google', '2026-03-03', '50.05'),
      spend('meta', '2026-03-03', '7'),
    ])
    await deliver('ledger_entries', [
      posting('1', '2026-03-05', '200'),
      posting('2', '2026-03-06', '300', { vendor: 'Agency' }),
      posting('3', '2026-03-07', '80', { currency: 'EUR' }),
      posting('4', '2026-03-08', '11', { account: '7000', department: '' }),
    ])
    await deliver('exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2026-03-01', rate: 0.9, source: 'test' },
    ])
    await add('Search ads', {
      kind: 'media',
      actuals: [{ metric: 'spend', where: [{ dimension: 'platform', is: ['google'] }] }],
    })
    await add('Payment fees', {
      amounts: { '2026-03': '100', '2026-04': '100' },
      actuals: [
        { metric: 'total_sales', times: '0.02' },
        { metric: 'orders', times: '0.2' },
      ],
    })
    await add('Agency', { account: '6400', vendor: 'Agency' })
    await add('Marketing, other', { account: '6400', department: 'Marketing' })
  }, 120_000)

  it('takes media from ad costs, and fees from what was sold, each saying so', async () => {
    expect(await line('Search ads')).toMatchObject({
      use: { actual: '150.15', remaining: '849.85' },
      sources: [{ source: 'Media spend (google)', amount: '150.15' }],
    })
    const fees = await line('Payment fees')
    expect(fees.sources.map((one: { source: string }) => one.source)).toEqual([
      '2 % of Total sales',
      '0.2 × Orders',
    ])
    // Every day but Sundays from 1 January to 20 June; Saturdays double.
    const [days, saturdays] = [147, 25]
    expect(fees.use.actual).toBe(String((days + saturdays) * 2 + days * 0.2))
  })

  it('gives each posting of the ledger to the line that says most about it, once', async () => {
    expect((await line('Agency')).use.actual).toBe('300')
    expect((await line('Marketing, other')).use.actual).toBe('272')
    expect((await budget()).unplanned).toEqual([
      { account: '7000', department: '', amount: '11', currency: 'GBP' },
    ])
  })

  it('takes a ledger’s exports by a mapping that was saved once, month after month', async () => {
    const { granary, ledger, folder, ...rest } = room.context(ada)
    const imports = createImports({
      granary,
      folder,
      salt: 's'.repeat(64),
      ensureStore: async () => ({ currency: 'GBP', timezone: 'Europe/London' }),
    })
    const context = { ...rest, granary, ledger, folder, imports } as never
    const ask = (operation: unknown, input: object): Promise<{ id: string }> =>
      call(operation as never, input as never, { context } as never)
    const columns = { number: 'Ref', day: 'Booked', account: 'Code', amount: 'Worth' }
    const mapping = { target: 'ledger_entries', columns }
    await ask(operations.connections.saveMapping, { name: 'Our ledger', mapping })
    await add('Rent', { account: '5100' })
    const take = async (name: string, text: string) => {
      const { id: upload } = await receive(folder, new Blob([text]).stream(), name, 10_000)
      const { id } = await ask(operations.connections.import, {
        upload,
        store: 'shop',
        savedMapping: 'Our ledger',
      })
      const { clock } = room.context(ada)
      await runImport({ ledger, clock, folder, imports }, id)
      return (await line('Rent')).use.actual
    }
    expect(await take('may.csv', 'Ref,Booked,Code,Worth\nr5,2026-05-01,5100,120.50\n')).toBe('120.5')
    expect(await take('june.csv', 'Ref,Booked,Code,Worth\nr6,2026-06-01,5100,80\n')).toBe('200.5')
    expect((await line('Rent')).sources).toEqual([{ source: 'General ledger', amount: '200.5' }])
  })

  it('tells other currencies at budget, actual and constant rates, and what currencies alone did', async () => {
    const at = async (rates: string) => (await line('Marketing, other', rates)).use.actual
    expect(await at('actual')).toBe('272')
    expect(await at('budget')).toBe('264')
    expect(await at('constant')).toBe('264')
    await run(plan.saveRates, { version: 'costs', rates: { EUR: '1.1' } }, ada)
    expect(await at('budget')).toBe('288')
    expect((await budget()).currencyEffect).toBe('-16')
    await run(plan.saveRates, { version: 'costs', rates: {} }, ada)
  })

  it('leaves out what has no rate, and says which rate would help', async () => {
    await run(plan.recordSpent, {
      source: 'by hand',
      entries: [{ item: ids.Agency, day: '2026-03-09', amount: '5', currency: 'SEK' }],
    })
    expect((await line('Agency')).use.actual).toBe('300')
    expect((await budget()).missing).toEqual([
      'No rate from SEK to GBP on or before 9 Mar 2026: import exchange rates.',
    ])
    expect((await budget('constant')).missing[0]).toContain('some days from 1 Jan 2025 to 31 Dec 2025')
  })

  it('takes an imported budget as lines, shows its changes first, and taken twice changes nothing', async () => {
    const rows = (month: string, grain: string, amount: string) => ({
      store: 'shop',
      version: 'file',
      day: month,
      grain,
      line: '6100',
      slice: '{"department":"IT","cost_centre":"9"}',
      amount,
      currency: 'GBP',
      source: 'imp-1',
    })
    await deliver('budget_lines', [
      rows('2026-01-01', 'quarter', '100'),
      rows('2026-05-01', 'month', '7.50'),
      rows('2029-01-01', 'month', '3'),
      { ...rows('2026-05-01', 'month', '99'), line: 'net_sales' },
    ])
    const asked = { version: 'costs', name: 'file' }
    expect(await run(plan.importedBudgets, {})).toMatchObject([
      { name: 'file', accounts: 2, metrics: ['net_sales'] },
    ])
    expect(await run(plan.budgetChanges, asked)).toEqual({
      added: 1,
      changed: [],
      same: 0,
      outside: { rows: 1, amount: '3' },
    })
    expect(await run(plan.takeBudget, asked)).toEqual({ added: 1, changed: 0, same: 0 })
    expect(await line('6100 · IT')).toMatchObject({
      department: 'IT',
      costCentre: '9',
      amounts: { '2026-01': '33.34', '2026-02': '33.33', '2026-03': '33.33', '2026-05': '7.5' },
    })
    expect(await run(plan.takeBudget, asked)).toEqual({ added: 0, changed: 0, same: 1 })
    await expect(run(plan.takeBudget, { ...asked, name: 'other' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'There is no imported budget called "other".',
    })
  })

  it('counts what is spent and promised in the days of the plan, and says what lies outside', async () => {
    await add('Hosting', { amounts: { '2026-01': '2000' } })
    const { id } = await line('Hosting')
    const entry = { item: id, currency: 'GBP' }
    await run(
      plan.recordSpent,
      {
        source: 'by hand',
        entries: [
          { ...entry, day: '2026-02-03', amount: '700' },
          { ...entry, day: '2025-12-31', amount: '5000' },
        ],
      },
      bo,
    )
    const promise = { item: id, kind: 'contract', currency: 'GBP' }
    const old = { ...promise, reference: 'old', amount: '300', from: '2025-01-01', to: '2025-12-31' }
    const over = { ...promise, reference: 'over', amount: '1200', from: '2026-07-01', to: '2027-06-30' }
    await run(plan.saveCommitment, old, bo)
    await run(plan.saveCommitment, over, bo)
    // 184 of its 365 days.
    expect((await line('Hosting')).use).toMatchObject({
      actual: '700',
      committed: '604.93',
      remaining: '695.07',
      runsOut: null,
    })
    expect((await budget()).missing).toContain(
      '£5,000.00 recorded by hand on days outside 1 Jan 2026 to 31 Dec 2026 is in no figure of this plan.',
    )
  })
  it('takes no amount finer than a coin, and no step from a period there is not', async () => {
    await expect(add('Fine', { amounts: { '2026-03': '10.005' } })).rejects.toThrow('10.005 is finer')
    await expect(add('Yen', { currency: 'JPY', amounts: { '2026-03': '10.5' } })).rejects.toThrow('of JPY')
    await add('Dinar', { currency: 'KWD', amounts: { '2026-03': '10.125' } })
    const steps = [{ from: '2031-01', amount: '5' }]
    await expect(add('Late', { pattern: { kind: 'step', steps } })).rejects.toThrow('no period "2031-01"')
    const [from, to] = [(await line('Hosting')).id, (await line('Agency')).id]
    const move = { from, to, period: '2026-01', amount: '0.001', why: 'x' }
    await expect(run(plan.transfer, move, ada)).rejects.toThrow('finer than the smallest coin of GBP')
  })
  it('says what volume and price did to sales against the plan, over the months that are over', async () => {
    await room.fill('costs', { orders: '30', aov: '120', media: '500' })
    const found = await run(plan.driverVariance, { version: 'costs', target: 'net_sales', first: '2026-04' })
    // April and May: 26 days each without Sundays, 4 and 5 of them Saturdays that count double.
    expect(found).toMatchObject({ first: '2026-04', last: '2026-05', plan: '7200', actual: '6100' })
    expect(found.steps).toMatchObject([
      { line: 'orders', kind: 'volume', planned: '60', actual: '52', value: '-949.23' },
      { line: 'aov', kind: 'price', value: '-150.77' },
    ])
    expect(found.kept).toEqual(['media'])
    await expect(
      run(plan.driverVariance, { version: 'costs', target: 'net_sales', first: '2026-11' }),
    ).rejects.toThrow('None of these periods is over yet')
    // Of a plan that begins before the shop's data only what is known is told.
    const { sheet } = await run(plan.open, { version: 'costs' })
    const periods = sheetPeriods(civilYear, '2023-11-01', '2024-02-29')
    const begin = { with: 'sheet', sheet: { ...sheet, periods } }
    await run(plan.start, { id: 'early', name: 'Early', ...room.year, begin })
    const edits = periods.flatMap(({ key }) => [room.set('orders', key, '30'), room.set('aov', key, '120')])
    await run(plan.edit, { version: 'early', edits })
    const why = (more: object) => run(plan.driverVariance, { version: 'early', target: 'net_sales', ...more })
    expect(await why({})).toMatchObject({
      first: '2024-01',
      last: '2024-02',
      plan: '7200',
      since: '2024-01-01',
    })
    expect((await why({ first: '2024-02' })).since).toBeNull()
    await expect(why({ last: '2023-12' })).rejects.toThrow('the data begin on 2024-01-01')
    const le = { with: 'version', version: 'early', closedPeriods: 3 }
    const { notes } = await run(plan.start, { id: 'early-le', name: 'Early LE', ...room.year, begin: le })
    expect(notes.join(' ')).toContain('Nov 2023, Dec 2023: sales are known from 2024-01-01 on')
  })

  it('remembers what the rows of a sheet are, and knows them in the next', async () => {
    const text = 'Line\tJan 2026\tFeb 2026\nVisits\t1,000\t2,000\nConv.\t2 %\t3 %\nRent\t50\t60\nTotal\t9\t9'
    const before = await run(plan.readRows, { text })
    expect(before.rows.map((row: { line: string | null }) => row.line)).toEqual([null, null, null, null])
    const rows = { Visits: 'sessions', 'Conv.': 'conversion', Rent: null, Total: '' }
    const begin = { with: 'pasted', text, rows }
    const asked = { id: 'mine', name: 'mine', currency: 'GBP', from: '2026-01-01', to: '2026-02-28', begin }
    await run(plan.start, asked)
    const { lines } = await run(plan.figures, {
      version: 'mine',
      lines: ['sessions', 'orders', 'rent', 'total'],
    })
    expect(lines.map((one: { name: string; total: string }) => [one.name, one.total])).toEqual([
      ['sessions', '3000'],
      ['orders', '80'],
      ['rent', '110'],
    ])
    const after = await run(plan.readRows, { text: text.replace('Visits', ' VISITS') })
    expect(after.rows.map((row: { line: string | null }) => row.line)).toEqual([
      'sessions',
      'conversion',
      null,
      '',
    ])
    await expect(
      run(plan.start, { ...asked, id: 'twice', begin: { ...begin, rows: { ...rows, Rent: 'sessions' } } }),
    ).rejects.toThrow('The rows Visits and Rent are both Sessions')
  })
}, 120_000)

describe('what is left of a budget line', () => {
  const year = [{ from: '2026-01-01', to: '2026-12-31', amount: '1000' }]
  const left = (committed: { from: string; to: string; amount: string }[], today = '2026-06-21') =>
    usedOf(year, [], committed, today, 'GBP')

  it('is gone at once where what is due already is more', () => {
    const due = { from: '2026-05-01', to: '2026-05-31', amount: '1500' }
    expect(left([due])).toMatchObject({ remaining: '-500', runsOut: '2026-06-21' })
    // 400 due already and 700 over the ten days from the 22nd on: on the ninth of them.
    const soon = { from: '2026-06-22', to: '2026-07-01', amount: '700' }
    expect(left([{ ...due, amount: '400' }, soon])).toMatchObject({
      remaining: '-100',
      runsOut: '2026-06-30',
    })
    expect(left([{ ...due, amount: '300' }, soon])).toMatchObject({ remaining: '0', runsOut: null })
  })
  it('takes parts of a commitment that add up to it over the years, in a leap year too', () => {
    const contract = { from: '2027-11-30', to: '2029-02-28', amount: '1000' }
    for (const currency of ['GBP', 'JPY', 'KWD']) {
      const parts = ['2027', '2028', '2029'].map(year =>
        Number(flowWithin(contract, { from: `${year}-01-01`, to: `${year}-12-31` }, currency)?.amount),
      )
      expect(parts.reduce((all, part) => all + part, 0)).toBeCloseTo(1000, 9)
    }
    const leap = { from: '2028-01-01', to: '2028-12-31' }
    // 366 of 457 days.
    expect(flowWithin(contract, leap, 'GBP')).toEqual({ ...leap, amount: '800.88' })
    expect(flowWithin(contract, { from: '2026-01-01', to: '2026-12-31' }, 'GBP')).toBeNull()
  })
})

describe('the pattern of a budget line', () => {
  it('gives a line its money evenly, again and again, or in steps', () => {
    const periods = sheetPeriods(civilYear, '2026-01-01', '2026-12-31')
    const line = (pattern: object) =>
      amountsBy({ label: 'x', currency: 'GBP', amounts: {}, pattern: pattern as never }, periods)
    expect(Object.values(line({ kind: 'even', total: '100' })).slice(0, 5)).toEqual([
      '8.34',
      '8.34',
      '8.34',
      '8.34',
      '8.33',
    ])
    expect(Object.keys(line({ kind: 'every', amount: '5', periods: 6 }))).toEqual(['2026-01', '2026-07'])
    const steps = [
      { from: '2026-07', amount: '12' },
      { from: '2026-03', amount: '10' },
    ]
    const stepped = line({ kind: 'step', steps })
    expect([stepped['2026-02'], stepped['2026-03'], stepped['2026-06'], stepped['2026-12']]).toEqual([
      undefined,
      '10',
      '10',
      '12',
    ])
  })
})
