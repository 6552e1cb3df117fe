import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { marksOf, periodLabel } from '#kernel/period-words.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { controlChart } from '#ui/control-chart.ts'
import { show } from '#ui/number.ts'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import type { Lens } from '../Lens.tsx'
import css from '../performance.module.css'
import type { StabilityAsked, StablePoint } from './shape.ts'

const signalWords = {
  beyond_limits: 'outside the limits',
  run: 'eight or more in a row on one side',
  range: 'too large a step',
} as const

const said = (one: StablePoint | undefined) => (one?.signals ?? []).map(kind => signalWords[kind]).join(', ')

const columns = ['value', 'usual', 'low', 'high', 'range'] as const

/** Whether a figure does more than its own noise: its XmR chart, values above and steps below. */
export function StabilityChart(props: { lens: Lens; asked: StabilityAsked; actions: ReactNode }) {
  const { lens, asked } = props
  const [metric = ''] = asked.metrics
  const found = useQuery(api.performance.stability.queryOptions({ input: asked }))
  const told = found.data
  const plan = useMemo(() => {
    if (!told) return null
    const { points } = told
    const measure = { unit: told.definitions[metric]?.unit ?? 'count', currency: told.currency }
    // Steps of ratios to the year before are shares of it.
    const steps = told.basis === 'year_before' ? { unit: 'share' as const, currency: null } : measure
    const text = (value: number | string | null, of = measure) =>
      value === null ? 'N/A' : show(String(value), of, 'table')
    const column = (of: (one: StablePoint) => number | null) => points.map(of)
    const labels = points.map(one => periodLabel(one.period, 'axis'))
    const marks = marksOf(
      lens.events,
      points.map(one => one.period),
      { ...told, grain: asked.grain },
      lens.rule,
    )
    const fromZero = false
    return {
      text,
      values: controlChart({
        height: 300,
        name: lens.label(metric),
        labels,
        marks,
        fromZero,
        values: column(one => (one.value === null ? null : Number(one.value))),
        usual: column(one => one.usual),
        low: column(one => one.low),
        high: column(one => one.high),
        told: points.map(one => one.signals.some(kind => kind !== 'range')),
        axis: value => show(String(value), measure, 'axis'),
        tip: n => ({
          title: periodLabel(points[n]?.period ?? ''),
          rows: [
            [lens.label(metric), text(points[n]?.value ?? null), said(points[n])],
            ['Usual', text(points[n]?.usual ?? null)],
            ['Limits', `${text(points[n]?.low ?? null)} to ${text(points[n]?.high ?? null)}`],
          ],
        }),
      }),
      steps: controlChart({
        height: 150,
        name: 'Step',
        labels,
        fromZero: true,
        values: column(one => one.range),
        usual: column(() => told.meanRange),
        low: null,
        high: column(() => told.rangeHigh),
        told: points.map(one => one.signals.includes('range')),
        axis: value => show(String(value), steps, 'axis'),
        tip: n => ({
          title: periodLabel(points[n]?.period ?? ''),
          rows: [
            ['Step from the one before', text(points[n]?.range ?? null, steps)],
            ['Limit', text(told.rangeHigh, steps)],
          ],
        }),
      }),
    }
  }, [told, metric, asked.grain, lens.label, lens.events, lens.rule])
  const name = `${lens.label(metric)} by ${asked.grain}, control limits`
  if (found.error)
    return (
      <ErrorState
        title="The limits could not be worked out"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  return (
    <ChartCard
      id="chart"
      name={name}
      title={lens.label(metric)}
      note={`by ${asked.grain}, control limits`}
      sheet={
        told
          ? {
              name: name.toLowerCase().replaceAll(/[ ,]+/g, '-'),
              columns: [
                { key: 'period', label: 'Period' },
                ...[lens.label(metric), 'Usual', 'Lower limit', 'Upper limit', 'Step'].map((label, n) => ({
                  key: columns[n] ?? '',
                  label,
                  numeric: true,
                })),
                { key: 'signal', label: 'Signal' },
              ],
              rows: told.points.map(one => ({
                period: one.period,
                ...Object.fromEntries(columns.map(key => [key, one[key]?.toString() ?? null])),
                signal: said(one),
              })),
            }
          : null
      }
      drawing={plan?.values}
      actions={props.actions}
    >
      {told && plan ? (
        <>
          <Chart
            drawing={plan.values}
            height={300}
            points={told.points.length}
            label={`${name}. ${told.words}`}
            describe={n =>
              `${periodLabel(told.points[n]?.period ?? '')}: ${plan.text(told.points[n]?.value ?? null)}${said(told.points[n]) && `, ${said(told.points[n])}`}`
            }
          />
          <Chart
            drawing={plan.steps}
            height={150}
            points={told.points.length}
            label="Steps from each value to the next, with their limit."
            describe={n => periodLabel(told.points[n]?.period ?? '')}
          />
          <p className={css.grade}>{told.words}</p>
        </>
      ) : (
        <Skeleton height={450} />
      )}
    </ChartCard>
  )
}
