import { useQuery } from '@tanstack/react-query'
import { api, client, words } from '#features/client.ts'
import { chartSubject, figureSubject } from '#kernel/discussion.ts'
import { hourName, weekdayName, weekdayOrder } from '#kernel/period-words.ts'
import type { Query } from '#metrics/query.ts'
import { ChartCard } from '#ui/ChartCard.tsx'
import { HeatMap } from '#ui/HeatMap.tsx'
import { heat } from '#ui/heat.ts'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { discussing } from './Discuss.tsx'
import { type Lens, measureOf } from './Lens.tsx'
import { cell, sheetOf } from './model.ts'

/** Weekday × hour: when people buy. A click narrows to that hour of that day. */
export function WhenInTheWeek({ lens, metric }: { lens: Lens; metric: string }) {
  const has = (name: string) => lens.dimensions.find(one => one.name === name)?.metrics.includes(metric)
  const possible = !!has('weekday') && !!has('hour')
  const query: Query = lens.ask({ metrics: [metric], by: ['weekday', 'hour'], limit: 168 })
  const asked = useQuery(
    api.performance.query.queryOptions({ input: query, enabled: lens.ready && possible }),
  )
  const answer = asked.data
  const measure = measureOf(answer, metric)
  const cells = new Map(
    (answer?.rows ?? []).map(row => [`${cell(row, 'weekday')}|${cell(row, 'hour')}`, cell(row, metric)]),
  )
  const days = [...new Set((answer?.rows ?? []).map(row => cell(row, 'weekday') ?? ''))].sort(
    (a, b) => weekdayOrder(a) - weekdayOrder(b),
  )
  const hours = [...new Set((answer?.rows ?? []).map(row => cell(row, 'hour') ?? ''))].sort(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  )
  // A chosen cell is a figure of its own, and is talked about as one.
  const isOneHour = ['weekday', 'hour'].every(name =>
    lens.filters.some(one => 'dimension' in one && one.dimension === name && one.is?.length === 1),
  )
  const value = (day: string, hour: string) => cells.get(`${day}|${hour}`) ?? null
  const number = (day: string, hour: string) => {
    const exact = value(day, hour)
    return exact === null ? null : Number(exact)
  }
  const text = (day: string, hour: string) => show(value(day, hour), { ...measure, currency: null }, 'axis')
  return (
    <ChartCard
      id="week"
      name={`${lens.label(metric)} by weekday and hour`}
      title="When in the week"
      note={`${lens.label(metric).toLowerCase()}, store time`}
      stale={asked.isPlaceholderData}
      sheet={answer ? sheetOf(answer, query, `${metric}-by-weekday-hour`, lens.label) : null}
      xlsx={() => client.performance.export({ query: query, format: 'xlsx' })}
      drawing={heat({
        rows: days.map(day => weekdayName(day).slice(0, 3)),
        columns: hours.map(hourName),
        cells: days.flatMap((day, r) => hours.map((hour, c) => [r, c, number(day, hour)] as const)),
        text: (r, c) => text(days[r] ?? '', hours[c] ?? ''),
      })}
      more={[
        {
          label: 'Open in the explorer',
          onClick: () =>
            lens.setUrl({ metrics: metric, by: 'weekday,hour', grain: 'none' }, { to: '/explore' }),
        },
        discussing(
          lens,
          answer &&
            (isOneHour
              ? figureSubject(metric, answer.meta, lens.filters)
              : chartSubject('when-in-the-week', answer.meta, lens.filters)),
          isOneHour ? 'Discuss this hour' : 'Discuss',
        ),
      ]}
    >
      {!possible ? (
        <EmptyState compact title={`${lens.label(metric)} is not known by the hour`} />
      ) : asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !answer ? (
        <Skeleton height={240} />
      ) : days.length === 0 ? (
        <EmptyState compact kind="no_match" title="Nothing here in this period" />
      ) : (
        <HeatMap
          label={`${lens.label(metric)} by weekday and hour`}
          rows={days.map(day => ({ key: day, name: weekdayName(day), short: weekdayName(day).slice(0, 3) }))}
          columns={hours.map(hour => ({
            key: hour,
            name: `${hourName(hour)} o’clock`,
            short: hourName(hour),
          }))}
          value={number}
          text={text}
          words={(day, hour) =>
            `${weekdayName(day)} ${hourName(hour)}:00, ${value(day, hour) === null ? 'no sales' : show(value(day, hour), measure, 'table')}`
          }
          onPick={(day, hour) =>
            lens.setFilters([
              ...lens.filters.filter(
                one => !('dimension' in one) || !['weekday', 'hour'].includes(one.dimension),
              ),
              { dimension: 'weekday', is: [day] },
              { dimension: 'hour', is: [hour] },
            ])
          }
        />
      )}
    </ChartCard>
  )
}
