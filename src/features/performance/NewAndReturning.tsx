import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, client, words } from '#features/client.ts'
import { marksOf, openPeriod, periodLabel } from '#kernel/period-words.ts'
import type { Query } from '#metrics/query.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { stack } from '#ui/drawings.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { baseOf, type Lens, measureOf } from './Lens.tsx'
import { against, cell, courseOf, grainFor, sheetOf } from './model.ts'
import css from './performance.module.css'

/** New customers beside those who came back, over time. */
export function NewAndReturning({ lens }: { lens: Lens }) {
  const metrics = ['new_customers', 'returning_customers'].filter(name =>
    lens.metrics.some(one => one.name === name),
  )
  const grain = lens.days ? grainFor(lens.days.from, lens.days.to) : 'day'
  const query: Query = lens.ask({
    metrics,
    grain: grain === 'hour' ? 'day' : grain,
    compare: lens.comparisons.slice(0, 1) as Query['compare'],
  })
  const asked = useQuery(
    api.performance.query.queryOptions({ input: query, enabled: lens.ready && metrics.length > 0 }),
  )
  const answer = asked.data
  const drawing = useMemo(() => {
    if (!answer) return undefined
    const courses = metrics.map(metric => ({ metric, course: courseOf(answer, metric) }))
    const measure = measureOf(answer, metrics[0] ?? '')
    const periods = answer.rows.map(row => row.period ?? '')
    return stack({
      labels: periods.map(period => periodLabel(period, 'axis')),
      open: openPeriod(periods, answer.meta, lens.rule),
      marks: marksOf(lens.events, periods, answer.meta, lens.rule),
      parts: courses.map(({ metric, course }, n) => ({
        name: lens.label(metric),
        values: course.actual,
        look: n === 0 ? 0 : 'pale',
      })),
      axis: value => show(String(value), measure, 'axis'),
      tip: index => ({
        title: periodLabel(answer.rows[index]?.period ?? ''),
        rows: courses.map(({ metric, course }) => [
          lens.label(metric),
          show(course.exact[index], measure, 'table'),
        ]),
      }),
    })
  }, [answer, lens.label, lens.rule, lens.events, metrics])
  const first = lens.fair(answer)[0]
  const missing = answer && metrics.find(name => name in answer.meta.missing)
  return (
    <ChartCard
      id="customers"
      name="New and returning customers"
      title="New and returning customers"
      stale={asked.isPlaceholderData}
      sheet={answer ? sheetOf(answer, query, 'new-and-returning', lens.label) : null}
      xlsx={() => client.performance.export({ query: query, format: 'xlsx' })}
      drawing={drawing}
      more={[
        {
          label: 'Open in the explorer',
          onClick: () => lens.setUrl({ metrics: metrics.join(','), grain: 'month' }, { to: '/explore' }),
        },
      ]}
    >
      {metrics.length === 0 ? (
        <EmptyState compact title="Customers are not counted here" />
      ) : asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !answer || !drawing ? (
        <Skeleton height={254} />
      ) : missing ? (
        <EmptyState compact title={`${lens.label(missing)}: no data`}>
          {answer.meta.missing[missing]}
        </EmptyState>
      ) : (
        <>
          <dl className={css.numbers}>
            {metrics.map(name => (
              <div key={name}>
                <dt>{lens.label(name)}</dt>
                <dd>
                  <Figure value={cell(answer.totals, name)} measure={measureOf(answer, name)} place="card" />
                </dd>
                {first && (
                  <dd>
                    <Delta
                      against={against(answer.totals, first, name)}
                      measure={measureOf(answer, name)}
                      {...baseOf(answer, first)}
                    />
                  </dd>
                )}
              </div>
            ))}
          </dl>
          <Chart
            drawing={drawing}
            height={196}
            points={answer.rows.length}
            label="New and returning customers over time."
            describe={index =>
              `${periodLabel(answer.rows[index]?.period ?? '')}: ${metrics.map(name => `${lens.label(name)} ${cell(answer.rows[index], name) ?? 'N/A'}`).join(', ')}`
            }
          />
        </>
      )}
    </ChartCard>
  )
}
