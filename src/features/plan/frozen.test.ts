import { and, eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { daysBetween, weekday } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { hashOf } from './copies.ts'
import { keepLate } from './late-keeping.ts'

const { plan, performance } = operations

describe('a version that is kept', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, fill, set, year } = room
  const { cy } = room.people
  const olga = room.people.someone('olga', 'owner')
  const kept: Record<string, unknown> = {}
  const ids: Record<string, string> = {}
  let draft: unknown
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
  const saturday = '2026-11-21'
  const robots = (title: string, benefitSd: number) => ({
    title,
    benefitSd,
    currency: 'GBP',
    periodsPerYear: 12,
    periods: Array.from({ length: 12 }, (_, n) => ({ label: `m${n}`, cost: '100', benefit: '300' })),
  })
  const days = ({ days: all, notes }: { days: { why: string[] }[]; notes: string[] }) => ({
    notes,
    days: all.map(({ why: _, ...day }) => day),
  })
  const phased = (day?: string) =>
    run(plan.phasing, { version: 'year', line: 'net_sales', period: '2026-11', day })
  /** All that a copy of a draft holds; the draft itself where none is named. */
  const copied = async (copy?: string) => {
    const of = { version: 'low', ...(copy && { copy }) }
    const { hours, ...november } = await run(plan.phasing, {
      ...of,
      line: 'media',
      period: '2026-11',
      day: saturday,
    })
    const { cases, ...others } = await run(plan.casesIn, of)
    return {
      figures: await run(plan.figures, of),
      phasing: days(november),
      hours,
      cases: cases.map(({ state: _, ...one }: { state: string }) => one),
      others,
    }
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
      phasing: days(await phased()),
      hours: (await phased(saturday)).hours,
      peak: (await run(performance.peakDay, { day: saturday, target: 'year' })).rows.map(
        (row: { compare: Record<string, unknown> }) => row.compare['plan.year'],
      ),
      // What became of a case since is told beside it.
      cases: await run(plan.casesIn, { version: 'year' }).then(({ cases, ...rest }) => ({
        ...rest,
        cases: cases.map(({ state: _, ...one }: { state: string }) => one),
      })),
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
    ids.robots = (await run(plan.saveCase, { content: robots('Robots', 0.3) })).id
    await run(plan.submitCase, { id: ids.robots })
    await run(plan.approveCase, { id: ids.robots }, cy)
    await run(plan.attachCase, { id: ids.robots, version: 'year', budgetLine: false })
    await run(plan.attachCase, { id: ids.robots, version: 'low', budgetLine: false })
    const weigh = (times: number | null) =>
      run(plan.open, { version: 'low' }).then(({ version: { revision } }) =>
        run(plan.adjustPhasing, { version: 'low', hours: { 6: { 20: times } }, revision }),
      )
    await weigh(3)
    draft = await copied()
    ids.copy = (await run(plan.freeze, { version: 'low' })).id
    await weigh(null)
    const because = { reason: 'a fair', confidence: 'high', baseline: '30' }
    room.at('2026-05-20T09:00:00Z')
    await run(plan.overlay, { version: 'le', metric: 'orders', value: '44', ...may, ...because })
    room.at('2026-06-21T09:00:00Z')
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

  it('locked stands as it was after later actuals, rates, closes, other drivers, and the same days read anew', async () => {
    room.at('2026-09-02T09:00:00Z')
    // The days of November last year are read again, otherwise; and summer goes on, on Sundays alone.
    for (const day of daysBetween('2025-11-01', '2025-11-30'))
      if (weekday(day) !== 7) await room.sell(`o${day}`, day, 50)
    for (const day of daysBetween('2026-06-21', '2026-08-31'))
      if (weekday(day) === 7) await room.sell(`late${day}`, day, 900)
    for (const day of ['2026-08-22', '2026-08-29']) await room.sell(`night${day}`, day, 5000, { hour: 20 })
    await run(plan.withdrawCase, { id: ids.robots, why: 'not any more' }, cy)
    const { saved } = (await run(plan.cases, {})).find((one: { id: string }) => one.id === ids.robots)
    await run(plan.saveCase, { id: ids.robots, saved, content: robots('Machines', 0.9) })
    await room.deliver('exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2025-12-31', rate: 0.5, source: 'later' },
    ])
    const rows = await room.rows('low')
    const head = String(rows.find(row => row.line === 'orders')?.cells['2026-11']?.[0])
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
    expect((kept.hours as string[])[10]).not.toBe('0.00')
    expect((kept.hours as string[])[20]).toBe('0.00')
    expect(kept.peak).toHaveLength(24)
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

  it('copied as a draft gives its cells, days, hours and cases as they were, whatever the draft became', async () => {
    const now = await copied()
    for (const part of ['figures', 'phasing', 'hours', 'cases'] as const)
      expect(now[part], part).not.toEqual((draft as typeof now)[part])
    expect(now.cases).toEqual([])
    expect(await copied(ids.copy)).toEqual(draft)
    // One of before held neither days nor cases, and says so.
    const { ledger } = room.context(cy)
    const mine = eq(tables.snapshots.id, ids.copy ?? '')
    const [copy] = await ledger.select().from(tables.snapshots).where(mine)
    if (!copy) throw new Error('there is no copy')
    const { phasing: _, cases: __, ...before } = copy.content
    await ledger.update(tables.snapshots).set({ content: before }).where(mine)
    const bare = await copied(ids.copy)
    expect(bare.phasing.notes.join(' ')).toMatch(/not kept when it was copied.*not kept when it was copied/)
    expect(bare.others.notes).toEqual([
      'Machines was not kept when the version was copied: its range is of what it is now.',
    ])
    await ledger.update(tables.snapshots).set({ content: copy.content }).where(mine)
    await expect(
      run(plan.phasing, { version: 'year', line: 'media', period: '2026-11', copy: ids.copy }),
    ).rejects.toThrow('no such copy')
  })

  it('says what a lock of before did not keep, and keeps what is still known of it', async () => {
    const { ledger } = room.context(cy)
    const locked = and(eq(tables.snapshots.version, 'year'), eq(tables.snapshots.reason, 'locked'))
    const [copy] = await ledger.select().from(tables.snapshots).where(locked)
    if (!copy) throw new Error('nothing is locked')
    const { phasing, cases, ...before } = copy.content
    await ledger.update(tables.snapshots).set({ content: before }).where(locked)
    const bare = await phased(saturday)
    expect(bare.notes.slice(0, 1)).toEqual([
      'How its days weigh was not kept when it was locked: they follow what is known now.',
    ])
    expect(bare.notes.at(-1)).toContain('How its hours run was not kept')
    expect(Number(bare.hours[20])).toBeGreaterThan(0)
    expect((await run(plan.casesIn, { version: 'year' })).notes).toEqual([
      'Machines was not kept when the version was locked: its range is of what it is now.',
    ])
    expect(await keepLate(room.context(cy))).toEqual(['year'])
    expect(await keepLate(room.context(cy))).toEqual([])
    // Days stand as they were carried, hours as they ran before the lock; the case was saved since, and is gone.
    const found = await phased(saturday)
    expect(found.hours).toEqual(kept.hours)
    expect(days(found).days.map(({ share: _, ...day }: { share?: number }) => day)).toEqual(
      (kept.phasing as ReturnType<typeof days>).days.map(({ share: _, ...day }: { share?: number }) => day),
    )
    expect(found.notes).toEqual([
      'How its days weigh was taken, after it was locked, from how it stands beside the actuals.',
      'How its hours run was worked out after it was locked, from the weeks before.',
    ])
    await run(plan.carry, { version: 'year' }, cy)
    expect(await daily()).toEqual(kept.daily)
    expect((await run(plan.casesIn, { version: 'year' })).notes).toHaveLength(1)
    await ledger
      .update(tables.snapshots)
      .set({ content: { ...before, phasing, cases } })
      .where(locked)
    expect(await told()).toEqual(kept)
    // One that nobody saved since is kept.
    await ledger
      .update(tables.cases)
      .set({ updatedAt: copy.at })
      .where(eq(tables.cases.id, ids.robots ?? ''))
    await ledger
      .update(tables.snapshots)
      .set({ content: { ...before, phasing } })
      .where(locked)
    await keepLate(room.context(cy))
    expect((await run(plan.casesIn, { version: 'year' })).notes).toEqual([])
    await ledger.update(tables.snapshots).set({ content: copy.content }).where(locked)
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
    // Kept where letters stand in another order.
    const [copy] = await ledger.select().from(tables.snapshots).where(eq(tables.snapshots.id, id))
    if (!copy) throw new Error('there is no copy')
    const content = { ...copy.content, rows: copy.content.rows.toReversed() }
    const kept = { content, hash: hashOf(content) }
    expect(kept.hash).not.toBe(copy.hash)
    await ledger.update(tables.snapshots).set(kept).where(eq(tables.snapshots.id, id))
    expect(await run(plan.reproduce, { id })).toMatchObject({ same: true, stands: true })
    await ledger
      .update(tables.items)
      .set({ amounts: { '2026-03': '1001' } })
      .where(eq(tables.items.version, 'year'))
    expect(await run(plan.reproduce, { id })).toMatchObject({ same: true, stands: false })
  })
}, 240_000)
