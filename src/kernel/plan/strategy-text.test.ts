import { expect, it } from 'vitest'
import { keptStrategy } from './strategy.ts'
import { strategyText } from './strategy-text.ts'

it('says the strategy on one page of text', () => {
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
        objectives: [
          {
            name: 'More lines',
            owner: 'Ada',
            horizon: 'the end of 2027',
            measures: [{ metric: 'net_sales', target: '5', by: '2027-12-31' }],
            initiatives: [{ name: 'Photos', horizon: 'May' }],
          },
        ],
      },
    ],
  })
  expect(strategyText(strategy)).toBe(
    [
      'Twice the size',
      'Owner: Cy',
      'Horizon: 2030',
      'Measured by: net_sales to 20 by 2030-12-31',
      '',
      '1. Range: Fewer, better (Cy)',
      '   1.1 More lines (Ada, the end of 2027 · net_sales to 5 by 2027-12-31)',
      '       – Photos (May)',
    ].join('\n'),
  )
})
