import { addDays } from '#kernel/day.ts'
import { exploreLink } from '#kernel/explore-link.ts'
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
  lookingTo,
  waiting,
}: {
  lookedAt: string | null
  lookingTo: string | null
  waiting: readonly unknown[]
}): string => {
  if (lookingTo !== null) return `Still looking, up to ${showDay(lookingTo, 'card')}`
  if (waiting.length > 0)
    return lookedAt === null
      ? 'Waiting for data that are still coming in'
      : 'Nothing found in what is here so far'
  return lookedAt === null ? 'Not looked at yet' : 'Nothing needs you'
}

/** What the screen of alerts answers: how many are open and which comes first, or why there is none. */
export const alertsTitle = (told: {
  rows: readonly { what: string; where: string }[]
  count: number
  lookedAt: string | null
  lookingTo: string | null
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
