import { at, differences, lastOf, mean, variance } from './numbers.ts'

/** As far back as the models look. */
const seen = 520
/** Fewer steps tell nothing. */
const least = 8
/** What chance exceeds once in twenty: of a standard normal, and its square, a χ² of one degree. */
const critical = 1.96

/**
 * Whether a series steps by chance alone, so that its last value is all there is to know: its steps have no drift (Student's
 * t) and no memory (the automatic portmanteau test of Escanciano & Lobato 2009, which holds where calm and wild times take
 * turns), both at 5 %. A season shows as memory only where it has come round. `y` as logarithms where it may.
 */
export function isRandomWalk(y: Float64Array): boolean {
  const steps = differences(lastOf(y, seen))
  const n = steps.length
  const spread = Math.sqrt(variance(steps))
  const drift = mean(steps)
  if (n < least || spread <= 1e-12 * Math.abs(at(y, y.length - 1))) return false
  if (Math.abs(drift) * Math.sqrt(n) > critical * spread) return false
  return portmanteau(steps.map(step => step - drift)) < critical ** 2
}

/** Sum of squared autocorrelations, robust to changing variance, up to the lag that a penalty chooses. */
function portmanteau(x: Float64Array): number {
  const n = x.length
  const lags = Math.floor(Math.min(n / 4, 10 * Math.log10(n)))
  const squares = Array.from({ length: lags }, (_, index) => {
    const lag = index + 1
    let sum = 0
    let square = 0
    for (let t = lag; t < n; t++) {
      const product = at(x, t) * at(x, t - lag)
      sum += product
      square += product * product
    }
    return square > 0 ? (sum * sum) / square : 0
  })
  // One autocorrelation that stands out by far: Akaike's penalty, which finds many; else Schwarz', which finds few.
  const standsOut = squares.some(value => value > 2.4 * Math.log(n))
  const penalty = standsOut ? 2 : Math.log(n)
  let [sum, most, statistic] = [0, Number.NEGATIVE_INFINITY, 0]
  squares.forEach((value, index) => {
    sum += value
    if (sum - penalty * (index + 1) <= most) return
    most = sum - penalty * (index + 1)
    statistic = sum
  })
  return statistic
}
