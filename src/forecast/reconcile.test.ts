import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reconcile, type Total } from './reconcile.ts'

const leaves = ['a web', 'a shop', 'b web', 'b shop']
const totals: Total[] = [
  { name: 'a', leaves: leaves.slice(0, 2) },
  { name: 'b', leaves: leaves.slice(2) },
  { name: 'web', leaves: ['a web', 'b web'] },
  { name: 'all', leaves },
]
const base = (numbers: readonly number[]) =>
  new Map([...leaves, ...totals.map(total => total.name)].map((name, i) => [name, [numbers[i] ?? 0]]))

describe('reconciliation', () => {
  it.each(['bottom_up', 'top_down', 'weighted'] as const)(
    'makes every total the sum of its leaves (%s)',
    method => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 8, maxLength: 8 }),
          numbers => {
            const made = reconcile({ base: base(numbers), totals, method })
            for (const { name, leaves: of } of totals)
              expect(made.get(name)?.[0]).toBe(of.reduce((sum, leaf) => sum + (made.get(leaf)?.[0] ?? 0), 0))
            expect([...made.values()].every(points => (points[0] ?? -1) >= 0)).toBe(true)
          },
        ),
        { numRuns: 200 },
      )
    },
  )

  it('changes nothing where all agree', () => {
    const agreed = [10, 20, 30, 40, 30, 70, 40, 100]
    for (const method of ['bottom_up', 'top_down', 'weighted'] as const) {
      const made = reconcile({ base: base(agreed), totals, method })
      const names = [...leaves, ...totals.map(total => total.name)]
      names.forEach((name, i) => {
        expect(made.get(name)?.[0]).toBeCloseTo(agreed[i] ?? 0, 8)
      })
    }
  })

  it('weighs two leaves and their total as least squares does', () => {
    // Equal variances: each of the three gives a third of the disagreement of 6.
    const made = reconcile({
      base: new Map([
        ['x', [10]],
        ['y', [20]],
        ['both', [36]],
      ]),
      totals: [{ name: 'both', leaves: ['x', 'y'] }],
      method: 'weighted',
      variance: new Map([
        ['x', 1],
        ['y', 1],
        ['both', 1],
      ]),
    })
    expect(made.get('x')?.[0]).toBeCloseTo(12, 10)
    expect(made.get('y')?.[0]).toBeCloseTo(22, 10)
    expect(made.get('both')?.[0]).toBeCloseTo(34, 10)
  })

  it('gives the total to leaves by their share, and says what is missing', () => {
    const made = reconcile({ base: base([1, 2, 3, 4, 0, 0, 0, 100]), totals, method: 'top_down' })
    expect(made.get('b shop')?.[0]).toBeCloseTo(40, 10)
    expect(() =>
      reconcile({ base: base([1]), totals: [{ name: 'a', leaves: ['c'] }], method: 'weighted' }),
    ).toThrow('which is no leaf')
  })
})
