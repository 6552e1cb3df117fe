import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { reviews, settings } = operations

// The language and the clock are tried here; that the ledgers agree, in the threads' test.
describe.each(ledgers.slice(0, 1))('the weekly review on $name', place => {
  const room = planRoom(place)
  const { run, sell } = room
  const { bo, cy, ada } = room.people
  const week = '2026-06-14'
  const chart = (metric: string) => ({ id: metric, kind: 'chart', metrics: [metric] })
  const deck = (more: object = {}) => ({
    id: 'weekly',
    name: 'Weekly',
    target: 'plan',
    rule: { share: 0.05, money: 50 },
    sections: [{ id: 'trading', name: 'Trading', blocks: [chart('net_sales'), chart('orders')] }],
    ...more,
  })
  const local = { ...bo, stores: ['elsewhere'] }

  it('begins with the metrics the company has figures for', async () => {
    const [usual] = await run(reviews.decks, {})
    const charts = usual.sections[0].blocks.map((block: { id: string }) => block.id)
    expect(charts).toEqual(['net_sales', 'orders', 'aov', 'gross_margin', 'trading-more'])
    // No sessions are counted and no stock is known: nothing of them is asked of anybody.
    expect(usual.sections.map((section: { id: string }) => section.id)).toEqual(['trading', 'marketing'])
    await expect(run(reviews.review, {}, local)).rejects.toThrow('stores you do not see')
  })

  it('is begun by a lead of some stores for those, once, and is there for whoever sees them', async () => {
    const lead = { ...cy, role: 'lead' as const, stores: ['shop'] }
    expect(await run(reviews.decks, {}, lead)).toEqual([])
    await expect(run(reviews.startDeck, {}, { ...bo, stores: ['shop'] })).rejects.toThrow()
    await expect(run(reviews.startDeck, {}, cy)).rejects.toThrow('there already')
    const { id } = await run(reviews.startDeck, {}, lead)
    expect(await run(reviews.startDeck, {}, lead)).toEqual({ id })
    const [deck, ...others] = await run(reviews.decks, {}, { ...bo, stores: ['shop'] })
    expect([deck.id, deck.stores, others]).toEqual([id, ['shop'], []])
    expect((await run(reviews.review, { deck: id }, lead)).content.charts.length).toBeGreaterThan(0)
    expect(await run(reviews.decks, {}, local)).toEqual([])
  })

  it('asks nothing of figures that begin after the week under review', async () => {
    const level = { store: 'shop', location: '', product_id: 'p', on_hand: 4, unit_cost: 2, currency: 'GBP' }
    const stock = { ...level, available: null, incoming: null, source: 'test' }
    const sections = async () =>
      (await run(reviews.decks, {}))[0].sections.map((one: { id: string }) => one.id)
    await room.deliver('stock_days', [{ ...stock, day: '2026-06-20' }])
    expect(await sections()).not.toContain('fulfilment')
    await room.deliver('stock_days', [{ ...stock, day: week }])
    expect(await sections()).toContain('fulfilment')
  })

  it('shows a second figure beside the first where one axis holds both', async () => {
    const of = (...metrics: string[]) => ({
      ...deck({ id: 'pairs', target: null }),
      sections: [{ id: 'trading', name: 'Trading', blocks: [{ ...chart('net_sales'), metrics }] }],
    })
    for (const metrics of [
      ['net_sales', 'orders'],
      ['net_sales', 'gross_sales', 'discounts'],
    ])
      await expect(run(reviews.saveDeck, of(...metrics))).rejects.toThrow('no one axis holds')
    await run(reviews.saveDeck, of('net_sales', 'gross_sales'))
    const { content } = await run(reviews.review, { deck: 'pairs' })
    const shown = content.charts.map((one: { block: string; chart: { metric: string } }) => [
      one.block,
      one.chart.metric,
    ])
    expect(shown).toEqual([
      ['net_sales', 'net_sales'],
      ['net_sales', 'gross_sales'],
    ])
  })

  it('reviews the last whole week, and refuses one that is not over', async () => {
    // The data end on Saturday the 20th, so the week to Sunday the 21st is not whole.
    const { content, weeks } = await run(reviews.review, {})
    expect(content.week).toMatchObject({ from: '2026-06-08', to: week })
    expect(weeks[0]).toEqual({ week, label: 'wk 24 2026', issued: false })
    await expect(run(reviews.review, { week: '2026-06-21' })).rejects.toThrow(
      'No whole week with data ends on 2026-06-21',
    )
  })

  it('marks what is beyond the metric’s own limits, and what misses the target by share and amount', async () => {
    await run(
      settings.saveTarget,
      {
        name: 'plan',
        metric: 'net_sales',
        grain: 'week',
        values: { '2026-06-01': '700', '2026-06-08': '700' },
      },
      cy,
    )
    await run(reviews.saveDeck, deck())
    // Every week sells £700; the stable weeks make narrow limits.
    expect((await run(reviews.review, { week })).content.exceptions).toEqual([])
    await sell('big', '2026-06-10', 60)
    const { content } = await run(reviews.review, { week })
    // More orders are why more was sold: one matter, one word.
    const [matter, ...others] = content.exceptions
    expect(others).toEqual([])
    expect([matter.key, matter.tone, matter.amount]).toEqual([
      'net_sales:net_sales:beyond_limits',
      'good',
      60,
    ])
    expect(matter.also.map((one: { key: string }) => one.key)).toEqual([
      'net_sales:net_sales:target_week',
      'orders:orders:beyond_limits',
    ])
    expect(matter.also[0].words).toBe('Net sales 8.6 % above target in the week (+£60.00)')
    const { chart: sales } = content.charts[0]
    expect([sales.limits.low, sales.limits.high]).toEqual([700, 700])
    expect(sales.week.target).toEqual({ value: '700', delta: '60', ratio: '0.0857142857' })
    // A pound less than the amount of the rule, or a smaller share, is no exception.
    await run(reviews.saveDeck, deck({ rule: { share: 0.05, money: 60 }, version: 1 }))
    const calmer = (await run(reviews.review, { week })).content.exceptions
    expect(
      calmer.map((one: { kind: string; also: { key: string }[] }) => [one.kind, one.also.length]),
    ).toEqual([['beyond_limits', 1]])
  })

  it('is issued only when every exception has a word, and stays as it was issued', async () => {
    await expect(run(reviews.issue, { deck: 'weekly', week })).rejects.toThrow('1 exception has no note yet')
    // A word on what is folded into a matter is one on the matter.
    const note = { deck: 'weekly', week, exception: 'orders:orders:beyond_limits', text: 'We don’t know yet' }
    await run(reviews.writeNote, note, bo)
    const before = await run(reviews.review, { week })
    const { hash } = await run(reviews.issue, { deck: 'weekly', week })
    const issued = await run(reviews.review, { week })
    expect(issued.content).toEqual(before.content)
    expect(issued.issue).toMatchObject({ by: 'Ada', hash })
    expect(issued.notes.map((note: { text: string; by: string }) => [note.text, note.by])[0]).toEqual([
      'We don’t know yet',
      'Bo',
    ])
    expect(await run(reviews.differences, { deck: 'weekly', week })).toEqual([])

    // A sale that comes late changes the granary, not what was issued.
    await sell('late', '2026-06-11', 5)
    expect(await run(reviews.review, { week })).toEqual(issued)
    const told = await run(reviews.differences, { deck: 'weekly', week })
    expect(told).toContainEqual({
      block: 'net_sales',
      metric: 'net_sales',
      where: 'wk 24',
      issued: '760',
      now: '765',
    })
    const again = run(reviews.issue, { deck: 'weekly', week })
    await expect(again).rejects.toThrow('is issued and stays as it was')
    const later = run(reviews.writeNote, { deck: 'weekly', week, exception: 'x', text: 'later' }, bo)
    await expect(later).rejects.toThrow('is issued and stays as it was')
  })

  it('carries an action forward, week after week, until it is done', async () => {
    const action = {
      deck: 'weekly',
      week: '2026-05-31',
      text: 'Fix the basket',
      owner: { id: ada.id, name: 'x' },
      due: '2026-06-12',
    }
    const made = await run(reviews.saveAction, action, ada)
    expect(made.owner.name).toBe('Ada')
    const open = async (at: string) =>
      (await run(reviews.review, { week: at })).actions.map((one: { text: string; done: boolean }) => [
        one.text,
        one.done,
      ])
    expect(await open('2026-05-24')).toEqual([])
    expect(await open('2026-06-07')).toEqual([['Fix the basket', false]])
    const done = {
      ...action,
      id: made.id,
      week: '2026-06-07',
      done: true,
      outcome: 'It was the font',
      version: made.version,
    }
    await run(reviews.saveAction, done, ada)
    expect(await open('2026-06-07')).toEqual([['Fix the basket', true]])
    // The review issued in between keeps it as it stood then: not known.
    expect(await open(week)).toEqual([])
    await expect(run(reviews.saveAction, done, ada)).rejects.toThrow('changed by somebody else')
    await expect(run(reviews.saveAction, action, local)).rejects.toThrow('stores you do not see')
  })
})
