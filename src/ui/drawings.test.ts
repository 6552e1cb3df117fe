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

  it('keeps the names apart of lines that all end the day before', () => {
    const all = ['target', 'previous', 'last_year'].map((look, n) => ({
      ...{ name: look, values: [5, 5 + n / 10, 3], look: look as 'target', whole: false },
    }))
    const drawing = drawn(lines({ ...usual, lines: all, open: 2 })(colours))
    const shifts = all.map(({ name }) => {
      const end = drawing.find(one => one.name === name) as
        | { endLabel?: { offset: [number, number]; align?: string } }
        | undefined
      expect(end?.endLabel?.align).toBeUndefined()
      return end?.endLabel?.offset[1] ?? 0
    })
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeGreaterThan(14)
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
