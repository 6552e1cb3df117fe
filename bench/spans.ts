import type { Question, Span } from './questions.ts'

const shifted = (day: string, days: number) =>
  new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10)
const lastYear = (day: string) => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`

/** The question's own span and those of its comparisons, where no answer is at hand to take them from. */
export function spansOf({ query }: Question): Span[] {
  const { from = '', to = '' } = query
  const length = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
  const compared = (query.compare ?? []).map(name => {
    if (name === 'previous_period') return { from: shifted(from, length), to: shifted(to, length) }
    if (name === 'last_year_weekday') return { from: shifted(from, 364), to: shifted(to, 364) }
    return { from: lastYear(from), to: lastYear(to) }
  })
  return [{ from, to }, ...compared]
}
