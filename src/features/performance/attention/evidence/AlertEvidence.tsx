import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '#features/client.ts'
import { marksOf, periodLabel } from '#kernel/period-words.ts'
import { Chart } from '#ui/Chart.tsx'
import { lines } from '#ui/drawings.ts'
import { show } from '#ui/number.ts'
import { Skeleton } from '#ui/State.tsx'
import css from '../attention.module.css'
import type { AlertTold } from '../shape.ts'
import { eventsOf, evidenceOf, usualWithin } from './model.ts'

/** The figure by day around the alert, and what was usual over its days. */
export function AlertEvidence({ alert }: { alert: AlertTold }) {
  const query = useMemo(() => evidenceOf(alert), [alert])
  const { data: answer, error } = useQuery(api.performance.query.queryOptions({ input: query }))
  const { data: settings } = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const drawing = useMemo(() => {
    if (!answer) return null
    const measure = {
      unit: answer.meta.definitions[alert.metric]?.unit ?? 'count',
      currency: answer.meta.currency,
    }
    const days = answer.rows.map(row => String(row.period))
    const values = answer.rows.map(row => row[alert.metric])
    const usual = usualWithin(alert, days)
    const said = (value: unknown) => show(value == null ? null : String(value), measure, 'table')
    return {
      days,
      said: (n: number) => `${periodLabel(days[n] ?? '')}: ${said(values[n])}`,
      draw: lines({
        height: 180,
        labels: days.map(day => (alert.hours ? periodLabel(day) : periodLabel(day, 'axis'))),
        lines: [
          {
            name: 'Actual',
            values: values.map(value => (value == null ? null : Number(value))),
            look: 'actual',
          },
          { name: 'Usual', values: usual, look: 'previous' },
        ],
        axis: value => show(String(value), measure, 'axis'),
        fromZero: true,
        marks: marksOf(eventsOf(settings?.events ?? [], alert.slice.store), days, answer.meta),
        tip: n => ({
          title: periodLabel(days[n] ?? ''),
          rows: [
            ['Actual', said(values[n])],
            ...(usual[n] == null ? [] : [['Usual', said(usual[n])] as const]),
          ],
        }),
      }),
    }
  }, [answer, alert, settings])
  if (error) return null
  if (!drawing) return <Skeleton height={180} />
  return (
    <figure className={css.evidence}>
      <Chart
        drawing={drawing.draw}
        height={180}
        points={drawing.days.length}
        label={`${alert.what}, by ${alert.hours ? 'hour' : 'day'}; dashed what was usual over its ${alert.hours ? 'hours' : 'days'}.`}
        describe={drawing.said}
      />
    </figure>
  )
}
