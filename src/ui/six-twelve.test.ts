import { expect, it } from 'vitest'
import type { Palette } from './palette.ts'
import { type Run, type SixTwelveProps, sixTwelve } from './six-twelve.ts'

const run = (labels: string[], more: Partial<Run> = {}): Run => ({
  labels,
  actual: labels.map((_, n) => n + 1),
  lastYear: labels.map(() => null),
  target: labels.map(() => null),
  ...more,
})
const drawn = (more: Partial<SixTwelveProps>) => {
  const number = (value: number) => String(value)
  const colours = new Proxy(
    { categorical: ['a', 'b', 'c', 'd'] },
    {
      get: (of, name) => (name in of ? of[name as 'categorical'] : String(name)),
    },
  ) as unknown as Palette
  const option = sixTwelve({
    weeks: run(['wk 1', 'wk 2']),
    months: run(['Jan']),
    ...{ limits: null, strange: false, text: number, axis: number, monthAxis: number },
    tip: () => ({ title: '', rows: [] }),
    ...more,
  })(colours)
  return option.series as {
    name: string
    data: unknown[]
    yAxisIndex: number
    label?: object
    lineStyle?: object
  }[]
}

it('a second figure stands on both axes, weeks and months apart, without values; where there is none nothing does', () => {
  expect(drawn({}).map(one => one.name)).toEqual(['This year', 'This year'])
  const second = drawn({
    second: 'Gross sales',
    weeks: run(['wk 1', 'wk 2'], { second: [7, 8] }),
    months: run(['Jan'], { second: [30] }),
  }).filter(one => one.name === 'Gross sales')
  expect(second.map(one => [one.yAxisIndex, one.data, one.label])).toEqual([
    [0, [7, 8, null, null], undefined],
    [1, [null, null, null, 30], undefined],
  ])
})

it('a second figure has its last year beside it, told apart from that of the first', () => {
  const all = drawn({
    second: 'Gross sales',
    weeks: run(['wk 1', 'wk 2'], { second: [7, 8], secondLastYear: [5, 6], lastYear: [1, 1] }),
    months: run(['Jan'], { second: [30] }),
  })
  const before = all.filter(one => one.name === 'Gross sales, last year')
  expect(before.map(one => [one.yAxisIndex, one.data, one.label])).toEqual([
    [0, [5, 6, null, null], undefined],
  ])
  const colour = (name: string) => JSON.stringify(all.find(one => one.name === name)?.lineStyle)
  expect(colour('Gross sales, last year')).not.toBe(colour('Last year'))
})
