import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, client } from '#features/client.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { marksOf, openPeriod, periodDays, periodLabel } from '#kernel/period-words.ts'
import { valueName } from '#kernel/value-names.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { type Line, lines } from '#ui/drawings.ts'
import { change, show } from '#ui/number.ts'
import { rank } from '#ui/rank.ts'
import { Skeleton } from '#ui/State.tsx'
import { discussing } from './Discuss.tsx'
import { type Lens, lineName, measureOf, nameable, useTitles } from './Lens.tsx'
import {
  against,
  cell,
  courseOf,
  type Exploration,
  leaders,
  named,
  sheetOf,
  toggleFilter,
  wholeOn,
} from './model.ts'
import { StabilityChart } from './stability/StabilityChart.tsx'
import { lookOf } from './Trend.tsx'

/** The step by which control limits can be drawn; null where a course is split, or too fine. */
const limitable = ({ grain, by }: Exploration) =>
  by.length > 0 || grain === null || grain === 'hour' || grain === 'year' ? null : grain

const titleOf = (
  {
    titles,
    called,
    stores,
  }: { titles: ReadonlyMap<string, string>; called: string | undefined; stores: Lens['stores'] },
  dimension: string,
  value: string | null,
) => (dimension === called && titles.get(value ?? '')) || named(valueName(dimension, value ?? '', stores))

/** The answer of before stands in until the next is there, where its rows are of the same groups: of others it would be misread. */
export const meanwhile =
  ({ by = [], grain }: Query) =>
  (told: Answer | undefined, before?: { queryKey: readonly unknown[] }): Answer | undefined => {
    const { input } = (before?.queryKey[1] ?? {}) as { input?: Query }
    return input && input.grain === grain && (input.by ?? []).join() === by.join() ? told : undefined
  }

/** The answer as a drawing: lines over time, one per value when split; bars from longest to shortest when there is no time. */
export function ExplorerChart(props: {
  lens: Lens
  exploration: Exploration
  query: Query
  answer: Answer
  stale: boolean
}) {
  const { lens, exploration } = props
  const { metrics, by, grain } = exploration
  const metric = metrics.find(name => name === lens.search.metric) ?? metrics[0] ?? ''
  const split = by[0]
  // The table is paged; lines need every period of what they show.
  const course: Query = useMemo(
    () => ({
      ...props.query,
      metrics: [metric],
      by: split && grain ? [split] : by,
      sort: undefined,
      subtotals: undefined,
      limit: 5000,
    }),
    [props.query, metric, split, grain, by],
  )
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: course,
      enabled: grain !== null,
      placeholderData: meanwhile(course),
    }),
  )
  const answer = grain ? asked.data : props.answer
  const measure = useMemo(() => measureOf(answer, metric), [answer, metric])
  const ranked = props.answer.rows.slice(0, 15)

  const called = nameable(by)
  const titles = useTitles(
    lens,
    called,
    props.answer.rows.map(row => cell(row, called ?? '') ?? ''),
  )
  const saying = useMemo(() => ({ titles, called, stores: lens.stores }), [titles, called, lens.stores])
  const plan = useMemo(() => {
    if (!answer) return null
    if (grain && split) {
      const names = leaders(answer, split, metric, 6)
      const periods = [...new Set(answer.rows.map(row => row.period ?? ''))].sort()
      const found = new Map(answer.rows.map(row => [`${row.period}|${cell(row, split)}`, cell(row, metric)]))
      const exact = (period: string, name: string) => found.get(`${period}|${name}`) ?? null
      return {
        periods,
        label: `${lens.label(metric)} by ${grain}, one line for each of the ${names.length} largest.`,
        drawing: lines({
          height: 320,
          labels: periods.map(period => periodLabel(period, 'axis')),
          marks: marksOf(lens.events, periods, answer.meta, lens.rule),
          open: openPeriod(periods, answer.meta, lens.rule),
          lines: names.map(
            (name, n): Line => ({
              name: titleOf(saying, split, name),
              values: periods.map(period => {
                const value = exact(period, name)
                return value === null ? null : Number(value)
              }),
              look: n,
            }),
          ),
          axis: value => show(String(value), measure, 'axis'),
          fromZero: measure.unit !== 'share' && measure.unit !== 'ratio',
          tip: index => ({
            title: periodLabel(periods[index] ?? ''),
            rows: names.map(name => [
              titleOf(saying, split, name),
              show(exact(periods[index] ?? '', name), measure, 'table'),
            ]),
          }),
        }),
      }
    }
    if (grain) {
      const one = courseOf(answer, metric)
      return {
        periods: one.periods,
        label: `${lens.label(metric)} by ${grain}, ${one.periods.length} points.`,
        drawing: lines({
          height: 320,
          labels: one.periods.map(period => periodLabel(period, 'axis')),
          marks: marksOf(lens.events, one.periods, answer.meta, lens.rule),
          open: openPeriod(one.periods, answer.meta, lens.rule),
          lines: [
            { name: 'Actual', values: one.actual, look: 'actual' },
            ...one.compared
              .filter(those => those.values.some(value => value !== null))
              .map(
                (those): Line => ({
                  name: lineName(answer, those.comparison),
                  values: those.values,
                  look: lookOf(those.comparison),
                  whole: wholeOn(answer.meta, metric),
                }),
              ),
          ],
          axis: value => show(String(value), measure, 'axis'),
          fromZero: measure.unit !== 'share' && measure.unit !== 'ratio',
          tip: index => ({
            title: periodLabel(one.periods[index] ?? ''),
            rows: [
              [lens.label(metric), show(one.exact[index], measure, 'table')],
              ...one.compared.map((those): [string, string, string] => {
                const moved = change(against(answer.rows[index], those.comparison, metric), measure)
                return [
                  lens.compared(those.comparison).label,
                  show(those.exact[index], measure, 'table'),
                  moved.text === 'N/A' ? '' : `${moved.arrow} ${moved.text}`,
                ]
              }),
            ],
          }),
        }),
      }
    }
    if (!split) return null
    const compared = Object.keys(answer.meta.comparisons)
    const last = compared.find(name => name.startsWith('last_year')) ?? compared[0]
    const rows = answer.rows.slice(0, 15)
    return {
      periods: null,
      label: `${lens.label(metric)} by ${lens.label(split).toLowerCase()}, ${rows.length} bars.`,
      drawing: rank({
        name: lens.label(metric),
        names: rows.map(row => by.map(key => titleOf(saying, key, cell(row, key))).join(' · ')),
        values: rows.map(row => Number(cell(row, metric) ?? Number.NaN)),
        ...(last && {
          compared: {
            name: lineName(answer, last),
            values: rows.map(row => Number(against(row, last, metric)?.value ?? Number.NaN)),
          },
        }),
        text: index => show(cell(rows[index], metric), measure, 'card'),
        tip: index => ({
          title: by.map(key => titleOf(saying, key, cell(rows[index], key))).join(' · '),
          rows: [
            [lens.label(metric), show(cell(rows[index], metric), measure, 'table')],
            ...compared.map((name): [string, string, string] => {
              const moved = change(against(rows[index], name, metric), measure)
              return [
                lens.compared(name).label,
                show(against(rows[index], name, metric)?.value, measure, 'table'),
                moved.text === 'N/A' ? '' : `${moved.arrow} ${moved.text}`,
              ]
            }),
          ],
        }),
      }),
    }
  }, [answer, grain, split, metric, measure, by, lens.label, lens.compared, lens.events, lens.rule, saying])

  // Of a page of a table a file holds all.
  const { limit: _limit, offset: _offset, ...all } = props.query
  const limited = lens.search.chart === 'limits' ? limitable(exploration) : null
  if (!limited && !plan && answer) return null
  const height = grain ? 320 : Math.max(140, Math.min(15, ranked.length) * 30 + 44)
  const pick = (index: number) => {
    if (plan?.periods) {
      const days = answer && periodDays(plan.periods[index] ?? '', answer.meta, lens.rule)
      if (days)
        lens.setUrl({ period: `${days.from}..${days.to}`, grain: days.from === days.to ? 'hour' : 'day' })
    } else if (split) {
      const value = cell(ranked[index], split)
      if (value !== null) lens.setFilters(toggleFilter(lens.filters, split, value))
    }
  }
  const actions = (
    <>
      {limitable(exploration) && (
        <SegmentedControl
          aria-label="How it is drawn"
          value={limited ? 'limits' : 'course'}
          onChange={next => lens.setUrl({ chart: next === 'limits' ? next : undefined }, { replace: true })}
          data={[
            { value: 'course', label: 'Course' },
            { value: 'limits', label: 'Control limits' },
          ]}
        />
      )}
      {metrics.length > 1 && (
        <SegmentedControl
          aria-label="Figure drawn"
          value={metric}
          onChange={next => lens.setUrl({ metric: next }, { replace: true })}
          data={metrics.map(one => ({ value: one, label: lens.label(one) }))}
        />
      )}
    </>
  )
  if (limited) {
    const { by: _, compare: _c, sort: _s, subtotals: _t, grain: _g, ...whole } = props.query
    return (
      <StabilityChart lens={lens} asked={{ ...whole, metrics: [metric], grain: limited }} actions={actions} />
    )
  }
  const name = `${lens.label(metric)}${split ? ` by ${lens.label(split).toLowerCase()}` : ''}${grain ? ` by ${grain}` : ''}`
  return (
    <ChartCard
      id="chart"
      name={name}
      title={lens.label(metric)}
      note={
        grain && split
          ? 'the six largest'
          : !grain && props.answer.meta.count > 15
            ? 'the first fifteen rows'
            : undefined
      }
      stale={props.stale || asked.isPlaceholderData}
      sheet={
        answer
          ? sheetOf(answer, grain ? course : props.query, name.toLowerCase().replaceAll(' ', '-'), lens.label)
          : null
      }
      xlsx={() =>
        client.performance.export({
          query: grain ? course : all,
          format: 'xlsx',
        })
      }
      csv={grain ? undefined : () => client.performance.export({ query: all, format: 'csv' })}
      drawing={plan?.drawing}
      more={[discussing(lens, answer && figureSubject(metric, answer.meta, lens.filters))]}
      actions={actions}
    >
      {plan ? (
        <Chart
          drawing={plan.drawing}
          height={height}
          label={plan.label}
          points={plan.periods?.length ?? ranked.length}
          describe={index =>
            plan.periods
              ? periodLabel(plan.periods[index] ?? '')
              : `${by.map(key => titleOf(saying, key, cell(ranked[index], key))).join(', ')}: ${show(cell(ranked[index], metric), measure, 'table')}`
          }
          onPick={pick}
          along={grain ? 'x' : 'y'}
        />
      ) : (
        <Skeleton height={height} />
      )}
    </ChartCard>
  )
}
