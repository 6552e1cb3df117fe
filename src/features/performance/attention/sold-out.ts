import { distance, strangeness } from '#forecast/scan.ts'
import { addDays } from '#kernel/day.ts'
import type { Sized } from './find.ts'
import type { Cell, Watched } from './watched.ts'

/** First of the days without stock that end with `end`, in place order; null where it was not out on that day. */
function outSince(days: readonly number[] | undefined, end: number): number | null {
  const out = new Set(days)
  let from = end
  while (out.has(from)) from--
  return from === end ? null : from + 1
}

/** Days whose pace says what a product would have sold, and the fewest of them: one that is new has a pace, too. */
const [paceDays, fewest] = [56, 14]

/** What a slice sold for each of its exposure on the days before one on which it was to be had, since it first sold; null of too few. */
function onShelf(cell: Cell, before: number): { rate: number; amount: number } | null {
  const out = new Set(cell.out)
  const first = cell.amount.findIndex(value => value > 0)
  const from = Math.max(first, before - paceDays)
  if (first < 0 || before - from < fewest) return null
  const { amount, exposure, days } = summed(cell, from, before - 1, t => !out.has(t))
  return days < fewest || !(exposure > 0 && amount > 0) ? null : { rate: amount / exposure, amount }
}

/** Sums over days that count; where nothing moves with it, each day is as good as another. */
const summed = ({ amount, exposure }: Cell, from: number, to: number, counts: (t: number) => boolean) => {
  const alone = !exposure.some(value => value > 0)
  const sums = { amount: 0, exposure: 0, days: 0 }
  for (let t = from; t <= to; t++) {
    if (!counts(t)) continue
    sums.amount += amount[t] ?? 0
    sums.exposure += alone ? 1 : (exposure[t] ?? 0)
    sums.days += 1
  }
  return sums
}

/** A stretch without stock is told for as long as any other is. */
const longestOut = 42

/**
 * What used to sell and is nowhere in stock: that is known on the day, where the silence of what sells once a day becomes
 * strange in a week. Null where it was on the shelf at the end of the day, sells although its stock is said to be nothing
 * (stock that nobody keeps), or has been out for longer than is news.
 */
export function soldOut(watched: Watched, cell: Cell, end: number): Sized | null {
  const { rule, start } = watched
  const out = outSince(cell.out, end)
  if (out === null || end - out >= longestOut) return null
  // On the day it ran out some of it was still sold.
  const from = (cell.amount[out] ?? 0) > 0 ? out + 1 : out
  if (from > end) return null
  const usual = onShelf(cell, out)
  const { amount: actual, exposure } = summed(cell, from, end, () => true)
  const expected = usual && usual.rate * exposure
  if (!expected || actual > expected / 2) return null
  const days = end - from + 1
  const perDay = (actual - expected) / days
  return {
    rule: rule.id,
    metric: rule.metric,
    slice: cell.slice,
    kind: 'silence',
    direction: 'below',
    since: addDays(start, from),
    until: null,
    score: Math.max(rule.score, strangeness(distance(actual, expected, 1, usual.amount))),
    expected: expected / days,
    actual: actual / days,
    perDay,
    moneyPerDay: cell.worth === null ? null : perDay * cell.worth,
    volume: expected / days,
    judged:
      'None of it was in stock; what it would have sold is the usual measure of what moves with it, on its days in stock in the eight weeks before.',
    known: true,
  }
}
