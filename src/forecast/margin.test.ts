import { describe, expect, it } from 'vitest'
import { draw } from '#simulators/company/draw.ts'
import { forecast } from './forecast.ts'
import { errorOf, productOf, type Tried, widened } from './margin.ts'

const point = (p50: number, low: number, high: number) => ({
  ...{ p2_5: p50 - 2 * low, p10: p50 - low, p50, p90: p50 + high, p97_5: p50 + 2 * high },
})

describe('sales times their rate', () => {
  it('is as unsure as both together, and turns round where the rate is a loss', () => {
    const [one] = productOf([point(100, 10, 20)], [point(0.5, 0, 0)])
    expect([one?.p10, one?.p50, one?.p90]).toEqual([45, 50, 60])
    const [both] = productOf([point(100, 10, 10)], [point(0.5, 0.05, 0.05)])
    expect(both?.p90).toBeCloseTo(50 + Math.hypot(5, 5), 9)
    const [loss] = productOf([point(100, 10, 20)], [point(-0.5, 0, 0)])
    expect([loss?.p10, loss?.p50, loss?.p90]).toEqual([-60, -50, -45])
  })

  it('has ranges wider where they held too little, as far as that was tried', () => {
    const tried = (came: number): Tried => ({
      came: [came],
      product: [point(10, 1, 1)],
      direct: [point(10, 1, 1)],
    })
    const [same] = widened([point(10, 1, 1)], [], 'product')
    expect(same?.p90).toBe(11)
    const [wider] = widened([point(10, 1, 1)], [tried(12), tried(12)], 'product')
    expect(wider?.p90).toBeCloseTo(10 + Math.SQRT2, 9)
    expect(errorOf([tried(12), tried(8)], 'direct')).toBeCloseTo(0.2, 9)
  })
})

it('covers what its ranges say, on made-up shops whose rate wanders', () => {
  let [held, all] = [0, 0]
  for (let seed = 1; seed <= 10; seed++) {
    let [level, moved] = [0, 0]
    const days = Array.from({ length: 328 }, (_, t) => {
      const random = draw(seed, t)
      level = 0.98 * level + 0.03 * random.normal()
      moved = 0.96 * moved + 0.012 * random.normal()
      const sales = 1000 * (t % 7 > 4 ? 1.6 : 1) * Math.exp(level + 0.2 * random.normal())
      return { sales, margin: sales * (0.25 + moved + 0.03 * random.normal()) - 40 }
    })
    const say = (end: number) => {
      const ask = (values: number[]) =>
        forecast(
          { start: '2025-01-06', cadence: 'day', values },
          { horizon: 28, calendar: {}, models: ['dynamic_theta', 'damped_trend', 'level'] },
        ).points
      const known = days.slice(0, end)
      return {
        came: days.slice(end, end + 28).map(one => one.margin),
        product: productOf(ask(known.map(one => one.sales)), ask(known.map(one => one.margin / one.sales))),
        direct: ask(known.map(one => one.margin)),
      }
    }
    const tried = [216, 244, 272].map(say)
    const now = say(300)
    for (const by of ['product', 'direct'] as const)
      widened(now[by], tried, by).forEach((said, h) => {
        const came = now.came[h] ?? 0
        if (said.p10 <= came && came <= said.p90) held += 1
        all += 1
      })
  }
  expect(held / all).toBeGreaterThan(0.7)
  expect(held / all).toBeLessThan(0.9)
}, 60_000)
