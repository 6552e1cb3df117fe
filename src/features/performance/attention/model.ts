import { addDays, civil, type Day, dateOf, monthOf, yearOf } from '#kernel/day.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import { inSentence, show, showDay, usualLocale } from '#kernel/format.ts'
import type { Definition, Query } from '#metrics/query.ts'
import type { AlertRule } from './shape.ts'

/** What an alert's state is called. */
export const alertStates = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
} as const

/** An alert's state, and until when it is put off. */
export const stateWords = (alert: {
  state: keyof typeof alertStates
  snoozedUntil: string | null
}): string =>
  alert.state === 'snoozed' && alert.snoozedUntil !== null
    ? `Snoozed until ${showDay(alert.snoozedUntil)}`
    : alertStates[alert.state]

/** Money a day with its sign; N/A where it has no price. */
export const perDay = (amount: number | null, currency: string): string =>
  amount === null
    ? 'N/A'
    : `${amount > 0 ? '+' : ''}${show(amount.toFixed(2), { unit: 'money', currency: currency || null }, 'axis')}`

/** What is said where no alert is open: that all is well only where all of it was seen. */
export const quietTitle = ({
  lookedAt,
  waiting,
}: {
  lookedAt: string | null
  waiting: readonly unknown[]
}): string =>
  waiting.length > 0
    ? lookedAt === null
      ? 'Waiting for data that are still coming in'
      : 'Nothing found in what is here so far'
    : lookedAt === null
      ? 'Not looked at yet'
      : 'Nothing needs you'

/** What the screen of alerts answers: how many are open and which comes first, or why there is none. */
export const alertsTitle = (told: {
  rows: readonly { what: string; where: string }[]
  count: number
  lookedAt: string | null
  waiting: readonly unknown[]
}): string => {
  const [first] = told.rows
  if (!first) return quietTitle(told)
  const what = `${first.what}${first.where && `, ${first.where}`}`
  return told.count === 1 ? what : `${told.count.toLocaleString(usualLocale)} alerts are open, first ${what}`
}

interface Alerted {
  metric: string
  slice: Readonly<Record<string, string>>
  since: string
  until: string | null
  seenOn: string
  expected: number | null
  currency: string
  hours?: { from: string; to: string } | null
}

/**
 * The question whose answer shows an alert: its slice by day, six weeks before it and one after; of what was found within a
 * day by the hour, the same weekday a week before first.
 */
export function evidenceOf({ metric, slice, since, until, seenOn, currency, hours }: Alerted): Query {
  const { store, ...rest } = slice
  return {
    metrics: [metric],
    grain: hours ? 'hour' : 'day',
    calendar: 'gregorian',
    from: addDays(since, hours ? -7 : -42),
    to: until === null ? seenOn : hours ? until : addDays(until, 7),
    ...(store && { stores: [store] }),
    ...(currency && { currency }),
    filters: Object.entries(rest).map(([dimension, value]) => ({ dimension, is: [value] })),
  }
}

/** Where the rows behind a cause of an alert are; of data in doubt where the systems are. */
export function causeLink(
  alert: Alerted,
  cause: {
    kind: string
    where: readonly { dimension: string; value: string }[]
    rows?: { metric: string; from: string; to: string; compare?: string | undefined } | undefined
  },
): string {
  if (cause.kind === 'data') return '/connections'
  const { store, ...rest } = alert.slice
  return exploreLink({
    ...(cause.rows ?? { metric: alert.metric, from: alert.since, to: alert.until ?? alert.seenOn }),
    where: cause.where,
    filters: Object.entries(rest).map(([dimension, value]) => ({ dimension, is: [value] })),
    ...(store && { stores: [store] }),
  })
}

/** Events that may bear on an alert: those of its store, and those of all; of no store, all there are. */
export const eventsOf = <E extends { stores: readonly string[] }>(
  events: readonly E[],
  store: string | undefined,
): E[] => events.filter(one => !store || one.stores.length === 0 || one.stores.includes(store))

/** What was usual, on the days (or hours) of the alert alone. */
export const usualWithin = (
  { since, until, expected, hours }: Alerted,
  periods: readonly string[],
): (number | null)[] =>
  periods.map(one =>
    (hours ? one >= hours.from && one < hours.to : one >= since && (until === null || one <= until))
      ? expected
      : null,
  )

/** How strange a change must be before it is told: four, five and six and a half standard deviations. */
export const sensitivities = {
  high: { label: 'High: more alerts', score: 0.36 },
  usual: { label: 'Usual', score: 0.5 },
  low: { label: 'Low: fewer alerts', score: 0.69 },
} as const

/** The sensitivity nearest to a score. */
export const sensitivityOf = (score: number): keyof typeof sensitivities =>
  score < 0.43 ? 'high' : score < 0.6 ? 'usual' : 'low'

/** A short name for an address, made of a long one; '' where nothing can be made. */
const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)

/** For how long an alert may be put off. */
export const snoozes = [
  { value: 'day', label: 'For a day' },
  { value: 'week', label: 'For a week' },
  { value: 'month', label: 'For a month' },
  { value: 'date', label: 'Until a day of yours' },
] as const
export type Snooze = (typeof snoozes)[number]['value']

/**
 * The day on which an alert put off today comes back, and what the button that does it says. A month ends on the same day of
 * the next one, or on that one's last. `own` is the day somebody chose: one that is not after today is none (null).
 */
export function snoozed(how: Snooze, today: Day, own: string): { until: Day | null; words: string } {
  if (how === 'day') return { until: addDays(today, 1), words: 'Snooze for a day' }
  if (how === 'week') return { until: addDays(today, 7), words: 'Snooze for a week' }
  if (how === 'month')
    return { until: civil(yearOf(today), monthOf(today) + 1, dateOf(today)), words: 'Snooze for a month' }
  return own > today
    ? { until: own, words: `Snooze until ${showDay(own)}` }
    : { until: null, words: 'Snooze until a day' }
}

/** By what messages go. */
export const channelKinds = {
  mail: 'Mail',
  slack: 'Slack',
  teams: 'Microsoft Teams',
  webhook: 'Signed webhook',
} as const

/** An hour of the day as the clock says it. */
export const hourWords = (at: number): string => `${String(at).padStart(2, '0')}:00`

/** When a channel is quiet, in words; null where it never is. */
export const quietWords = ({
  quietFrom,
  quietTo,
}: {
  quietFrom: number | null
  quietTo: number | null
}): string | null =>
  quietFrom === null || quietTo === null || quietFrom === quietTo
    ? null
    : `${hourWords(quietFrom)} to ${hourWords(quietTo)}`

/**
 * Quiet hours as somebody chose them (`from` null: never), what is wrong with them, and what they do to a digest at its hour
 * (null: there is none).
 */
export function quietHours(
  from: number | null,
  to: number | null,
  digestAt: number | null,
): { from: number | null; to: number | null; error: string | null; words: string } {
  if (from === null || to === null) return { from: null, to: null, error: null, words: '' }
  if (from === to)
    return { from, to, error: 'Choose another hour: the whole day would be quiet, or none of it.', words: '' }
  const within = (hour: number) => (from < to ? hour >= from && hour < to : hour >= from || hour < to)
  const length = (to - from + 24) % 24
  const waits =
    digestAt !== null && within(digestAt)
      ? ` The digest of ${hourWords(digestAt)} waits until ${hourWords(to)}.`
      : ''
  return {
    from,
    to,
    error: null,
    words: `${length} ${length === 1 ? 'hour' : 'hours'}${from > to ? ', over night' : ''}, in the company's time zone.${waits}`,
  }
}

/** Whether a field holds an amount as operations take it, or nothing. */
export const isMoney = (text: string): boolean => text === '' || /^\d+(\.\d{1,4})?$/.test(text)

/** A short name made of a long one that none of `taken` has: numbered from the second on. */
export function freeId(name: string, taken: readonly string[]): string {
  const own = idOf(name) || 'own'
  for (let n = 1; ; n++) {
    const id = n === 1 ? own : `${own.slice(0, 56)}-${n}`
    if (!taken.includes(id)) return id
  }
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
