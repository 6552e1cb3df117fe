import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { daysBetween, weekday } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe('a version that is locked', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, fill, set, year } = room
  const { cy } = room.people
  const olga = room.people.someone('olga', 'owner')
  const kept: Record<string, unknown> = {}
  const may = { period: '2026-05', from: '2026-05-01', to: '2026-05-31' }

  const daily = async () => {
    const { rows } = await room.ask({
      metrics: ['net_sales', 'orders'],
      compare: ['plan.year'],
      from: '2026-01-01',
      to: '2026-12-31',
      grain: 'day',
    })
    const compare = (row: (typeof rows)[number]) =>
      (row.compare as Record<string, { values: Record<string, { value: string }> }>)['plan.year']?.values
    return rows.map(row => [row.period, compare(row)?.net_sales?.value, compare(row)?.orders?.value])
  }
  /** All that is told of a version by itself, as every door tells it. */
  const told = async () => {
    const { lines, total, rates } = await run(plan.budget, { version: 'year', rates: 'budget' })
    const sheet = await run(plan.exportSheet, { version: 'year', format: 'csv' })
    const { periods, baseline, landing } = await run(plan.reforecast, { version: 'le' })
    return {
      figures: await run(plan.figures, { version: 'year' }),
      sheet: await sheet.text(),
      daily: await daily(),
      phasing: await run(plan.phasing, { version: 'year', line: 'net_sales', period: '2026-11' }).then(
        ({ days, notes }) => ({ notes, days: days.map(({ why: _, ...day }: { why: string[] }) => day) }),
      ),
      budget: {
        rates,
        total: total.budget,
        lines: lines.map((one: { use: { budget: string } }) => one.use.budget),
      },
      landing: {
        baseline,
        landing,
        periods: periods.map(({ known: _, ...one }: { known: boolean }) => one),
      },
    }
  }

  beforeAll(async () => {
    await begun('year')
    await fill('year', { orders: '30', aov: '120', media: '500' })
    await run(plan.saveItem, {
      version: 'year',
      label: 'Search ads',
      kind: 'media',
      currency: 'EUR',
      amounts: { '2026-03': '1000' },
    })
    const begin = { with: 'version', version: 'year', closedPeriods: 3 }
    await run(plan.start, { id: 'le', name: 'le', kind: 'le', ...year, begin })
    await run(plan.start, {
      id: 'low',
      name: 'low',
      kind: 'scenario',
      ...year,
      begin: { ...begin, closedPeriods: 0 },
    })
    const because = { reason: 'a fair', confidence: 'high', baseline: '30' }
    await run(plan.overlay, { version: 'le', metric: 'orders', value: '44', ...may, ...because })
    await run(plan.saveRules, { rules: [{ fromAmount: '0', role: 'director', people: 1 }] }, olga)
    for (const version of ['year', 'le']) {
      await run(plan.submit, { version })
      await run(plan.approve, { version }, cy)
    }
    await run(plan.lock, { version: 'year' }, cy)
    const { checks } = await run(plan.reforecast, { version: 'le' })
    for (const { name, says, state } of checks)
      if (state !== 'passes')
        await run(plan.acceptCheck, { version: 'le', check: name, says, why: 'known' }, cy)
    for (const step of ['baseline', 'expectations', 'risks'])
      await run(plan.signStep, { version: 'le', step, note: 'seen' })
    await run(plan.lock, { version: 'le' }, cy)
    Object.assign(kept, await told())
  }, 240_000)

  it('stands as it was after later actuals, rates, closes, other drivers, and the same days read anew', async () => {
    room.at('2026-09-02T09:00:00Z')
    // The days of November last year are read again, otherwise; and summer goes on, on Sundays alone.
    for (const day of daysBetween('2025-11-01', '2025-11-30'))
      if (weekday(day) !== 7) await room.sell(`o${day}`, day, 50)
    for (const day of daysBetween('2026-06-21', '2026-08-31'))
      if (weekday(day) === 7) await room.sell(`late${day}`, day, 900)
    await room.deliver('exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2025-12-31', rate: 0.5, source: 'later' },
    ])
    const { rows } = await run(plan.open, { version: 'low' })
    const [head] = rows.find((row: { line: string }) => row.line === 'orders').cells['2026-11']
    await run(plan.edit, { version: 'low', edits: [set('orders', '2026-11', '900', [head])] })
    const [copy] = (await run(plan.budget, { version: 'low' })).lines
    await run(plan.saveItem, {
      version: 'low',
      id: copy.id,
      saved: copy.saved,
      label: 'Ads',
      kind: 'media',
      currency: 'EUR',
      amounts: { '2026-03': '9' },
    })
    await run(plan.close, { ...may, reconciliation: 'agrees' }, cy)
    for (const version of ['low', 'year', 'le']) await run(plan.carry, { version }, cy)
    expect(await told()).toEqual(kept)
    expect(sum((kept.daily as string[][]).map(row => row[1] ?? '0'))).toBe('43200')
    // What is not locked goes with the times.
    const low = await run(plan.phasing, { version: 'low', line: 'aov', period: '2026-11' }).catch(() => null)
    expect(low).toBeNull()
    const { days } = await run(plan.phasing, { version: 'low', line: 'media', period: '2026-11' })
    const { days: locked } = await run(plan.phasing, { version: 'year', line: 'media', period: '2026-11' })
    expect(days.map((one: { amount: string }) => one.amount)).not.toEqual(
      locked.map((one: { amount: string }) => one.amount),
    )
    expect((await run(plan.budget, { version: 'low', rates: 'budget' })).total.budget).toBe('4.5')
  })

  it('is held against the copy of its lock, which tells when it is not that any more', async () => {
    const { copies } = await run(plan.trail, { version: 'year' })
    for (const { id, reason } of copies)
      expect(await run(plan.reproduce, { id })).toMatchObject({
        same: true,
        stands: reason === 'locked' ? true : null,
      })
    const { id } = copies.find((one: { reason: string }) => one.reason === 'locked')
    const { ledger } = room.context(cy)
    await ledger
      .update(tables.items)
      .set({ amounts: { '2026-03': '1001' } })
      .where(eq(tables.items.version, 'year'))
    expect(await run(plan.reproduce, { id })).toMatchObject({ same: true, stands: false })
  })
}, 240_000)
