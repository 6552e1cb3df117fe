import { comparisonName } from '#kernel/view.ts'
import type { Answer, AnswerRow } from '#metrics/query.ts'
import type { TableColumn } from '#ui/DataTable.tsx'
import { Delta, Figure } from '#ui/Figure.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { placeOf } from '#ui/number.ts'
import { baseOf, type Lens, measureOf } from '../Lens.tsx'
import { against, cell } from './model.ts'

/** A figure's column, its meaning behind its name, and beside it the change where one is asked for. */
export function figureColumns(props: {
  lens: Lens
  answer: Answer
  metric: string
  /** A shorter name for the head, where many columns stand side by side. */
  short?: string | undefined
  /** The comparison shown beside it; none where null. */
  comparison: string | null
  /** Sums over the lines of this figure would mislead. */
  untotalled?: boolean
}): TableColumn<AnswerRow>[] {
  const { lens, answer, metric, comparison } = props
  const measure = measureOf(answer, metric)
  const definition = answer.meta.definitions[metric]
  const place = placeOf(
    answer.rows.map(row => cell(row, metric)),
    measure,
  )
  const hidden = (row: AnswerRow) => props.untotalled && row === answer.totals
  const figure: TableColumn<AnswerRow> = {
    key: metric,
    label: definition ? (
      <Hint about={<MeaningCard of={definition} />}>{props.short ?? definition.label}</Hint>
    ) : (
      lens.label(metric)
    ),
    name: lens.label(metric),
    numeric: true,
    sortable: true,
    render: row =>
      hidden(row) ? null : (
        <Figure value={cell(row, metric)} measure={measure} place={place} why={answer.meta.missing[metric]} />
      ),
  }
  if (!comparison) return [figure]
  return [
    figure,
    {
      key: `${metric}:${comparison}`,
      label: comparisonName(comparison).short,
      name: `${lens.label(metric)} ${comparisonName(comparison).short}`,
      numeric: true,
      render: row =>
        hidden(row) ? null : (
          <Delta
            against={against(row, comparison, metric)}
            measure={measure}
            quiet
            {...baseOf(answer, comparison)}
          />
        ),
    },
  ]
}
