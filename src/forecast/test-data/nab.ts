/**
 * The Numenta Anomaly Benchmark's scorer, from its published description (Lavin & Ahmad 2015; scoring section): each
 * window of an anomaly is worth up to 1 for its earliest detection, by a sigmoid over the window; a miss costs 1; a false
 * alert 0.11, less shortly after a window. One threshold for all files; 0 is the detector that says nothing, 100 the perfect one.
 */
export interface Rows {
  scores: readonly number[]
  /** First and last row of each labelled window, both in it. */
  windows: readonly (readonly [number, number])[]
}

const weights = { falsePositive: 0.11, falseNegative: 1 }
const sigmoid = (y: number) => (y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1)

/** Rows at the beginning that are not scored: 15 %, of 5,000 at most. */
export const probation = (rows: number) => Math.min(Math.floor(0.15 * rows), 750)

interface Gain {
  score: number
  gain: number
  /** Number of the window over all files; −1 outside. */
  window: number
}

/** What each row is worth when it is an alert. */
function gains(files: readonly Rows[]): { rows: Gain[]; windows: number } {
  let windows = 0
  const rows: Gain[] = []
  for (const { scores, windows: labelled } of files) {
    const first = windows
    windows += labelled.length
    for (let row = probation(scores.length); row < scores.length; row++) {
      const inside = labelled.findIndex(([from, to]) => row >= from && row <= to)
      if (inside >= 0) {
        const [from, to] = labelled[inside] as readonly [number, number]
        const gain = sigmoid(-(to - row + 1) / (to - from + 1)) / sigmoid(-1)
        rows.push({ score: scores[row] as number, gain, window: first + inside })
        continue
      }
      const before = labelled.findLast(([, to]) => to < row)
      const gain = before ? sigmoid((row - before[1]) / (before[1] - before[0])) : -1
      rows.push({ score: scores[row] as number, gain: gain * weights.falsePositive, window: -1 })
    }
  }
  return { rows, windows }
}

/** The normalised standard score at a threshold. */
export function nabScore(files: readonly Rows[], threshold: number): number {
  const { rows, windows } = gains(files)
  const best = new Array<number>(windows).fill(-weights.falseNegative)
  let falseAlerts = 0
  for (const { score, gain, window } of rows) {
    if (score < threshold) continue
    if (window < 0) falseAlerts += gain
    else best[window] = Math.max(best[window] as number, gain)
  }
  const raw = best.reduce((sum, one) => sum + one, falseAlerts)
  return (100 * (raw + windows * weights.falseNegative)) / (windows * (1 + weights.falseNegative))
}

/** The best threshold and its score, as the benchmark chooses one for each detector. */
export function bestNabScore(files: readonly Rows[]): { threshold: number; score: number } {
  const { rows, windows } = gains(files)
  const best = new Array<number>(windows).fill(-weights.falseNegative)
  let raw = -windows * weights.falseNegative
  let top = { threshold: 1.1, raw }
  const order = [...rows].sort((a, b) => b.score - a.score)
  order.forEach(({ score, gain, window }, index) => {
    if (window < 0) raw += gain
    else if (gain > (best[window] as number)) {
      raw += gain - (best[window] as number)
      best[window] = gain
    }
    if (raw > top.raw && order[index + 1]?.score !== score) top = { threshold: score, raw }
  })
  return { threshold: top.threshold, score: (100 * (top.raw + windows)) / (2 * windows) }
}

/** The benchmark's own Windowed Gaussian: tail probability of each value in the window of 6,400 before it, moved by 100. */
export function windowedGaussian(values: readonly number[]): number[] {
  let window: number[] = []
  let step: number[] = []
  let mean = 0
  let std = 1
  const renew = () => {
    mean = window.reduce((sum, value) => sum + value, 0) / window.length
    std = Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length) || 0.000001
  }
  return values.map(value => {
    let score = 0
    if (window.length > 0) score = 1 - tail(value, mean, std)
    if (window.length < 6400) {
      window.push(value)
      renew()
    } else {
      step.push(value)
      if (step.length === 100) {
        window = [...window.slice(100), ...step]
        step = []
        renew()
      }
    }
    return score
  })
}

/** Gaussian tail of a value on its side of the mean (erfc by Numerical Recipes' rational Chebyshev fit). */
function tail(value: number, mean: number, std: number): number {
  const x = Math.abs(value - mean) / std / Math.SQRT2
  const t = 2 / (2 + x)
  const c = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ]
  const sum = c.reduceRight((all, one) => all * t + one, 0)
  return 0.5 * t * Math.exp(-x * x + sum)
}
