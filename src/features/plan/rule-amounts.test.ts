import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan, settings } = operations

describe('the amounts rules of approval go by', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run, begun, fill } = room
  const { ada, bo, cy, someone } = room.people
  const olga = someone('olga', 'owner')
  const rules = (...those: object[]) =>
    run(plan.saveRules, { rules: [{ fromAmount: '0', role: 'lead', people: 1 }, ...those] }, olga)
  const line = (version: string, label: string, more: object) =>
    run(
      plan.saveItem,
      { version, label, kind: 'opex', currency: 'GBP', amounts: { '2026-12': '6000' }, ...more },
      bo,
    )
  const wanting = async (version: string) => {
    await run(plan.submit, { version }, ada)
    const { wanting: found } = await run(plan.trail, { version })
    await run(plan.refuse, { version, comment: 'again' }, ada)
    return found
  }
  const lead = '1 more approval by a lead or above'

  beforeAll(async () => {
    for (const id of ['euro', 'many', 'spelt']) {
      await begun(id)
      await fill(id, { orders: '1', aov: '10', media: '1' })
    }
  }, 120_000)

  it('are in one currency, whatever the lines are in', async () => {
    // 6,000 euros are 4,800 pounds.
    await line('euro', 'Fair', { currency: 'EUR', department: 'IT' })
    await rules({ department: 'IT', fromAmount: '5000', role: 'owner', people: 1 })
    expect(await wanting('euro')).toEqual([lead])
    await run(plan.saveRates, { version: 'euro', rates: { EUR: '0.9' } })
    expect(await wanting('euro')).toEqual([lead, expect.stringContaining('by a owner or above for IT')])
    await run(plan.saveRates, { version: 'euro', rates: {} })
    // What cannot be told is above every amount: a rule is not got round by a currency without a rate.
    await line('euro', 'Import', { currency: 'JPY', amounts: { '2026-12': '1' }, department: 'IT' })
    expect(await wanting('euro')).toHaveLength(2)
  })

  it('are the company’s currency, where it has one', async () => {
    await line('many', 'A', { department: 'A' })
    await rules({ department: 'A', fromAmount: '7000', role: 'owner', people: 1 })
    expect(await wanting('many')).toEqual([lead])
    const { calendar } = await run(settings.read, {})
    await run(settings.saveCompany, { calendar, currency: 'EUR' }, cy)
    // 6,000 pounds are 7,500 euros.
    expect(await wanting('many')).toHaveLength(2)
  })

  it('of the whole are all its lines, however many departments share them, spelt however', async () => {
    await rules({ fromAmount: '15000', role: 'director', people: 1 })
    await line('spelt', 'A', { department: 'Marketing' })
    expect(await wanting('spelt')).toEqual([lead])
    await line('spelt', 'B', { department: 'Brand' })
    expect(await wanting('spelt')).toEqual([lead, expect.stringContaining('by a director')])
    await rules({ department: 'Marketing', fromAmount: '15000', role: 'owner', people: 1 })
    expect(await wanting('spelt')).toEqual([lead])
    await line('spelt', 'C', { department: ' marketing' })
    expect(await wanting('spelt')).toEqual([lead, expect.stringContaining('for Marketing')])
  })

  it('are told of transfers and business cases alike', async () => {
    await rules({ fromAmount: '1000', role: 'director', people: 1 })
    const content = {
      title: 'Robot',
      currency: 'GBP',
      periods: [{ label: 'a', cost: '900', benefit: '1500' }],
    }
    const { id } = await run(plan.saveCase, { content }, bo)
    await run(plan.submitCase, { id }, bo)
    // 900 pounds are 1,125 euros.
    expect(await run(plan.approveCase, { id }, ada)).toMatchObject({ state: 'submitted' })
    await expect(run(plan.refuseCase, { id, comment: ' ' }, ada)).rejects.toThrow()
    await run(plan.refuseCase, { id, comment: 'Quote a second supplier' }, ada)
    await expect(run(plan.refuseCase, { id, comment: 'x' }, ada)).rejects.toThrow('does not wait')
    await expect(run(plan.approveCase, { id }, cy)).rejects.toThrow('no such case waiting')
    expect((await run(plan.cases, {}))[0].steps).toMatchObject([
      { step: 'submitted', byName: 'Bo' },
      { step: 'approved', byName: 'Ada' },
      { step: 'refused', byName: 'Ada', comment: 'Quote a second supplier' },
    ])
    const fine = { ...content, currency: 'JPY', periods: [{ label: 'a', cost: '10.5', benefit: '20' }] }
    await expect(run(plan.saveCase, { content: fine }, bo)).rejects.toThrow('10.5 is finer')
    // Asked for again, it wants all consent anew, and is told in whole yen.
    const { content: kept, saved } = (await run(plan.cases, {}))[0]
    const yen = { ...kept, currency: 'JPY' }
    expect((await run(plan.saveCase, { id, saved, content: yen }, bo)).worth.npv).toMatch(/^-?\d+$/)
    const [one, two] = [await line('spelt', 'D', {}), await line('spelt', 'E', {})]
    const move = { from: one.id, to: two.id, period: '2026-12', why: 'x' }
    await run(plan.saveRules, { rules: [{ fromAmount: '1000', role: 'director', people: 1 }] }, olga)
    await expect(run(plan.transfer, { ...move, amount: '900' }, bo)).rejects.toThrow('needs a director')
    await run(plan.transfer, { ...move, amount: '700' }, bo)
  })
}, 120_000)
