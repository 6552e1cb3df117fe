import { figureOf } from '#kernel/plan/typed.ts'
import { ChoiceRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import type { BudgetLine, Item } from './model.ts'

type Periods = readonly { key: string; label: string }[]

/** How a budget line's money falls into the periods, as it is typed. */
export interface PatternForm {
  pattern: 'even' | 'every' | 'step' | 'months'
  /** The total shared evenly, or the amount that comes again. */
  total: string
  /** Every how many periods. */
  every: string
  /** A period and a figure on each line. */
  steps: string
  months: string
}

/** The pattern of a line, or that of a new one. */
export function patternForm(line: BudgetLine | null, periods: Periods): PatternForm {
  const pattern = line?.pattern ?? null
  const label = (key: string) => periods.find(one => one.key === key)?.label ?? key
  return {
    pattern: pattern?.kind ?? (line ? 'months' : 'even'),
    total: pattern?.kind === 'even' ? pattern.total : pattern?.kind === 'every' ? pattern.amount : '',
    every: pattern?.kind === 'every' ? String(pattern.periods) : '1',
    steps:
      pattern?.kind === 'step'
        ? pattern.steps.map(one => `${label(one.from)}\t${one.amount}`).join('\n')
        : '',
    months: periods.map(one => `${one.label}\t${line?.amounts[one.key] ?? ''}`).join('\n'),
  }
}

/** What was typed, as a line keeps it. */
export function patternOf(form: PatternForm, periods: Periods): Pick<Item, 'pattern'> & Partial<Item> {
  if (form.pattern === 'months') return { amounts: amountsIn(form.months, periods).amounts, pattern: null }
  if (form.pattern === 'step')
    return {
      pattern: {
        kind: 'step',
        steps: Object.entries(amountsIn(form.steps, periods).amounts).map(([from, amount]) => ({
          from,
          amount,
        })),
      },
    }
  const amount = figureOf(form.total, {}, 'Amount') ?? '0'
  return {
    pattern:
      form.pattern === 'even'
        ? { kind: 'even', total: amount }
        : { kind: 'every', amount, periods: Number(form.every) },
  }
}

/** What of it is not understood. */
export function wrongIn(form: PatternForm, periods: Periods): string[] {
  if (form.pattern === 'months') return amountsIn(form.months, periods).wrong
  if (form.pattern === 'step') {
    const { amounts, wrong } = amountsIn(form.steps, periods)
    return wrong.length === 0 && Object.keys(amounts).length === 0 ? ['no step yet'] : wrong
  }
  const every = form.pattern === 'every' && !/^([1-9]|1[0-2])$/.test(form.every.trim()) ? [form.every] : []
  try {
    figureOf(form.total, {}, 'Amount')
    return every
  } catch {
    return [form.total, ...every]
  }
}

/** The rows of a form that say how a line's money falls into the periods. */
export function BudgetPattern(props: {
  form: PatternForm
  currency: string
  periods: Periods
  onChange: (change: Partial<PatternForm>) => void
}) {
  const { form, periods, onChange } = props
  const wrong = wrongIn(form, periods)
  const error = wrong.length > 0 ? `Not understood: ${wrong.slice(0, 3).join('; ')}` : undefined
  return (
    <>
      <ChoiceRow
        label="Budget"
        value={form.pattern}
        data={[
          { value: 'even', label: 'A total, shared evenly' },
          { value: 'every', label: 'The same again and again' },
          { value: 'step', label: 'An amount from a period on, then another' },
          { value: 'months', label: 'Period by period' },
        ]}
        onChange={pattern => onChange({ pattern })}
      />
      {form.pattern === 'months' && (
        <LongTextRow
          label="Figures"
          value={form.months}
          rows={8}
          help="A period and its figure on each line, as a spreadsheet copies them."
          error={error}
          onChange={months => onChange({ months })}
        />
      )}
      {form.pattern === 'step' && (
        <LongTextRow
          label="Steps"
          value={form.steps}
          rows={3}
          placeholder={[periods[0], periods[6]]
            .flatMap((one, n) => (one ? [`${one.label}\t${1000 + 200 * n}`] : []))
            .join('\n')}
          help="The period from which on, and the amount of each period, on each line."
          error={form.steps.trim() ? error : undefined}
          onChange={steps => onChange({ steps })}
        />
      )}
      {(form.pattern === 'even' || form.pattern === 'every') && (
        <TextRow
          label={form.pattern === 'even' ? `Total, ${props.currency}` : `Amount, ${props.currency}`}
          decimal
          value={form.total}
          error={error}
          onChange={total => onChange({ total })}
        />
      )}
      {form.pattern === 'every' && (
        <TextRow
          label="Every how many periods"
          decimal
          value={form.every}
          help="1 is each, 3 every third, from the first on."
          onChange={every => onChange({ every })}
        />
      )}
    </>
  )
}

/** Lines of a period and a figure; what is neither is named. */
function amountsIn(text: string, periods: Periods) {
  const amounts: Record<string, string> = {}
  const wrong: string[] = []
  for (const row of text.split('\n').filter(one => one.trim() !== '')) {
    const [, name = '', figure = ''] = /^(.*?)(?:\t|\s{2,}|:|;)\s*(.*)$/.exec(row) ?? [row, row, '']
    const period = periods.find(one => [one.key, one.label].includes(name.trim()))
    try {
      const value = figureOf(figure, {}, name.trim())
      if (!period) wrong.push(row.trim())
      else if (value !== null) amounts[period.key] = value
    } catch {
      wrong.push(row.trim())
    }
  }
  return { amounts, wrong }
}
