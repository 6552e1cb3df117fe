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
