import { inSentence } from '#kernel/format.ts'
import type { Definition } from '#metrics/query.ts'
import type { AlertRule } from '../shape.ts'

/** How strange a change must be before it is told: four, five and six and a half standard deviations. */
export const sensitivities = {
  high: { label: 'High: more alerts', score: 0.36 },
  usual: { label: 'Usual', score: 0.5 },
  low: { label: 'Low: fewer alerts', score: 0.69 },
} as const

/** The sensitivity nearest to a score. */
export const sensitivityOf = (score: number): keyof typeof sensitivities =>
  score < 0.43 ? 'high' : score < 0.6 ? 'usual' : 'low'

/** What can be watched by the hour: what is known by the hour, and forecast by the day. Sessions come by the day. */
export const hourly = ['orders', 'net_sales'] as const

export const isHourly = (metric: string): metric is (typeof hourly)[number] =>
  hourly.some(name => name === metric)

/** How a rule looks at its figure. */
export const kinds = {
  change: 'Day by day, against its past',
  hours: 'Hour by hour, against forecast',
  limits: 'Week by week, control limits',
} as const

/** A rule whose figure, or the way it is looked at, was chosen anew: what no longer goes with it is left out. */
export function chosen<
  F extends { kind: keyof typeof kinds; metric: string; by: string; more: string; against: string },
>(form: F): F {
  const kind = form.kind === 'hours' && !isHourly(form.metric) ? 'change' : form.kind
  if (kind === 'hours') return { ...form, kind, by: 'store', more: '', against: '' }
  const more = form.by === '' || form.more === form.by ? '' : form.more
  return { ...form, kind, more, against: form.by === '' || kind === 'limits' ? '' : form.against }
}

/** What a ratio is a ratio to: its amount is the ratio times this. */
export const weights: Readonly<Record<string, string>> = {
  conversion_rate: 'sessions',
  orders_per_session: 'sessions',
  checkout_completion: 'checkout_sessions',
  cart_rate: 'sessions',
  checkout_rate: 'sessions',
  aov: 'orders',
  upt: 'orders',
  asp: 'units_sold',
  price_before_discounts: 'units_sold',
  discount_rate: 'gross_sales',
  return_rate: 'gross_sales',
  gross_margin: 'net_sales',
  tracked_share: 'orders',
}

/** What one more of it is worth, as net sales by this figure. Money is worth itself; what is not here has no price. */
export const worths: Readonly<Record<string, string>> = {
  orders: 'orders',
  sessions: 'sessions',
  units_sold: 'units_sold',
  conversion_rate: 'orders',
  checkout_completion: 'orders',
  orders_per_session: 'orders',
  tracked_share: '',
}

type Known = Pick<Definition, 'name' | 'label' | 'unit' | 'additivity' | 'good'>
type Split = { name: string; label: string; metrics: readonly string[]; held?: boolean }

/** Whether what it costs when a figure leaves its usual way can be told in money. */
export const isPriced = ({ name, unit }: Pick<Known, 'name' | 'unit'>): boolean =>
  unit === 'money' || Boolean(worths[name]) || (unit === 'share' && weights[name]?.endsWith('sales') === true)

/** Every value of it comes once: there is no usual way it could leave. */
const passing = ['order']

/** What a figure can be watched by, value by value: what it (and what it is held against) can be split by, as far as there are data. */
export const splitsOf = <S extends Split>(metric: string, against: string, dimensions: readonly S[]): S[] =>
  dimensions.filter(
    one =>
      one.held !== false &&
      !passing.includes(one.name) &&
      [metric, against].every(name => name === '' || one.metrics.includes(name)),
  )

/** What a figure may be held against: amounts. A ratio is held to what it is a ratio to, or to itself. */
export const measuresOf = <K extends Known>(metric: Known, all: readonly K[]): K[] =>
  metric.additivity === 'ratio' || weights[metric.name]
    ? []
    : all.filter(one => one.additivity === 'additive' && one.name !== metric.name)

/** Least usual size a day with which a rule begins: twenty of what a ratio is a ratio to, one of what is counted, none of what has no size. */
export const usualVolume = ({ name, unit }: Pick<Known, 'name' | 'unit'>): number =>
  weights[name] ? 20 : unit === 'count' || unit === 'quantity' || unit === 'money' ? 1 : 0

/** A name within a sentence; what is short for something stays as it is: AOV, B2B. */
export const called = (name: string): string => (/^[A-Z][a-z]/.test(name) ? inSentence(name) : name)

/** A rule as it is watched by, told in two sentences. `labelOf` names figures, `splitOf` what they are looked at by. */
export function watchWords(
  rule: Pick<
    AlertRule,
    | 'kind'
    | 'metric'
    | 'by'
    | 'against'
    | 'direction'
    | 'leastShare'
    | 'leastMoney'
    | 'persistence'
    | 'coolDown'
  >,
  metric: Pick<Known, 'name' | 'label' | 'unit' | 'good'>,
  labelOf: (name: string) => string,
  splitOf: (name: string) => string,
): string {
  const { kind, by, against, direction, leastMoney, persistence, coolDown } = rule
  const one = kind === 'hours' ? 'hour' : 'day'
  const several = (n: number, unit: string) => `${n === 1 ? '' : `${n} `}${unit}${n === 1 ? '' : 's'}`
  const where =
    by.length > 0 ? `of each ${by.map(splitOf).map(called).join(' and ')}` : 'of the company as a whole'
  const weight = weights[metric.name]
  const measure =
    kind === 'limits'
      ? 'the limits of its last half year'
      : kind === 'hours'
        ? 'what was forecast of the day'
        : weight && by.length > 0
          ? `what is usual for its ${called(labelOf(weight))}`
          : against && by.length > 0
            ? `what is usual for its ${called(labelOf(against))}`
            : by.length > 0
              ? 'what stands beside it and its own past weeks'
              : 'its own past, with weekdays and known events taken off'
  const change =
    direction === 'any' || metric.good === 'none'
      ? 'rises or falls'
      : metric.good === 'down'
        ? 'rises'
        : 'falls'
  const share = `${showPercent(rule.leastShare)} of the company's net sales a day`
  const least = !isPriced(metric)
    ? ', whatever it costs: it has no price in money'
    : leastMoney
      ? `, where that makes ${leastMoney} a day in the company's currency and ${share}`
      : `, where that makes ${share}`
  const lasting =
    kind === 'limits'
      ? ''
      : ` for ${persistence === 1 ? (one === 'hour' ? 'an hour' : 'a day') : several(persistence, one)} or longer`
  const quiet = coolDown === 0 ? '' : ` What comes back within ${several(coolDown, 'day')} is the same alert.`
  const every = kind === 'limits' ? 'week by week' : `${one} by ${one}`
  return `Watches ${called(metric.label)} ${where} ${every} against ${measure}. Tells when it ${change}${lasting}${least}.${quiet}`
}

const showPercent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

/** A whole number of a field within bounds; null where it holds none. */
export function wholeIn(text: string, least: number, most: number): number | null {
  const number = /^\d{1,3}$/.test(text.trim()) ? Number(text) : null
  return number !== null && number >= least && number <= most ? number : null
}

/** A number of a field within bounds; null where it holds none. */
export function numberIn(text: string, most: number): number | null {
  const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null
  return number !== null && number <= most ? number : null
}
