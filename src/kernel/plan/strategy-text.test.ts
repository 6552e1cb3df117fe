import { describe, expect, it } from 'vitest'
import { initiativesIn, keptStrategy } from './strategy.ts'
import { formOf, strategyOf, strategyText } from './strategy-text.ts'

describe('the strategy as text', () => {
  it('goes to an outline and back', () => {
    const strategy = keptStrategy({
      ambition: 'Twice the size',
      owner: 'Cy',
      horizon: '2030',
      measures: [{ metric: 'net_sales', target: '20', by: '2030-12-31' }],
      pillars: [
        {
          name: 'Range',
          why: 'Fewer, better',
          owner: 'Cy',
          horizon: '2028',
          measures: [{ metric: 'aov', target: '60', by: null }],
          objectives: [
            {
              name: 'More lines',
              owner: 'Ada',
              horizon: 'the end of 2027',
              measures: [{ metric: 'net_sales', target: '5', by: '2027-12-31' }],
              initiatives: [
                { name: 'Photos', horizon: 'May', measures: [{ metric: 'orders', target: null, by: null }] },
              ],
            },
          ],
        },
      ],
    })
    expect(strategyOf(formOf(strategy), strategy)).toEqual({ strategy, renamed: [] })
    expect(strategyText(strategy)).toMatch(
      /^Twice the size\nOwner: Cy\nHorizon: 2030\nMeasured by: net_sales to 20 by 2030-12-31\n\n1\. Range/,
    )
    expect(strategyText(strategy)).toContain(
      '1.1 More lines (Ada, the end of 2027 · net_sales to 5 by 2027-12-31)',
    )
  })

  const read = (...lines: string[]) => ({ ...formOf(keptStrategy({})), text: lines.join('\n') })
  const before = keptStrategy(
    strategyOf(
      read('Range', '  More', '    Photos', '    Films of mugs', '  Better', '    Returns'),
      keptStrategy({}),
    ).strategy,
  )
  const ids = (...lines: string[]) => {
    const { strategy, renamed } = strategyOf(read(...lines), before)
    return {
      ids: initiativesIn(strategy).map(one => one.id),
      renamed: renamed.map(one => `${one.from} → ${one.to}`),
    }
  }

  it('knows parts by their names, wherever they stand', () => {
    expect(ids('Range', '  Better', '    Returns', '    Photos', '  More', '    Films of mugs')).toEqual({
      ids: ['Returns', 'Photos', 'Films of mugs'],
      renamed: [],
    })
  })

  it('takes what came where something went for renamed, by a shared word first, and what only came for new', () => {
    expect(
      ids('Range', '  More', '    Short films', '    Pictures', '  Best', '    Returns', '    Sizes'),
    ).toEqual({
      ids: ['Films of mugs', 'Photos', 'Returns', ''],
      renamed: ['Better → Best', 'Films of mugs → Short films', 'Photos → Pictures'],
    })
    expect(ids('Range', '  More', '    Photos', '    Films of mugs', '    New', '  Better')).toEqual({
      ids: ['Photos', 'Films of mugs', ''],
      renamed: [],
    })
  })

  it('takes nothing for renamed that somebody says is not', () => {
    const form = read('Range', '  More', '    Pictures', '    Films of mugs', '  Better', '    Returns')
    const { strategy, renamed } = strategyOf(form, before, new Set(['Photos']))
    expect(renamed).toEqual([{ id: 'Photos', from: 'Photos', to: 'Pictures' }])
    expect(initiativesIn(strategy).map(one => one.id)).toEqual(['', 'Films of mugs', 'Returns'])
  })
})
