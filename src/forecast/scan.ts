import { at, median, type Numbers } from './numbers.ts'

/** A stretch of periods in which an amount left what its exposure makes one expect. */
export interface Stretch {
  /** Index of its first and last period. */
  from: number
  to: number
  /** Sums over the stretch. */
  expected: number
  actual: number
  /** Standard deviations between them, below zero where less came. */
  z: number
  kind: 'spike' | 'shift' | 'drift' | 'silence'
}

/** An amount and what it is measured by, period by period. */
export interface Measured {
  amount: Numbers
  exposure: Numbers
}

export interface ScanOptions {
  /**
   * Series that scatter alike (shares of the same counts in other slices; this one may be among them): what one says of
   * its scatter is drawn half-way to their middle.
   */
  alike?: readonly Measured[]
  /** Longest stretch, in periods. */
  longest?: number
  /** Periods before the stretch that say what is usual; in blocks, so that one bad block is outvoted. */
  learn?: number
  block?: number
}

/** Blocks that what periods say of the scatter is worth. */
const trusted = 8
/** Median of a squared standard normal: it turns a median of squares into a variance. */
const medianSquare = 0.4549
/** Periods after the end of a stretch: what ended longer ago is no news. */
const tail = 2

/**
 * The stretch, ending at most two periods before `end`, that stands out most: Σ amount against a usual rate × Σ exposure.
 * The exposure is whatever moves the amount when all is well (sessions for orders, all other stores for one), so that a
 * season or a promotion that moves both is no finding. A prospective scan statistic (Kulldorff 2001) with the variance of
 * a Poisson count, or as many times that as the past was more scattered. Null while too little is known.
 */
export function scan(
  amount: Numbers,
  exposure: Numbers,
  end: number,
  { longest = 42, learn = 56, block = 7, alike = [] }: ScanOptions = {},
): Stretch | null {
  let best: Stretch | null = null
  for (let to = end; to >= Math.max(0, end - tail); to--) {
    let actual = 0
    let exposed = 0
    let recent = [0, 0] as [number, number]
    for (let from = to; from >= learn && to - from < longest; from--) {
      actual += known(amount, from)
      exposed += known(exposure, from)
      if (to - from < block) recent = [actual, exposed]
      const usual = drawn(usualOf(amount, exposure, from, learn, block), alike, from, learn, block)
      if (usual === null || !lasts(usual, [actual, exposed], recent)) continue
      const expected = usual.rate * exposed
      const z = distance(actual, expected, usual.scatter, usual.exposed * usual.rate)
      if (best !== null && Math.abs(z) <= Math.abs(best.z)) continue
      best = { from, to, expected, actual, z, kind: 'shift' }
    }
  }
  if (best === null) return null
  const first = Math.max(learn, best.from - Math.ceil(block / 2))
  const before = drawn(usualOf(amount, exposure, first, learn, block), alike, first, learn, block)
  const began = before ? begin(amount, exposure, best, first, before) : best
  return { ...began, kind: kindOf(amount, exposure, best) }
}

/**
 * When it began: the stretch that stands out most lacks first days of its own that were not strange by themselves, or has a
 * chance before them. Each day from `first` on is as likely its start as a change of level there explains the counts (the
 * likelihood ratio of two Poisson levels, Hinkley & Hinkley 1970); the middle of these is as near as one day can be.
 */
function begin(amount: Numbers, exposure: Numbers, found: Stretch, first: number, usual: Usual): Stretch {
  const before = { amount: usual.rate * usual.exposed, exposed: usual.exposed }
  const after = { amount: 0, exposed: 0 }
  for (let t = first; t <= found.to; t++) {
    after.amount += known(amount, t)
    after.exposed += known(exposure, t)
  }
  const starts: { stretch: Stretch; likely: number }[] = []
  for (let from = first; from <= found.to; from++) {
    const expected = usual.rate * after.exposed
    if (Math.sign(after.amount - expected) === Math.sign(found.z)) {
      const rate = (before.amount + after.amount) / (before.exposed + after.exposed)
      const apart = [before, after].map(side => deviance(side.amount, rate * side.exposed))
      starts.push({
        stretch: { ...found, from, actual: after.amount, expected },
        likely: apart.reduce((sum, one) => sum + one) / usual.scatter / 2,
      })
    }
    for (const [side, by] of [
      [before, 1],
      [after, -1],
    ] as const) {
      side.amount += by * known(amount, from)
      side.exposed += by * known(exposure, from)
    }
  }
  const top = Math.max(...starts.map(one => one.likely))
  const weights = starts.map(one => Math.exp(one.likely - top))
  let left = weights.reduce((sum, one) => sum + one, 0) / 2
  const middle = weights.findIndex(one => {
    left -= one
    return left <= 0
  })
  return starts[middle]?.stretch ?? found
}

/**
 * Whether its last week is at least half as far off as all of it, and by itself more than chance: a stretch that was over
 * before has its end there.
 */
function lasts(
  { rate, scatter, exposed: learnt }: Usual,
  whole: [number, number],
  recent: [number, number],
): boolean {
  const off = ([amount, exposed]: [number, number]) => (amount - rate * exposed) / (exposed || 1)
  const z = distance(recent[0], rate * recent[1], scatter, learnt * rate)
  return off(whole) * z > 0 && Math.abs(off(recent)) >= Math.abs(off(whole)) / 2 && Math.abs(z) >= 2
}

const known = (values: Numbers, t: number): number => {
  const value = at(values, t)
  return Number.isFinite(value) ? value : 0
}

interface Usual {
  rate: number
  scatter: number
  exposed: number
}

/** Of scans of one series, what was usual before each period is asked for again and again. */
const remembered = new WeakMap<Numbers, WeakMap<Numbers, Map<number, Usual | null>>>()

function usualOf(
  amount: Numbers,
  exposure: Numbers,
  from: number,
  learn: number,
  block: number,
): Usual | null {
  const pairs = remembered.get(amount) ?? new WeakMap<Numbers, Map<number, Usual | null>>()
  remembered.set(amount, pairs)
  const own = pairs.get(exposure) ?? new Map<number, Usual | null>()
  pairs.set(exposure, own)
  const key = (from * 1000 + learn) * 1000 + block
  const found = own.get(key)
  if (found !== undefined) return found
  const made = learnt(amount, exposure, from - learn, from, block)
  own.set(key, made)
  return made
}

/** Middle scatters of series that scatter alike, by the list of them. */
const middles = new WeakMap<readonly Measured[], Map<string, number | null>>()

/**
 * What is usual, with its scatter drawn half-way to the middle of those alike. Eight weeks tell a scatter to within a
 * third, and every third too little is a false alarm; many slices together tell it better (empirical Bayes shrinkage of
 * variances, Smyth 2004). Fewer than three say nothing of each other.
 */
function drawn(
  usual: Usual | null,
  alike: readonly Measured[],
  from: number,
  learn: number,
  block: number,
): Usual | null {
  if (usual === null || alike.length < 3) return usual
  const known = middles.get(alike) ?? new Map<string, number | null>()
  middles.set(alike, known)
  const key = `${from} ${learn} ${block}`
  let middle = known.get(key)
  if (middle === undefined) {
    const scatters = alike.flatMap(
      one => usualOf(one.amount, one.exposure, from, learn, block)?.scatter ?? [],
    )
    middle = scatters.length < 3 ? null : median(scatters)
    known.set(key, middle)
  }
  return middle === null ? usual : { ...usual, scatter: (usual.scatter + middle) / 2 }
}

/** The rate most blocks agree on, and how many times more than a Poisson count they and their periods scatter. */
function learnt(amount: Numbers, exposure: Numbers, first: number, end: number, block: number): Usual | null {
  const blocks: { amount: number; exposed: number }[] = []
  for (let start = first; start + block <= end; start += block) {
    let [a, e] = [0, 0]
    for (let t = start; t < start + block; t++) {
      a += known(amount, t)
      e += known(exposure, t)
    }
    if (e > 0) blocks.push({ amount: a, exposed: e })
  }
  if (blocks.length < 4) return null
  const rate = median(blocks.map(one => one.amount / one.exposed))
  if (!(rate > 0)) return null
  const squares = (pairs: readonly { amount: number; exposed: number }[]) =>
    pairs.flatMap(one => {
      const expected = rate * one.exposed
      return expected > 0 ? [(one.amount - expected) ** 2 / expected] : []
    })
  const periods: { amount: number; exposed: number }[] = []
  for (let t = first; t < end; t++)
    if (Number.isFinite(at(amount, t)))
      periods.push({ amount: known(amount, t), exposed: known(exposure, t) })
  // Blocks tell of what does not average out over days.
  const [short, blocked] = [squares(periods), squares(blocks)].map(winsorised) as [number, number]
  // Of a few blocks one may be far off by chance: they count as many times as there are of them, the periods as often as eight.
  const long = (blocks.length * blocked + trusted * short) / (blocks.length + trusted)
  const exposed = blocks.reduce((sum, one) => sum + one.exposed, 0)
  return { rate, scatter: Math.max(short, long, 1e-9), exposed }
}

/** Mean of squares, none above three standard deviations: one bad period is no measure of the others. */
function winsorised(squared: readonly number[]): number {
  // Where most periods are met exactly, as of one a day, their middle is no measure.
  const middle = median(squared)
  const fence = middle > 0 ? (9 * middle) / medianSquare : Number.POSITIVE_INFINITY
  return squared.reduce((sum, one) => sum + Math.min(one, fence), 0) / Math.max(1, squared.length)
}

/**
 * How far a sum is from what was expected, in standard deviations: the signed deviance of a Poisson count (McCullagh &
 * Nelder 1989, §2.3), near the true tail for small counts too. What was learnt from little is itself unsure.
 */
export function distance(actual: number, expected: number, scatter: number, learntFrom: number): number {
  if (!(expected > 0)) return 0
  const wider = 1 + expected / Math.max(learntFrom, 1e-9)
  return Math.sign(actual - expected) * Math.sqrt(deviance(actual, expected) / (scatter * wider))
}

/** Below zero, where no count is and a correction takes money to, it grows with the square of what is missing. */
function deviance(actual: number, expected: number): number {
  if (actual < 0) return 2 * expected + actual ** 2 / expected
  return Math.max(0, 2 * ((actual > 0 ? actual * Math.log(actual / expected) : 0) - (actual - expected)))
}

function kindOf(amount: Numbers, exposure: Numbers, { from, to, expected }: Stretch): Stretch['kind'] {
  const length = to - from + 1
  let silent = 0
  for (let t = to; t >= from && known(amount, t) === 0; t--) silent++
  if (silent > 1 && silent > length / 2) return 'silence'
  if (length <= 2) return 'spike'
  if (length < 14) return 'shift'
  const middle = from + Math.floor(length / 2)
  const off = (first: number, end: number) => {
    let [a, e] = [0, 0]
    for (let t = first; t < end; t++) {
      a += known(amount, t)
      e += known(exposure, t)
    }
    return e > 0 ? a / e : 0
  }
  let exposed = 0
  for (let t = from; t <= to; t++) exposed += known(exposure, t)
  const usual = exposed > 0 ? expected / exposed : 0
  const [early, late] = [off(from, middle) - usual, off(middle, to + 1) - usual]
  return late * early > 0 && Math.abs(late) > 2 * Math.abs(early) ? 'drift' : 'shift'
}

/** How strange: 0 … 1, ½ at five standard deviations, where one of a million stretches of a calm series is. */
export const strangeness = (z: number): number => 1 - 2 ** -((z / 5) ** 2)
