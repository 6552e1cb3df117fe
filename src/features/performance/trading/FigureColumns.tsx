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
  /** Why this figure has none over all lines together, where it has none. */
  untotalled?: string | undefined
}): TableColumn<AnswerRow>[] {
  const { lens, answer, metric, comparison } = props
  const measure = measureOf(answer, metric)
  const definition = answer.meta.definitions[metric]
  const place = placeOf(
    answer.rows.map(row => cell(row, metric)),
    measure,
  )
  const untotalled = (row: AnswerRow) =>
    props.untotalled !== undefined &&
    row === answer.totals && (
      <span data-tip={props.untotalled}>
        <span aria-hidden="true">–</span>
        <span className="sr-only">{props.untotalled}</span>
      </span>
    )
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
      untotalled(row) || (
        <Figure value={cell(row, metric)} measure={measure} place={place} why={answer.meta.missing[metric]} />
      ),
  }
  if (!comparison) return [figure]
  return [
    figure,
    {
      key: `${metric}:${comparison}`,
      label: lens.compared(comparison).short,
      name: `${lens.label(metric)} ${lens.compared(comparison).short}`,
      numeric: true,
      render: row =>
        untotalled(row) || (
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
