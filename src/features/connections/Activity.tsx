import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Chart } from '#ui/Chart.tsx'
import { stack } from '#ui/drawings.ts'
import { Unread } from '#ui/State.tsx'
import type { ActivityDay } from './systems-model.ts'

const count = new Intl.NumberFormat('en-GB')
const short = new Intl.NumberFormat('en-GB', { notation: 'compact' })
const days = 30

/** What a connection brought in the last weeks, day by day, and on which days it failed. */
export function Activity({ connection, live }: { connection: string; live: boolean }) {
  const asked = useQuery({
    ...api.connections.activity.queryOptions({ input: { connection, days } }),
    refetchInterval: live ? 5_000 : 60_000,
  })
  const found = asked.data
  const rows = useMemo(() => found && drawn(found, 'rows', 0), [found])
  const errors = useMemo(() => found && drawn(found, 'errors', 5), [found])
  if (!found || !rows || !errors) return <Unread what="What the last weeks brought" of={asked} />
  const failed = found.reduce((sum, one) => sum + one.errors, 0)
  const brought = found.reduce((sum, one) => sum + one.rows, 0)
  return (
    <Card
      title={`The last ${days} days`}
      note={`${count.format(brought)} rows new, changed or gone; ${failed === 0 ? 'nothing failed' : `${count.format(failed)} ${failed === 1 ? 'reading' : 'readings'} failed`}`}
    >
      <Chart
        drawing={rows}
        height={150}
        points={found.length}
        label={`Rows new, changed or gone by day: ${count.format(brought)} in all.`}
        describe={index => wordsOf(found[index])}
      />
      {failed > 0 && (
        <Chart
          drawing={errors}
          height={96}
          points={found.length}
          label={`Readings that failed by day: ${count.format(failed)} in all.`}
          describe={index => wordsOf(found[index])}
        />
      )}
    </Card>
  )
}

const wordsOf = (one: ActivityDay | undefined): string =>
  one
    ? `${showDay(one.day)}: ${count.format(one.rows)} rows, ${count.format(one.errors)} failed of ${count.format(one.turns)} readings`
    : ''

const drawn = (found: readonly ActivityDay[], what: 'rows' | 'errors', look: number) =>
  stack({
    parts: [
      {
        name: what === 'rows' ? 'Rows new, changed or gone' : 'Readings that failed',
        values: found.map(one => one[what]),
        look,
      },
    ],
    labels: found.map(one => showDay(one.day, 'axis')),
    axis: value => (Number.isInteger(value) ? short.format(value) : ''),
    tip: index => {
      const one = found[index]
      return {
        title: one ? showDay(one.day) : '',
        rows: one
          ? [
              ['New, changed or gone', count.format(one.rows)],
              ['Read', count.format(one.records)],
              ['Readings', count.format(one.turns)],
              ['Failed', count.format(one.errors)],
              ['Not understood', count.format(one.unmapped)],
            ]
          : [],
      }
    },
  })
