import { Button } from '@mantine/core'
import { periodLabel } from '#kernel/period-words.ts'
import { valueName } from '#kernel/value-names.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable, type TableColumn } from '#ui/DataTable.tsx'
import { Delta, Figure } from '#ui/Figure.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { placeOf } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { baseOf, type Lens, measureOf, nameable, useTitles } from './Lens.tsx'
import { against, cell, type Exploration, named, withSubtotals, writeCell, writeSort } from './model.ts'
import css from './performance.module.css'

/** Rows on one page of the table. */
export const pageSize = 100

interface Shown {
  row: AnswerRow
  depth: number
}

/** The answer as a table: figures with their changes, subtotals in place, totals below, each row opening the rows behind it. */
export function ExplorerTable(props: {
  lens: Lens
  exploration: Exploration
  query: Query
  answer: Answer
  stale: boolean
}) {
  const { lens, exploration, query, answer } = props
  const { metrics, by, grain, page } = exploration
  const keys = [...(grain ? ['period'] : []), ...by]
  const rows: Shown[] = exploration.subtotals
    ? withSubtotals(answer, keys)
    : answer.rows.map(row => ({ row, depth: keys.length }))
  const compared = (query.compare ?? []).filter(name => name in answer.meta.comparisons)
  const called = nameable(by)
  const titles = useTitles(
    lens,
    called,
    answer.rows.map(row => cell(row, called ?? '') ?? ''),
  )
  const fair = lens.fair(answer)
  const columns: TableColumn<Shown>[] = [
    ...keys.map(
      (key, n): TableColumn<Shown> => ({
        key,
        label: key === 'period' ? 'Period' : lens.label(key),
        name: key === 'period' ? 'period' : lens.label(key),
        sortable: true,
        pinned: n === 0,
        render: ({ row, depth }) => {
          if (row === answer.totals) return n === 0 ? 'Total' : ''
          if (n >= depth) return n === depth ? <span style={{ color: 'var(--ink-3)' }}>all</span> : ''
          if (key === 'period') return periodLabel(row.period ?? '')
          const value = cell(row, key) ?? ''
          const title = key === called ? titles.get(value) : undefined
          return title ? (
            <>
              {title} {key === 'product' && <span style={{ color: 'var(--ink-3)' }}>{value}</span>}
            </>
          ) : (
            named(valueName(key, value, lens.stores))
          )
        },
      }),
    ),
    ...(keys.length === 0
      ? [{ key: 'whole', label: 'Period', pinned: true, render: () => 'Whole period' } as TableColumn<Shown>]
      : []),
    ...metrics.flatMap((metric): TableColumn<Shown>[] => {
      const measure = measureOf(answer, metric)
      const definition = answer.meta.definitions[metric]
      const place = placeOf(
        answer.rows.map(row => cell(row, metric)),
        measure,
      )
      return [
        {
          key: metric,
          label: definition ? (
            <Hint about={<MeaningCard of={definition} />}>{definition.label}</Hint>
          ) : (
            lens.label(metric)
          ),
          name: lens.label(metric),
          numeric: true,
          sortable: true,
          render: ({ row }) => (
            <Figure
              value={cell(row, metric)}
              measure={measure}
              place={place}
              why={answer.meta.missing[metric]}
            />
          ),
        },
        ...compared.map(
          (comparison): TableColumn<Shown> => ({
            key: `${metric}:${comparison}`,
            label: lens.compared(comparison).short,
            name: `${lens.label(metric)} ${lens.compared(comparison).short}`,
            numeric: true,
            sortable: true,
            render: ({ row }) => (
              <Delta
                against={
                  row === answer.totals && !fair.includes(comparison)
                    ? undefined
                    : against(row, comparison, metric)
                }
                measure={measure}
                quiet
                {...baseOf(answer, comparison)}
              />
            ),
          }),
        ),
      ]
    }),
  ]
  const sort = exploration.sort ?? (query.sort && { ...query.sort, desc: query.sort.desc ?? false })
  const pages = Math.max(1, Math.ceil(answer.meta.count / pageSize))
  return (
    <Card flush stale={props.stale} id="table">
      <DataTable
        caption="The answer as a table"
        columns={columns}
        rows={rows}
        rowKey={({ row, depth }) =>
          `${depth}|${keys.map(key => (key === 'period' ? row.period : cell(row, key))).join('|')}`
        }
        rowKind={({ depth }) => (depth < keys.length ? 'subtotal' : undefined)}
        totals={keys.length ? { row: answer.totals, depth: keys.length } : undefined}
        sort={sort ? { by: sort.of ? `${sort.by}:${sort.of}` : sort.by, desc: sort.desc } : undefined}
        onSort={(name, desc) => {
          const at = name.indexOf(':')
          lens.setUrl({
            sort: at < 0 ? writeSort(name, desc) : writeSort(name.slice(0, at), desc, name.slice(at + 1)),
            page: undefined,
          })
        }}
        onRow={({ row, depth }) =>
          lens.setUrl({
            rows: writeCell({
              metric: metrics[0] ?? '',
              ...(row.period && { period: row.period }),
              values: Object.fromEntries(
                by.slice(0, Math.max(0, depth - (grain ? 1 : 0))).map(key => [key, cell(row, key) ?? '']),
              ),
            }),
          })
        }
        maxHeight="max(420px, calc(100dvh - 220px))"
      />
      <div className={css.pager}>
        <span>
          {answer.meta.count.toLocaleString('en-GB')} {answer.meta.count === 1 ? 'row' : 'rows'}
        </span>
        {pages > 1 && (
          <Row>
            <span>
              Page {page} of {pages}
            </span>
            <Button
              disabled={page <= 1}
              onClick={() => lens.setUrl({ page: page > 2 ? String(page - 1) : undefined })}
            >
              Before
            </Button>
            <Button disabled={page >= pages} onClick={() => lens.setUrl({ page: String(page + 1) })}>
              Next
            </Button>
          </Row>
        )}
      </div>
    </Card>
  )
}
