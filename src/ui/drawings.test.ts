import { describe, expect, it } from 'vitest'
import { lines, stack } from './drawings.ts'
import type { Palette } from './palette.ts'

const colours = new Proxy(
  { categorical: [] },
  { get: (own, key) => own[key as never] ?? String(key) },
) as never as Palette
type Series = { name: string; data: unknown[]; z?: number }
const drawn = (option: object) => (option as { series: Series[] }).series
const tip = () => ({ title: '', rows: [] })
const usual = { labels: ['25', '26', '27'], axis: String, tip, fromZero: true }

describe('a line that has just begun', () => {
  const labels = Array.from({ length: 24 }, (_, hour) => `${hour}:00`)
  const whole = labels.map((_, hour) => hour)
  const begun = (...values: number[]) =>
    drawn(
      lines({
        ...{ ...usual, labels },
        lines: [
          { name: 'Actual', values: labels.map((_, n) => values[n] ?? null), look: 'actual' },
          { name: 'Plan', values: whole, look: 'target' },
        ],
      })(colours),
    ).filter(one => one.name === 'Actual') as unknown as {
      data: unknown[]
      showSymbol: boolean
      label?: { show: boolean; align?: string }
    }[]

  it('is named from its last point on, clear of the axis', () => {
    const [, named] = begun(3, 4)
    expect(named?.data.findIndex(value => value !== null)).toBe(1)
    expect(named?.label).toMatchObject({ show: true, align: 'left' })
  })

  it('shows its only point', () => {
    const [line, named] = begun(3)
    expect(line?.showSymbol).toBe(true)
    expect(named?.data[0]).toBe(3)
    expect(begun(3, 4)[0]?.showSymbol).toBe(false)
  })
})

describe('a day still in progress', () => {
  const actual = { name: 'Actual', values: [5, 7, 0.2], look: 'actual' as const }
  const before = { name: 'Before', values: [4, 6, 8], look: 'previous' as const, whole: true }
  const target = { name: 'Target', values: [5, 5, 5], look: 'target' as const }
  const of = (name: string, values: number[] = actual.values) =>
    drawn(lines({ ...usual, lines: [{ ...actual, values }, before, target], open: 2 })(colours)).find(
      one => one.name === name,
    )?.data

  it('stands hollow beside its line, which ends the day before', () => {
    expect(of('Actual')).toEqual([5, 7, null])
    expect(of('Actual, so far')).toEqual([null, null, 0.2])
    const point = drawn(lines({ ...usual, lines: [actual, before], open: 2 })(colours)).find(
      one => one.name === 'Actual, so far',
    )
    expect(point).toMatchObject({ itemStyle: { color: colours.surface } })
  })

  it('leaves whole what is over: the days compared, and targets', () => {
    expect(of('Before')).toEqual([4, 6, 8])
    expect(of('Target')).toEqual([5, 5, 5])
    expect(of('Before, so far')).toBeUndefined()
  })

  it('shows no further than the day itself what is compared up to its hour: also a target, and what it may lie between', () => {
    const upTo = { ...target, whole: false, band: { low: [4, 4, 4], high: [6, 6, 6] } }
    const all = drawn(lines({ ...usual, lines: [actual, upTo], open: 2 })(colours))
    const data = (name: string) => all.find(one => one.name === name)?.data
    expect(data('Target')).toEqual([5, 5, null])
    expect(data('Target, so far')).toEqual([null, null, 5])
    expect(data('Target, high')).toEqual([2, 2, null])
  })

  it('has the names of lines that end the day before beside what they are so far, apart from each other', () => {
    const all = ['target', 'previous', 'last_year'].map((look, n) => ({
      ...{ name: look, values: [5, 3, 5 + n / 10], look: look as 'target', whole: false },
    }))
    const labels = (name: string) => {
      const one = drawn(lines({ ...usual, lines: all, open: 2 })(colours)).find(part => part.name === name)
      return one as unknown as {
        endLabel: { show: boolean }
        label: { formatter: string; position: string; offset: [number, number] }
      }
    }
    for (const { name } of all) {
      expect(labels(name).endLabel.show).toBe(false)
      expect(labels(`${name}, so far`).label).toMatchObject({
        formatter: expect.stringContaining(name),
        position: 'right',
      })
    }
    // Also on a phone, where the axis has no room for each point.
    for (const { name } of all) expect(labels(`${name}, so far`)).toMatchObject({ showAllSymbol: true })
    const shifts = all.map(({ name }) => labels(`${name}, so far`).label.offset[1])
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeGreaterThan(14)
  })

  it('is named where no line runs, also when the lines beside it go on', () => {
    const through = { ...before, values: [3, 3, 3, 3] }
    const side = (value: number) =>
      (
        drawn(
          lines({
            ...usual,
            labels: ['a', 'b', 'c', 'd'],
            lines: [{ ...actual, values: [5, 7, value, null] }, through],
            open: 2,
          })(colours),
        ).find(one => one.name === 'Actual, so far') as unknown as {
          label: { position: string; color: string }
        }
      ).label
    expect([side(2.4).position, side(3.6).position]).toEqual(['bottom', 'top'])
    // Grey would be taken for what it is compared with.
    expect(side(2.4).color).toBe(colours.actual)
  })

  it('opens no room below nothing for the returns of its first hours, but where others lie there', () => {
    expect(of('Actual, so far', [5, 7, -0.4])).toEqual([null, null, 0])
    expect(of('Actual, so far', [5, -7, -0.4])).toEqual([null, null, -0.4])
  })

  it('is a column in outline', () => {
    const parts = [{ name: 'New', values: [3, 2, 1], look: 0 }]
    const [column] = drawn(stack({ ...usual, parts, open: 2 })(colours))
    expect(column?.data).toMatchObject([3, 2, { value: 1, itemStyle: { borderType: 'dashed' } }])
  })
})

it('columns over time carry events at the columns they begin in, in no column’s room and in no legend', () => {
  const parts = [{ name: 'New', values: [3, 2, 1], look: 0 }]
  const option = stack({ ...usual, parts, marks: [{ at: 1, name: 'Fair' }] })(colours) as {
    series: { name: string; data: unknown[]; xAxisIndex?: number; yAxisIndex?: number }[]
    xAxis: { data: string[]; show?: boolean }[]
    yAxis: unknown[]
    legend: { data: string[] }
  }
  const marked = option.series.find(one => one.name === 'Events')
  expect(marked).toMatchObject({ data: [null, 1, null], xAxisIndex: 1, yAxisIndex: 1 })
  expect(option.xAxis[1]).toMatchObject({ data: usual.labels, show: false })
  expect(option.legend.data).toEqual(['New'])
  const last = stack({ ...usual, parts, marks: [{ at: 2, name: 'Fair' }] })(colours) as typeof option
  expect(last.series.at(-1)?.data[2]).toMatchObject({ label: { align: 'right' } })
  expect(stack({ ...usual, parts, marks: [] })(colours).series).toHaveLength(1)
})
