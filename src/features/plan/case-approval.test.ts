import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe.each(ledgers)('a case that is for a plan, on $name', place => {
  const room = planRoom(place)
  const { run, begun, fill } = room
  const { ada, bo, cy, someone } = room.people
  const olga = someone('olga', 'owner')
  const asked = async (content: object) => {
    const periods = [
      { label: 'now', cost: '500', benefit: '0' },
      { label: 'then', cost: '0', benefit: '900' },
    ]
    const rest = { title: 'Robot', currency: 'GBP', periodsPerYear: 12, likelihood: 1, periods }
    const { id } = await run(plan.saveCase, { content: { ...rest, ...content } }, bo)
    await run(plan.submitCase, { id }, bo)
    return id as string
  }
  const profit = async (version: string) =>
    Number((await run(plan.figures, { version, lines: ['profit'] })).lines[0].total)
  const one = async (id: string) => (await run(plan.cases, {})).find((each: { id: string }) => each.id === id)

  beforeAll(async () => {
    for (const id of ['open', 'shut']) {
      await begun(id)
      await fill(id, { orders: '10', aov: '100', media: '50' })
    }
  }, 120_000)

  it('goes into it with the last consent, once, with a line of the budget', async () => {
    await run(plan.saveRules, { rules: [{ fromAmount: '0', role: 'lead', people: 2, department: '' }] }, olga)
    const before = await profit('open')
    const id = await asked({ plan: 'open', start: '2026-11-01' })
    expect(await run(plan.approveCase, { id }, ada)).toMatchObject({ state: 'submitted', into: null })
    expect((await one(id)).in).toEqual([])
    expect(await run(plan.approveCase, { id, comment: 'Go' }, cy)).toEqual({
      state: 'approved',
      wanting: [],
      into: 'open',
      outside: { benefit: '0', cost: '0' },
      kept: null,
    })
    expect((await one(id)).in).toMatchObject([{ version: 'open' }])
    expect((await profit('open')) - before).toBe(400)
    const { lines } = await run(plan.budget, { version: 'open' })
    expect(lines.map((line: { label: string }) => line.label)).toEqual(['Robot'])
    await run(plan.saveRules, { rules: [{ fromAmount: '0', role: 'lead', people: 1, department: '' }] }, olga)
  })

  it('is approved all the same where the plan takes nothing, and says why', async () => {
    await run(plan.submit, { version: 'shut' }, ada)
    const waiting = await asked({ plan: 'shut' })
    const told = await run(plan.approveCase, { id: waiting }, cy)
    expect(told).toMatchObject({ state: 'approved', into: null, kept: expect.stringContaining('shut') })
    expect((await one(waiting)).state).toBe('approved')
    const gone = await asked({ plan: 'never' })
    expect(await run(plan.approveCase, { id: gone }, cy)).toMatchObject({ state: 'approved', into: null })
    const rate = await asked({ plan: 'open', currency: 'ISK' })
    expect(await run(plan.approveCase, { id: rate }, cy)).toMatchObject({
      state: 'approved',
      kept: expect.stringContaining('ISK'),
    })
    for (const id of [waiting, gone, rate]) expect((await one(id)).in).toEqual([])
    await run(plan.refuse, { version: 'shut', comment: 'again' }, cy)
    await run(plan.attachCase, { id: waiting, version: 'shut' })
    expect((await one(waiting)).in).toMatchObject([{ version: 'shut' }])
  })

  it('goes nowhere by itself where it names no plan', async () => {
    const id = await asked({})
    expect(await run(plan.approveCase, { id }, cy)).toMatchObject({ into: null, kept: null })
  })
})
