import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draw } from '#simulators/company/draw.ts'
import { forecast } from './forecast.ts'
import { nodesOf, placeKey, reconcileCells, type SaidOf, shareOut } from './hierarchy.ts'
import { reconcile } from './reconcile.ts'

const coins = (value: number) => Math.round(100 * value)
const sumAt = (lines: readonly ArrayLike<number>[], members: readonly number[], h: number) =>
  members.reduce((sum, index) => sum + (lines[index]?.[h] ?? 0), 0)

describe('the sums of a crossed hierarchy', () => {
  it('are the total, each axis, each two of them crossed, and the bottom', () => {
    const cells = [
      ['uk', 'mugs', 'web'],
      ['uk', 'mugs', 'till'],
      ['de', 'mugs', 'web'],
    ]
    const keys = nodesOf(cells).map(node => [placeKey(node.at), node.members.length])
    expect(keys[0]).toEqual(['[null,null,null]', 3])
    expect(keys).toContainEqual(['["uk",null,null]', 2])
    expect(keys).toContainEqual(['[null,"mugs","web"]', 2])
    expect(keys.slice(-3).map(([, count]) => count)).toEqual([1, 1, 1])
    expect(keys).toHaveLength(1 + (2 + 1 + 2) + (2 + 3 + 2) + 3)
  })
})

describe('a reconciled bottom', () => {
  it('adds up to what is fixed to the coin, at every node and date, whatever anybody says', () => {
    const value = fc.oneof(fc.constant(0), fc.double({ min: -50, max: 1e6, noNaN: true }))
    const made = fc
      .uniqueArray(fc.tuple(fc.nat(2), fc.nat(3), fc.nat(2)), {
        minLength: 1,
        maxLength: 20,
        selector: one => one.join(),
      })
      .chain(places => {
        const cells = places.map(place => place.map(String))
        const nodes = nodesOf(cells)
        return fc.record({
          cells: fc.constant(cells),
          said: fc.array(
            fc.record({
              heard: fc.boolean(),
              points: fc.array(value, { minLength: 3, maxLength: 3 }),
              variance: fc.double({ min: 0, max: 1e9, noNaN: true }),
            }),
            { minLength: nodes.length, maxLength: nodes.length },
          ),
          fixed: fc.array(fc.array(fc.nat(1e7), { minLength: 3, maxLength: 3 }), {
            minLength: 3,
            maxLength: 3,
          }),
          rate: fc.double({ min: 0.01, max: 100, noNaN: true }),
        })
      })
    fc.assert(
      fc.property(made, ({ cells, said, fixed, rate }) => {
        const nodes = nodesOf(cells)
        const told = new Map<string, SaidOf>()
        nodes.forEach((node, n) => {
          const one = said[n]
          if (one && (one.heard || !node.at.includes(null)))
            told.set(placeKey(node.at), { points: Float64Array.from(one.points), variance: one.variance })
        })
        const tops = new Map(fixed.map((own, store) => [String(store), own.map(coin => coin / 100)]))
        const bottom = reconcileCells({
          ...{ cells, said: told, fixed: tops, rates: new Map([['1', rate]]) },
          usual: cells.map(() => 1),
        })
        for (let h = 0; h < 3; h++) {
          for (const one of bottom) expect(one[h]).toBeGreaterThanOrEqual(0)
          for (const { at: place, members } of nodes.filter(node => node.at.includes(null))) {
            const [store, ...others] = place
            // Every node is the sum of its own children along each axis it adds up over.
            for (let axis = 0; axis < 3; axis++)
              if (place[axis] === null) {
                const children = nodes.filter(
                  ({ at }) => at[axis] !== null && at.every((own, n) => n === axis || own === place[n]),
                )
                const sum = children.reduce((all, one) => all + coins(sumAt(bottom, one.members, h)), 0)
                expect(sum).toBe(coins(sumAt(bottom, members, h)))
              }
            if (store !== null && others.every(value => value === null))
              expect(coins(sumAt(bottom, members, h))).toBe(coins(tops.get(String(store))?.[h] ?? 0))
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('gives a day on which nobody says anything its usual shares', () => {
    expect(shareOut([[0], [0]], [10], [3, 1]).map(one => one[0])).toEqual([7.5, 2.5])
  })

  it('listens the more to who errs less', () => {
    const cells = [
      ['s', 'a'],
      ['s', 'b'],
    ]
    const said = (variance: number) =>
      new Map([
        [placeKey(['s', 'a']), { points: [60], variance }],
        [placeKey(['s', 'b']), { points: [60], variance: 1 }],
      ])
    const share = (variance: number) =>
      reconcileCells({ cells, said: said(variance), fixed: new Map([['s', [100]]]), usual: [1, 1] })[0]?.[0]
    expect(share(1)).toBe(50)
    expect(share(9)).toBeLessThan(44)
  })
})

describe('on a backtest', () => {
  /** Two stores, two categories, two channels that share a course, each with a week and a drift of its own, and chance. */
  const cells = ['uk', 'de'].flatMap(store =>
    ['mugs', 'lamps'].flatMap(category => ['web', 'till'].map(channel => [store, category, channel])),
  )
  const nodes = nodesOf(cells)
  const [days, horizon] = [330, 28]
  const trials = [0, 100, 200, 300].flatMap(seed => {
    const series = cells.map((_, n) => {
      let drift = 0
      return Array.from({ length: days }, (_, t) => {
        drift = 0.995 * drift + 0.02 * draw(seed + n + 50, t).normal()
        const week = 1 + 0.4 * Math.sin((2 * Math.PI * (t + n)) / 7)
        const common = 0.3 * Math.sin((2 * Math.PI * t) / 120 + seed)
        return 20 * (n + 1) * week * Math.exp(common + drift + 0.3 * draw(seed + n, t).normal())
      })
    })
    return [200, 245, 290].map(origin => {
      const own = nodes.map(node => {
        const values = Array.from({ length: origin + horizon }, (_, t) => sumAt(series, node.members, t))
        const { points } = forecast(
          { start: '2025-01-06', cadence: 'day', values: values.slice(0, origin) },
          { horizon, calendar: {}, models: ['dynamic_theta', 'damped_trend', 'level'] },
        )
        const wide = points.map(one => (one.p90 - one.p10) / 2.5631)
        return {
          ...node,
          points: points.map(one => one.p50),
          variance: wide.reduce((sum, one) => sum + one ** 2, 0) / horizon,
          came: values.slice(origin),
        }
      })
      const tops = own.filter(one => one.at[1] === null && one.at[2] === null)
      // First the stores and the whole, as they are told; then what is below them.
      const stores = reconcile({
        base: new Map(tops.map(one => [String(one.at[0]), Float64Array.from(one.points)])),
        totals: [{ name: 'null', leaves: ['uk', 'de'] }],
        method: 'weighted',
        variance: new Map(tops.map(one => [String(one.at[0]), one.variance])),
      })
      const bottom = reconcileCells({
        cells,
        said: new Map(own.map(one => [placeKey(one.at), one])),
        fixed: stores,
        usual: cells.map(() => 1),
      })
      return { own, bottom }
    })
  })
  /** WAPE of nodes with so many axes told apart, as they were moved or by themselves. */
  const off = (axes: number, isMoved: boolean) => {
    let [wrong, all] = [0, 0]
    for (const { own, bottom } of trials)
      for (const one of own.filter(({ at }) => at.filter(value => value !== null).length === axes))
        one.came.forEach((came, h) => {
          wrong += Math.abs(came - (isMoved ? sumAt(bottom, one.members, h) : (one.points[h] ?? 0)))
          all += came
        })
    return wrong / all
  }

  it('tells the total, and every level below it, no worse than what each says by itself', () => {
    for (const axes of [0, 1, 2, 3])
      expect(off(axes, true), `${axes} axes`).toBeLessThan(1.02 * off(axes, false))
  })
})
