import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, client, words } from '#features/client.ts'
import type { Query } from '#metrics/query.ts'
import { BarList } from '#ui/BarList.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { change, show } from '#ui/number.ts'
import { rank } from '#ui/rank.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { baseOf, type Lens, measureOf, useTitles } from './Lens.tsx'
import { cell, daysAmong, movers, named, sheetOf, toggleFilter } from './model.ts'
import css from './performance.module.css'

/** Where the change comes from: the values that gained and lost most against the first comparison with other days. */
export function Movers({
  lens,
  metric,
  dimensions,
}: {
  lens: Lens
  metric: string
  dimensions: readonly string[]
}) {
  const dimension = dimensions.find(name => name === lens.search.movers) ?? dimensions[0] ?? ''
  const comparison = daysAmong(lens.comparisons)
  const ask = (desc: boolean): Query =>
    lens.ask({
      metrics: [metric],
      by: [dimension],
      compare: comparison ? ([comparison] as Query['compare']) : [],
      sort: { by: metric, of: comparison, desc },
      limit: 6,
    })
  const enabled = lens.ready && !!comparison && dimension !== ''
  const best = useQuery(api.performance.query.queryOptions({ input: ask(true), enabled }))
  const worst = useQuery(api.performance.query.queryOptions({ input: ask(false), enabled }))
  const answer = best.data
  const measure = measureOf(answer, metric)
  const up = movers(best.data?.rows ?? [], metric, comparison ?? '', 'up', 6)
  const down = movers(worst.data?.rows ?? [], metric, comparison ?? '', 'down', 6)
  const all = [...up, ...down]
  const titles = useTitles(
    lens,
    dimension,
    all.map(({ row }) => cell(row, dimension) ?? ''),
  )
  if (!comparison || !dimension) return null
  const signed = (delta: string | null | undefined) =>
    `${Number(delta) > 0 ? '+' : ''}${show(delta, measure, 'table')}`
  const most = Math.max(...all.map(one => Math.abs(Number(one.change?.delta))), 1)
  const error = best.error ?? worst.error
  const side = (title: string, those: typeof up) => (
    <div>
      <h3>{title}</h3>
      {those.length === 0 ? (
        <EmptyState compact kind="all_done" title="None" />
      ) : (
        <BarList
          label={title}
          onPick={bar => lens.setFilters(toggleFilter(lens.filters, dimension, bar.key))}
          bars={those.map(({ row, change: moved }) => {
            const key = cell(row, dimension) ?? ''
            const ratio =
              moved?.ratio == null ? 'new' : `${change(moved, measure).arrow} ${change(moved, measure).text}`
            return {
              key,
              name: titles.get(key) ?? named(key),
              hint: dimension === 'product' && titles.has(key) ? key : undefined,
              size: Number(moved?.delta) * (most ? 1 : 0),
              mark: null,
              value: signed(moved?.delta),
              delta: <span style={{ fontSize: 12, color: 'var(--ink-2)' }}>{ratio}</span>,
            }
          })}
        />
      )}
    </div>
  )
  const compared = lens.compared(comparison)
  return (
    <ChartCard
      id="movers"
      name={`${lens.label(metric)}: what changed most by ${lens.label(dimension).toLowerCase()}`}
      title="What changed most"
      note={`${lens.label(metric).toLowerCase()} ${baseOf(answer, comparison).base}`}
      stale={best.isPlaceholderData || worst.isPlaceholderData}
      actions={
        <SegmentedControl
          aria-label="Changes by"
          value={dimension}
          onChange={name => lens.setUrl({ movers: name }, { replace: true })}
          data={dimensions.map(name => ({ value: name, label: lens.label(name) }))}
        />
      }
      sheet={
        answer
          ? sheetOf(
              answer,
              ask(true),
              `${metric}-movers-${dimension}`,
              lens.label,
              all.map(one => one.row),
            )
          : null
      }
      xlsx={() => client.performance.export({ query: ask(true), format: 'xlsx' })}
      drawing={rank({
        name: `Change ${compared.short}`,
        names: all.map(({ row }) => titles.get(cell(row, dimension) ?? '') ?? named(cell(row, dimension))),
        values: all.map(({ change: moved }) => Number(moved?.delta)),
        text: index => signed(all[index]?.change?.delta),
      })}
      more={[
        {
          label: 'Open in the explorer',
          onClick: () =>
            lens.setUrl(
              { metrics: metric, by: dimension, grain: 'none', sort: `${metric},asc,${comparison}` },
              { to: '/explore' },
            ),
        },
      ]}
    >
      {error ? (
        <ErrorState compact title="This could not be read" {...words(error)} onRetry={() => best.refetch()} />
      ) : !best.data || !worst.data ? (
        <Skeleton height={210} />
      ) : !lens.fair(answer).includes(comparison) ? (
        <EmptyState compact title="Nothing to compare with">
          The data do not reach back over all of it ({compared.label.toLowerCase()}). Choose a shorter period
          or another comparison above.
        </EmptyState>
      ) : (
        <div className={css.movers}>
          {side(measure.good === 'down' ? 'Fell most' : 'Gained most', measure.good === 'down' ? down : up)}
          {side(measure.good === 'down' ? 'Rose most' : 'Lost most', measure.good === 'down' ? up : down)}
        </div>
      )}
    </ChartCard>
  )
}
