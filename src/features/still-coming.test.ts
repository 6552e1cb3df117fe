import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { ledgers } from '../../test/ledgers.ts'
import { planRoom } from '../../test/plan-room.ts'

const { performance, plan, reviews } = operations
const unknown = { value: null, delta: null, ratio: null }

// The language is tried here; that the ledgers agree, in the rooms' own tests.
describe.each(ledgers.slice(0, 1))('rooms while the past of a shop is still coming in, on $name', place => {
  const room = planRoom(place)
  const { run, people } = room
  const { cy } = people
  const week = '2026-06-14'
  const ms = (day: string) => Date.parse(`${day}T00:00:00Z`)
  /** The shop's orders are read back to a day; null: all of them. */
  const readTo = async (day: string | null) => {
    const { ledger, settled } = room.context(cy)
    const state = { bookmark: ms('2026-06-21') + 3_600_000, start: ms('2023-06-21') }
    const back = ms(day ?? '2023-06-21')
    await ledger
      .insert(streams)
      .values({ connection: 'c', stream: 'orders', ...state, edge: back, back })
      .onConflictDoUpdate({ target: [streams.connection, streams.stream], set: { edge: back, back } })
    settled?.()
  }
  const review = async () => {
    const { content } = await run(reviews.review, { week }, cy)
    const sales = content.charts.find(
      (one: { chart: { metric: string } }) => one.chart.metric === 'net_sales',
    )
    return { content, chart: sales.chart }
  }

  it('a review compares nothing with a part, says why, and shows no month that is half there', async () => {
    await room
      .context(cy)
      .ledger.insert(connections)
      .values({
        ...{ id: 'c', vendor: 'magento', account: 'Shop', credentials: '', given: {}, home: 'shop' },
        ...{ facts: {}, limits: [], backDays: 1096, by: 'cy' },
        shops: [
          {
            key: 's',
            name: 'Shop',
            currency: 'GBP',
            timezone: 'Europe/London',
            kind: 'b2c',
            hosts: [],
            store: 'shop',
          },
        ],
      })
    const before = await review()
    expect(before.chart.week.lastYear.value).toBe('700')
    expect(before.content.coming ?? null).toBe(null)
    await readTo('2026-02-10')
    const { content, chart } = await review()
    expect(chart.week.lastYear).toEqual(unknown)
    expect(chart.year.lastYear).toEqual(unknown)
    expect(chart.week.before).toMatchObject({ value: '700', delta: '0' })
    const known = chart.months.filter((one: { value: string | null }) => one.value !== null)
    expect(known.map((one: { period: string }) => one.period)).toEqual(['2026-03', '2026-04', '2026-05'])
    expect(content.coming).toContain('read back to 11 Feb 2026 so far')
  })

  it('the flash and the Monday pack and their letters do the same, and nothing is explained by it', async () => {
    const pack = await run(reviews.monday, { week }, cy)
    const [sales] = pack.headline
    expect(sales.lastYear).toEqual(unknown)
    expect(pack.bridges.every((one: { against: string }) => !one.against.includes('last year'))).toBe(true)
    expect(pack.trust).toMatchObject({
      stale: null,
      coming: expect.stringContaining('whole from 11 Feb 2026'),
    })
    const flash = await run(reviews.flash, { day: '2026-06-19' }, cy)
    expect(flash.figures[0].lastYear).toEqual(unknown)
    expect(flash.trust.coming).toContain('whole from 11 Feb 2026')
    const asked = { metrics: ['net_sales'], grain: 'week', from: '2026-01-01', to: week }
    const { points } = await run(performance.stability, asked, cy)
    expect(points[0].period > '2026-W06').toBe(true)
  })

  it('the plan’s variance is N/A against last year, and sales are not taken apart against it', async () => {
    const may = { from: '2026-05-01', to: '2026-05-31' }
    const [line] = await run(plan.variance, { metrics: ['net_sales'], compare: ['last_year'], ...may }, cy)
    expect(line.actual).toBe('3100')
    expect(line.bases.last_year).toMatchObject({ ...unknown, verdict: 'N/A' })
    expect(line.bases.last_year.reason).toContain('read back to 11 Feb 2026 so far')
    const sales = { ...may, currency: 'GBP', compare: 'last_year' }
    await expect(run(plan.salesVariance, sales, cy)).rejects.toThrow('read back to 11 Feb 2026 so far')
  })

  it('no plan begins with a part of last year, nor is paced by one', async () => {
    const { notes } = await run(
      plan.start,
      {
        ...{
          id: 'next',
          name: 'next',
          kind: 'budget',
          currency: 'GBP',
          from: '2027-01-01',
          to: '2027-12-31',
        },
        grain: 'month',
        begin: { with: 'last_year', trade: 'b2c', over: [], growth: '0', waterfall: [] },
      },
      cy,
    )
    expect(notes.join(' ')).toContain('whole from 2026-02-11 on')
    expect((await run(plan.pacing, { metric: 'net_sales', grain: 'month' }, cy)).until).toBe('2026-06-20')
    await readTo('2026-06-10')
    await expect(run(plan.pacing, { metric: 'net_sales', grain: 'month' }, cy)).rejects.toThrow(
      'not whole yet',
    )
  })

  it('all of it comes back by itself with the last of the past, and stays while days are read once more', async () => {
    await readTo(null)
    const { content, chart } = await review()
    expect(chart.week.lastYear.value).toBe('700')
    expect(content.coming ?? null).toBe(null)
    const { ledger, settled } = room.context(cy)
    await ledger
      .update(streams)
      .set({ edge: ms('2026-06-20') })
      .where(eq(streams.connection, 'c'))
    settled?.()
    expect((await review()).chart.week.lastYear.value).toBe('700')
    const may = { from: '2026-05-01', to: '2026-05-31', compare: ['last_year'] }
    const [line] = await run(plan.variance, { metrics: ['net_sales'], ...may }, cy)
    expect(line.bases.last_year.value).not.toBe(null)
  })
})
