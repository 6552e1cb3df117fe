import { dayCount } from '../day.ts'
import { invalid } from '../error.ts'
import { type Calculation, folded, lagged, periodOrder, yearSpans } from './calculate.ts'
import { checkTogether, matrixOf, type Pair } from './correlations.ts'
import { type Reading, reading, roughly } from './evaluate.ts'
import { floatOf } from './fixed.ts'
import type { Reference } from './language.ts'
import { cholesky, normalBelow, normalQuantile, stream } from './random.ts'
import { anew, type Part, slicesIn } from './roll.ts'
import { openPart, type Target } from './seek.ts'
import type { Line } from './sheet.ts'
import { across } from './slices.ts'

/**
 * How far a driver may be from what was filled in, as a factor on it: 1 is as planned, 0.9 ten percent below.
 * normal and lognormal have mean 1; the others run between low and high.
 */
export type Spread =
  | { kind: 'normal' | 'lognormal'; sd: number }
  | { kind: 'triangular'; low: number; mode: number; high: number }
  | { kind: 'uniform'; low: number; high: number }

export interface Driver {
  line: string
  /** The slices it moves; all where a dimension is not named. */
  members?: Readonly<Record<string, string>>
  spread: Spread
}

export interface Simulation {
  drivers: readonly Driver[]
  /** Between drivers by position; what is not named is 0. */
  correlations?: readonly Pair[]
  target: string
  part: Part
  /** Keys of periods that are closed: they stand as they are, whatever a driver does. */
  closed?: readonly string[]
  runs: number
  seed: number
}

export interface Outcome {
  runs: number
  /** The target with every driver as planned. */
  base: number
  mean: number
  sd: number
  p10: number
  p50: number
  p90: number
  /** Shares of runs, low to high, for a drawing. */
  histogram: { from: number; to: number; share: number }[]
  /** The target with one driver at its P10 and P90, the others as planned; widest first. */
  tornado: { driver: number; low: number; high: number }[]
  /** Results sorted: what any question of "how likely" is answered from. */
  sorted: Float64Array
}

/**
 * Works the plan out many times with its drivers drawn at random, in doubles: estimates, not figures of account.
 * Only lines between the drivers and the target are worked out again. Runs in whichever thread it is called.
 */
export function simulate(calculation: Calculation, { runs, seed, ...asked }: Simulation): Outcome {
  const { drivers, correlations = [], target, part, closed = [] } = asked
  openPart(calculation, { part, closed })
  checkDrivers(calculation, drivers, correlations)
  if (!Number.isInteger(runs) || runs < 100 || runs > 200_000)
    throw invalid(`${runs} runs cannot be made.`, 'Ask for 100 to 200,000; 10,000 is usual.')
  const model = doubles(calculation, drivers, { line: target, part, closed })
  const root = correlations.length > 0 ? cholesky(matrixOf(drivers.length, correlations)) : null
  const random = stream(seed)
  const results = new Float64Array(runs)
  const z = new Float64Array(drivers.length)
  const factors = new Float64Array(drivers.length)
  for (let run = 0; run < runs; run += 1) {
    for (let n = 0; n < z.length; n += 1) z[n] = normalQuantile(random())
    for (let n = 0; n < z.length; n += 1) {
      let own = z[n] as number
      if (root) {
        own = 0
        const row = root[n] as number[]
        for (let k = 0; k <= n; k += 1) own += (row[k] as number) * (z[k] as number)
      }
      factors[n] = factorAt((drivers[n] as Driver).spread, own)
    }
    results[run] = model(factors)
  }
  withValue(calculation, target, results)
  const sorted = results.toSorted()
  const mean = results.reduce((sum, value) => sum + value, 0) / runs
  const sd = Math.sqrt(results.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1))
  factors.fill(1)
  const base = model(factors)
  withValue(calculation, target, [base])
  const tornado = drivers.map((driver, n) => {
    const at = (q: number) => {
      factors.fill(1)
      factors[n] = factorAt(driver.spread, normalQuantile(q))
      return model(factors)
    }
    const [low, high] = [at(0.1), at(0.9)]
    return { driver: n, low: Math.min(low, high), high: Math.max(low, high) }
  })
  for (const { driver, low, high } of tornado)
    withValue(calculation, target, [low, high], (drivers[driver] as Driver).line)
  tornado.sort((a, b) => b.high - b.low - (a.high - a.low))
  return {
    runs,
    base,
    mean,
    sd,
    p10: quantileOf(sorted, 0.1),
    p50: quantileOf(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
    histogram: histogram(sorted),
    tornado,
    sorted,
  }
}

/**
 * @throws Failure('invalid') where the target came to nothing: an estimate of what has no value in part of the runs would be
 * of the others alone.
 */
function withValue({ sheet }: Calculation, target: string, values: Iterable<number>, by?: string): void {
  if (Array.from(values).every(Number.isFinite)) return
  const label = (name: string) => sheet.lines.find(one => one.name === name)?.label ?? name
  throw invalid(
    `${label(target)} has no value in some of the runs${by ? `, by ${label(by)} alone` : ''}: something it is divided by comes to nothing, or a figure of it is missing.`,
    'Fill the figures in, narrow the ranges, or ask for an amount instead of a ratio.',
  )
}

/** A quantile of sorted numbers, between neighbours in proportion. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const below = sorted[low] ?? Number.NaN
  return below + (at - low) * ((sorted[Math.min(low + 1, sorted.length - 1)] ?? below) - below)
}

function histogram(sorted: Float64Array): Outcome['histogram'] {
  const [low, high] = [quantileOf(sorted, 0.005), quantileOf(sorted, 0.995)]
  const bars = 30
  const width = (high - low) / bars || 1
  const counts = new Array<number>(bars).fill(0)
  for (const value of sorted) {
    const at = Math.min(bars - 1, Math.max(0, Math.floor((value - low) / width)))
    counts[at] = (counts[at] as number) + 1
  }
  return counts.map((n, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    share: n / sorted.length,
  }))
}

/** The factor of a spread where the standard normal is z: monotone, so that correlation of ranks is kept. */
export function factorAt(spread: Spread, z: number): number {
  switch (spread.kind) {
    case 'normal':
      return 1 + spread.sd * z
    case 'lognormal': {
      const s = Math.sqrt(Math.log(1 + spread.sd ** 2))
      return Math.exp(s * z - (s * s) / 2)
    }
    case 'uniform':
      return spread.low + (spread.high - spread.low) * normalBelow(z)
    case 'triangular': {
      const { low, mode, high } = spread
      // A range of no width is a constant.
      if (low === high) return low
      const u = normalBelow(z)
      const turn = (mode - low) / (high - low)
      return u < turn
        ? low + Math.sqrt(u * (high - low) * (mode - low))
        : high - Math.sqrt((1 - u) * (high - low) * (high - mode))
    }
  }
}

function checkDrivers(
  { sheet }: Calculation,
  drivers: readonly Driver[],
  correlations: readonly Pair[],
): void {
  if (drivers.length === 0) throw invalid('No driver has a range.', 'Give at least one driver a range.')
  for (const { line, spread } of drivers) {
    const found = sheet.lines.find(one => one.name === line)
    if (!found) throw invalid(`The plan has no line "${line}".`)
    if (found.formula !== null)
      throw invalid(
        `${found.label} is worked out; only lines that are filled in can have a range.`,
        'Give a range to what it is made of.',
      )
    if ('sd' in spread ? !(spread.sd >= 0 && spread.sd < 10) : !(spread.low <= spread.high))
      throw invalid(`The range of ${found.label} is none.`, 'Give a spread of 0 or more, or low ≤ high.')
    if (spread.kind === 'triangular' && !(spread.low <= spread.mode && spread.mode <= spread.high))
      throw invalid(`The likeliest value of ${found.label} lies outside its range.`)
  }
  for (const { a, b, r } of correlations)
    if (!drivers[a] || !drivers[b] || a === b || !(r >= -1 && r <= 1))
      throw invalid('A correlation is between two different drivers and lies from −1 to 1.')
  const label = (name: string) => sheet.lines.find(one => one.name === name)?.label ?? name
  if (correlations.length > 0)
    checkTogether(
      drivers.map(({ line, members = {} }) => [label(line), ...Object.values(members)].join(', ')),
      correlations,
    )
}

/** The model in doubles: the target's total as a function of the drivers' factors on the periods that are open. */
function doubles(
  calculation: Calculation,
  drivers: readonly Driver[],
  { line: target, part, closed = [] }: Target,
): (factors: Float64Array) => number {
  const { sheet, checked } = calculation
  const count = sheet.periods.length
  const goal = calculation.lineNumber(target)
  if (goal === undefined) throw invalid(`The plan has no line "${target}".`)
  const open = sheet.periods.flatMap(({ key }, n) => (closed.includes(key) ? [] : [n]))
  const moving = downstream(calculation, drivers)
  const needed = upstream(calculation, goal)
  const lines = new Set([...needed].filter(line => moving.has(line)))
  const years = yearSpans(sheet)
  const days = sheet.periods.map(period => dayCount(period.from, period.to))
  const values = sheet.lines.map((_, line) => {
    if (!needed.has(line)) return new Float64Array(0)
    const all = calculation.slices(line).count
    return Float64Array.from({ length: all * count }, (_v, cell) => {
      const value = calculation.at(line, Math.floor(cell / count), cell % count)
      return value === null ? Number.NaN : floatOf(value)
    })
  })
  const valueAt = (line: number, cell: number): number | null => {
    const value = (values[line] as Float64Array)[cell] as number
    return Number.isNaN(value) ? null : value
  }
  const cellsOf = (reader: Line, reference: Reference): Reading<number> => {
    const from = calculation.lineNumber(reference.name) as number
    const other = sheet.lines[from] as Line
    const all = reference.is === 'line' && reference.all
    const shared = all ? [] : other.over.filter(name => reader.over.includes(name))
    const place = across(sheet, reader.over, shared).group
    if (shared.length === other.over.length)
      return (slice, period) => valueAt(from, (place[slice] as number) * count + period)
    const groups = across(sheet, other.over, shared)
    const members = Array.from({ length: groups.count }, (): number[] => [])
    groups.group.forEach((group, slice) => {
      members[group]?.push(slice)
    })
    return (slice, period) => {
      let sum = 0
      for (const one of members[place[slice] as number] as number[]) {
        const value = valueAt(from, one * count + period)
        if (value === null) return null
        sum += value
      }
      return sum
    }
  }
  const formulas = checked.lines.map(({ line, node }, at) =>
    node && lines.has(at)
      ? reading(
          node,
          roughly,
          reference => {
            const cells = cellsOf(line, reference)
            return reference.is === 'line'
              ? lagged(cells, reference.lag, count)
              : folded(cells, reference, years, count, roughly)
          },
          period => days[period] as number,
        )
      : null,
  )
  const inputs = drivers.flatMap((driver, n) => {
    const line = calculation.lineNumber(driver.line) as number
    if (!needed.has(line)) return []
    const whole = { members: driver.members ?? {}, first: 0, last: count - 1 }
    return slicesIn(calculation, sheet.lines[line] as Line, whole).map(slice => ({ line, slice, n }))
  })
  const planned = inputs.map(({ line, slice }) =>
    (values[line] as Float64Array).slice(slice * count, (slice + 1) * count),
  )
  const total = totalOf(calculation, valueAt, goal, part)
  const steps = checked.order.flatMap(({ lines: members, direction }) => {
    const own = members.filter(line => formulas[line])
    return own.length > 0 ? [{ own, direction, periods: periodOrder(count, direction) }] : []
  })
  return factors => {
    inputs.forEach(({ line, slice, n }, at) => {
      const own = values[line] as Float64Array
      const plan = planned[at] as Float64Array
      for (const period of open)
        own[slice * count + period] = (plan[period] as number) * (factors[n] as number)
    })
    for (const { own, direction, periods } of steps)
      for (const block of direction === 'any' ? [null] : periods)
        for (const line of own) {
          const formula = formulas[line] as Reading<number>
          const cells = values[line] as Float64Array
          const all = cells.length / count
          for (let slice = 0; slice < all; slice += 1)
            for (const period of block === null ? periods : [block])
              cells[slice * count + period] = formula(slice, period) ?? Number.NaN
        }
    return total() ?? Number.NaN
  }
}

/** The target over the part: added up, the last, or its formula again on what was added up. */
function totalOf(
  calculation: Calculation,
  valueAt: (line: number, cell: number) => number | null,
  goal: number,
  part: Part,
): () => number | null {
  const { sheet } = calculation
  const count = sheet.periods.length
  const line = sheet.lines[goal] as Line
  if (line.roll === 'ratio')
    return anew(calculation, goal, part, roughly, (name, over) =>
      totalOf(calculation, valueAt, calculation.lineNumber(name) as number, over),
    )
  if (line.roll === 'none' || line.roll === 'weighted')
    throw invalid(
      `${line.label} has no total to be simulated.`,
      'Choose an amount, a stock, or a ratio that is worked out.',
    )
  const slices = slicesIn(calculation, line, part)
  const first = line.roll === 'last' ? part.last : part.first
  return () => {
    let sum = 0
    for (const slice of slices)
      for (let period = first; period <= part.last; period += 1) {
        const value = valueAt(goal, slice * count + period)
        if (value === null) return null
        sum += value
      }
    return sum
  }
}

/** Lines that move with the drivers, the drivers themselves among them. */
const downstream = (calculation: Calculation, drivers: readonly Driver[]): Set<number> =>
  reach(
    drivers.map(driver => calculation.lineNumber(driver.line) as number),
    line => calculation.checked.edges.filter(edge => edge.from === line).map(edge => edge.to),
  )

/** Lines the goal is made of, itself among them. */
const upstream = ({ checked }: Calculation, goal: number): Set<number> =>
  reach([goal], line => checked.edges.filter(edge => edge.to === line).map(edge => edge.from))

const reach = (from: readonly number[], next: (line: number) => number[]): Set<number> => {
  const found = new Set(from)
  for (const line of found) for (const other of next(line)) found.add(other)
  return found
}
