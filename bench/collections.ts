/**
 * Forecasts series of other collections than those the tests know, from several origins each, and scores them as the M4
 * competition did: `npm run bench -- collections --folder DIR`. DIR holds CSV files, one for each collection, without a
 * heading; a line is a series: name, cadence (day, week, month, quarter), its values.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { models } from '../src/forecast/automatic.ts'
import { forecast } from '../src/forecast/forecast.ts'
import { coverage, mase, owa, smape } from '../src/forecast/grade.ts'
import { seasonalNaive } from '../src/forecast/models/members.ts'
import { prepare, see } from '../src/forecast/models/prepare.ts'
import { at, mean } from '../src/forecast/numbers.ts'
import { movingAverage } from '../src/forecast/seasons.ts'
import { seasonsOf } from '../src/forecast/series.ts'
import { table } from './measure.ts'

/** How each cadence is tried: steps ahead, season, least past of the last origin and of earlier ones, steps between them. */
const trials = {
  day: { ahead: 14, season: 7, last: 16, least: 42, gap: 31, widest: 603, past: 1100 },
  week: { ahead: 13, season: 52, last: 52, least: 52, gap: 13, widest: 52, past: Number.POSITIVE_INFINITY },
  month: { ahead: 18, season: 12, last: 42, least: 42, gap: 24, widest: 24, past: Number.POSITIVE_INFINITY },
  quarter: { ahead: 8, season: 4, last: 20, least: 20, gap: 12, widest: 12, past: Number.POSITIVE_INFINITY },
} as const
type Tried = keyof typeof trials

interface Asked {
  cadence: Tried
  past: Float64Array
  actual: Float64Array
}

/** The last three origins of a series; days of the week differ from one to the next. */
function asked(cadence: Tried, values: readonly number[]): Asked[] {
  const { ahead, last, least, gap, widest, past } = trials[cadence]
  const room = Math.floor((values.length - ahead - least) / 3)
  const step = Math.max(gap, Math.min(widest, cadence === 'day' ? room - (room % 7) + 3 : room))
  return [0, 1, 2]
    .map(place => values.length - ahead - place * step)
    .filter((origin, place) => origin >= (place === 0 ? last : least))
    .map(origin => ({
      cadence,
      past: Float64Array.from(values.slice(Math.max(0, origin - past), origin)),
      actual: Float64Array.from(values.slice(origin, origin + ahead)),
    }))
    .filter(one => new Set(one.past).size >= 5)
}

/** Whether the autocorrelation at the season stands out at 90 %, as the M4 competition tested it. */
function isSeasonal(y: Float64Array, season: number): boolean {
  if (y.length < 3 * season) return false
  const middle = mean(y)
  const moved = y.map(value => value - middle)
  const power = moved.reduce((sum, value) => sum + value * value, 0)
  const correlation = (lag: number) => {
    let sum = 0
    for (let t = lag; t < moved.length; t++) sum += at(moved, t) * at(moved, t - lag)
    return sum / power
  }
  let limit = 1
  for (let lag = 1; lag < season; lag++) limit += 2 * correlation(lag) ** 2
  return Math.abs(correlation(season)) > 1.645 * Math.sqrt(limit / y.length)
}

/** Naïve 2: the last value without its season, times the season (plus, where the series touches zero). */
function naive2(y: Float64Array, season: number, ahead: number): Float64Array {
  if (!isSeasonal(y, season)) return seasonalNaive(y, 1, ahead)
  const multiplies = y.every(value => value > 0)
  const trend = movingAverage(y, season)
  const sums = new Float64Array(season)
  const counts = new Float64Array(season)
  y.forEach((value, t) => {
    if (Number.isNaN(at(trend, t))) return
    sums[t % season] = at(sums, t % season) + (multiplies ? value / at(trend, t) : value - at(trend, t))
    counts[t % season] = at(counts, t % season) + 1
  })
  const raw = sums.map((sum, place) => sum / at(counts, place))
  const middle = mean(raw)
  const index = raw.map(value => (multiplies ? value / middle : value - middle))
  const last = y.length - 1
  const level = multiplies ? at(y, last) / at(index, last % season) : at(y, last) - at(index, last % season)
  return Float64Array.from({ length: ahead }, (_, h) => {
    const own = at(index, (y.length + h) % season)
    return multiplies ? level * own : level + own
  })
}

interface Said {
  points: Float64Array
  cover80?: number | null
  cover95?: number | null
}

type Way = (one: Asked) => Said

/** One of the product's models alone, without trials; the naïve where it cannot say anything. */
const alone =
  (name: 'theta' | 'ets'): Way =>
  ({ cadence, past, actual }) => ({
    points:
      models[name](prepare(see(past, seasonsOf[cadence])), actual.length) ??
      seasonalNaive(past, 1, actual.length),
  })

const ways: Readonly<Record<string, Way>> = {
  'naive 2': ({ cadence, past, actual }) => ({ points: naive2(past, trials[cadence].season, actual.length) }),
  naive: ({ past, actual }) => ({ points: seasonalNaive(past, 1, actual.length) }),
  'seasonal naive': ({ cadence, past, actual }) => ({
    points: seasonalNaive(past, Math.min(past.length, trials[cadence].season), actual.length),
  }),
  'own theta alone': alone('theta'),
  'own ETS alone': alone('ets'),
  automatic: ({ cadence, past, actual }) => {
    const { points } = forecast({ values: [...past], cadence }, { horizon: actual.length })
    const column = (key: 'p50' | 'p10' | 'p90' | 'p2_5' | 'p97_5') =>
      Float64Array.from(points, point => point[key])
    return {
      points: column('p50'),
      cover80: coverage(actual, column('p10'), column('p90')),
      cover95: coverage(actual, column('p2_5'), column('p97_5')),
    }
  },
}

const [, , folder = '.'] = process.argv
const files = readdirSync(folder).filter(name => name.endsWith('.csv'))
if (files.length === 0) {
  console.error(`no CSV files of series in ${folder}; a line of one is name,cadence,value,value …`)
  process.exit(2)
}
for (const file of files.sort()) {
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n')
  const all = lines.flatMap(line => {
    const [name = '', cadence = '', ...cells] = line.split(',')
    if (!(cadence in trials)) throw new Error(`${file}, ${name}: no cadence ${cadence} is tried here`)
    return asked(cadence as Tried, cells.map(Number))
  })
  const rows = Object.entries(ways).map(([name, way]) => {
    const scored = all.flatMap(one => {
      const { points, cover80 = null, cover95 = null } = way(one)
      // Days on which nothing was sold have no percentage error.
      const sold = [...one.actual.keys()].filter(h => one.actual[h] !== 0)
      const few = (values: Float64Array) => Float64Array.from(sold, h => at(values, h))
      const scaled = mase(one.actual, points, one.past, trials[one.cadence].season)
      return scaled === null || sold.length === 0
        ? []
        : [{ smape: 100 * smape(few(one.actual), few(points)), mase: scaled, cover80, cover95 }]
    })
    const share = (key: 'cover80' | 'cover95') => {
      const known = scored.flatMap(one => one[key] ?? [])
      return known.length === 0 ? '' : (100 * mean(known)).toFixed(1)
    }
    return {
      name,
      scores: { smape: mean(scored.map(one => one.smape)), mase: mean(scored.map(one => one.mase)) },
      cover: [share('cover80'), share('cover95')],
    }
  })
  const reference = rows[0]?.scores ?? { smape: 1, mase: 1 }
  table(
    `${file}: ${lines.length} series, ${all.length} origins`,
    ['forecast', 'OWA', 'sMAPE', 'MASE', '80 % covers', '95 % covers'],
    rows.map(({ name, scores, cover }) => [
      name,
      owa(scores, reference).toFixed(3),
      scores.smape.toFixed(2),
      scores.mase.toFixed(3),
      ...cover,
    ]),
  )
}
