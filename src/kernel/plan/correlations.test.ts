import { describe, expect, it } from 'vitest'
import { checkTogether, matrixOf } from './correlations.ts'
import { cholesky, normalQuantile, stream } from './random.ts'

const names = ['Sessions', 'Conversion', 'Order value', 'Media']
const problem = (pairs: [number, number, number][]) => {
  try {
    checkTogether(
      names,
      pairs.map(([a, b, r]) => ({ a, b, r })),
    )
    return null
  } catch (error) {
    const { message, next } = error as { message: string; next?: string }
    return `${message} ${next}`
  }
}

describe('drivers that move together', () => {
  it('may be any pairs that can hold at once, a driver that is wholly another’s among them', () => {
    expect(problem([])).toBeNull()
    expect(
      problem([
        [0, 3, 0.8],
        [0, 1, -0.3],
        [1, 2, 0.5],
      ]),
    ).toBeNull()
    expect(
      problem([
        [0, 1, 1],
        [0, 2, 0.5],
        [1, 2, 0.5],
      ]),
    ).toBeNull()
  })
  it('name the three that contradict each other and what the weakest pair may be', () => {
    expect(
      problem([
        [0, 1, 0.9],
        [0, 2, 0.9],
        [1, 2, -0.5],
      ]),
    ).toBe(
      'Conversion and Order value cannot be at −0.5 while Sessions is at 0.9 with the one and 0.9 with the other. Set Conversion with Order value between 0.62 and 1, or bring one of the other two nearer to 0.',
    )
    // By the closed form: 0.9 × 0.9 ± (1 − 0.81).
    const at = (r: number) =>
      problem([
        [0, 1, 0.9],
        [0, 2, 0.9],
        [1, 2, r],
      ])
    expect([at(0.62), at(1)]).toEqual([null, null])
    expect(at(0.61)).not.toBeNull()
    // A pair that is not named is at 0, and may be the one that cannot be.
    expect(
      problem([
        [0, 1, 0.9],
        [0, 2, 0.9],
      ]),
    ).toContain('Conversion and Order value cannot be at 0 while')
    expect(
      problem([
        [0, 1, 1],
        [0, 2, 0.5],
      ]),
    ).toContain('Set Conversion with Order value to 0.5, or')
  })
  it('say how much of them would hold where every three do and all do not', () => {
    const against = [
      [0, 1, -0.4],
      [0, 2, -0.4],
      [0, 3, -0.4],
      [1, 2, -0.4],
      [1, 3, -0.4],
      [2, 3, -0.4],
    ] as [number, number, number][]
    // Four equally against each other can be no further than −1/3: 83 % of −0.4.
    expect(problem(against)).toContain('at 83 % of what they are they hold')
    expect(problem(against.map(([a, b, r]) => [a, b, r * 0.83]))).toBeNull()
  })
  it('are drawn as they were given', () => {
    const pairs = [
      { a: 0, b: 1, r: 0.7 },
      { a: 1, b: 2, r: -0.4 },
    ]
    const root = cholesky(matrixOf(3, pairs))
    const random = stream(7)
    const runs = Array.from({ length: 20_000 }, () => {
      const z = [0, 1, 2].map(() => normalQuantile(random()))
      return root.map(row => row.reduce((sum, one, n) => sum + one * (z[n] as number), 0))
    })
    const r = (a: number, b: number) =>
      runs.reduce((sum, run) => sum + (run[a] as number) * (run[b] as number), 0) / runs.length
    expect(r(0, 1)).toBeCloseTo(0.7, 1)
    expect(r(1, 2)).toBeCloseTo(-0.4, 1)
    expect(Math.abs(r(0, 2))).toBeLessThan(0.03)
  })
})
