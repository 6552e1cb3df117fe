import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import type { Feast } from '#kernel/feasts.ts'
import { asKept } from '#kernel/money.ts'
import { normalBelow } from '#kernel/plan/random.ts'
import { type Landing, landing, type Span, widthFor, z90 } from './landing.ts'
import type { TradedDay } from './year-shape.ts'

/** What a day sold, and what was left of it after costs: of days whose costs are not known nothing is said. */
export interface EarningDay extends TradedDay {
  contribution: number
}

/** Where a period's contribution will end. */
export interface ContributionLanding
  extends Pick<Landing, 'actual' | 'p10' | 'p50' | 'p90' | 'planToDate' | 'probability' | 'daysLeft'> {
  /** Whether what is left comes of the sales that are left and their rate, or of contribution by itself. */
  by: 'rate' | 'direct'
  /** Mean absolute error of the middle in earlier periods, as a share of what they sold; null where none could be tested. */
  error: number | null
  /** Earlier estimates it was tested on, and how many of their ranges held. */
  estimates: number
  covered: number | null
}

/** Days the rate of what is left is read from: eight weeks, less than which are noise and more of which are another season. */
const rateDays = 56
/** How much a rate commonly moves from two months to the days after them, in shares of sales, before it can be seen. */
const firstMove = 0.03
/** Stages of a period that earlier ones are tested at, as shares of its days. */
const stages = [0.17, 0.33, 0.5, 0.67, 0.83]

interface Guess {
  actual: number
  p50: number
  /** Standard deviation of what is left, before widening. */
  sd: number
  plain: Landing
}

/**
 * Estimates where contribution of a period will end: what was made so far, and of the sales that are left by `landing` the
 * rate of the last eight weeks. Or by `landing` of contribution itself, where it never was below zero and that did better
 * in earlier periods. Errors of sales and of the rate are taken to be independent (delta method for a product: Goodman
 * 1960, JASA 55); the width is then set by how earlier periods fared at the same stages.
 * @param history every day up to the last whole one whose costs are known, in money of one currency
 */
export function contributionLanding(input: {
  history: readonly EarningDay[]
  span: Span
  events?: readonly Feast[]
  earlier: readonly Span[]
}): { at(until: Day, plan?: number): ContributionLanding } {
  const { history, span, events = [] } = input
  const first = history[0]?.day ?? span.from
  const byDay = new Map(history.map(one => [one.day, one]))
  const sumOf = (from: Day, to: Day) => {
    let [sales, contribution] = [0, 0]
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const one = byDay.get(day)
      sales += one?.value ?? 0
      contribution += one?.contribution ?? 0
    }
    return { sales, contribution }
  }
  const own = history.map(({ day, contribution }) => ({ day, value: contribution }))
  const isPositive = own.slice(-182).every(one => one.value > 0)
  const asEarlier = (one: Span, among: readonly TradedDay[]) =>
    landing({ history: among.filter(({ day }) => day <= one.to), span: one, events, earlier: [] })
  const spans = input.earlier.slice(-12).filter(one => dayCount(first, one.from) >= rateDays)
  const courses = spans.map(one => ({
    one,
    sales: asEarlier(one, history),
    own: isPositive ? asEarlier(one, own) : null,
  }))

  /** The rate of the last weeks up to a day, and how far such rates were from those of so many days after them, until then. */
  const rateAt = (until: Day, left: number) => {
    const rateOf = (from: Day, to: Day) => {
      const { sales, contribution } = sumOf(from, to)
      return sales > 0 ? contribution / sales : null
    }
    const start = (day: Day) => (day < first ? first : day)
    const rate = rateOf(start(addDays(until, 1 - rateDays)), until) ?? 0
    const moves: number[] = []
    for (let end = addDays(until, -left); dayCount(first, end) >= 28; end = addDays(end, -left)) {
      const [before, after] = [
        rateOf(start(addDays(end, 1 - rateDays)), end),
        rateOf(addDays(end, 1), addDays(end, left)),
      ]
      if (before !== null && after !== null) moves.push(after - before)
      if (moves.length >= 24) break
    }
    const squares = moves.reduce((sum, one) => sum + one * one, 0)
    // Drawn to a first guess as by two such stretches.
    return { rate, variance: (squares + 2 * firstMove ** 2) / (moves.length + 2) }
  }

  const byRate = (course: ReturnType<typeof landing>, of: Span, until: Day, plan?: number): Guess => {
    const plain = course.at(until, plan)
    const { contribution } = sumOf(of.from, until)
    const days = until >= of.to ? 0 : dayCount(until, of.to) - 1
    if (days === 0) return { actual: contribution, p50: contribution, sd: 0, plain }
    const left = plain.p50 - plain.actual
    const { rate, variance } = rateAt(until, days)
    const spread = (plain.p90 - plain.p10) / (2 * z90)
    const sd = Math.sqrt((rate * spread) ** 2 + left ** 2 * variance + spread ** 2 * variance)
    return { actual: contribution, p50: contribution + rate * left, sd, plain }
  }
  const directly = (course: ReturnType<typeof landing>, until: Day, plan?: number): Guess => {
    const plain = course.at(until, plan)
    return { actual: plain.actual, p50: plain.p50, sd: (plain.p90 - plain.p10) / (2 * z90), plain }
  }

  const tested = (by: 'rate' | 'direct') => {
    const scores: { z: number; error: number; sales: number; period: number }[] = []
    courses.forEach(({ one, sales, own: direct }, period) => {
      if (by === 'direct' && !direct) return
      const came = sumOf(one.from, one.to)
      if (came.sales <= 0) return
      for (const stage of stages) {
        const until = addDays(one.from, Math.max(0, Math.round(dayCount(one.from, one.to) * stage) - 1))
        const guess = direct && by === 'direct' ? directly(direct, until) : byRate(sales, one, until)
        const error = came.contribution - guess.p50
        if (guess.sd > 0) scores.push({ z: error / guess.sd, error, sales: came.sales, period })
      }
    })
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
    const error =
      scores.length === 0
        ? null
        : sum(scores.map(one => Math.abs(one.error))) / sum(scores.map(one => one.sales))
    // A period is judged by the width the others ask for.
    const held = scores.filter(one => {
      const others = scores.filter(({ period }) => period !== one.period)
      return Math.abs(one.z) <= z90 * widthFor(others)
    })
    return { scores, error, covered: scores.length === 0 ? null : held.length / scores.length }
  }
  const rated = tested('rate')
  const direct = isPositive ? tested('direct') : null
  const isDirect =
    direct !== null && direct.error !== null && rated.error !== null && direct.error < rated.error
  const chosen = isDirect ? direct : rated
  const width = widthFor(chosen.scores)
  const course = landing({ history: isDirect ? own : history, span, events, earlier: [] })
  return {
    at(asked, plan) {
      const until = earlier(asked, span.to)
      const { actual, p50, sd, plain } = isDirect
        ? directly(course, until, plan)
        : byRate(course, span, until, plan)
      const wide = sd * width
      return {
        by: isDirect ? 'direct' : 'rate',
        actual: asKept(actual),
        p10: asKept(p50 - z90 * wide),
        p50: asKept(p50),
        p90: asKept(p50 + z90 * wide),
        planToDate: plain.planToDate,
        probability:
          plan === undefined ? null : wide > 0 ? normalBelow((p50 - plan) / wide) : Number(p50 >= plan),
        daysLeft: plain.daysLeft,
        error: chosen.error,
        estimates: chosen.scores.length,
        covered: chosen.covered,
      }
    },
  }
}
