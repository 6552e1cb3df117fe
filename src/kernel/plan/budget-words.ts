import { show, showDay } from '../format.ts'

interface Line {
  label: string
  use: { runsOut: string | null; remaining: string }
  unrated: readonly string[]
}

/** Lines that run out before the plan ends, the soonest first; the others after them, as they stood. */
export const soonestFirst = <One extends { use: { runsOut: string | null } }>(lines: readonly One[]): One[] =>
  lines.toSorted((a, b) => {
    const [one, other] = [a.use.runsOut, b.use.runsOut]
    if (one === other) return 0
    return one === null ? 1 : other === null ? -1 : one < other ? -1 : 1
  })

/** Whether nothing is left of a line today: it runs out on no day to come. */
export const isOver = ({ use }: Pick<Line, 'use'>, today: string): boolean =>
  use.runsOut === today && Number(use.remaining) < 0

/** What a budget comes to in a sentence: which lines do not last, and which is the first of them. */
export function budgetAnswer(budget: { lines: readonly Line[]; today: string; currency: string }): string {
  const { lines, today, currency } = budget
  const late = lines.filter(line => line.use.runsOut !== null)
  const unsure = lines.filter(line => line.unrated.length > 0).length
  const all = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`
  if (lines.length === 0) return 'No budget lines yet'
  if (late.length === 0 && unsure > 0)
    return `${unsure} of ${all} ${unsure === 1 ? 'lacks' : 'lack'} an exchange rate; the rest last to the end`
  if (late.length === 0)
    return lines.length === 1
      ? 'The one line lasts to the end of the plan'
      : `All ${all} last to the end of the plan`
  const [first] = soonestFirst(late)
  if (!first) return ''
  const when = isOver(first, today)
    ? ` already, ${show(first.use.remaining.replace('-', ''), { unit: 'money', currency }, 'card')} over`
    : `${late.length === 1 ? '' : ' first'}, on ${showDay(first.use.runsOut)}`
  return `${late.length} of ${all} ${late.length === 1 ? 'runs' : 'run'} out before the plan ends: ${first.label}${when}`
}
