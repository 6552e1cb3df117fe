import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { system } from '#kernel/actor.ts'
import { addDays } from '#kernel/day.ts'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { alerts } from '#postgres/tables/watch.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { deliverLines } from '../../../test/small-ledger.ts'
import { targetOf } from './decks.ts'
import { mondayLetter } from './letter.ts'
import { landingWords } from './model.ts'
import { told } from './monday.ts'
import { bridgesOf } from './pack-bridges.ts'
import type { LandingTold, Monday } from './pack-shape.ts'
import { coverOf } from './pack-stock.ts'

const { plan, reviews, settings } = operations

// The language is tried here; that the ledgers agree, in the threads' test.
describe.each(ledgers.slice(0, 1))('the Monday pack on $name', place => {
  const room = planRoom(place)
  const { run } = room
  const { bo, cy } = room.people
  const week = '2026-06-14'
  const pack = (actor = cy): Promise<Monday> => run(reviews.monday, { week }, actor)
  const local = { ...bo, stores: ['elsewhere'] }

  beforeAll(async () => {
    const level = { store: 'shop', location: '', available: null, incoming: null, currency: 'GBP' }
    const shelf = (product_id: string, on_hand: number) => ({
      ...level,
      ...{ product_id, on_hand, unit_cost: 2, day: week, source: 'test' },
    })
    // Six are sold a week: three make half a week.
    await room.deliver('stock_days', [shelf('p', 3)])
  }, 120_000)

  it('says where the month and the quarter land, as the plan’s screen does', async () => {
    const { landings } = await pack()
    const heading = await run(plan.pacing, { metric: 'net_sales', grain: 'month', day: week }, cy)
    const quarter = await run(plan.pacing, { metric: 'net_sales', grain: 'quarter', day: week }, cy)
    expect(landings.map(one => [one.label, one.p10, one.p50, one.p90])).toEqual([
      ['Jun 2026', heading.p10, heading.p50, heading.p90],
      ['Q2 2026', quarter.p10, quarter.p50, quarter.p90],
    ])
    expect(landings[0]?.plan).toBeNull()
    expect(landings[0] && landingWords(landings[0], 'GBP')).toContain('no target says what it is to be')
  })

  it('sets the landing beside the target of the whole month, and the quarter so far beside the month', async () => {
    const values = { '2026-06-01': '6000' }
    await run(settings.saveTarget, { name: 'plan', metric: 'net_sales', grain: 'month', values }, cy)
    const { landings, headline } = await pack()
    expect(landings[0]?.plan).toBeCloseTo(6000, 2)
    expect(landings[0]?.probability).not.toBeNull()
    expect(landings[0] && landingWords(landings[0], 'GBP')).toMatch(/the target of £6,000; chance/)
    // The first screen says the same in a sentence, by the last whole day: of 20 June.
    const told: LandingTold = await run(reviews.landing, {}, cy)
    const heading = await run(plan.pacing, { metric: 'net_sales', grain: 'month' }, cy)
    expect(told.landing).toMatchObject({ until: '2026-06-20', p50: heading.p50, plan: landings[0]?.plan })
    // What is due by then is what the target's own days say, as the figures above it are compared.
    expect(told.landing?.planToDate).toBeCloseTo(4000, 2)
    expect(told.words).toMatch(
      /^Jun 2026 heads for £.*the target of £6,000; chance of reaching it under 1 %\.$/,
    )
    const [sales] = headline
    expect(Number(sales?.quarter)).toBeGreaterThan(Number(sales?.month))
    expect(sales?.quarterLastYear.value).not.toBeNull()
  })

  it('says where contribution lands, of the last tier whose costs are known, and why where none is', async () => {
    const sales: LandingTold = await run(reviews.landing, {}, cy)
    const told: LandingTold = await run(reviews.landing, { of: 'contribution' }, cy)
    // Goods cost two fifths of what is sold.
    expect(told).toMatchObject({ metric: 'cm1', landing: { until: '2026-06-20' } })
    expect(told.landing?.actual).toBeCloseTo(0.6 * (sales.landing?.actual ?? 0), 2)
    expect((told.landing?.p50 ?? 0) / (sales.landing?.p50 ?? 1)).toBeCloseTo(0.6, 2)
    expect(told.landing?.p10).toBeLessThan(told.landing?.p90 ?? 0)
    expect(told.words).toMatch(
      /^Contribution margin 1 heads for £[\d,.k]+ \(P10 .*; no target says what it is to be\.$/,
    )
    expect(told.soFar).toMatch(/^£[\d,.k]+ by the end of 20 Jun\.$/)
    const tiers = [{ name: 'cm9', label: 'Left over', less: ['cogs', 'fulfilment'] }]
    await run(settings.saveWaterfall, { tiers }, cy)
    const none: LandingTold = await run(reviews.landing, { of: 'contribution' }, cy)
    expect(none.landing).toBeNull()
    expect(none.words).toMatch(/^Left over of Jun 2026 is N\/A: rates for fulfilment would supply it/)
    await run(settings.saveWaterfall, { version: 1, tiers: usualWaterfall }, cy)
  })

  it('takes the plan carried into the figures for the target where none is saved, and the forecast never', async () => {
    const { granary, ledger } = room.context(system('test'))
    const line = (version: string, day: string) => ({
      ...{
        store: '',
        version,
        day,
        grain: 'month',
        line: 'net_sales',
        slice: '',
        amount: '1',
        currency: 'GBP',
      },
      source: 'test',
    })
    const none = { select: () => ({ from: () => ({ orderBy: async () => [] }) }) } as unknown as typeof ledger
    await room.deliver('budget_lines', [line('forecast', '2027-01-01'), line('budget', '2026-06-01')])
    expect(await targetOf({ granary, ledger: none })).toBe('budget')
    expect(await targetOf({ granary, ledger })).toBe('plan')
  })

  it('shows products with cover and margin, and the A product that runs out before it can come', async () => {
    const { products, stock, missing } = await pack()
    const best = products.find(one => one.list === 'best')?.rows[0]
    expect(best).toMatchObject({ name: 'p', units: '6' })
    expect(Number(best?.cover)).toBeCloseTo(0.5, 1)
    expect(stock?.atRisk.map(one => one.name)).toEqual(['p'])
    expect(stock?.risk).toMatchObject({ below: '2.0', learnt: false, count: 1 })
    expect(stock?.missing).toEqual([
      'Late purchase orders and intake to come: a purchase-order file would supply them.',
    ])
    expect(missing.at(-1)).toMatchObject({
      tab: 'service',
      words: expect.stringMatching(/^Site speed, delivery promise and contact rate/),
    })
  })

  it('tells what was sent in the week and what came of it, automations and other weeks apart', async () => {
    expect((await pack()).campaigns).toEqual([])
    const sent = (message: string, day: string, sent: number, more: object = {}) => ({
      ...{ store: 'shop', day, platform: 'hubspot', kind: 'campaign', message, sent, delivered: sent },
      ...{ opens: null, clicks: sent / 20, orders: null, revenue: sent / 10, unsubscribes: null },
      ...{ spam_reports: null, currency: 'GBP', bounces: null, source: 'test' },
      ...more,
    })
    await room.deliver('message_days', [
      sent('Summer', '2026-06-09', 400),
      sent('Sale', '2026-06-10', 1000),
      sent('Welcome', '2026-06-10', 5000, { kind: 'flow' }),
      sent('Spring', '2026-06-02', 9000),
    ])
    const told = await pack()
    expect(told.campaigns.map(one => [one.name, one.sent, Number(one.clicks), Number(one.revenue)])).toEqual([
      ['Sale', '1000', 0.05, 0.1],
      ['Summer', '400', 0.05, 0.1],
    ])
    const table = mondayLetter(told, 'https://quarterdeck.example').parts.find(
      part => part.title === 'Campaigns sent',
    )
    expect(table).toMatchObject({ rows: [['Sale', '1,000', '5.0 %', 'N/A', '£0.10'], expect.anything()] })
  })

  it('names purchase orders that are late by the end of the week, once receipts say what came', async () => {
    const line = (po_id: string, due_day: string, status = '') => ({
      ...{ store: 'shop', po_id, po_line: '1', vendor: 'Mill', product_id: 'p', ordered_day: '2026-05-01' },
      ...{
        due_day,
        quantity: 10,
        unit_price: 2,
        standard_price: null,
        currency: 'GBP',
        status,
        source: 'test',
      },
    })
    await room.deliver('purchase_orders', [
      line('late', '2026-06-01'),
      line('came', '2026-06-01'),
      line('dropped', '2026-06-01', 'Cancelled'),
      line('coming', '2026-06-30'),
    ])
    expect((await pack()).stock?.missing).toEqual([
      'Late purchase orders: a file of receipts would say which have come.',
    ])
    const receipt = (po_id: string, received: number, received_day: string) => ({
      ...{ store: 'shop', po_id, po_line: '1', receipt_id: 'r', received_day, received, rejected: 0 },
      source: 'test',
    })
    await room.deliver('receipts', [receipt('came', 10, '2026-05-31'), receipt('late', 4, '2026-06-05')])
    const { stock } = await pack()
    expect(stock?.late).toMatchObject([
      { order: 'late', vendor: 'Mill', name: 'p', due: '2026-06-01', units: '6.00', worth: '12.00' },
    ])
    expect(stock?.line).toMatchObject({ stock: '3.00', due: '10.00' })
    expect((await pack(local).catch(() => null))?.stock?.late ?? []).toEqual([])
  })

  it('puts the levers worth most first, with money a week and who answers for them', async () => {
    const { ledger } = room.context(system('watch'))
    const alert = (id: string, metric: string, moneyPerDay: number, more: object = {}) => ({
      ...{ id, rule: 'r', metric, slice: { country: 'UK' }, stores: [], kind: 'shift', direction: 'below' },
      ...{ since: '2026-06-09', until: null, seenOn: week, score: 1, moneyPerDay, currency: 'GBP' },
      finding: {
        unit: 'share',
        expected: 0.04,
        actual: 0.02,
        perDay: 0,
        causes: [],
        check: 'Place a test order.',
      },
      ...{ doubt: null, state: 'open', firstAt: '2026-06-10T00:00:00Z', updatedAt: '2026-06-10T00:00:00Z' },
      ...more,
    })
    await ledger
      .insert(alerts)
      .values([
        alert('small', 'conversion_rate', -50),
        alert('large', 'conversion_rate', -100),
        alert('doubtful', 'sessions', -900, { doubt: 'Tracking broke.' }),
        alert('over', 'cart_rate', -900, { seenOn: addDays(week, -9) }),
        alert('gain', 'aov', 900),
      ] as (typeof alerts.$inferInsert)[])
    const told = await pack()
    expect(told.levers[0]).toMatchObject({
      metric: 'conversion_rate',
      perWeek: '700.00',
      owner: 'ecommerce',
      href: '/alerts?alert=large',
    })
    expect(told.levers[0]?.words).toMatch(/50 % below usual in United Kingdom|50 % below usual in UK/)
    expect(told.levers.filter(one => one.metric === 'conversion_rate')).toHaveLength(1)
    expect(told.levers.map(one => one.metric)).not.toContain('sessions')
    expect(told.levers.filter(one => one.href === null)).toEqual([])
    const letter = mondayLetter(told, 'https://quarterdeck.example')
    const items = (title: string) =>
      letter.parts.flatMap(part => (part.kind === 'list' && part.title === title ? part.items : []))
    expect(items('Top three levers')[0]).toContain('up to £700.00 a week')
    expect(items('Landing of net sales')[0]).toMatch(/^Jun 2026 heads for £/)
    expect(items('Stock')).toContain('At risk: p, 0.5 weeks of cover')
  })

  it('crosses channel and market, with the week before', async () => {
    expect((await pack()).heats).toEqual([])
    await deliverLines(room.context(system('test')).granary, [
      { order_id: 'w1', day: '2026-06-10', gross: 30, country: 'DE', channel: 'web' },
      { order_id: 'w2', day: '2026-06-03', gross: 60, country: 'DE', channel: 'web' },
    ])
    const [heat] = (await pack()).heats
    expect(heat).toMatchObject({ metric: 'net_sales', columns: ['United Kingdom', 'Germany'] })
    expect(heat?.cells.find(cell => cell.row === 'web')).toMatchObject({
      ...{ column: 'Germany', value: '30' },
      before: { value: '60', delta: '-30', ratio: '-0.5' },
      where: [
        { dimension: 'channel', value: 'web' },
        { dimension: 'country', value: 'DE' },
      ],
    })
  })

  it('compares a week that begins with the month with the seven days before it', async () => {
    await deliverLines(room.context(system('test')).granary, [
      { order_id: 'm1', day: '2026-05-04', gross: 90, country: 'FR' },
      { order_id: 'm2', day: '2026-05-27', gross: 40, country: 'FR' },
      { order_id: 'm3', day: '2026-06-01', gross: 10, country: 'FR' },
    ])
    const told: Monday = await run(reviews.monday, { week: '2026-06-07' }, cy)
    expect(told.week).toMatchObject({ from: '2026-06-01', to: '2026-06-07' })
    const countries = told.grids.find(grid => grid.dimension === 'country')
    expect(countries?.rows.find(row => row.of === 'FR')).toMatchObject({
      value: '10',
      before: { value: '40', delta: '-30' },
    })
    const made = await bridgesOf(room.context(cy), { from: told.week.from, to: told.week.to }, [
      'previous_days',
    ])
    expect(made[0]).toMatchObject({
      against: 'the week before',
      bridge: { comparison: { from: '2026-05-25', to: '2026-05-31' } },
    })
  })
})

it('the headline tells what is known, and of contribution the deepest tier once', () => {
  const line = (metric: string, value: string | null) => ({ metric, week: { value } }) as never
  const tiers = [{ name: 'cm1' }, { name: 'cm2' }]
  const names = (...lines: never[]) =>
    told(lines as { metric: string; week: never }[], tiers).map(one => one.metric)
  expect(names(line('net_sales', '9'), line('cm1', '5'), line('cm2', '4'), line('mer', null))).toEqual([
    'net_sales',
    'cm2',
  ])
  expect(names(line('net_sales', '9'), line('cm1', '5'), line('cm2', null))).toEqual(['net_sales', 'cm1'])
  expect(told([line('cm1', '5')] as never[] as { metric: string; week: never }[], [])).toHaveLength(1)
})

it('goods together are covered by what is held of them ÷ what is sold of them a week, those without cover left out', () => {
  const row = (weeks_of_cover: string | null, stock_units: string, weekly_demand: string) =>
    ({ weeks_of_cover, stock_units, weekly_demand }) as never
  expect(coverOf([row('10', '20', '2'), row('1', '10', '10'), row(null, '500', '0')])).toBe('2.50')
  expect(coverOf([row(null, '500', '0')])).toBeNull()
})
