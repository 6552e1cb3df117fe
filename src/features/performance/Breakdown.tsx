import { useQuery } from '@tanstack/react-query'
import { api, client, words } from '#features/client.ts'
import type { Query } from '#metrics/query.ts'
import { BarList } from '#ui/BarList.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { Delta } from '#ui/Figure.tsx'
import { placeOf, show } from '#ui/number.ts'
import { rank } from '#ui/rank.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { baseOf, type Lens, measureOf, useTitles } from './Lens.tsx'
import { against, cell, named, sheetOf, toggleFilter } from './model.ts'

/** A ranking of one dimension's values, each with its change. A click narrows the screen to a value. */
export function Breakdown(props: {
  lens: Lens
  metric: string
  dimension: string
  title: string
  limit?: number
}) {
  const { lens, metric, dimension, limit = 8 } = props
  const applies = lens.dimensions.find(one => one.name === dimension)?.metrics.includes(metric) ?? true
  const query: Query = lens.ask({
    metrics: [metric],
    by: [dimension],
    compare: lens.comparisons as Query['compare'],
    sort: { by: metric, desc: true },
    limit,
  })
  const asked = useQuery(api.performance.query.queryOptions({ input: query, enabled: lens.ready && applies }))
  const answer = asked.data
  const measure = measureOf(answer, metric)
  const first = lens.fair(answer)[0]
  const rows = answer?.rows ?? []
  const titles = useTitles(
    lens,
    dimension,
    rows.map(row => cell(row, dimension) ?? ''),
  )
  const place = placeOf(
    rows.map(row => cell(row, metric)),
    measure,
  )
  const rest = answer ? answer.meta.count - rows.length : 0
  const name = `${lens.label(metric)} by ${lens.label(dimension).toLowerCase()}`
  const last = lens.fair(answer).find(one => one.startsWith('last_year')) ?? first
  return (
    <ChartCard
      id={dimension}
      name={name}
      title={lens.label(dimension)}
      note={first && baseOf(answer, first).base}
      stale={asked.isPlaceholderData}
      sheet={answer ? sheetOf(answer, query, `${metric}-by-${dimension}`, lens.label) : null}
      xlsx={() => client.performance.export({ query: query, format: 'xlsx' })}
      drawing={rank({
        name: lens.label(metric),
        names: rows.map(row => titles.get(cell(row, dimension) ?? '') ?? named(cell(row, dimension))),
        values: rows.map(row => Number(cell(row, metric))),
        ...(last && {
          compared: {
            name: lens.compared(last).label,
            values: rows.map(row => Number(against(row, last, metric)?.value ?? Number.NaN)),
          },
        }),
        text: index => show(cell(rows[index], metric), measure, 'table'),
      })}
      more={[
        {
          label: 'Open in the explorer',
          onClick: () => lens.setUrl({ metrics: metric, by: dimension, grain: 'none' }, { to: '/explore' }),
        },
      ]}
    >
      {!applies ? (
        <EmptyState
          compact
          title={`${lens.label(metric)} cannot be split by ${lens.label(dimension).toLowerCase()}`}
        />
      ) : asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !answer ? (
        <Skeleton height={254} />
      ) : rows.length === 0 ? (
        <EmptyState compact kind="no_match" title="Nothing here in this period" />
      ) : rows.length === 1 && !cell(rows[0], dimension) ? (
        <EmptyState compact title={`No ${lens.label(dimension).toLowerCase()} in the data`}>
          None of these sales says its {lens.label(dimension).toLowerCase()}. Map it when importing to see the
          split.
        </EmptyState>
      ) : (
        <>
          <BarList
            label={name}
            onPick={bar => lens.setFilters(toggleFilter(lens.filters, dimension, bar.key))}
            bars={rows.map(row => {
              const value = cell(row, metric)
              const key = cell(row, dimension) ?? ''
              const moved = first ? against(row, first, metric) : undefined
              return {
                key,
                name: titles.get(key) ?? named(key),
                hint: dimension === 'product' && titles.has(key) ? key : undefined,
                size: value === null ? null : Number(value),
                value: show(value, measure, place),
                ...(first && {
                  delta: <Delta against={moved} measure={measure} quiet {...baseOf(answer, first)} />,
                }),
              }
            })}
          />
          {rest > 0 && (
            <button
              type="button"
              className="more-link no-print"
              onClick={() =>
                lens.setUrl({ metrics: metric, by: dimension, grain: 'none' }, { to: '/explore' })
              }
            >
              {rest.toLocaleString('en-GB')} more
            </button>
          )}
        </>
      )}
    </ChartCard>
  )
}
