import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { causeWords } from '#kernel/agreement.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable, type TableColumn } from '#ui/DataTable.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import { StoreName } from './Names.tsx'
import type { ConnectionRow } from './systems-model.ts'

const count = new Intl.NumberFormat('en-GB')
const exact = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
const labels: Readonly<Record<string, string>> = {
  orders: 'Orders',
  sessions: 'Sessions',
  gross_sales: 'Gross sales',
  net_sales: 'Net sales',
  total_sales: 'Total sales',
}
const labelOf = (metric: string) =>
  labels[metric] ?? metric.replaceAll('_', ' ').replace(/^./, letter => letter.toUpperCase())
/** Counts are whole, money has its pence. */
const shown = (metric: string, value: string) =>
  ['orders', 'sessions', 'units'].includes(metric) ? count.format(Number(value)) : exact.format(Number(value))

/** Reconciliation: each store and day as its source counts it, as it stands here, and why the two differ. */
export function OwnTotals({
  connection,
  trouble,
}: {
  connection: string
  /** Why they could not be had last time. */
  trouble: ConnectionRow['uncompared']
}) {
  const [all, setAll] = useState(false)
  const totals = useQuery(
    api.connections.reconciliation.queryOptions({ input: { connection, from: daysAgo(35), to: daysAgo(0) } }),
  )
  if (totals.error)
    return <ErrorState compact title="Its own totals could not be read" {...words(totals.error)} />
  const days = totals.data ?? []
  const unheard = trouble && <ErrorState compact title="Its own totals could not be had" {...trouble} />
  if (days.length === 0) return unheard
  const differing = days.filter(day => !day.agrees)
  const rows = all ? days : differing
  const metrics = [...new Set(days.flatMap(day => day.figures.map(one => one.metric)))]
  type Day = (typeof days)[number]
  const figure = (metric: string): TableColumn<Day> => ({
    key: metric,
    label: labelOf(metric),
    numeric: true,
    render: day => {
      const found = day.figures.find(one => one.metric === metric)
      if (!found) return ''
      const same = Number(found.difference) === 0
      return same
        ? shown(metric, found.source)
        : `${shown(metric, found.source)} · ${found.here === null ? 'nothing' : shown(metric, found.here)} here`
    },
  })
  return (
    <Card
      title="Agrees with its own totals"
      note={`${count.format(days.length - differing.length)} of ${count.format(days.length)} days`}
      flush
      actions={
        <SegmentedControl
          aria-label="Which days"
          value={all ? 'all' : 'differing'}
          onChange={value => setAll(value === 'all')}
          data={[
            { value: 'differing', label: 'Days that differ' },
            { value: 'all', label: 'All days' },
          ]}
        />
      }
    >
      {unheard}
      {rows.length === 0 ? (
        <EmptyState compact kind="all_done" title="Every day of the last five weeks agrees" />
      ) : (
        <DataTable
          caption="Days, as the source counts them and as they stand here"
          compact
          maxHeight={320}
          rows={rows}
          rowKey={day => `${day.store} ${day.day}`}
          columns={[
            { key: 'day', label: 'Day', pinned: true, render: day => showDay(day.day) },
            { key: 'store', label: 'Store', render: day => <StoreName of={day.store} /> },
            ...metrics.map(figure),
            {
              key: 'why',
              label: 'Why',
              wraps: 'sentence',
              render: day => (day.cause ? causeWords[day.cause] : day.agrees ? 'Agrees' : ''),
            },
          ]}
        />
      )}
    </Card>
  )
}
