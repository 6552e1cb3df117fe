import { describe, expect, it } from 'vitest'
import { findAnomalies } from './anomalies.ts'
import { bestNabScore, nabScore, probation, type Rows, windowedGaussian } from './test-data/nab.ts'
import { isThere, namesIn, text } from './test-data/shared.ts'

interface File {
  name: string
  times: number[]
  values: number[]
  windows: [number, number][]
}

const groups = ['artificialNoAnomaly', 'artificialWithAnomaly', 'realAdExchange', 'realKnownCause']
const time = (stamp: string) => Date.parse(`${stamp.replace(' ', 'T')}Z`)

function files(): File[] {
  const labels = JSON.parse(text('nab/labels/combined_windows.json')) as Record<string, [string, string][]>
  return groups.flatMap(group =>
    namesIn(`nab/data/${group}`).map(file => {
      const rows = text(`nab/data/${group}/${file}`).trim().split('\n').slice(1)
      const times = rows.map(row => time(row.split(',')[0] ?? ''))
      const windows = (labels[`${group}/${file}`] ?? []).map(([from, to]): [number, number] => [
        times.findIndex(one => one >= time(from)),
        times.findLastIndex(one => one <= time(to)),
      ])
      return { name: `${group}/${file}`, times, values: rows.map(row => Number(row.split(',')[1])), windows }
    }),
  )
}

/** Scores of the rows of a file, which may skip steps and repeat them: on an even grid, gaps unknown. */
function scores({ times, values }: File): number[] {
  const steps = times
    .slice(1)
    .map((one, i) => one - (times[i] ?? 0))
    .sort((a, b) => a - b)
  const step = steps[Math.floor(steps.length / 2)] ?? 1
  const slots = times.map(one => Math.round((one - (times[0] ?? 0)) / step))
  const even: (number | null)[] = new Array((slots.at(-1) ?? 0) + 1).fill(null)
  slots.forEach((slot, row) => {
    even[slot] = values[row] ?? null
  })
  const day = Math.round(86_400_000 / step)
  const { readings } = findAnomalies(
    { values: even, cadence: 'hour' },
    { stepsPerDay: day, warmUp: Math.max(32, Math.min(probation(values.length), 3 * day)) },
  )
  return slots.map(slot => readings[slot]?.score ?? 0)
}

describe('the scorer of the benchmark', () => {
  const windows = [[1000, 1099]] as const
  const alertAt = (...rows: number[]): Rows => ({
    scores: Array.from({ length: 2000 }, (_, row) => (rows.includes(row) ? 1 : 0)),
    windows,
  })

  it('gives 100 for the first moment of each window, 0 for silence, and less for false alerts', () => {
    expect(nabScore([alertAt(1000)], 0.5)).toBeCloseTo(100, 6)
    expect(nabScore([alertAt()], 0.5)).toBe(0)
    expect(nabScore([alertAt(1000, 500)], 0.5)).toBeCloseTo(100 - (100 * 0.11) / 2, 6)
    expect(nabScore([alertAt(1099)], 0.5)).toBeGreaterThan(50)
    // In the probation nothing counts; shortly after a window an alert costs less.
    expect(nabScore([alertAt(1000, 100)], 0.5)).toBeCloseTo(100, 6)
    expect(nabScore([alertAt(1000, 1105)], 0.5)).toBeGreaterThan(nabScore([alertAt(1000, 900)], 0.5))
  })
})

describe.skipIf(!isThere('nab/labels/combined_windows.json'))('the Numenta Anomaly Benchmark', () => {
  it('is passed far above the Windowed Gaussian, and no series without anomalies has more than one false alert', {
    timeout: 400_000,
  }, () => {
    const all = files()
    const own = all.map((file): Rows => ({ scores: scores(file), windows: file.windows }))
    const gaussian = all.map(
      (file): Rows => ({ scores: windowedGaussian(file.values), windows: file.windows }),
    )
    const [best, reference] = [bestNabScore(own), bestNabScore(gaussian)]
    const asIs = nabScore(own, 0.5)
    console.log(
      `NAB (three groups with anomalies): ${best.score.toFixed(1)} at its best threshold ${best.threshold.toFixed(2)}, ${asIs.toFixed(1)} at the product's own 0.5; Windowed Gaussian on the same files ${reference.score.toFixed(1)}, published for all groups 39.6`,
    )
    // As it stands: above Relative Entropy as published for all groups (54.6), below KNN CAD (58.0).
    expect(best.score).toBeGreaterThan(54.6)
    expect(asIs).toBeGreaterThan(50)
    expect(asIs).toBeGreaterThan(reference.score)
    const quiet = all.flatMap(({ name, values }, index) =>
      name.startsWith('artificialNoAnomaly/')
        ? [own[index]?.scores.slice(probation(values.length)).filter(score => score >= 0.5).length ?? 0]
        : [],
    )
    expect(Math.max(...quiet)).toBeLessThanOrEqual(1)
  })
})
