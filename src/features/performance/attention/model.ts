import { addDays, civil, type Day, dateOf, monthOf, yearOf } from '#kernel/day.ts'
import { show, showDay, usualLocale } from '#kernel/format.ts'
import type { Query } from '#metrics/query.ts'

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
