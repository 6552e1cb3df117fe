import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { sum } from '#kernel/money.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe('budget lines over versions', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, fill, year } = room
  const { bo, cy, ada } = room.people
  const ids: Record<string, string> = {}
  const budget = (version: string) => run(plan.budget, { version, today: '2026-06-21' })
  const line = async (version: string, label: string) =>
    (await budget(version)).lines.find((one: { label: string }) => one.label === label)
  const from = (id: string, version: string, closedPeriods = 0, kind = 'le') =>
    run(plan.start, { id, name: id, kind, ...year, begin: { with: 'version', version, closedPeriods } })
  const change = async (version: string, label: string, more: object) => {
    const { use: _, unrated: _u, sources: _s, commitments: _c, ...item } = await line(version, label)
    return run(plan.saveItem, { ...item, version, ...more })
  }
  const compared = (a: string, b: string) => run(plan.compare, { a, b })

  beforeAll(async () => {
    await begun('year')
    await fill('year', { orders: '30', aov: '120', media: '500' })
    for (const [label, department, more] of [
      ['Agency', 'Marketing', { account: '6400', amounts: { '2026-03': '1000', '2026-09': '400' } }],
      ['Software', 'IT', { pattern: { kind: 'every', amount: '99.90', periods: 3 } }],
      ['Search ads', 'Marketing', { kind: 'media', currency: 'EUR', amounts: { '2026-07': '500' } }],
      ['Fair', 'Brand', { amounts: { '2026-10': '800' } }],
    ] as const)
      ids[label] = (
        await run(plan.saveItem, {
          version: 'year',
          label,
          kind: 'opex',
          department,
          currency: 'GBP',
          ...more,
        })
      ).id
    await run(plan.saveRates, { version: 'year', rates: { EUR: '0.9' } })
    await run(plan.saveCommitment, {
      item: ids['Search ads'],
      kind: 'media',
      reference: 'before',
      amount: '100',
      currency: 'EUR',
      from: '2026-07-01',
      to: '2026-07-31',
    })
    await run(plan.recordSpent, {
      source: 'by hand',
      entries: [{ item: ids.Agency, day: '2026-03-09', amount: '250', currency: 'GBP' }],
    })
    await room.deliver('ledger_entries', [
      {
        store: 'shop',
        entry_id: '1',
        day: '2026-03-05',
        account: '6400',
        department: 'Marketing',
        cost_centre: '',
        vendor: '',
        words: '',
        amount: '30',
        currency: 'GBP',
        source: 'import-1',
      },
    ])
  }, 120_000)

  it('go along with a version begun from another, with amounts, patterns and rates, and nothing counts twice', async () => {
    await from('le', 'year', 3)
    await from('low', 'le', 0, 'scenario')
    const before = await budget('year')
    for (const id of ['le', 'low']) {
      const after = await budget(id)
      expect(after.rates).toEqual({ EUR: '0.9' })
      expect(after.total).toEqual(before.total)
      expect(after.lines.map((one: { id: string }) => one.id)).not.toContain(ids.Agency)
      for (const { id: _, saved: _s, version: _v, commitments, ...own } of before.lines) {
        const { commitments: there, ...copy } = await line(id, own.label)
        expect(copy).toMatchObject(own)
        expect(there.map((one: { id: string }) => one.id)).toEqual(
          commitments.map((one: { id: string }) => one.id),
        )
      }
      expect((await compared('year', id)).budget).toMatchObject({ lines: [], same: 4, departments: [] })
    }
    expect(before.total).toMatchObject({ actual: '280', committed: '80' })
    const history = await run(plan.itemHistory, { id: (await line('le', 'Agency')).id })
    expect(history).toMatchObject([{ field: 'Name', after: 'Agency', why: 'Taken along from year' }])
  })

  it('share what is spent and promised, in whichever version it is said, once', async () => {
    const there = await line('low', 'Agency')
    const order = {
      item: there.id,
      kind: 'contract',
      reference: 'later',
      amount: '60',
      currency: 'GBP',
      from: '2026-08-01',
      to: '2026-08-31',
    }
    const { id, saved } = await run(plan.saveCommitment, order)
    const entry = { day: '2026-04-09', amount: '5', currency: 'GBP' }
    await run(plan.recordSpent, { source: 'by hand', entries: [{ ...entry, item: there.id }] })
    for (const version of ['year', 'le', 'low']) {
      const own = await line(version, 'Agency')
      expect(own.use).toMatchObject({ actual: '285', committed: '60' })
      expect(own.commitments).toMatchObject([{ id, item: own.id }])
    }
    // Saved again from another version it is the same promise.
    await run(plan.saveCommitment, { ...order, id, saved, item: ids.Agency, amount: '70' })
    expect((await line('low', 'Agency')).use.committed).toBe('70')
    await expect(run(plan.removeItem, { id: there.id })).rejects.toThrow('Agency stays')
    await expect(run(plan.saveCommitment, { ...order, item: 'none' })).rejects.toThrow('no such budget line')
  })

  it('differ by line and month: added, gone, changed, moved between departments, with totals', async () => {
    await change('le', 'Agency', { amounts: { '2026-03': '1000', '2026-09': '700' }, vendor: 'Other' })
    await change('le', 'Software', { department: 'Operations' })
    await run(plan.removeItem, { id: (await line('le', 'Fair')).id })
    await run(plan.saveItem, {
      version: 'le',
      label: 'Interns',
      kind: 'people',
      department: 'Brand',
      currency: 'GBP',
      amounts: { '2026-08': '200' },
    })
    const { budget: found } = await compared('year', 'le')
    const of = (label: string) => found.lines.find((one: { label: string }) => one.label === label)
    expect(found.lines).toHaveLength(4)
    expect(of('Agency')).toMatchObject({
      what: 'changed',
      moved: null,
      a: '1400',
      b: '1700',
      change: '300',
      months: [{ period: '2026-09', before: '400', after: '700' }],
      fields: [{ field: 'Vendor', before: null, after: 'Other' }],
    })
    expect(of('Software')).toMatchObject({
      what: 'changed',
      moved: { from: 'IT', to: 'Operations' },
      change: '0',
      months: [],
      fields: [],
    })
    expect(of('Fair')).toMatchObject({ what: 'gone', a: '800', b: null, change: '-800' })
    expect(of('Interns')).toMatchObject({ what: 'added', a: null, b: '200', change: '200' })
    expect(found.same).toBe(1)
    expect(found.departments).toEqual([
      { department: 'Brand', a: '800', b: '200', change: '-600' },
      { department: 'IT', a: '399.6', b: '0', change: '-399.6' },
      { department: 'Marketing', a: '1850', b: '2150', change: '300' },
      { department: 'Operations', a: '0', b: '399.6', change: '399.6' },
    ])
    const changes = found.lines.map((one: { change: string }) => one.change)
    expect(found.total).toEqual({ a: '3049.6', b: '2749.6', change: sum(changes) })
    // And the other way round.
    const { budget: back } = await compared('le', 'year')
    expect(back.total.change).toBe('300')
    expect(back.lines.map((one: { what: string }) => one.what).sort()).toEqual([
      'added',
      'changed',
      'changed',
      'gone',
    ])
    // The version it was begun from, and one begun from it before, stand as they were.
    expect((await compared('year', 'low')).budget.lines).toEqual([])
  })

  it('that a version lacks still count there, against no budget, when something is promised or spent on them later', async () => {
    await begun('root')
    const budgeted = async (label: string, amount: string, more = {}) =>
      (
        await run(plan.saveItem, {
          version: 'root',
          label,
          kind: 'opex',
          department: 'Brand',
          currency: 'GBP',
          amounts: { '2026-10': amount },
          ...more,
        })
      ).id
    const [stand, hall] = [await budgeted('Stand', '800'), await budgeted('Hall', '300')]
    await from('est', 'root')
    await run(plan.removeItem, { id: (await line('est', 'Stand')).id })
    const sponsor = await budgeted('Sponsor', '100', { kind: 'media' })
    const book = (item: string, reference: string, amount: string, more = {}) =>
      run(plan.saveCommitment, {
        item,
        kind: 'contract',
        reference,
        amount,
        currency: 'GBP',
        from: '2026-08-01',
        to: '2026-10-31',
        ...more,
      })
    expect((await budget('est')).unbudgeted).toEqual([])
    await book(stand, 'stand', '500')
    await book(sponsor, 'sponsor', '40', { currency: 'EUR' })
    await book(sponsor, 'another year', '9', { from: '2028-01-01', to: '2028-02-01' })
    await book(sponsor, 'called off', '9', { open: false })
    await book(hall, 'hall', '20')
    const entry = { item: stand, day: '2026-05-09', amount: '30', currency: 'GBP' }
    await run(plan.recordSpent, { source: 'by hand', entries: [entry] })
    const est = await budget('est')
    expect(est.unbudgeted).toMatchObject([
      { label: 'Stand', department: 'Brand', version: 'root', actual: '30', committed: '500' },
      { label: 'Sponsor', version: 'root', actual: '0', committed: '32' },
    ])
    expect(est.total).toMatchObject({ budget: '300', actual: '30', committed: '552', remaining: '-282' })
    // Where the lines are, nothing is without a budget; nor in versions that have nothing to do with them.
    expect(await budget('root')).toMatchObject({ unbudgeted: [], total: { budget: '1200' } })
    expect((await budget('year')).unbudgeted).toEqual([])
    const { checks } = await run(plan.reforecast, { version: 'est' })
    const says = (name: string) => checks.find((one: { name: string }) => one.name === name)
    expect(says('committed')).toMatchObject({
      state: 'fails',
      says: 'Promised on no line of it: Stand of root, 500; Sponsor of root, 32, in GBP.',
    })
    expect(says('budget').says).toContain('Spent on no line of it: Stand of root, 30')
    // The line it was first is gone: what is promised on its copy is seen there, and can be changed from there.
    await begun('other')
    const first = (await run(plan.saveItem, {
      version: 'other',
      label: 'Tent',
      kind: 'opex',
      currency: 'GBP',
      amounts: { '2026-10': '70' },
    })) as { id: string }
    await from('copy', 'other')
    await run(plan.removeItem, { id: first.id })
    await book((await line('copy', 'Tent')).id, 'tent', '60')
    const [tent] = (await budget('other')).unbudgeted
    expect(tent).toMatchObject({ label: 'Tent', version: 'copy', committed: '60' })
    await run(plan.saveCommitment, { ...tent.commitments[0], amount: '65' })
    expect((await budget('other')).total).toMatchObject({ budget: '0', committed: '65', remaining: '-65' })
    expect((await line('copy', 'Tent')).use).toMatchObject({ committed: '65', remaining: '5' })
  })

  it('are told apart where two budgets were made apart: by what they are called, and for whom', async () => {
    await begun('apart')
    const more = { kind: 'opex', currency: 'GBP', version: 'apart' }
    await run(plan.saveItem, { ...more, label: 'Fair', department: 'Sales', amounts: { '2026-10': '800' } })
    const { budget: found } = await compared('year', 'apart')
    expect(
      found.lines.map((one: Record<string, unknown>) => [one.label, one.what, one.moved]),
    ).toContainEqual(['Fair', 'changed', { from: 'Brand', to: 'Sales' }])
    expect(found.lines.filter((one: { what: string }) => one.what === 'gone')).toHaveLength(3)
  })

  it('are carried into no figure of the metrics, and are in what a version is kept as', async () => {
    const ask = (...compare: string[]) =>
      room.ask({
        metrics: ['net_sales'],
        compare,
        from: '2026-07-01',
        to: '2026-07-31',
      })
    await run(plan.carry, { version: 'year' })
    const alone = (await ask('plan.year')).totals.compare?.['plan.year' as never]
    await run(plan.carry, { version: 'low' })
    const totals = (await ask('plan.year', 'plan.low')).totals.compare as Record<
      string,
      { values: Record<string, { value: string }> }
    >
    expect(totals['plan.year']).toEqual(alone)
    expect(totals['plan.year']?.values.net_sales?.value).toBe('3600')
    expect(totals['plan.low']?.values.net_sales?.value).toBe('3600')
    const frozen = await run(plan.freeze, { version: 'le' }, bo)
    const rows = await room.rows('le')
    const head = String(rows.find(row => row.line === 'orders')?.cells['2026-11']?.[0])
    const edit = (value: string, after: string[]) =>
      run(plan.edit, {
        version: 'le',
        edits: [room.set('orders', '2026-11', value, after, `le-${value}-edit`)],
      })
    const then = await run(plan.figures, { version: 'le' })
    await edit('99', [head])
    // The copy gives every figure as it was, whatever the version is now.
    expect(await run(plan.figures, { version: 'le' })).not.toEqual(then)
    expect(await run(plan.figures, { version: 'le', copy: frozen.id })).toEqual(then)
    await expect(run(plan.figures, { version: 'year', copy: frozen.id })).rejects.toThrow('no such copy')
    await edit('30', ['le-99-edit'])
    room.at('2026-06-21T10:00:00Z')
    await change('le', 'Agency', { amounts: { '2026-03': '1000', '2026-09': '701' } })
    const second = await run(plan.freeze, { version: 'le' }, bo)
    const { copies } = await run(plan.trail, { version: 'le' }, cy)
    const [latest, first] = copies
    expect(latest.hash).toBe(second.hash)
    expect(first.hash).not.toBe(latest.hash)
    for (const { id } of copies) expect(await run(plan.reproduce, { id }, ada)).toMatchObject({ same: true })
    // Changed back it is what it was.
    await change('le', 'Agency', { amounts: { '2026-03': '1000', '2026-09': '700' } })
    expect((await run(plan.freeze, { version: 'le' }, bo)).hash).toBe(first.hash)
  })

  it('have the periods and the currency of the version theirs is begun from, which is said where others were asked for', async () => {
    const begin = { with: 'version', version: 'year' }
    const next = { id: 'next', name: 'next', currency: 'EUR', from: '2027-01-01', to: '2027-12-31', begin }
    expect((await run(plan.start, next)).notes).toEqual([
      'It has the periods and the currency of the version it is begun from: 2026-01 to 2026-12, in GBP.',
    ])
    expect((await run(plan.start, { ...next, ...room.year, id: 'same' })).notes).toEqual([])
  })
}, 120_000)
