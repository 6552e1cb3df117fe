/** Forecasts many weekly series in the pool of threads: 1,000 of 104 weeks, 13 ahead with intervals, in under a minute on two cores. */
import { openForecastPool } from '../src/forecast/pool.ts'
import { quantile, seconds, table } from './measure.ts'

const [, lines = '1000'] = process.argv.slice(2)
const count = Number(lines)
const weeks = 104
const horizon = 13

/** A made shop's line: trend, a year, noise that is the same each time (a linear congruence: Knuth 1997, §3.3.4). */
function line(seed: number): number[] {
  let state = seed * 2_654_435_761 + 1
  const noise = () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const [level, growth, swing, shift] = [100 + 900 * (noise() + 0.5), noise() / 100, noise(), noise() * 52]
  return Array.from({ length: weeks }, (_, t) =>
    Math.max(
      0,
      level * Math.exp(growth * t + swing * Math.sin((2 * Math.PI * (t + shift)) / 52.18) + 0.3 * noise()),
    ),
  )
}

const pool = openForecastPool()
// While threads compute, this one must stay free: how late a timer of 20 ms comes is what a request would wait.
const late: number[] = []
let due = performance.now() + 20
const timer = setInterval(() => {
  late.push(Math.max(0, performance.now() - due))
  due = performance.now() + 20
}, 20)
const taken = await seconds(() =>
  Promise.all(
    Array.from({ length: count }, (_, seed) =>
      pool.forecast({ values: line(seed), cadence: 'week' }, { horizon }),
    ),
  ),
)
clearInterval(timer)
await pool.close()
const beaten = taken.result.filter(one => one.beatsSeasonalNaive).length
late.sort((a, b) => a - b)
table(
  'Forecast',
  ['series', 'seconds', 'ms a series', 'main thread late, 99 %, ms', 'beat the seasonal naive'],
  [[String(count), taken.seconds, (1000 * taken.seconds) / count, quantile(late, 0.99), beaten]],
)
process.exit(taken.seconds > 60 && count >= 1000 ? 1 : 0)
