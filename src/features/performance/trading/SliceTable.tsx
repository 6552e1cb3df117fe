import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, words } from '#features/client.ts'
import type { AnswerRow, Query } from '#metrics/query.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { saveCsv } from '#ui/download.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { Discuss } from '../Discuss.tsx'
import { type Lens, useTitles } from '../Lens.tsx'
import { figureColumns } from './FigureColumns.tsx'
import { cell, type Filter, named, sheetOf, writeCell } from './model.ts'

const most = 100

/** Figures by one thing, a line for each value, the largest first; a line opens the rows behind it. */
export function SliceTable(props: {
  lens: Lens
  id: string
  title: string
  note?: ReactNode
  /** Values of this are the lines. */
  by: string
  /** The first ranks the lines until another is chosen. */
  metrics: readonly string[]
  /** Figures whose change is shown beside them. */
  moved?: readonly string[]
  /** Shorter names of figures, where many stand side by side. */
  short?: Readonly<Record<string, string>>
  /** Figures that few sources know: left out where nothing tells them. */
  optional?: readonly string[]
  /** Figures that have no meaning over all lines together, and why. */
  untotalled?: Readonly<Record<string, string>>
  /** Besides the filters of the screen. */
  filters?: readonly Filter[]
  /** What would supply it, where there is nothing. */
  supply: string
  actions?: ReactNode
  /** Least first, until another order is chosen. */
  worst?: boolean
}) {
  const { lens, by, metrics } = props
  const [chosen, setSort] = useState<{ by: string; desc: boolean } | null>(null)
  const sort = chosen && metrics.includes(chosen.by) ? chosen : { by: metrics[0] ?? '', desc: !props.worst }
  const comparison = lens.comparisons.at(-1)
  const query: Query = lens.ask({
    metrics: [...metrics],
    by: [by],
    ...(props.filters && { filters: [...lens.filters, ...props.filters] }),
    ...(props.moved?.length && comparison && { compare: [comparison] as Query['compare'] }),
    sort: chosen?.by === by ? chosen : sort,
    limit: most,
  })
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: query,
      enabled: lens.ready && !lens.empty,
      placeholderData: keepPreviousData,
    }),
  )
  const answer = asked.data
  const shown = metrics.filter(
    name => !props.optional?.includes(name) || (answer && cell(answer.totals, name) !== null),
  )
  const telling = (row: AnswerRow) => shown.some(name => Number(cell(row, name) ?? 0) !== 0)
  const rows = answer?.rows.filter(telling) ?? []
  const fair = lens.fair(answer)[0] ?? null
  const titles = useTitles(
    lens,
    by,
    rows.map(row => cell(row, by) ?? ''),
  )
  return (
    <Card
      id={props.id}
      title={props.title}
      note={props.note}
      flush={rows.length > 0}
      stale={asked.isPlaceholderData}
      actions={
        <>
          {props.actions}
          <Discuss
            lens={lens}
            id={props.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}
            days={answer?.meta}
          />
          <Button
            disabled={!rows.length}
            onClick={() => answer && saveCsv(sheetOf(answer, query, `${props.id}-by-${by}`, lens.label))}
          >
            CSV
          </Button>
        </>
      }
    >
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !answer ? (
        <Skeleton height={200} />
      ) : rows.length === 0 ? (
        <EmptyState compact title="Nothing here in this period">
          {answer.meta.missing[metrics[0] ?? ''] ?? props.supply}
        </EmptyState>
      ) : (
        <DataTable
          caption={`${props.title} by ${lens.label(by).toLowerCase()}`}
          columns={[
            {
              key: by,
              label: lens.label(by),
              name: lens.label(by),
              sortable: true,
              pinned: true,
              render: row =>
                row === answer.totals ? 'All' : (titles.get(cell(row, by) ?? '') ?? named(cell(row, by))),
            },
            ...shown.flatMap(metric =>
              figureColumns({
                lens,
                answer,
                metric,
                short: props.short?.[metric],
                comparison: props.moved?.includes(metric) ? fair : null,
                untotalled: props.untotalled?.[metric],
              }),
            ),
          ]}
          rows={rows}
          rowKey={row => cell(row, by) ?? ''}
          totals={answer.totals}
          sort={chosen?.by === by ? chosen : sort}
          onSort={(name, desc) => setSort({ by: name, desc })}
          onRow={row =>
            lens.setUrl({
              rows: writeCell({ metric: metrics[0] ?? '', values: { [by]: cell(row, by) ?? '' } }),
            })
          }
          maxHeight={520}
        />
      )}
    </Card>
  )
}
