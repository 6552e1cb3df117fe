import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { like } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { daysBetween } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { forecastTarget } from '#kernel/view.ts'
import { audit } from '#postgres/tables/members.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { shapeOf } from './shapes.ts'

const { plan } = operations

describe('cases, reforecasts, files and why sales moved', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, fill, set, year } = room
  const { bo, cy } = room.people
  const profit = async (version: string) =>
    (await run(plan.figures, { version, lines: ['profit'] })).lines[0].total
  const approved = async (content: object) => {
    const { id } = await run(plan.saveCase, { content }, bo)
    await run(plan.submitCase, { id }, bo)
    await run(plan.approveCase, { id }, cy)
    return id as string
  }
  const monthly = (currency: string, title: string) => ({
    title,
    currency,
    periodsPerYear: 12,
    likelihood: 0.5,
    periods: Array.from({ length: 12 }, (_, n) => ({ label: `m${n}`, cost: '100', benefit: '300' })),
  })

  beforeAll(async () => {
    await begun('base')
    await fill('base', { orders: '30', aov: '120', media: '500' })
  }, 120_000)

  it('puts an approved case into a plan once, and takes it out with its approval', async () => {
    const { id: draft } = await run(plan.saveCase, { content: monthly('GBP', 'Draft') }, bo)
    await expect(run(plan.attachCase, { id: draft, version: 'base' })).rejects.toThrow(
      'Only an approved case',
    )
    const id = await approved(monthly('GBP', 'Robot'))
    await run(plan.attachCase, { id, version: 'base' })
    // Twelve months of 300 × ½ − 100.
    expect(await profit('base')).toBe('37800')
    await expect(run(plan.attachCase, { id, version: 'base' })).rejects.toThrow('in this plan already')
    const { sheet } = await run(plan.open, { version: 'base' })
    const rows = await room.rows('base')
    const line = sheet.lines.find((one: { case?: string }) => one.case === id)
    expect(line).toMatchObject({ section: 'Business cases', label: 'Robot: benefit' })
    const cell = rows.find(row => row.line === line.name)?.cells['2026-05'] ?? []
    await expect(
      run(plan.edit, { version: 'base', edits: [set(line.name, '2026-05', '1', [String(cell[0])])] }),
    ).rejects.toThrow('comes from a business case')
    const { lines: budget } = await run(plan.budget, { version: 'base' })
    expect(budget).toMatchObject([{ label: 'Robot', use: { budget: '1200' } }])
    const found = await run(plan.casesIn, { version: 'base' })
    expect(found).toMatchObject({ into: 'profit', cases: [{ benefit: '1800', cost: '1200' }] })
    expect(found.range.expected).toBeCloseTo(600, 6)
    expect(found.range.p10).toBeLessThan(-1000)
    expect(found.range.p90).toBeGreaterThan(2000)

    // Of a reforecast only the open months are the case's own: what it did is in the actuals of the closed.
    await run(plan.start, {
      id: 'later',
      name: 'Later',
      kind: 'le',
      ...year,
      begin: { with: 'version', version: 'base', closedPeriods: 3 },
    })
    expect((await run(plan.casesIn, { version: 'later' })).cases[0]).toMatchObject({ benefit: '1350' })
    // Nor does a driver move what is closed: media of nine months, 500 each.
    const doubled = [{ lever: { line: 'media' }, changes: [0, 1] }]
    const cells = await run(plan.sensitivity, { version: 'later', target: 'profit', levers: doubled })
    expect(cells[1].value - cells[0].value).toBeCloseTo(-4500, 6)
    const listed = (await run(plan.cases, {})).find((one: { id: string }) => one.id === id)
    expect(listed.in.map((one: { version: string }) => one.version)).toEqual(['base', 'later'])

    await expect(run(plan.withdrawCase, { id, why: 'x' }, bo)).rejects.toThrow('needs the role director')
    const gone = await run(plan.withdrawCase, { id, why: 'the vendor is broke' }, cy)
    expect(gone).toEqual({ removed: ['base', 'Later'], kept: [] })
    expect(await profit('base')).toBe('37200')
    expect((await run(plan.budget, { version: 'base' })).lines).toEqual([])
    const [last] = await run(plan.history, {
      version: 'base',
      line: line.name,
      slice: [],
      period: '2026-05',
    })
    expect(last).toMatchObject({
      before: '150.00',
      after: null,
      why: 'Approval of the case withdrawn: the vendor is broke',
    })
  })

  it('tells a case of another currency in the plan’s, and takes it out by itself', async () => {
    const id = await approved(monthly('EUR', 'Fair'))
    await run(plan.attachCase, { id, version: 'base', budgetLine: false })
    expect(await profit('base')).toBe(String(37_200 + 12 * (120 - 80)))
    await run(plan.detachCase, { id, version: 'base', why: 'another year' })
    expect(await profit('base')).toBe('37200')
    const yen = await approved(monthly('JPY', 'Tokyo'))
    await expect(run(plan.attachCase, { id: yen, version: 'base' })).rejects.toThrow(
      'No budget rate from JPY',
    )
  })

  it('calls no closed month actual of which no sales are known', async () => {
    const begin = { with: 'version', version: 'base', closedPeriods: 12 }
    await run(plan.start, { id: 'early', name: 'Early', kind: 'le', ...year, begin })
    const { periods } = await run(plan.reforecast, { version: 'early' })
    expect(periods.at(0)).toMatchObject({ closed: true, known: true })
    expect(periods.at(-1)).toMatchObject({ closed: true, known: false })
  })

  it('goes step by step to a lock that nothing blocks, risks beside the landing and never in it', async () => {
    await run(plan.start, {
      id: 'le3',
      name: 'LE3',
      kind: 'le',
      ...year,
      begin: { with: 'version', version: 'base', closedPeriods: 3 },
    })
    const stands = () => run(plan.reforecast, { version: 'le3' })
    const first = await stands()
    expect(first.periods.filter((one: { closed: boolean }) => one.closed)).toHaveLength(3)
    expect(first.periods.filter((one: { known: boolean }) => one.known)).toHaveLength(3)
    expect(first).toMatchObject({ line: { name: 'profit' }, before: { name: 'base', total: '37200' } })
    const expected = {
      version: 'le3',
      metric: 'net_sales',
      period: '2026-09',
      from: '2026-09-01',
      to: '2026-09-30',
      baseline: '3600',
      value: '4000',
      reason: 'new range',
      confidence: 'medium',
    }
    await run(plan.overlay, expected, bo)
    const risk = {
      version: 'le3',
      kind: 'risk',
      line: 'profit',
      title: 'Supplier fails',
      probability: '0.25',
      impact: { '2026-10': '600', '2026-11': '400' },
      treatment: 'reduce',
    }
    const kept = await run(plan.saveRisk, risk, bo)
    const now = await stands()
    expect(Number(now.landing) - Number(first.landing)).toBeCloseTo(400, 4)
    expect(now.weighed).toMatchObject({ net: '-250', worst: '-1000', byPeriod: { '2026-10': '-150' } })
    expect(now.blockers.map((one: { says: string }) => one.says)).toContain('“Supplier fails” has no owner.')

    await run(plan.submit, { version: 'le3' })
    await run(plan.approve, { version: 'le3' }, cy)
    await expect(run(plan.lock, { version: 'le3' }, cy)).rejects.toThrow('LE3 is not ready to be locked')

    await run(plan.saveRisk, { ...risk, ...kept, owner: 'Bo' }, bo)
    for (const step of ['baseline', 'expectations', 'risks'])
      await run(plan.signStep, { version: 'le3', step })
    // A signature is of what it saw: it lapses where an owner expects something else, and is whole again without.
    const signed = async () =>
      Object.values((await stands()).steps).map(one => (one as { lapsed: boolean }).lapsed)
    expect(await signed()).toEqual([false, false, false])
    const november = { period: '2026-11', from: '2026-11-01', to: '2026-11-30' }
    const late = await run(plan.overlay, { ...expected, ...november, value: '9000' }, bo)
    expect(await signed()).toEqual([false, true, false])
    expect((await stands()).blockers.map((one: { says: string }) => one.says)).toEqual(
      expect.arrayContaining([
        'What owners expect changed after Ada signed: it is to be signed again.',
        expect.stringContaining('It changed after Cy approved it'),
      ]),
    )
    await run(plan.removeOverlay, { id: late.id }, bo)
    expect(await signed()).toEqual([false, false, false])
    await run(plan.saveCapacity, { version: 'le3', capacity: '1' }, bo)
    const accept = async (checks: { name: string; state: string; says: string }[]) => {
      for (const { name, state, says } of checks)
        if (state !== 'passes')
          await run(plan.acceptCheck, { version: 'le3', check: name, says, why: 'agreed with operations' })
    }
    const { checks } = await stands()
    const capacity = checks.find((one: { name: string }) => one.name === 'capacity')
    expect(capacity).toMatchObject({ state: 'fails' })
    expect(capacity.says).toMatch(/The busiest day is .* [2-9] orders; 1 can be shipped/)
    await accept(checks)
    // What was accepted is what it said: said otherwise, it is open again.
    await run(plan.saveCapacity, { version: 'le3', capacity: '0' }, bo)
    const again = await stands()
    expect(again.blockers).toEqual([
      { step: 'checks', says: 'Capacity fails, and nobody has accepted that.' },
    ])
    await accept(again.checks)
    await run(plan.lock, { version: 'le3' }, cy)
    await expect(run(plan.saveRisk, { ...risk, title: 'late' }, bo)).rejects.toThrow('is locked')
    await expect(run(plan.overlay, expected, bo)).rejects.toThrow('is locked')
    const { overlays } = await run(plan.credit, {}, bo)
    expect(overlays).toMatchObject([{ version: 'le3', mayRemove: false }])
    await expect(run(plan.removeOverlay, { id: overlays[0].id }, bo)).rejects.toThrow('is locked')
  })

  it('lets an expectation be taken back by its owner or a lead, until its period is over', async () => {
    const landing = async () => (await run(plan.reforecast, { version: 'later' })).landing
    const expecting = (period: string, to: string, by = bo) =>
      run(
        plan.overlay,
        {
          version: 'later',
          metric: 'net_sales',
          period,
          from: `${period}-01`,
          to,
          baseline: '3600',
          value: '4000',
          reason: 'a fair',
          confidence: 'low',
        },
        by,
      )
    const before = await landing()
    room.at('2026-05-20T09:00:00Z')
    const [own, over] = [await expecting('2026-09', '2026-09-30'), await expecting('2026-05', '2026-05-31')]
    room.at('2026-06-21T09:00:00Z')
    expect(await landing()).not.toBe(before)
    const remove = (id: string, by = bo) => run(plan.removeOverlay, { id }, by)
    await expect(remove(own.id, room.people.someone('di', 'contributor'))).rejects.toThrow(
      'This is what Bo expects',
    )
    await expect(remove(own.id, room.people.robot)).rejects.toThrow('A key reads plans')
    // What is graded stays, else only what went well would be left.
    await expect(remove(over.id)).rejects.toThrow('2026-05 is over')
    const shown = (await run(plan.credit, {}, bo)).overlays.filter(
      (one: { version: string }) => one.version === 'later',
    )
    expect(shown.map((one: { period: string; mayRemove: boolean }) => [one.period, one.mayRemove])).toEqual(
      expect.arrayContaining([
        ['2026-09', true],
        ['2026-05', false],
      ]),
    )
    await remove(own.id)
    const [audited] = await room
      .context(bo)
      .ledger.select()
      .from(audit)
      .where(like(audit.subject, 'expectation of net_sales, 2026-09%'))
    expect(audited).toMatchObject({
      actorName: 'Bo',
      before: { value: '4000', reason: 'a fair' },
      after: null,
    })
    await expect(remove(own.id)).rejects.toThrow('no such expectation')
    const { expectations } = await run(plan.reforecast, { version: 'later' })
    expect(expectations).toBe(1)
    const ofOther = await expecting('2026-10', '2026-10-31')
    await remove(ofOther.id, room.people.ada)
  })

  it('says what the open months come to by last year’s, and brings a line to figures by its volume', async () => {
    const { periods, growth, line, ahead } = await run(plan.baseline, { version: 'later' })
    expect(line).toBe('net_sales')
    expect(Number(growth)).toBeCloseTo(1, 1)
    const may = periods.find((one: { period: string }) => one.period === '2026-05')
    expect(may).toMatchObject({ plan: '3600', forecast: '3100', low: null, high: null, season: null })
    // Nothing else looks so far: the season carries on, twice as much from October on.
    const month = (key: string) => periods.find((one: { period: string }) => one.period === key)
    expect(Number(month('2026-08').forecast) / 3100).toBeCloseTo(1, 1)
    expect(Number(month('2026-11').forecast) / 5800).toBeCloseTo(1, 1)
    expect(month('2026-11')).toMatchObject({ season: 1 })
    const spread = (key: string) => Number(month(key).high) / Number(month(key).low)
    expect(spread('2026-07')).toBeGreaterThan(1)
    // Further away it is no surer, but for what rounding to pence does.
    expect(spread('2026-12')).toBeGreaterThan(spread('2026-07') - 0.0001)
    // Of the month that runs, what came is sure.
    expect(Number(month('2026-06').low)).toBeGreaterThan(2100)
    expect(ahead).toMatchObject({ until: '2027-06-26' })
    expect(ahead.tried).toBeGreaterThan(4)
    // As far as models look they are listened to.
    await room.deliver(
      'budget_lines',
      daysBetween('2026-06-21', '2026-08-15').map(day => ({
        store: '',
        version: forecastTarget,
        day,
        grain: 'day',
        line: 'net_sales',
        slice: '',
        amount: '1',
        currency: 'GBP',
        source: 'forecast',
      })),
    )
    const near = await run(plan.baseline, { version: 'later' })
    const by = (key: string) => near.periods.find((one: { period: string }) => one.period === key)
    expect(by('2026-07')).toMatchObject({ forecast: '31.00', season: 0 })
    expect(by('2026-08').season).toBeCloseTo(16 / 31, 6)
    expect(by('2026-09').forecast).toBe(month('2026-09').forecast)
    await run(plan.bring, {
      version: 'later',
      line: 'net_sales',
      values: [{ period: '2026-05', value: '3000' }],
      why: 'baseline',
    })
    const { lines: found } = await run(plan.figures, { version: 'later', lines: ['orders', 'net_sales'] })
    expect(found.map((one: { values: string[] }) => one.values[4])).toEqual(['25', '3000'])
    await expect(
      run(plan.bring, {
        version: 'later',
        line: 'net_sales',
        values: [{ period: '2026-02', value: '1' }],
        why: 'x',
      }),
    ).rejects.toThrow('is closed')
  })

  it('explains sales against a plan, a period before and other days, and leaves nothing over', async () => {
    await run(plan.carry, { version: 'base' })
    const march = { from: '2026-03-01', to: '2026-03-31', currency: 'GBP' }
    const parts = (found: { effects: Record<string, string> }) => Number(sum(Object.values(found.effects)))
    const planned = await run(plan.salesVariance, { ...march, by: 'country', compare: 'plan.base' })
    // 26 orders of 3,000 against 30 of 3,600: fewer orders at 120 each, and each worth a little less.
    expect(planned).toMatchObject({ actual: '3000.00', plan: '3600.00', quantity: 'orders' })
    expect(planned.effects).toMatchObject({ volume: '-480.00', price: '-120.00', rate: '0.00' })
    expect(planned.notes.join(' ')).toContain('not split by country')
    const before = await run(plan.salesVariance, { ...march, by: 'country', compare: 'previous_period' })
    expect(before.base).toEqual({ from: '2026-02-01', to: '2026-02-28' })
    expect(parts(before)).toBeCloseTo(Number(before.delta), 2)
    expect(before.items[0]).toMatchObject({ store: 'shop', member: 'UK' })
    await expect(
      run(plan.salesVariance, { ...march, from: '2025-03-01', to: '2025-03-31', compare: 'plan.base' }),
    ).rejects.toThrow('says nothing of net sales')
    await expect(run(plan.salesVariance, { ...march, stores: ['other'] })).rejects.toThrow('no such store')
  })

  it('explains a slice of sales as it does the whole, down to its rows, and leaves nothing over', async () => {
    const sold = (day: string, product_id: string, gross: number, n: number) =>
      room.sell(`fr-${product_id}-${day}-${n}`, day, gross, { country: 'FR', product_id })
    for (const n of [1, 2]) await sold('2025-03-11', 'a', 100, n)
    await sold('2025-03-11', 'b', 50, 1)
    await sold('2026-03-11', 'a', 120, 1)
    for (const n of [1, 2, 3]) await sold('2026-03-12', 'b', 40, n)
    await sold('2026-03-12', 'c', 30, 1)
    const filters = [{ dimension: 'country', is: ['FR'] }]
    const march = { from: '2026-03-01', to: '2026-03-31', currency: 'GBP', filters }
    const found = await run(plan.salesVariance, { ...march, compare: 'last_year' })
    expect(found).toMatchObject({ actual: '270.00', plan: '250.00', delta: '20.00' })
    type Told = { member: string; delta: string; effects: Record<string, string> }
    const parts = (one: { effects: Record<string, string> }) => sum(Object.values(one.effects))
    expect(parts(found)).toBe('20')
    const items: Told[] = found.items
    expect(Object.fromEntries(items.map(one => [one.member, one.delta]))).toEqual({
      a: '-80.00',
      b: '70.00',
      c: '30.00',
    })
    for (const one of items) expect(Number(parts(one))).toBe(Number(one.delta))
    // The slice is what the whole says of it, and its rows add up to it.
    const { filters: _, ...whole } = march
    const all = await run(plan.salesVariance, { ...whole, by: 'country', compare: 'last_year' })
    expect(all.items.find((one: Told) => one.member === 'FR').delta).toBe('20.00')
    const { rows } = await room.ask({ metrics: ['net_sales'], by: ['product'], ...march })
    expect(sum(rows.map(row => String(row.net_sales)))).toBe('270')
    // A plan that is by country tells of the slice; one that is not says so.
    const line = (name: string, more: object) => ({
      name,
      label: name,
      over: ['country'],
      good: 'up',
      ...more,
    })
    const sheet = {
      currency: 'GBP',
      periods: room.months,
      dimensions: [{ name: 'country', label: 'Country', members: ['UK', 'FR'] }],
      lines: [
        line('orders', { unit: 'orders', roll: 'sum', formula: null, metric: 'orders' }),
        line('net_sales', { unit: 'money', roll: 'sum', formula: 'orders * worth', metric: 'net_sales' }),
        line('worth', { unit: 'money/orders', roll: 'weighted', weight: 'orders', formula: null }),
      ],
    }
    const begin = { with: 'sheet', sheet }
    await run(plan.start, { id: 'by-country', name: 'By country', ...room.year, begin })
    const edits = ['UK', 'FR'].flatMap(country =>
      [
        ['orders', country === 'FR' ? '4' : '30'],
        ['worth', '50'],
      ].map(([name = '', value = '']) => ({ ...room.set(name, '2026-03', value), slice: [country] })),
    )
    await run(plan.edit, { version: 'by-country', edits })
    await run(plan.carry, { version: 'by-country' })
    const planned = await run(plan.salesVariance, { ...march, by: 'country', compare: 'plan.by-country' })
    expect(planned).toMatchObject({ actual: '270.00', plan: '200.00', delta: '70.00', quantity: 'orders' })
    expect(parts(planned)).toBe('70')
    await expect(run(plan.salesVariance, { ...march, by: 'country', compare: 'plan.base' })).rejects.toThrow(
      'in this slice',
    )
  })

  it('keeps files beside a budget line by what they are, and takes them away', async () => {
    const { id } = await run(
      plan.saveItem,
      { version: 'base', label: 'Agency', kind: 'opex', currency: 'GBP', amounts: { '2026-03': '10' } },
      bo,
    )
    const subject = `item:${id}`
    const attach = (bytes: string, name: string, of = subject) =>
      run(plan.attach, { subject: of, file: new File([bytes], name) }, bo)
    const kept = await attach('%PDF-1.7 a contract', '../../etc/contract.pdf')
    expect(kept).toMatchObject({ name: 'contract.pdf', type: 'application/pdf', bytes: 19, byName: 'Bo' })
    const path = join(room.folder, 'attachments', kept.id)
    expect(existsSync(path)).toBe(true)
    await expect(attach('<html><script>alert(1)</script>', 'page.txt')).rejects.toThrow('none of the kinds')
    await expect(attach('MZ\u0000\u0001', 'setup.pdf')).rejects.toThrow('none of the kinds')
    await expect(attach('%PDF-1.7', 'contract.csv')).rejects.toThrow('its content is PDF')
    await expect(attach('x', 'x.txt', 'item:none')).rejects.toThrow('no such budget line')
    await expect(attach('1'.repeat(7_000_001), 'x.txt')).rejects.toThrow('over 7 MB')
    expect(await run(plan.attachments, { subject })).toHaveLength(1)
    expect(await run(plan.attachment, { id: kept.id })).toMatchObject({ subject, name: 'contract.pdf' })
    await run(plan.removeAttachment, { id: kept.id }, bo)
    expect(existsSync(path)).toBe(false)
    await expect(run(plan.attachment, { id: kept.id })).rejects.toThrow('no such file')
  })

  it('learns the shape of the orders once, and anew when orders come in or an event is named', async () => {
    const learn = () => shapeOf(room.context(cy), 'orders', '2026-06-20')
    const first = await learn()
    expect((await learn())?.shape).toBe(first?.shape)
    await room.sell('late', '2026-05-06', 50)
    const second = await learn()
    expect(second?.shape).not.toBe(first?.shape)
    expect(sum((second?.days ?? []).map(one => String(one.value)))).toBe(
      String(Number(sum((first?.days ?? []).map(one => String(one.value)))) + 1),
    )
    const event = { series: 'fair', kind: 'promotion', from: '2026-05-11', to: '2026-05-12' }
    await run(operations.settings.saveEvent, { ...event, id: 'fair-2026', name: 'Fair' }, cy)
    expect((await learn())?.shape.why('2026-05-11').join()).toContain('Fair')
    expect(second?.shape.why('2026-05-11').join()).not.toContain('Fair')
  })
})
