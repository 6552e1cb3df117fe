import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerRow } from '../query.ts'
import { readChain, splitChain } from './chain.ts'
import { treeOf } from './drivers.ts'
import { illusions, type Segmented, segmented } from './segments.ts'

const steps = treeOf('net_sales', 'traffic')?.steps ?? []
const names = ['sessions', 'orders', 'units_sold', 'gross_sales', 'discounts', 'net_sales'] as const

/** A row as the language answers it: figures now, and last year's beside them. */
const rowOf = (key: string, now: readonly number[], before: readonly number[]) =>
  ({
    part: key,
    ...Object.fromEntries(names.map((name, n) => [name, String(now[n])])),
    compare: {
      last_year: {
        values: Object.fromEntries(
          names.map((name, n) => [name, { value: String(before[n]), delta: null, ratio: null }]),
        ),
      },
    },
  }) as unknown as AnswerRow
const added = (lists: readonly (readonly number[])[]) =>
  names.map((_, n) => lists.reduce((sum, list) => sum + (list[n] ?? 0), 0))

const cut = (parts: readonly (readonly [string, readonly number[], readonly number[]])[]) => {
  const rows = parts.map(([key, now, before]) => rowOf(key, now, before))
  const whole = rowOf('', added(parts.map(p => p[1])), added(parts.map(p => p[2])))
  const read = readChain(whole, 'last_year', steps)
  const split = splitChain(read, 2)
  return { split, found: segmented(rows, row => String(row.part), 'last_year', { read, split }, 2) }
}

const labels = (found: Segmented | null) => found?.parts.map(part => part.label)

describe('a change by segments', () => {
  it('adds up to each driver to the penny, rate and mix apart, whatever the segments', () => {
    const figures = fc.tuple(
      fc.nat(50_000),
      fc.nat(900),
      fc.nat(3_000),
      fc.nat(90_000),
      fc.integer({ min: -9_000, max: 0 }),
      fc.integer({ min: -20_000, max: 90_000 }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(figures, figures), { minLength: 1, maxLength: 12 }), drawn => {
        const { split, found } = cut(drawn.map(([now, before], n) => [`s${n}`, now, before] as const))
        expect(split.parts.reduce((sum, part) => sum + part.coins, 0n)).toBe(split.after - split.before)
        if (!found) throw new Error('every quantity adds up here')
        found.parts.forEach((part, n) => {
          const sum = found.segments.reduce(
            (all, s) => all + (s.parts[n]?.rate ?? 0n) + (s.parts[n]?.mix ?? 0n),
            0n,
          )
          expect(sum).toBe(part.coins)
        })
      }),
      { numRuns: 200 },
    )
  })
  it('calls a shift to cheaper baskets mix, and a fall within a segment rate', () => {
    const { found } = cut([
      ['rich', [100, 10, 10, 500, 0, 500], [300, 30, 30, 1500, 0, 1500]],
      ['poor', [300, 30, 30, 300, 0, 300], [100, 10, 10, 100, 0, 100]],
    ])
    const at = labels(found)?.indexOf('Price and product mix') ?? -1
    const parts = found?.segments.map(s => s.parts[at])
    expect(parts?.every(part => part?.rate === 0n && part.mix < 0n)).toBe(true)
    const fell = cut([
      ['a', [100, 5, 5, 50, 0, 50], [100, 10, 10, 100, 0, 100]],
      ['b', [100, 10, 10, 100, 0, 100], [100, 10, 10, 100, 0, 100]],
    ]).found
    const conversion = labels(fell)?.indexOf('Conversion') ?? -1
    expect(fell?.segments.map(s => Number(s.parts[conversion]?.rate) < 0)).toEqual([true, false])
  })
  it('begins with the first quantity that adds up, the drivers before it together', () => {
    // Orders are counted once however many products they hold.
    const rows = [
      rowOf('p', [0, 8, 8, 80, 0, 80], [0, 10, 10, 100, 0, 100]),
      rowOf('q', [0, 8, 8, 80, 0, 80], [0, 10, 10, 100, 0, 100]),
    ]
    const whole = rowOf('', [100, 10, 16, 160, 0, 160], [100, 15, 20, 200, 0, 200])
    const read = readChain(whole, 'last_year', steps)
    const split = splitChain(read, 2)
    const found = segmented(rows, row => String(row.part), 'last_year', { read, split }, 2)
    expect(labels(found)).toEqual(['Units sold', 'Price and product mix', 'Discounts', 'Returns'])
    expect(found?.parts[0]?.coins).toBe(-4000n)
  })
})

describe("Simpson's paradox", () => {
  it('is named where the total falls and every segment rises', () => {
    const { found } = cut([
      ['desktop', [100, 11, 11, 110, 0, 110], [900, 90, 90, 900, 0, 900]],
      ['mobile', [900, 20, 20, 200, 0, 200], [100, 2, 2, 20, 0, 20]],
    ])
    expect(found && illusions('device', found)).toMatchObject([
      { dimension: 'device', driver: 'Conversion', segments: 2 },
    ])
  })
  it('is not named where one segment went with the total', () => {
    const { found } = cut([
      ['desktop', [100, 9, 9, 90, 0, 90], [900, 90, 90, 900, 0, 900]],
      ['mobile', [900, 20, 20, 200, 0, 200], [100, 2, 2, 20, 0, 20]],
    ])
    expect(found && illusions('device', found)).toEqual([])
  })
})
