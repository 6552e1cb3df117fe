import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, client } from '#features/client.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { marksOf, openPeriod, periodDays, periodLabel } from '#kernel/period-words.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { forecastComparison, isBefore } from '#kernel/view.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { type Line, lines } from '#ui/drawings.ts'
import { later } from '#ui/Later.tsx'
import { change, show } from '#ui/number.ts'
import { Skeleton } from '#ui/State.tsx'
import { discussing } from './Discuss.tsx'
import { type Lens, lineName, measureOf } from './Lens.tsx'
import { against, bandOn, courseOf, sheetOf, wholeOn } from './model.ts'
import css from './performance.module.css'

const Grades = later(() => import('./forecasts/Grades.tsx').then(module => module.Grades))

/** What a comparison looks like, always: last year pale, the period before and the forecast dashed, targets stepped. */
export const lookOf = (comparison: string): Line['look'] =>
  comparison === forecastComparison
    ? 'forecast'
    : planIn(comparison) !== null
      ? 'target'
      : isBefore(comparison)
        ? 'previous'
        : 'last_year'

/** The part of the company that the filters leave; null where no forecast can be of it. */
function sliceOf({ filters }: Lens): { category?: string; channel?: string } | null {
  const slice: { category?: string; channel?: string } = {}
  for (const one of filters) {
    const isOne = 'dimension' in one && one.is?.length === 1 && !one.not && !one.contains
    if (!isOne || (one.dimension !== 'category' && one.dimension !== 'channel')) return null
    if (slice[one.dimension] !== undefined) return null
    slice[one.dimension] = one.is?.[0] ?? ''
  }
  return slice
}

/** The stored forecast of what is shown, where it is compared with: of the company or a store, or a category or channel of either. */
function useForecast(lens: Lens, metric: string, answer: Answer | undefined) {
  const compared = answer !== undefined && forecastComparison in answer.meta.comparisons
  const stores = lens.view.stores
  const isForecast =
    ['net_sales', 'orders', 'sessions'].includes(metric) || lens.tiers.some(tier => tier.name === metric)
  const slice = sliceOf(lens)
  const asked = compared && isForecast && slice !== null && stores.length <= 1
  const { data } = useQuery(
    api.performance.forecast.queryOptions({
      input: {
        metric,
        ...(stores[0] && { store: stores[0] }),
        ...(slice && { slice }),
      },
      enabled: asked,
      retry: false,
    }),
  )
  if (!asked || !data) return null
  const alike = data.unit !== 'money' || data.currency === answer.meta.currency
  return { told: data, course: alike ? data.course : [] }
}

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
  const open = course && answer ? openPeriod(course.periods, answer.meta, lens.rule) : null
  const forecast = useForecast(lens, metric, answer)
  const drawing = useMemo(
    () =>
      course &&
      answer &&
      lines({
        labels: course.periods.map(period => periodLabel(period, 'axis')),
        open,
        lines: [
          { name: 'Actual', values: course.actual, look: 'actual' },
          ...course.compared
            .filter(one => one.values.some(value => value !== null))
            .map(one => ({
              name: lineName(answer, one.comparison),
              values: one.values,
              look: lookOf(one.comparison),
              whole: wholeOn(answer.meta, metric),
              ...(one.comparison === forecastComparison &&
                forecast && { band: bandOn(forecast.course, course.periods) }),
            })),
        ],
        axis: value => show(String(value), measure, 'axis'),
        marks: marksOf(lens.events, course.periods, answer.meta, lens.rule),
        fromZero: measure.unit !== 'share' && measure.unit !== 'ratio',
        tip: index => ({
          title: `${periodLabel(course.periods[index] ?? '')}${index === open ? ', so far' : ''}`,
          rows: [
            [lens.label(metric), show(course.exact[index], measure, 'table')],
            ...course.compared.map((one): [string, string, string] => {
              const moved = change(against(answer.rows[index], one.comparison, metric), measure)
              const when = one.periods[index]
              return [
                when ? periodLabel(when) : lens.compared(one.comparison).label,
                show(one.exact[index], measure, 'table'),
                // Some hours of a day against a whole one: no change that means anything.
                moved.text === 'N/A' || (index === open && wholeOn(answer.meta, metric))
                  ? ''
                  : `${moved.arrow} ${moved.text}`,
              ]
            }),
          ],
        }),
      }),
    [course, answer, metric, measure, forecast, open, lens.label, lens.compared, lens.events, lens.rule],
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
        discussing(lens, answer && figureSubject(metric, answer.meta, lens.filters)),
      ]}
    >
      {drawing && course ? (
        <Chart
          drawing={drawing}
          height={272}
          points={course.periods.length}
          label={`${lens.label(metric)} by ${grain}, ${course.periods.length} points.`}
          describe={index =>
            `${periodLabel(course.periods[index] ?? '')}${index === open ? ' so far' : ''}: ${show(course.exact[index], measure, 'table')}`
          }
          onPick={pick}
        />
      ) : (
        <Skeleton height={272} />
      )}
      {forecast && (
        <p className={css.grade}>
          {forecast.told.sentence} <Grades of={forecast.told} />
        </p>
      )}
    </ChartCard>
  )
}
