import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe.each(ledgers)('a transfer between budget lines that wants consent, on $name', place => {
  const room = planRoom(place)
  const { run, begun, fill } = room
  const { ada, bo, cy, someone } = room.people
  const olga = someone('olga', 'owner')
  const version = 'moved'
  const ids: Record<string, string> = {}
  const move = (amount: string, more: object = {}) => ({
    ...{ from: ids.Agency, to: ids.Photos, period: '2026-12', amount, why: 'more pictures' },
    ...more,
  })
  const left = async (label: string) =>
    (await run(plan.budget, { version })).lines.find((one: { label: string }) => one.label === label).amounts[
      '2026-12'
    ]
  const waiting = () => run(plan.transfers, { version })

  beforeAll(async () => {
    await begun(version)
    await fill(version, { orders: '10', aov: '100', media: '50' })
    for (const label of ['Agency', 'Photos']) {
      const amounts = { '2026-12': '6000' }
      const line = { version, label, kind: 'opex', currency: 'GBP', department: 'Brand', amounts }
      ids[label] = (await run(plan.saveItem, line, bo)).id
    }
    const large = { fromAmount: '1000', role: 'director', people: 2, department: 'Brand' }
    await run(plan.saveRules, { rules: [large] }, olga)
    await run(plan.submit, { version }, ada)
    for (const who of [cy, olga]) await run(plan.approve, { version }, who)
    expect((await run(plan.versions, {})).find((one: { id: string }) => one.id === version).state).toBe(
      'approved',
    )
  }, 120_000)

  it('is kept as asked for, and moves with the last consent, to the penny', async () => {
    await expect(run(plan.transfer, move('1500'), bo)).rejects.toThrow('needs 2 people')
    expect(await run(plan.transfer, move('1500', { ask: true }), bo)).toEqual({
      moved: false,
      wanting: [expect.stringContaining('2 more approvals by a director')],
    })
    expect([await left('Agency'), await left('Photos')]).toEqual(['6000', '6000'])
    await expect(run(plan.transfer, move('7000', { ask: true }), bo)).rejects.toThrow(
      'cannot be taken from it',
    )
    const [one] = await waiting()
    expect(one).toMatchObject({ submittedName: 'Bo', amount: '1500', why: 'more pictures', consents: [] })
    await expect(run(plan.consentTransfer, { id: one.id }, ada)).rejects.toThrow('needs a director')
    expect(await run(plan.consentTransfer, { id: one.id }, cy)).toMatchObject({
      moved: false,
      wanting: [expect.stringContaining('1 more approval')],
    })
    // One person's consent is one, however often it is given.
    expect((await run(plan.consentTransfer, { id: one.id }, cy)).moved).toBe(false)
    expect(await waiting()).toMatchObject([{ consents: ['Cy'] }])
    expect((await run(plan.consentTransfer, { id: one.id, comment: 'Yes' }, olga)).moved).toBe(true)
    expect([await left('Agency'), await left('Photos')]).toEqual(['4500', '7500'])
    expect(await waiting()).toEqual([])
    await expect(run(plan.consentTransfer, { id: one.id }, olga)).rejects.toThrow('no such transfer waiting')
    // The version stays approved: who may had their say of just this.
    expect((await run(plan.budget, { version })).state).toBe('approved')
  })

  it('is nobody’s to consent to who asked for it', async () => {
    await run(plan.transfer, move('2000', { ask: true }), cy)
    const [one] = await waiting()
    await expect(run(plan.consentTransfer, { id: one.id }, cy)).rejects.toThrow('their own request')
    await expect(run(plan.refuseTransfer, { id: one.id, why: 'x' }, bo)).rejects.toThrow()
    await run(plan.refuseTransfer, { id: one.id, why: 'not needed after all' }, cy)
    expect(await waiting()).toEqual([])
    expect(await left('Agency')).toBe('4500')
  })

  it('moves nothing that is no longer there, and the request stays', async () => {
    await run(plan.transfer, move('4000', { ask: true }), bo)
    await run(plan.transfer, move('900'), ada)
    const [one] = await waiting()
    await run(plan.consentTransfer, { id: one.id }, cy)
    await expect(run(plan.consentTransfer, { id: one.id }, olga)).rejects.toThrow('cannot be taken from it')
    expect(await waiting()).toMatchObject([{ consents: ['Cy'] }])
    expect([await left('Agency'), await left('Photos')]).toEqual(['3600', '8400'])
    await run(plan.refuseTransfer, { id: one.id, why: 'too late' }, ada)
  })
})
