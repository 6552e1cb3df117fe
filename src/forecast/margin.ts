import type { Point } from './forecast.ts'
import { quantile } from './numbers.ts'

/** What is left of sales after costs, as what its sales and its rate say together. */

type Ahead = Pick<Point, 'p2_5' | 'p10' | 'p50' | 'p90' | 'p97_5'>

/** One stretch of the past: what came, and what was said of it from the day before. */
export interface Tried {
  came: readonly number[]
  product: readonly Ahead[]
  direct: readonly Ahead[]
}

/**
 * Sales times their rate, period by period. Their errors are taken to be independent (delta method for a product: Goodman
 * 1960, JASA 55); of a rate below zero more sales are a greater loss.
 */
export function productOf(sales: readonly Ahead[], rates: readonly Ahead[]): Ahead[] {
  return sales.map((sale, h) => {
    const rate = rates[h] as Ahead
    const p50 = sale.p50 * rate.p50
    const reach = (low: 'p10' | 'p2_5', high: 'p90' | 'p97_5') => {
      const less = [
        rate.p50 * (sale.p50 - sale[rate.p50 < 0 ? high : low]),
        sale.p50 * (rate.p50 - rate[low]),
      ]
      const more = [
        rate.p50 * (sale[rate.p50 < 0 ? low : high] - sale.p50),
        sale.p50 * (rate[high] - rate.p50),
      ]
      return [p50 - Math.hypot(...less), p50 + Math.hypot(...more)] as const
    }
    const [p10, p90] = reach('p10', 'p90')
    const [p2_5, p97_5] = reach('p2_5', 'p97_5')
    return { p2_5, p10, p50, p90, p97_5 }
  })
}

/** Σ|came − middle| ÷ Σ|came| over all stretches; null where nothing came. */
export function errorOf(tried: readonly Tried[], by: 'product' | 'direct'): number | null {
  let [wrong, all] = [0, 0]
  for (const one of tried)
    one.came.forEach((came, h) => {
      wrong += Math.abs(came - (one[by][h]?.p50 ?? 0))
      all += Math.abs(came)
    })
  return all > 0 ? wrong / all : null
}

/** Stretches as which the first guess, that ranges are right as they are, counts. */
const firstGuess = 2

/**
 * The same ranges so wide that four fifths of what came would have lain in them (split conformal: Lei et al. 2018, JASA 113),
 * drawn to as wide as they are while there are few stretches to go by; no narrower than two thirds, no wider than threefold.
 */
export function widened(
  points: readonly Ahead[],
  tried: readonly Tried[],
  by: 'product' | 'direct',
): Ahead[] {
  const far = tried.flatMap(one =>
    one.came.flatMap((came, h) => {
      const said = one[by][h]
      if (!said) return []
      const wide = came < said.p50 ? said.p50 - said.p10 : said.p90 - said.p50
      return wide > 0 ? [Math.abs(came - said.p50) / wide] : []
    }),
  )
  if (far.length === 0) return [...points]
  const trust = tried.length / (tried.length + firstGuess)
  const factor = Math.exp(
    trust * Math.log(Math.min(3, Math.max(2 / 3, quantile(Float64Array.from(far), 0.8)))),
  )
  const about = (p50: number, value: number) => p50 + factor * (value - p50)
  return points.map(({ p2_5, p10, p50, p90, p97_5 }) => ({
    ...{ p2_5: about(p50, p2_5), p10: about(p50, p10), p50, p90: about(p50, p90), p97_5: about(p50, p97_5) },
  }))
}
