import { describe, expect, it } from 'vitest'
import type { Palette } from './palette.ts'
import { columnsOf, type WaterfallProps, waterfall } from './waterfall.ts'

const props = (more: Partial<WaterfallProps>): WaterfallProps => ({
  before: { name: 'Sales', value: 100, look: 'previous' },
  after: { name: 'Left', value: -20 },
  steps: [
    { name: 'Goods', value: -60, bad: false },
    { name: 'CM1', value: 40, bad: false, total: true },
    { name: 'Media', value: -60, bad: false },
  ],
  change: '',
  axis: String,
  text: String,
  tip: () => ({ title: '', rows: [] }),
  ...more,
})

/** Which columns have their words over them, and which under them. */
const words = (of: WaterfallProps) => {
  const { series } = waterfall(of)({} as Palette) as {
    series: { label?: { position: string }; data: (number | null)[] }[]
  }
  const at = (position: string) => series.find(one => one.label?.position === position)?.data ?? []
  return { over: at('top'), under: at('bottom') }
}

describe('a waterfall', () => {
  it('stands its totals on zero, and its steps where the one before ended', () => {
    expect(columnsOf(props({})).map(one => [one.name, one.from, one.to])).toEqual([
      ['Sales', 0, 100],
      ['Goods', 100, 40],
      ['CM1', 0, 40],
      ['Media', 40, -20],
      ['Left', 0, -20],
    ])
  })
  it('says what lies below zero under it, and what reaches above zero over it', () => {
    expect(words(props({}))).toEqual({
      over: [100, 100, 40, 40, null],
      under: [null, null, null, null, -20],
    })
  })
  it('shows small steps alone, unless it is of what is left of a whole', () => {
    const small = {
      after: { name: 'Left', value: 95 },
      steps: [{ name: 'Fees', value: -5, bad: false }],
      change: 'Change',
    }
    expect(columnsOf(props(small)).map(one => one.name)).toEqual(['Fees', 'Change'])
    expect(columnsOf(props({ ...small, whole: true })).map(one => one.name)).toEqual([
      'Sales',
      'Fees',
      'Left',
    ])
    // Lying, on a phone, the names stand along the other axis and the words at the ends of the bars.
    const lying = waterfall(props({ across: true }))({} as Palette) as {
      yAxis: { data: string[] }
      series: { label?: { position: string }; data: (number | null)[] }[]
    }
    expect(lying.yAxis.data).toEqual(['Sales', 'Goods', 'CM1', 'Media', 'Left'])
    // Those below zero too stand at the right end: at the left one they would run into the names.
    expect(lying.series.flatMap(one => (one.label ? [[one.label.position, ...one.data]] : []))).toEqual([
      ['right', 100, 100, 40, 40, null],
      ['insideLeft', null, null, null, null, 0],
    ])
    // The change alone lies below zero: its words are under it.
    expect(words(props(small))).toEqual({ over: [null, null], under: [-5, -5] })
  })
})
