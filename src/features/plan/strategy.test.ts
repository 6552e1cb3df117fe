import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

describe('the strategy', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const { run } = room
  const { bo, cy } = room.people
  const flows = [
    { label: 'now', cost: '10', benefit: '0' },
    { label: 'then', cost: '0', benefit: '30' },
  ]
  const save = async (content: object, revision: number) => {
    await run(plan.saveStrategy, { content, revision, why: 'x' }, cy)
    return (await run(plan.strategy, {})).content
  }
  const one = (name: string, more = {}) => ({
    pillars: [{ name: 'Range', objectives: [{ name: 'More', ...more }] }],
    ambition: name,
  })

  it('keeps the cases of an initiative that is renamed, moved or taken out', async () => {
    const { ledger } = room.context(cy)
    // As it was saved, and named by a case, before initiatives had ids.
    await ledger.insert(tables.strategies).values({
      revision: 1,
      content: one('A', {
        initiatives: [
          { name: 'Photos', case: null },
          { name: 'Films', case: null },
        ],
      }),
      why: 'first',
      byId: 'cy',
      byName: 'Cy',
    })
    const content = { title: 'Old', initiative: 'Photos', currency: 'GBP', periods: flows }
    await ledger.insert(tables.cases).values({ id: 'old', content })
    const { id } = await run(
      plan.saveCase,
      { content: { ...content, title: 'New', initiative: 'Films' } },
      bo,
    )
    const told = async () => {
      const all = await run(plan.cases, {})
      return Object.fromEntries(
        all.map((each: { content: { title: string }; initiative: unknown }) => [
          each.content.title,
          each.initiative,
        ]),
      )
    }
    expect(await told()).toMatchObject({ Old: { name: 'Photos', gone: false }, New: { name: 'Films' } })
    const read = (await run(plan.strategy, {})).content
    const [photos, films] = read.pillars[0].objectives[0].initiatives
    const renamed = one('A', { initiatives: [films, { ...photos, name: 'Pictures of everything' }] })
    await save(renamed, 1)
    expect(await told()).toMatchObject({
      Old: { name: 'Pictures of everything', gone: false },
      New: { name: 'Films', gone: false },
    })
    const { history } = await run(plan.strategy, {})
    expect(history[0].changes).toEqual(['Initiative “Photos” is now called “Pictures of everything”'])
    // Saved by somebody who knows no ids, what is called the same is the same; a new one by an old name is new.
    const again = await save(
      one('A', { initiatives: ['Photos', 'Films', 'Pictures of everything'].map(name => ({ name })) }),
      2,
    )
    const [first, second, third] = again.pillars[0].objectives[0].initiatives
    expect([second.id, third.id]).toEqual([films.id, photos.id])
    expect([films.id, photos.id]).not.toContain(first.id)
    await save(one('A', { initiatives: [films] }), 3)
    expect(await told()).toMatchObject({ Old: { name: 'Pictures of everything', gone: true } })
    // It can still be saved, as it hangs; on one that never was it cannot be hung.
    const [{ saved }] = (await run(plan.cases, {})).filter((each: { id: string }) => each.id === id)
    await run(plan.saveCase, { id, saved, content: { ...content, title: 'New', initiative: films.id } }, bo)
    await expect(
      run(plan.saveCase, { content: { ...content, title: 'x', initiative: 'Fotos' } }, bo),
    ).rejects.toMatchObject({
      message: 'There is no initiative “Fotos” in the strategy.',
      next: 'It has Films.',
    })
  })

  it('tells owner and measures of the ambition, and what changed of them', async () => {
    const measures = [{ metric: 'net_sales', target: '50000', by: '2028-12-31' }]
    const content = await save({ ...one('A'), owner: 'Ada', horizon: '2028', measures }, 4)
    expect(content).toMatchObject({ owner: 'Ada', horizon: '2028', measures })
    const { history } = await run(plan.strategy, {})
    expect(history[0].changes.slice(0, 3)).toEqual([
      'Ambition, owner: nothing → Ada',
      'Horizon: nothing → 2028',
      'Ambition, measures: nothing → Net sales to 50,000 by 31 Dec 2028',
    ])
    const wrong = { ...one('A'), measures: [{ metric: 'net_sale', target: null, by: null }] }
    await expect(save(wrong, 5)).rejects.toThrow('There is no metric net_sale')
    // A measure without a day, or without a value yet, is one to be watched.
    const watched = await save({ ...one('A'), measures: [{ metric: 'net_sales' }] }, 5)
    expect(watched.measures).toEqual([{ metric: 'net_sales', target: null, by: null }])
  })
}, 120_000)
