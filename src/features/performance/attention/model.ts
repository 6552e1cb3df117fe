import { show, showDay, usualLocale } from '#kernel/format.ts'

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
