import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { versionsCarried } from '#metrics/plans.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe.each(ledgers)('deleting a draft, in $name', place => {
  const room = planRoom(place)
  const { people, run, begun, year } = room
  const ids = async () => (await run(plan.versions, {})).map((one: { id: string }) => one.id).sort()
  const remove = (version: string, actor = people.ada) => run(plan.removeVersion, { version }, actor)
  const item = (version: string, more: object) =>
    run(plan.saveItem, { version, kind: 'opex', currency: 'GBP', amounts: { '2026-07': '100' }, ...more })

  it('takes all of it away, also what stands beside the actuals, and its name is free again', async () => {
    await begun('Idea')
    await run(plan.edit, { version: 'Idea', edits: [room.set('orders', '2026-07', '12')] })
    await run(plan.comment, { version: 'Idea', line: 'orders', period: '2026-07', slice: [], text: 'Much' })
    await item('Idea', { label: 'Tool' })
    await run(plan.freeze, { version: 'Idea' })
    await run(plan.carry, { version: 'Idea' })
    const { granary } = room.context(people.ada)
    expect(await versionsCarried(granary, 'orders')).toContain('Idea')
    await remove('Idea', people.bo)
    expect(await ids()).toEqual([])
    expect(await versionsCarried(granary, 'orders')).not.toContain('Idea')
    await begun('Idea')
    const again = await run(plan.open, { version: 'Idea' })
    expect([again.rows, again.comments, again.seq]).toEqual([[], [], 0])
    expect((await run(plan.trail, { version: 'Idea' })).copies).toEqual([])
    expect((await run(plan.budget, { version: 'Idea' })).lines).toEqual([])
    await remove('Idea')
  })

  it('is for drafts alone, and for people who may edit them', async () => {
    await begun('Asked')
    await run(plan.submit, { version: 'Asked' })
    await expect(remove('Asked')).rejects.toThrow('Asked waits for approval: only a draft is deleted')
    await run(plan.refuse, { version: 'Asked', comment: 'Not yet' })
    await expect(remove('Asked', people.robot)).rejects.toThrow('A key reads plans')
    await expect(remove('Asked', people.someone('vi', 'viewer'))).rejects.toThrow(
      'needs the role contributor',
    )
    await remove('Asked')
    await expect(remove('Asked')).rejects.toThrow('There is no plan version')
  })

  it('leaves what others were made from, and lines only it has that money is recorded on', async () => {
    await begun('Base')
    const { id } = await item('Base', { label: 'Agency' })
    await run(plan.start, {
      ...{ id: 'Child', name: 'Child', kind: 'scenario', ...year },
      begin: { with: 'version', version: 'Base' },
    })
    await expect(remove('Base')).rejects.toThrow('Base stays: Child was made from it.')
    const entries = [{ item: id, day: '2026-06-01', amount: '40', currency: 'GBP' }]
    await run(plan.recordSpent, { source: 'by hand', entries })
    // The line is in both: what was spent on it is still told.
    await remove('Child')
    await expect(remove('Base')).rejects.toThrow('recorded on its line “Agency”')
    expect((await run(plan.budget, { version: 'Base' })).total.actual).toBe('40')
  })

  it('keeps what was expected of a month that is over, and takes what is still open', async () => {
    await begun('LE')
    await room.fill('LE', { orders: '1', aov: '100', media: '1' })
    const of = (period: string, to: string) => ({
      ...{ version: 'LE', metric: 'net_sales', period, from: `${period}-01`, to },
      ...{ value: '110', reason: 'Letters', confidence: 'low' as const },
    })
    // Said in April: of what is over nothing can be expected any more.
    await room
      .context(people.ada)
      .ledger.insert(tables.overlays)
      .values({
        ...{ ...of('2026-05', '2026-05-31'), id: 'may', baseline: '100' },
        ...{ byId: 'ada', byName: 'Ada', at: '2026-04-28T09:00:00Z' },
      })
    await run(plan.overlay, of('2026-08', '2026-08-31'))
    await remove('LE')
    const { overlays } = await run(plan.credit, {})
    expect(overlays.map((one: { period: string }) => one.period)).toEqual(['2026-05'])
  })
})

describe('a version that was begun when more was taken than can be worked out', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { people, run, begun } = room

  it('says at every door what it is and what to do, and can be deleted', async () => {
    await begun('Wide')
    const { ledger } = room.context(people.ada)
    const wide = await run(plan.open, { version: 'Wide' })
    const lines = Array.from({ length: 2001 }, (_, n) => ({ ...wide.sheet.lines[0], name: `line_${n}` }))
    await ledger
      .update(tables.versions)
      .set({ sheet: { ...wide.sheet, lines } })
      .where(eq(tables.versions.id, 'Wide'))
    for (const [operation, input] of [
      [plan.open, {}],
      [plan.figures, {}],
      [plan.budget, {}],
      [plan.reforecast, {}],
      [plan.exportSheet, { format: 'csv' }],
    ] as const)
      await expect(run(operation, { version: 'Wide', ...input })).rejects.toMatchObject({
        code: 'conflict',
        message: 'Wide cannot be opened: it was begun with 2,001 lines, and a version holds 2,000.',
        next: expect.stringContaining('delete this one'),
      })
    expect(await run(plan.versions, {})).toMatchObject([{ id: 'Wide' }])
    expect(await run(plan.trail, { version: 'Wide' })).toMatchObject({ mayRemove: true, wanting: [] })
    await run(plan.removeVersion, { version: 'Wide' })
    expect(await run(plan.versions, {})).toEqual([])
  })
})
