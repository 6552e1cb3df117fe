import { addDays, type Day, dayCount, daysBetween, earlier } from '#kernel/day.ts'
import type { Feast } from '#kernel/feasts.ts'
import { asKept } from '#kernel/money.ts'
import { type CalendarRule, type Grain, periodBefore } from '#kernel/period.ts'
import { normalBelow } from '#kernel/plan/random.ts'
import { sharesOf } from './phasing.ts'
import { type RecentTrend, recentTrend } from './recent-trend.ts'
import { type Reliability, reliabilityOf, type Said } from './reliability.ts'
import { learnShape, type TradedDay, type YearShape } from './year-shape.ts'

/** A month (or retail period) on its way. */
export interface Span {
  from: Day
  to: Day
}

export interface LandingInput {
  /** Every day there is, up to the last complete one. Days not named sold nothing. */
  history: readonly TradedDay[]
  span: Span
  events?: readonly Feast[]
  /** Periods that were before, for what is learnt from how such estimates fared; the most recent last. */
  earlier: readonly Span[]
}

/** Periods before one that say how its landing is usually off. */
const learntFrom = 13

/** The periods before the one a day lies in, the most recent last. */
export function spansBefore(rule: CalendarRule, day: Day, grain: Grain): Span[] {
  const spans: Span[] = []
  for (let n = 0, at = day; n < learntFrom; n += 1) {
    const { from, to } = periodBefore(rule, at, grain)
    spans.unshift({ from, to })
    at = from
  }
  return spans
}

/** Where a month will end. Estimates in doubles; the actual to date is what was counted. */
export interface Landing {
  actual: number
  /** Share of the period's trade that is usually done by now: the point on the cumulative curve. */
  elapsed: number
  p10: number
  p50: number
  p90: number
  /** Plan to date by the curve, and actual ÷ it. */
  planToDate: number | null
  pace: number | null
  /** (plan − actual) ÷ what is left of the curve: what each ordinary remaining day must bring. */
  requiredPerDay: number | null
  /** What is booked for the days to come: the least that comes of them. */
  booked: number
  /** Remaining days in ordinary days: a Black Friday counts as several. */
  daysLeft: number
  probability: number | null
  /** How estimates of earlier periods fared, by the same rule: shown beside the interval. */
  backtest: Backtest
  notes: string[]
}

export interface Backtest {
  estimates: number
  /** Of intervals meant to hold 80 %. */
  covered: number | null
  /** Mean absolute error of the middle estimate, as a share of the period. */
  error: number | null
  /** Factor the intervals were widened (above 1) or narrowed by for it. */
  widened: number
  /** How often what was called so likely came: of plans a period was not past yet; null where none could be tested. */
  chances: Reliability | null
}

/** z of 90 % of the normal distribution. */
export const z90 = 1.2815515655446004
/** Said where no estimate of the kind could be tried on earlier periods. */
const guessed = 'No earlier period could be tested: the width is a first guess.'
/** Relative error of a first guess made from the level of trade alone, before anything is learnt. */
const firstGuess = 0.25

interface Guess {
  log: number
  sd: number
  actual: number
  elapsed: number
  /** Share of the curve that is left. */
  rest: number
  /** Said by the last weeks alone, no year being behind. */
  late: boolean
}

/**
 * Estimates where a period will end from its course so far, and how sure that is. Two sources are weighed by how far
 * each is usually off: what the actual to date makes of the curve, and what the last year and the recent trend would
 * have said beforehand. The width is then set by how earlier periods fared at the same stage.
 * What is learnt is learnt once; `at` gives the estimate as it stood after any day of the period.
 */
export function landing(input: LandingInput): {
  at(until: Day, plan?: number, booked?: number): Landing
  /** Share of the period's trade that each of its days usually has. */
  shares: readonly number[]
} {
  const { history, span, events = [] } = input
  const values = new Map(history.map(one => [one.day, one.value]))
  const before = history.filter(one => one.day < span.from)
  const shape = learnShape(before.length > 0 ? before : history, events)
  const tests = testEarlier(input)
  const backtests = new Map([false, true].map(late => [late, judge(tests, late)]))
  const base = basis(shape, before, span, input)
  const ordinary = usualWeight(base.weights)
  return {
    shares: base.shares,
    at(asked, plan, ahead = 0) {
      const until = earlier(asked, span.to)
      const done = until >= span.to
      const guess = estimate(base, values, until)
      const backtest = backtests.get(guess.late) as Backtest
      const width = done ? 0 : guess.sd * backtest.widened
      const booked = done ? 0 : ahead
      const remaining = (z: number) => (done ? 0 : Math.max(booked, Math.exp(guess.log + z * width)))
      const p50 = guess.actual + remaining(0)
      const daysLeft = done
        ? 0
        : base.days.reduce((sum, day, n) => sum + (day > until ? (base.weights[n] as number) : 0), 0) /
          ordinary
      const planToDate = plan === undefined ? null : plan * guess.elapsed
      return {
        actual: guess.actual,
        elapsed: guess.elapsed,
        p10: asKept(guess.actual + remaining(-z90)),
        p50: asKept(p50),
        p90: asKept(guess.actual + remaining(z90)),
        planToDate: planToDate && asKept(planToDate),
        pace: planToDate ? guess.actual / planToDate : null,
        requiredPerDay:
          plan === undefined || daysLeft <= 0 ? null : asKept(Math.max(0, plan - guess.actual) / daysLeft),
        daysLeft,
        booked,
        probability:
          plan === undefined ? null : plan <= guess.actual + booked ? 1 : chance(plan, guess, width, done),
        backtest,
        notes: [...shape.notes, ...(backtest.estimates === 0 ? [guessed] : [])],
      }
    },
  }
}

/** Probability that the period ends at `plan` or above. */
const chance = (plan: number, guess: Guess, width: number, done: boolean): number => {
  if (plan <= guess.actual) return 1
  if (done) return 0
  const ahead = guess.log - Math.log(plan - guess.actual)
  return width > 0 ? normalBelow(ahead / width) : Number(ahead >= 0)
}

/** Weight of an ordinary trading day of the period. */
function usualWeight(all: readonly number[]): number {
  const weights = all.filter(weight => weight > 0).sort((a, b) => a - b)
  return weights[Math.floor(weights.length / 2)] ?? 1
}

/** What is known of a period before it begins. */
interface Basis {
  days: readonly Day[]
  weights: readonly number[]
  shares: readonly number[]
  noise: { variance: number; drift: number }
  first: { log: number; variance: number } | null
  /**
   * Where no year is behind the period: its days after one by what was sold until then, and how sure that is. No season says
   * how the last weeks stand to the first ones, so that only the last count. Null with a year behind.
   */
  ofLate: ((until: Day) => { log: number; variance: number } | null) | null
}

/** The history begins with the first day of all, before which nothing was sold whatever the shape says. */
const basis = (
  shape: YearShape,
  before: readonly TradedDay[],
  span: Span,
  input: Pick<LandingInput, 'history' | 'events'>,
): Basis => {
  const days = daysBetween(span.from, span.to)
  const noise = dayNoise(shape, before)
  const opened = input.history[0]?.day ?? ''
  const [first, last] = [before[0]?.day, before.at(-1)?.day]
  // Without a year behind the period nothing says where trade is heading but its last weeks.
  const trend = first !== undefined && dayCount(first, span.from) <= year ? recentTrend(before) : null
  const weights = days.map(day =>
    day < opened ? 0 : shape.weight(day) * (trend && last ? headed(trend, opened, last, day) : 1),
  )
  return {
    days,
    weights,
    shares: sharesOf(days, { weight: day => weights[dayCount(span.from, day) - 1] as number }),
    noise,
    first: beforehand(shape, before, span, weights),
    ofLate: trend && (until => lately(shape, noise.variance, input, until, span.to)),
  }
}

/** Days after which the same day of the year before is known, whole weeks. */
const year = 364

/** What the trend of the last weeks makes of a day; the year before says more of one that has one behind it. */
const headed = (trend: RecentTrend, first: Day, last: Day, day: Day): number =>
  dayCount(first, day) > year ? 1 : trend.factor(dayCount(last, day) - 1)

/** Days the level of a shop is read from at its end. */
const levelDays = 21

/**
 * What the days after one bring by the last weeks before it, where they stood and where they were heading. Their level is
 * that of the middle of the days it is read from.
 */
function lately(
  before: YearShape,
  variance: number,
  { history, events }: Pick<LandingInput, 'history' | 'events'>,
  until: Day,
  to: Day,
): { log: number; variance: number } | null {
  const known = history.filter(one => one.day <= until)
  const [first, last] = [known[0]?.day, known.at(-1)?.day]
  if (!first || !last || until >= to || dayCount(first, until) > year) return null
  // Days ahead that have a year behind them must be as large as they would be today.
  const shape = dayCount(first, to) > year ? learnShape(known, events) : before
  const recent = known.slice(-levelDays)
  const sold = recent.reduce((sum, one) => sum + one.value, 0)
  const weight = recent.reduce((sum, one) => sum + shape.weight(one.day), 0)
  const trend = recentTrend(known)
  const days = daysBetween(addDays(until, 1), to)
  const middle = addDays(last, -Math.floor(recent.length / 2))
  const rest = days.reduce((sum, day) => sum + shape.weight(day) * headed(trend, first, middle, day), 0)
  if (recent.length < levelDays || sold <= 0 || weight <= 0 || rest <= 0) return null
  return {
    log: Math.log((rest * sold) / weight),
    variance: variance / levelDays + trend.variance(days.length),
  }
}

/** What is left of the period, as a lognormal: its logarithm's middle and spread, before widening. */
function estimate(
  { days, shares, noise, first, ofLate }: Basis,
  values: ReadonlyMap<Day, number>,
  until: Day,
): Guess {
  let [actual, elapsed, spentSquares, restSquares] = [0, 0, 0, 0]
  days.forEach((day, n) => {
    const share = shares[n] as number
    if (day <= until) {
      actual += values.get(day) ?? 0
      elapsed += share
      spentSquares += share * share
    } else {
      restSquares += share * share
    }
  })
  const rest = Math.max(0, 1 - elapsed)
  // A day's noise, and how much a period's own course strays from the usual one.
  const byCurve =
    elapsed > 0 && actual > 0
      ? {
          log: Math.log(actual / elapsed),
          variance: (noise.variance * spentSquares) / elapsed ** 2 + noise.drift ** 2 * (1 - elapsed),
        }
      : null
  const pooled =
    byCurve && first
      ? {
          log:
            (byCurve.log / byCurve.variance + first.log / first.variance) /
            (1 / byCurve.variance + 1 / first.variance),
          variance: 1 / (1 / byCurve.variance + 1 / first.variance),
        }
      : (byCurve ?? first ?? { log: Math.log(Math.max(1, actual)), variance: firstGuess ** 2 })
  const late = ofLate?.(until) ?? null
  const variance = (late ?? pooled).variance + (rest > 0 ? (noise.variance * restSquares) / rest ** 2 : 0)
  return {
    log: late?.log ?? pooled.log + Math.log(Math.max(rest, 1e-9)),
    sd: Math.sqrt(variance),
    actual: asKept(actual),
    elapsed,
    rest,
    late: late !== null,
  }
}

/** What would have been said before the period began: the shape's weights in the size of the last weeks. */
function beforehand(
  shape: YearShape,
  before: readonly TradedDay[],
  span: Span,
  weights: readonly number[],
): { log: number; variance: number } | null {
  const [firstDay, lastDay] = [before[0]?.day, addDays(span.from, -1)]
  if (firstDay === undefined) return null
  const values = new Map(before.map(one => [one.day, one.value]))
  const scaleOver = (days: number): number | null => {
    const from = addDays(lastDay, 1 - days)
    if (from < firstDay) return null
    let [sold, weight] = [0, 0]
    for (const day of daysBetween(from, lastDay)) {
      sold += values.get(day) ?? 0
      weight += shape.weight(day)
    }
    return weight > 0 && sold > 0 ? sold / weight : null
  }
  // The last quarter against the same weeks of the year before, leaning to the last four weeks.
  const scales = [scaleOver(28), scaleOver(91)].filter(one => one !== null)
  const ahead = weights.reduce((sum, weight) => sum + weight, 0)
  if (scales.length === 0 || ahead <= 0) return null
  const logs = scales.map(Math.log)
  const sd = dayCount(firstDay, lastDay) >= year ? firstGuess * 0.6 : firstGuess * 1.2
  return { log: logs.reduce((a, b) => a + b, 0) / logs.length + Math.log(ahead), variance: sd ** 2 }
}

/**
 * How far days stray from the shape: variance of a day relative to its expected value, the drift of whole weeks beyond
 * what such days would make by chance.
 */
function dayNoise(shape: YearShape, before: readonly TradedDay[]): { variance: number; drift: number } {
  const recent = before.slice(-182)
  const first = recent[0]?.day
  const last = recent.at(-1)?.day
  if (first === undefined || last === undefined) return { variance: 0.25, drift: 0.1 }
  const values = new Map(recent.map(one => [one.day, one.value]))
  const days = daysBetween(first, last)
  const blocks: { sold: number; weight: number; days: { value: number; weight: number }[] }[] = []
  for (let n = 0; n + 28 <= days.length; n += 28) {
    const own = days.slice(n, n + 28).map(day => ({ value: values.get(day) ?? 0, weight: shape.weight(day) }))
    blocks.push({
      sold: own.reduce((sum, one) => sum + one.value, 0),
      weight: own.reduce((sum, one) => sum + one.weight, 0),
      days: own,
    })
  }
  let [squares, count, weekSquares, weeks, expectedWeek] = [0, 0, 0, 0, 0]
  for (const block of blocks) {
    if (block.sold <= 0 || block.weight <= 0) continue
    const scale = block.sold / block.weight
    for (const one of block.days) {
      if (one.weight <= 0) continue
      const error = Math.max(-1, Math.min(3, one.value / (one.weight * scale) - 1))
      squares += error * error
      count += 1
    }
    for (let week = 0; week < 28; week += 7) {
      const own = block.days.slice(week, week + 7)
      const expected = own.reduce((sum, one) => sum + one.weight, 0) * scale
      if (expected <= 0) continue
      weekSquares += (own.reduce((sum, one) => sum + one.value, 0) / expected - 1) ** 2
      expectedWeek += own.reduce((sum, one) => sum + (one.weight * scale) ** 2, 0) / expected ** 2
      weeks += 1
    }
  }
  if (count < 14) return { variance: 0.25, drift: 0.1 }
  const variance = squares / count
  const beyond = weeks > 0 ? weekSquares / weeks - (variance * expectedWeek) / weeks : 0
  return { variance, drift: Math.sqrt(Math.max(0.0004, Math.min(0.04, beyond))) }
}

/** Stages of a period that earlier ones are tested at, as shares of its days. */
const stages = [0.17, 0.33, 0.5, 0.67, 0.83]

/**
 * Plans an earlier period is tested with, in what was expected of it before it began: as tame and as bold as plans are. What
 * people planned then is not asked: the chance must hold for any plan, and few periods have one that was kept.
 */
const plans = [0.8, 0.9, 1, 1.1, 1.2]

interface Tested {
  error: number
  z: number
  guess: Guess
  total: number
  expected: number | null
  period: number
}

/**
 * Estimates earlier periods as they stood at five stages, each from what was known then, and compares them with their ends.
 */
function testEarlier(input: LandingInput): Tested[] {
  const { history, earlier: spans, events } = input
  const values = new Map(history.map(one => [one.day, one.value]))
  const first = history[0]?.day ?? ''
  const scores: Tested[] = []
  spans.slice(-12).forEach((span, period) => {
    // At least eight weeks before it, or there is no shape to speak of.
    if (first === '' || dayCount(first, span.from) < 57) return
    const before = history.filter(one => one.day < span.from)
    const base = basis(learnShape(before, events), before, span, input)
    const total = daysBetween(span.from, span.to).reduce((sum, day) => sum + (values.get(day) ?? 0), 0)
    if (total <= 0) return
    for (const stage of stages) {
      const until = addDays(span.from, Math.max(0, Math.round(dayCount(span.from, span.to) * stage) - 1))
      const guess = estimate(base, values, until)
      const left = total - guess.actual
      if (left <= 0 || guess.rest <= 0) continue
      scores.push({
        z: (Math.log(left) - guess.log) / guess.sd,
        error: Math.abs(guess.actual + Math.exp(guess.log) - total) / total,
        guess,
        total,
        expected: base.first && Math.exp(base.first.log),
        period,
      })
    }
  })
  return scores
}

/**
 * How such estimates fared: those that went by the last weeks alone, or those that had a year to go by. A period is judged by
 * the width the others ask for, so that it is not judged by what it taught itself.
 */
function judge(tests: readonly Tested[], late: boolean): Backtest {
  const scores = tests.filter(one => one.guess.late === late)
  if (scores.length === 0)
    return { estimates: 0, covered: null, error: null, widened: untried, chances: null }
  const judged = [...new Set(scores.map(one => one.period))].flatMap(period => {
    const width = widthFor(scores.filter(one => one.period !== period))
    return scores.filter(one => one.period === period).map(one => ({ ...one, width }))
  })
  return {
    estimates: scores.length,
    covered: judged.filter(one => Math.abs(one.z) <= z90 * one.width).length / scores.length,
    error: scores.reduce((sum, one) => sum + one.error, 0) / scores.length,
    widened: widthFor(scores),
    chances: reliabilityOf(judged.flatMap(said)),
  }
}

/** Factor of the width while nothing of the kind could be tried. */
const untried = 1.3

/** The width at which four fifths of these would have held, drawn towards a first guess while their periods are few. */
export function widthFor(scores: readonly Pick<Tested, 'z' | 'period'>[]): number {
  const sizes = scores.map(one => Math.abs(one.z)).sort((a, b) => a - b)
  if (sizes.length === 0) return 1.1
  const needed = (sizes[Math.min(sizes.length - 1, Math.ceil(0.8 * (sizes.length + 1)) - 1)] as number) / z90
  const periods = new Set(scores.map(one => one.period)).size
  const trust = periods / (periods + 4)
  return Math.exp(trust * Math.log(Math.max(0.5, Math.min(3, needed))) + (1 - trust) * Math.log(1.1))
}

/** What would have been said then of plans the period was not past yet; what is made already is no forecast. */
const said = ({ guess, width, total, expected }: Tested & { width: number }): Said[] =>
  expected === null
    ? []
    : plans
        .map(times => expected * times)
        .filter(plan => plan > guess.actual)
        .map(plan => ({ chance: chance(plan, guess, guess.sd * width, false), came: total >= plan }))
