import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan, settings } = operations

describe('a closed month', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run } = room
  const { cy } = room.people
  const close = (period: string, from: string, to: string) =>
    run(plan.close, { period, from, to, reconciliation: 'agrees' }, cy)
  const sales = async (period: string) => {
    const one = (await run(plan.closed, {})).find((each: { period: string }) => each.period === period)
    return {
      currency: one.currency,
      ...one.figures.find((each: { metric: string }) => each.metric === 'net_sales'),
    }
  }

  beforeAll(async () => {
    const store = { store: 'paris', name: 'Paris', currency: 'EUR', timezone: 'Europe/Paris', kind: 'b2c' }
    await run(settings.saveStore, store, cy)
    await run(settings.saveStore, { ...store, store: 'la', name: 'LA', timezone: 'America/Los_Angeles' }, cy)
    const { calendar } = await run(settings.read, {})
    await run(settings.saveCompany, { calendar, currency: 'GBP' }, cy)
    await room.deliver('exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2026-01-01', rate: 0.8765, source: 'test' },
    ])
    await room.sell('p1', '2026-03-03', 33.33, { store: 'paris', currency: 'EUR' })
  }, 120_000)

  it('keeps whole coins of one currency, and each store’s part', async () => {
    // 3,000 pounds in the shop, and 33.33 euros: 29.213745 pounds.
    expect((await close('2026-03', '2026-03-01', '2026-03-31')).figures).toMatchObject({
      net_sales: '3029.21',
    })
    expect(await sales('2026-03')).toMatchObject({ currency: 'GBP', adjustment: '0', stores: [] })
    await room.sell('late', '2026-03-04', 100, { store: 'paris', currency: 'EUR' })
    expect(await sales('2026-03')).toMatchObject({
      now: '3116.86',
      adjustment: '87.65',
      stores: [{ store: 'paris', adjustment: '87.65' }],
    })
  })

  it('is not adjusted by a currency the company reads in since', async () => {
    const { calendar, companyVersion } = await run(settings.read, {})
    await run(settings.saveCompany, { calendar, currency: 'EUR', version: companyVersion }, cy)
    expect(await sales('2026-03')).toMatchObject({ currency: 'GBP', adjustment: '87.65' })
  })

  it('is closed once, each of its days', async () => {
    await expect(close('Q1', '2026-01-01', '2026-03-31')).rejects.toMatchObject({
      message: '1 Mar 2026 to 31 Mar 2026 is closed already, as 2026-03: no day is closed twice.',
    })
    await close('2026-02', '2026-02-01', '2026-02-28')
  })

  it('is over in every store before it is closed', async () => {
    await room.sell('june', '2026-06-30', 5, { store: 'paris', currency: 'EUR' })
    // Half past midnight in London, evening of the 30th in Los Angeles.
    room.at('2026-06-30T23:30:00Z')
    await expect(close('2026-06', '2026-06-01', '2026-06-30')).rejects.toThrow(
      '2026-06 is not over: it is still 30 Jun 2026 in LA.',
    )
    room.at('2026-07-01T08:00:00Z')
    await close('2026-06', '2026-06-01', '2026-06-30')
    room.at('2026-08-02T08:00:00Z')
    await expect(close('2026-07', '2026-07-01', '2026-07-31')).rejects.toThrow('The data end on 2026-06-30')
  })

  it('of before its currency was kept is told in the reader’s, to the coin', async () => {
    await room
      .context(cy)
      .ledger.insert(tables.closes)
      .values({
        period: '2025-05',
        from: '2025-05-01',
        to: '2025-05-31',
        figures: { net_sales: '3875.0000000001' },
        reconciliation: 'x',
        byId: 'cy',
        byName: 'Cy',
      })
    expect(await sales('2025-05')).toMatchObject({ currency: null, closed: '3875', stores: [] })
  })
}, 120_000)
