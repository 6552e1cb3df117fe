import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { shownCell, type Version } from './model.ts'
import css from './plan.module.css'

/** Open periods beside what is forecast and what last year at this year's level says; one press brings the plan to it. */
export function Baseline({ version, mayEdit }: { version: Version; mayEdit: boolean }) {
  const cache = useQueryClient()
  const asked = useQuery(
    api.plan.baseline.queryOptions({ input: { version: version.id }, staleTime: 60_000 }),
  )
  const bring = useMutation(
    api.plan.bring.mutationOptions({
      onSuccess: async ({ cells }) => {
        notifications.show({
          title: 'The plan follows the baseline',
          message: `${cells.toLocaleString('en-GB')} ${cells === 1 ? 'cell was' : 'cells were'} filled in anew; each says why.`,
        })
        await cache.invalidateQueries({ queryKey: api.plan.key() })
      },
    }),
  )
  if (asked.error)
    return (
      <ErrorState
        title="The baseline could not be read"
        {...words(asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (!asked.data) return <Skeleton height={240} />
  const { line, periods, growth, days } = asked.data
  if (line === null)
    return (
      <Card title="Statistical baseline">
        <EmptyState compact title="There is nothing to hold the plan against">
          It needs a line of net sales in the plan, and sales.
        </EmptyState>
      </Card>
    )
  const said = periods.flatMap(one => {
    const value = one.forecast ?? one.naive
    return value === null ? [] : [{ period: one.period, value: Number(value).toFixed(2) }]
  })
  const level = growth === null ? null : (Number(growth) - 1) * 100
  return (
    <Card
      flush
      title="Net sales of the open periods"
      note={
        level === null
          ? 'forecast where it looks so far'
          : `forecast where it looks so far; beyond, last year ${level < 0 ? 'less' : 'plus'} ${Math.abs(level).toFixed(1)} %, as the last ${days >= 365 ? 'twelve months' : `${days} days`} went against the year before`
      }
      actions={
        mayEdit &&
        said.length > 0 && (
          <Row>
            <Button
              size="compact-sm"
              variant="default"
              loading={bring.isPending}
              onClick={() =>
                bring.mutate({
                  version: version.id,
                  line,
                  values: said,
                  why: 'Baseline: forecast, and last year at this year’s level',
                })
              }
            >
              Bring the plan to it
            </Button>
          </Row>
        )
      }
    >
      {bring.error && <ErrorState compact title="That was not done" {...words(bring.error)} />}
      <DataTable
        caption="Net sales of the open periods"
        compact
        rows={periods}
        rowKey={row => row.period}
        empty={<EmptyState compact kind="all_done" title="Every period is closed" />}
        columns={[
          { key: 'label', label: 'Period', pinned: true, render: row => row.label },
          { key: 'plan', label: version.name, numeric: true, render: row => shownCell(row.plan, 'money') },
          {
            key: 'forecast',
            label: 'Forecast',
            numeric: true,
            render: row => (row.forecast === null ? 'not so far ahead' : shownCell(row.forecast, 'money')),
          },
          {
            key: 'naive',
            label: 'Last year, at this level',
            numeric: true,
            render: row => (row.naive === null ? 'N/A' : shownCell(row.naive, 'money')),
          },
          {
            key: 'off',
            label: 'Plan above it',
            numeric: true,
            render: row => {
              const base = row.forecast ?? row.naive
              if (base === null || row.plan === null || Number(base) === 0) return 'N/A'
              const share = (Number(row.plan) / Number(base) - 1) * 100
              return `${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(1)} %`
            },
          },
        ]}
      />
      <p className={css.inset}>
        Bringing the plan to it turns the volume (sessions, or orders); conversion, prices and costs stay as
        they are.
      </p>
    </Card>
  )
}
