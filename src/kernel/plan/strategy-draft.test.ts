import { describe, expect, it } from 'vitest'
import { keptStrategy } from './strategy.ts'
import { draftOf, movedPart, strategyOf, withoutPart, withPart, wrongTarget } from './strategy-draft.ts'

const unitOf = (metric: string) => (metric === 'conversion' ? 'share' : 'money')
const strategy = keptStrategy({
  ambition: 'Twice the size',
  owner: 'Cy',
  horizon: '2030',
  measures: [{ metric: 'net_sales', target: '20000000', by: '2030-12-31' }],
  pillars: [
    {
      name: 'Range',
      why: 'Fewer, better',
      measures: [{ metric: 'conversion', target: '0.035', by: null }],
      objectives: [
        { name: 'More', initiatives: [{ name: 'Photos' }, { name: 'Films' }] },
        { name: 'Better', initiatives: [{ name: 'Returns' }] },
      ],
    },
    { name: 'Shop', objectives: [{ name: 'Fast' }] },
    { name: 'Team' },
  ],
})
const { parts } = draftOf(strategy, unitOf)
const at = (name: string) => parts.findIndex(part => part.name === name)
const names = (those: readonly { level: number; name: string }[] | null) =>
  those?.map(part => `${'  '.repeat(part.level)}${part.name}`) ?? null

describe('a strategy while it is changed', () => {
  it('is what it was where nothing is changed', () => {
    expect(strategyOf(draftOf(strategy, unitOf), unitOf)).toEqual(strategy)
  })

  it('has shares in percent, and says what to write for one that cannot be', () => {
    const [measure] = parts[0]?.measures ?? []
    expect(measure).toEqual({ metric: 'conversion', target: '3.5 %', by: '' })
    expect(wrongTarget({ metric: 'conversion', target: '3.5', by: '' }, unitOf)).toContain('Write 3.5 %')
    expect(wrongTarget({ metric: 'net_sales', target: 'much', by: '' }, unitOf)).toContain('is no number')
    expect(wrongTarget({ metric: 'net_sales', target: '1,234.50', by: '' }, unitOf)).toBeNull()
    expect(wrongTarget({ metric: 'net_sales', target: '', by: '' }, unitOf)).toBeNull()
  })

  it('keeps the ids of what is renamed or moved, and gives what is new none', () => {
    const renamed = parts.map(part => (part.name === 'Photos' ? { ...part, name: 'Pictures' } : part))
    const added = withPart(renamed, at('Better'))
    const draft = {
      ...draftOf(strategy, unitOf),
      parts: added.parts.map(part => (part.key === added.key ? { ...part, name: 'Sizes' } : part)),
    }
    const [pillar] = strategyOf(draft, unitOf).pillars
    expect(pillar?.objectives[0]?.initiatives[0]).toMatchObject({ id: 'Photos', name: 'Pictures' })
    expect(pillar?.objectives[1]?.initiatives).toMatchObject([{ id: 'Returns' }, { id: '', name: 'Sizes' }])
  })

  it('moves a part with what is under it past its neighbour', () => {
    const all = [
      'Range',
      '  Better',
      '    Returns',
      '  More',
      '    Photos',
      '    Films',
      'Shop',
      '  Fast',
      'Team',
    ]
    expect(names(movedPart(parts, at('More'), 1))).toEqual(all)
    expect(names(movedPart(parts, at('Better'), -1))).toEqual(all)
    expect(names(movedPart(parts, at('Team'), -1))?.slice(-3)).toEqual(['Team', 'Shop', '  Fast'])
  })

  it('moves the first or last of a part into the part beside it', () => {
    expect(names(movedPart(parts, at('Returns'), -1))?.slice(1, 6)).toEqual([
      '  More',
      '    Photos',
      '    Films',
      '    Returns',
      '  Better',
    ])
    expect(names(movedPart(parts, at('Films'), 1))?.slice(1, 6)).toEqual([
      '  More',
      '    Photos',
      '  Better',
      '    Films',
      '    Returns',
    ])
    expect(names(movedPart(parts, at('Better'), 1))?.slice(3)).toEqual([
      '    Films',
      'Shop',
      '  Better',
      '    Returns',
      '  Fast',
      'Team',
    ])
    // Into a pillar beyond one that has no objective it could be under.
    expect(names(movedPart(parts, at('Returns'), 1))?.slice(3)).toEqual([
      '    Films',
      '  Better',
      'Shop',
      '  Fast',
      '    Returns',
      'Team',
    ])
  })

  it('has no place beyond the first and the last', () => {
    expect(movedPart(parts, at('Range'), -1)).toBeNull()
    expect(movedPart(parts, at('More'), -1)).toBeNull()
    expect(movedPart(parts, at('Team'), 1)).toBeNull()
    expect(movedPart(withoutPart(withoutPart(parts, at('Team')), at('Shop')), at('Returns'), 1)).toBeNull()
  })

  it('loses what is under a part with it', () => {
    expect(names(withoutPart(parts, at('Range')))).toEqual(['Shop', '  Fast', 'Team'])
    expect(names(withoutPart(parts, at('Films')))?.[3]).toBe('  Better')
  })
})
