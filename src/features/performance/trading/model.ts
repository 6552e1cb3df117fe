import { addDays, civil, type Day, monthOf, yearOf } from '#kernel/day.ts'
import { percent } from '#kernel/format.ts'
import { hourName } from '#kernel/period-words.ts'
import { cell, numberOf } from '#metrics/cells/model.ts'
import type { Answer, AnswerRow } from '#metrics/query.ts'
import { against } from '../model.ts'

export * from '#metrics/assortment/model.ts'
export * from '../model.ts'

/** Stages of the funnel, each a share of all sessions. */
export const stages = [
  { metric: 'product_view_rate', name: 'Saw a product' },
  { metric: 'cart_rate', name: 'Put something in the cart' },
  { metric: 'checkout_rate', name: 'Reached checkout' },
  { metric: 'conversion_rate', name: 'Completed checkout' },
] as const

const lostBefore: Record<(typeof stages)[number]['metric'], string> = {
  product_view_rate: 'before they see a product',
  cart_rate: 'after a product, before the cart',
  checkout_rate: 'in the cart, before checkout',
  conversion_rate: 'in checkout',
}

/** "most visits, 53.3 %, are lost before they see a product": the step where most of all sessions end. Empty where two stages are not known. */
export function mostLost(totals: AnswerRow | undefined): string {
  const known = stages.flatMap(({ metric }) => {
    const reached = numberOf(totals, metric)
    return reached === null ? [] : [{ metric, reached }]
  })
  if (known.length < 2) return ''
  const steps = known.map((one, n) => ({ ...one, lost: (known[n - 1]?.reached ?? 1) - one.reached }))
  const worst = steps.reduce((most, one) => (one.lost > most.lost ? one : most))
  if (worst.lost <= 0) return ''
  return `${worst.lost > 0.5 ? 'most visits' : 'the most visits'}, ${percent(worst.lost)}, are lost ${lostBefore[worst.metric]}`
}

/**
 * "Net sales £14,991 by 17:00 on 27 Nov 2026, 123 % above the plan for these hours": the day so far. `until` is the last
 * hour with an order; null where there is none, 23 where the day is over. `apart`: its stores are at different hours.
 */
export function dayTitle(of: {
  day: string
  until: number | null
  apart?: boolean
  sales: string
  change: string | null
  below: boolean
  base: string
}): string {
  if (of.until === null) return `No orders yet on ${of.day}`
  const when = of.apart
    ? `so far on ${of.day}`
    : of.until < 23
      ? `by ${hourName(String(of.until + 1))}:00 on ${of.day}`
      : `on ${of.day}`
  const far =
    of.change === null ? `level with ${of.base}` : `${of.change} ${of.below ? 'below' : 'above'} ${of.base}`
  return `Net sales ${of.sales} ${when}${of.base && `, ${far}`}`
}

/** How much of a whole day's figure is in by now, or by how much it is passed. Empty where it is not known. */
export function partIn(of: string | null, is: string | null): string {
  if (!of || !is || Number(of) <= 0) return ''
  const part = Number(is) / Number(of)
  return part > 1.005 ? `passed by ${percent(part - 1, 0)}` : `${percent(part, 0)} of it is in`
}

/** The days that are over of those asked for, where some are not and some are; null where none is to be left out. */
export const daysOver = (days: { from: Day; to: Day } | null, today: Day): { from: Day; to: Day } | null =>
  days && days.from < today && days.to >= today ? { from: days.from, to: addDays(today, -1) } : null

/** The first day of the month eleven months before: twelve cohorts end with the month of a day. */
export const yearBefore = (day: Day): Day => {
  const [year, month] = [yearOf(day), monthOf(day)]
  return month === 12 ? civil(year, 1) : civil(year - 1, month + 1)
}

/** What a cohort came to, month by month since its first: sums to date per customer of the cohort. */
export interface Cohort {
  month: string
  size: number
  /** Place n: the n-th month after the first. */
  ages: {
    retained: number
    orders: number
    sales: number | null
    profit: number | null
    /** Contribution before media; null from the first month on in which the costs of its orders are not known. */
    contribution: number | null
  }[]
}

const monthsBetween = (from: string, to: string) => {
  const [a = 0, b = 0] = from.split('-').map(Number)
  const [c = 0, d = 0] = to.split('-').map(Number)
  return (c - a) * 12 + d - b
}

/**
 * The cohort triangle from rows by cohort and month. A customer belongs to one cohort, that of the first order; cohorts
 * older than the first month of the rows are left out, because their beginning is. A month nobody ordered in adds nothing.
 */
export function triangle(rows: readonly AnswerRow[], from: string, to: string): Cohort[] {
  const own = Map.groupBy(
    rows.filter(row => (cell(row, 'cohort') ?? '') >= from),
    row => cell(row, 'cohort') ?? '',
  )
  return [...own]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([month, those]) => {
      const at = new Map(those.map(row => [monthsBetween(month, row.period ?? month), row]))
      const size = numberOf(at.get(0), 'cohort_customers') ?? 0
      if (size === 0) return []
      let orders = 0
      let sales: number | null = null
      let profit: number | null = null
      let contribution: number | null = 0
      const ages = Array.from({ length: monthsBetween(month, to) + 1 }, (_, age) => {
        const row = at.get(age)
        // What is not known, as sales without a cost, is left out; where nothing ever was known, so is the sum.
        const plus = (sum: number | null, name: string) => {
          const value = numberOf(row, name)
          return value === null ? sum : (sum ?? 0) + value
        }
        orders += numberOf(row, 'cohort_orders') ?? 0
        sales = plus(sales, 'cohort_sales')
        profit = plus(profit, 'cohort_profit')
        // A month without a cost of goods is left out of both; one whose orders have no rate ends it: the rest would be too much.
        const [gained, left] = [numberOf(row, 'cohort_profit'), numberOf(row, 'cohort_contribution')]
        if (gained !== null)
          contribution = contribution === null || left === null ? null : contribution + left
        return {
          retained: (numberOf(row, 'cohort_customers') ?? 0) / size,
          orders: orders / size,
          sales: sales === null ? null : sales / size,
          profit: profit === null ? null : profit / size,
          contribution: profit === null || contribution === null ? null : contribution / size,
        }
      })
      return [{ month, size, ages }]
    })
}

/** The month after the first in which what a customer left to date reaches what a new one cost; null: not yet. */
export function paidBack(
  cohort: Cohort,
  cost: number,
  of: 'profit' | 'contribution' = 'profit',
): number | null {
  const age = cohort.ages.findIndex(one => (one[of] ?? Number.NEGATIVE_INFINITY) >= cost)
  return age < 0 ? null : age
}

/** The day of an hour's period, "2026-11-27T14". */
export const dayOfHour = (period: string): Day => period.slice(0, 10)

/** Which minutes a pace is of, a line each: "the five minutes to 17:43", "fifteen: 1.20", "busiest five: 3.40, to 14:05". */
export function paceWords(
  pace: {
    until: string
    earliest: string | null
    store: string | null
    fifteen: number
    most: { until: string; perMinute: number }
  },
  over: boolean,
  stores: Readonly<Record<string, string>>,
): string[] {
  const clock = pace.store ? ` in ${stores[pace.store] ?? pace.store}` : ''
  if (over) return [`the five minutes to ${pace.most.until}${clock}`]
  return [
    `the five minutes to ${pace.until}${clock}${pace.earliest ? `; where less is in, to ${pace.earliest} or later` : ''}`,
    `fifteen minutes: ${pace.fifteen.toFixed(2)}`,
    `busiest five today: ${pace.most.perMinute.toFixed(2)}, to ${pace.most.until}`,
  ]
}

interface SoFar {
  value: string | null
  delta: string | null
  ratio: string | null
}

/** The hours of a day that is not over, without values for those to come: they are not hours in which nothing was sold. */
export function untilNow<Told extends Answer>(answer: Told, metrics: readonly string[]): Told {
  const last = answer.rows.findLastIndex(row => metrics.some(name => (numberOf(row, name) ?? 0) !== 0))
  const rows = structuredClone(answer.rows)
  for (const row of rows.slice(last + 1))
    for (const name of metrics) {
      row[name] = null
      for (const { values } of Object.values(row.compare ?? {}))
        if (values[name]) Object.assign(values[name], { delta: null, ratio: null })
    }
  return { ...answer, rows }
}

/**
 * A day until the last hour that has an order, against the same hours of another: a part is never compared with a whole.
 * The last hour may not be over yet. `fair`: the day as far as it is in each store by its own clock, which is what counts
 * where it is known: at noon in London the afternoon of New York is still to come.
 */
export function daySoFar(
  answer: Answer,
  comparison: string,
  fair: AnswerRow | null = null,
): { until: number | null; lastOrders: number | null; sales: SoFar; orders: SoFar } {
  const last = answer.rows.findLastIndex(row => (numberOf(row, 'orders') ?? 0) > 0)
  const those = answer.rows.slice(0, last + 1)
  const sum = (numbers: (number | null)[]) => {
    const known = numbers.filter(one => one !== null)
    return known.length ? known.reduce((a, b) => a + b, 0) : null
  }
  const asText = (value: number | null) => (value === null ? null : value.toFixed(4))
  const soFar = (name: string): SoFar => {
    if (fair) {
      const compared = against(fair, comparison, name)
      return {
        value: asText(numberOf(fair, name)),
        delta: compared?.delta ?? null,
        ratio: compared?.ratio ?? null,
      }
    }
    const value = sum(those.map(row => numberOf(row, name)))
    const before = sum(
      those.map(row => {
        const was = against(row, comparison, name)?.value
        return was == null ? null : Number(was)
      }),
    )
    const delta = value === null || before === null ? null : value - before
    const ratio = delta === null || !before ? null : delta / Math.abs(before)
    return { value: asText(value), delta: asText(delta), ratio: asText(ratio) }
  }
  const period = those.at(-1)?.period
  return {
    until: period ? Number(period.slice(11, 13)) : null,
    lastOrders: numberOf(those.at(-1), 'orders'),
    sales: soFar('net_sales'),
    orders: soFar('orders'),
  }
}

/** A tier of contribution, as the company layers them. */
export interface Tier {
  name: string
  label: string
  less: readonly string[]
}

/** Costs of a waterfall as metrics, and their names under a column. */
const costOf: Readonly<Record<string, { metric: string; label: string }>> = {
  cogs: { metric: 'cost_of_goods', label: 'Goods' },
  fulfilment: { metric: 'fulfilment_cost', label: 'Fulfilment' },
  payment_fees: { metric: 'payment_fees', label: 'Fees' },
  return_handling: { metric: 'return_handling_cost', label: 'Returns' },
  media: { metric: 'media_cost', label: 'Media' },
}

interface Layer {
  label: string
  value: number
  total?: boolean
}

/** "Contribution margin 2" under a column is CM2; names of the company's own stay. */
const brief = (label: string) => label.replace(/^contribution margin (\d)$/i, 'CM$1')

/**
 * From net sales down to the last tier that is known, cost by cost with what is left after each tier. Where goods come off, it
 * begins with the sales whose cost is recorded, and says so where that is not all of them.
 */
export function layers(
  row: AnswerRow,
  tiers: readonly Tier[],
): { base: Layer; steps: Layer[]; end: Layer; known: readonly Tier[] } {
  const costed = tiers.some(tier => tier.less.includes('cogs'))
  const value = numberOf(row, costed ? 'net_sales_costed' : 'net_sales') ?? 0
  const partly = costed && (numberOf(row, 'net_sales_uncosted') ?? 0) !== 0
  const missing = tiers.findIndex(tier => numberOf(row, tier.name) === null)
  const known = missing < 0 ? tiers : tiers.slice(0, missing)
  const steps = known.flatMap((tier, n): Layer[] => [
    ...tier.less.flatMap(cost => {
      const { metric, label } = costOf[cost] ?? { metric: cost, label: cost }
      return [{ label, value: -(numberOf(row, metric) ?? 0) }]
    }),
    ...(n < known.length - 1
      ? [{ label: brief(tier.label), value: numberOf(row, tier.name) ?? 0, total: true }]
      : []),
  ])
  const last = known.at(-1)
  return {
    base: { label: partly ? 'Sales with cost' : 'Net sales', value },
    steps,
    end: { label: brief(last?.label ?? ''), value: (last && numberOf(row, last.name)) ?? 0 },
    known,
  }
}

/** The value below which a share of some numbers lies, between the two nearest; null of none. */
export function quantileOf(values: readonly number[], share: number): number | null {
  const inOrder = values.toSorted((a, b) => a - b)
  const at = share * (inOrder.length - 1)
  const [low, high] = [inOrder[Math.floor(at)], inOrder[Math.ceil(at)]]
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at))
}

/** The middle of some numbers; null of none. */
export const middle = (values: readonly number[]): number | null => quantileOf(values, 0.5)

/** How an account stands: it orders as usual, is late, is so late that it has left, is new, or never came back. */
export const accountStates = {
  active: { label: 'Active', about: 'within one and a half of its usual intervals' },
  lapsing: { label: 'Lapsing', about: 'later than one and a half of its usual intervals' },
  lapsed: { label: 'Lapsed', about: 'later than three of its usual intervals' },
  new: { label: 'New', about: 'ordered on one or two days, the first within 90' },
  once: { label: 'Never came back', about: 'ordered on one or two days, and not since' },
} as const
export type AccountState = keyof typeof accountStates

/**
 * The state of an account that ordered on so many days, the last `since` days ago, the first `age` days ago. `interval` is
 * its own mean of days between orders, or the usual one of all accounts where it has none; null where nobody has.
 */
export function accountState(of: {
  since: number
  interval: number | null
  days: number
  age: number
}): AccountState {
  const { since, interval, days, age } = of
  const late = interval ? since / interval : 0
  if (days < 3) return age <= 90 ? 'new' : late <= 1.5 ? 'active' : 'once'
  return late <= 1.5 ? 'active' : late <= 3 ? 'lapsing' : 'lapsed'
}

/** Spans of days between an order and the next, as they are counted together. */
const spans = [7, 14, 30, 60, 90, 180, 365, Number.POSITIVE_INFINITY] as const

/**
 * Days between orders from rows by `days_since_order`: the median (of an even number the lower of the two in the middle)
 * and how many fall into each span. Null where there are none.
 */
export function gaps(rows: readonly AnswerRow[]): {
  median: number
  orders: number
  spans: { name: string; orders: number }[]
} | null {
  const days = rows
    .map(row => ({ days: Number(cell(row, 'days_since_order')), orders: numberOf(row, 'orders_again') ?? 0 }))
    .filter(one => one.orders > 0)
    .toSorted((a, b) => a.days - b.days)
  const orders = days.reduce((sum, one) => sum + one.orders, 0)
  let seen = 0
  const median = days.find(one => {
    seen += one.orders
    return seen >= orders / 2
  })
  if (!median) return null
  return {
    median: median.days,
    orders,
    spans: spans.map((to, n) => {
      const from = n === 0 ? 0 : (spans[n - 1] ?? 0) + 1
      return {
        name: Number.isFinite(to) ? `${from} to ${to} days` : `over ${from - 1} days`,
        orders: days
          .filter(one => one.days >= from && one.days <= to)
          .reduce((sum, one) => sum + one.orders, 0),
      }
    }),
  }
}

/** Groups of customers by how they stand, the best first, with what one does about each. */
export const customerGroups = {
  Champions: 'ordered lately, often and for much',
  Loyal: 'often and for much, not quite lately',
  Promising: 'lately, not yet often',
  New: 'lately, for the first time',
  'Needs attention': 'some time ago, not often',
  'At risk': 'were good customers, and have not come for long',
  'About to lapse': 'not often, and not for long',
  Lapsed: 'longest ago, not often',
} as const

/** What the break-even ROAS of an answer is worked out from; the answer holds `contribution_before_media`. */
export const breakEvenIs = (totals: AnswerRow): string =>
  cell(totals, 'contribution_before_media') === null
    ? 'Break-even ROAS is 1 ÷ gross margin until the costs of orders are known.'
    : 'Break-even ROAS is 1 ÷ contribution before media, as a share of net sales.'
