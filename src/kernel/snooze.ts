import { addDays, civil, type Day, dateOf, monthOf, yearOf } from './day.ts'
import { showDay } from './format.ts'

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
