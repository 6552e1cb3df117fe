import { describe, expect, it } from 'vitest'
import { invalid } from '#kernel/error.ts'
import { summary } from './import.ts'
import { progressLine, tableOf } from './print.ts'
import { report } from './terminal.ts'

const result = {
  ...{ id: 'i', file: 'a.csv', table: 'sales_lines' as const, store: 's', rows: 1, accepted: 0, rejected: 1 },
  ...{ repeats: 0, from: null, to: null, rejectsFile: null, warnings: [], seconds: 1 },
}

describe('what the terminal shows', () => {
  it('groups thousands, spells N/A and sets totals apart', () => {
    const table = tableOf(
      {
        columns: [
          { key: 'period', label: 'Period', unit: 'text' },
          { key: 'net_sales', label: 'Net sales', unit: 'money' },
          { key: 'margin', label: 'Margin', unit: 'share' },
        ],
        rows: [
          ['2010-12', '748957.0200', null],
          ['total', '-1234567.8', '0.255'],
        ],
      },
      1,
    )
    expect(table.split('\n')).toEqual([
      'period      net_sales  margin',
      '───────  ────────────  ──────',
      '2010-12  748,957.0200     N/A',
      '───────  ────────────  ──────',
      'total    -1,234,567.8  25.5 %',
    ])
  })

  it('cuts what comes from dividing, and nothing of a sum', () => {
    const columns = ['aov', 'net_sales', 'upt'].map(key => ({ key, label: key, unit: 'money' as const }))
    const row = tableOf({ columns, rows: [['1036.4970005981', '63791994.838', '0.0312345678']] })
    expect(row.split('\n').at(-1)).toBe('1,036.50  63,791,994.838  0.0312')
  })

  it('does not let a cell drive the terminal', () => {
    const table = tableOf({ columns: [{ key: 'a', label: 'a', unit: 'text' }], rows: [['\u001b[2Jx']] })
    expect(table).not.toContain('\u001b')
    const said: string[] = []
    report(invalid('No column \u001b[2J.', 'Nearest: \u009b2J.'), false, text => said.push(text))
    const reasons = [
      { reason: 'x is not a number', rows: 1, example: '\u001b]0;owned\u0007\nquarterdeck: fine' },
    ]
    said.push(summary({ ...result, reasons }))
    expect(
      ['\u001b', '\u009b', '\u0007', '\nquarterdeck: fine'].filter(bad => said.join('').includes(bad)),
    ).toEqual([])
  })

  it('progress says step, count and time left', () => {
    expect(progressLine({ step: 'storing', done: 12000, total: 541909, secondsLeft: 75 })).toBe(
      'storing 12,000 of 541,909, 1 min 15 s left',
    )
  })
})
