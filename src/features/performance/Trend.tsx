import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { client } from '#features/client.ts'
import { marksOf, periodDays, periodLabel } from '#kernel/period-words.ts'
import { comparisonName, forecastComparison } from '#kernel/view.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { type Line, lines } from '#ui/drawings.ts'
import { change, show } from '#ui/number.ts'
import { Skeleton } from '#ui/State.tsx'
import { type Lens, lineName, measureOf } from './Lens.tsx'
import { against, courseOf, sheetOf, subjectOf } from './model.ts'

/** What a comparison looks like, always: last year pale, the period before and the forecast dashed, targets stepped. */
export const lookOf = (comparison: string): Line['look'] =>
  comparison === forecastComparison
    ? 'forecast'
    : comparison.startsWith('target:')
      ? 'target'
      : comparison === 'previous_period'
        ? 'previous'
        : 'last_year'

/** A metric's course with its comparisons aligned to it. A click narrows the period. */
export function Trend(props: {
  lens: Lens
  metric: string
  answer: Answer | undefined
  query: Query
  stale: boolean
}) {
  const { lens, metric, answer } = props
  const measure = useMemo(() => measureOf(answer, metric), [answer, metric])
  const course = useMemo(() => answer && courseOf(answer, metric), [answer, metric])
  const drawing = useMemo(
    () =>
      course &&
      answer &&
      lines({
        labels: course.periods.map(period => periodLabel(period, 'axis')),
        lines: [
          { name: 'Actual', values: course.actual, look: 'actual' },
          ...course.compared
            .filter(one => one.values.some(value => value !== null))
            .map(one => ({
              name: lineName(answer, one.comparison),
              values: one.values,
              look: lookOf(one.comparison),
            })),
        ],
        axis: value => show(String(value), measure, 'axis'),
        marks: marksOf(lens.events, course.periods, answer.meta, lens.rule),
        fromZero: measure.unit !== 'share' && measure.unit !== 'ratio',
        tip: index => ({
          title: periodLabel(course.periods[index] ?? ''),
          rows: [
            [lens.label(metric), show(course.exact[index], measure, 'table')],
            ...course.compared.map((one): [string, string, string] => {
              const moved = change(against(answer.rows[index], one.comparison, metric), measure)
              const when = one.periods[index]
              return [
                when ? periodLabel(when) : comparisonName(one.comparison).label,
                show(one.exact[index], measure, 'table'),
                moved.text === 'N/A' ? '' : `${moved.arrow} ${moved.text}`,
              ]
            }),
          ],
        }),
      }),
    [course, answer, metric, measure, lens.label, lens.events, lens.rule],
  )
  const grain = props.query.grain ?? 'day'
  const pick = (index: number) => {
    const days = answer && periodDays(course?.periods[index] ?? '', answer.meta, lens.rule)
    if (days) lens.setUrl({ period: `${days.from}..${days.to}` })
  }
  const longer = lens.search.period !== undefined && answer && answer.meta.from === answer.meta.to
  return (
    <ChartCard
      id="trend"
      name={`${lens.label(metric)} by ${grain}`}
      title={lens.label(metric)}
      note={`by ${grain}`}
      stale={props.stale}
      sheet={answer ? sheetOf(answer, props.query, `${metric}-by-${grain}`, lens.label) : null}
      xlsx={() => client.performance.export({ query: props.query, format: 'xlsx' })}
      drawing={drawing}
      actions={
        longer && (
          <Button variant="subtle" onClick={() => lens.setUrl({ period: undefined })}>
            Back to the whole month
          </Button>
        )
      }
      more={[
        {
          label: 'Open in the explorer',
          onClick: () => lens.setUrl({ metrics: metric, grain }, { to: '/explore' }),
        },
        { label: 'Rows behind', onClick: () => lens.setUrl({ rows: metric }) },
        {
          label: 'Discuss',
          onClick: () => answer && lens.setUrl({ talk: subjectOf(metric, answer, lens.search.where) }),
        },
      ]}
    >
      {drawing && course ? (
        <Chart
          drawing={drawing}
          height={272}
          points={course.periods.length}
          label={`${lens.label(metric)} by ${grain}, ${course.periods.length} points.`}
          describe={index =>
            `${periodLabel(course.periods[index] ?? '')}: ${show(course.exact[index], measure, 'table')}`
          }
          onPick={pick}
        />
      ) : (
        <Skeleton height={272} />
      )}
    </ChartCard>
  )
}
