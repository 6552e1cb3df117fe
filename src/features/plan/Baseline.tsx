import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type client, words } from '#features/client.ts'
import { percent } from '#kernel/format.ts'
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
  const { line, periods, growth, days, ahead } = asked.data
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
  const level = growth === null ? null : Number(growth) - 1
  return (
    <Card
      flush
      title="Net sales of the open periods"
      note={
        level === null
          ? undefined
          : `last year’s level: ${level < 0 ? 'less' : 'plus'} ${percent(Math.abs(level))}, as the last ${days >= 365 ? 'twelve months' : `${days} days`} went against the year before`
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
                  why: 'Baseline: forecast, then the season, then last year at this year’s level',
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
            key: 'range',
            label: 'Four times in five',
            numeric: true,
            render: row =>
              row.low === null || row.high === null
                ? '–'
                : `${shownCell(row.low, 'money')} to ${shownCell(row.high, 'money')}`,
          },
          { key: 'by', label: 'From', spare: true, render: row => methodOf(row, ahead !== null) },
          {
            key: 'naive',
            label: 'Last year, at this level',
            numeric: true,
            spare: true,
            render: row => (row.naive === null ? 'N/A' : shownCell(row.naive, 'money')),
          },
          {
            key: 'off',
            label: 'Plan above it',
            numeric: true,
            render: row => {
              const base = row.forecast ?? row.naive
              if (base === null || row.plan === null || Number(base) === 0) return 'N/A'
              const share = Number(row.plan) / Number(base) - 1
              return `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`
            },
          },
        ]}
      />
      <p className={css.inset}>{aheadWords(ahead)}</p>
      <p className={css.inset}>
        Bringing the plan to it turns the volume (sessions, or orders); conversion, prices and costs stay as
        they are.
      </p>
    </Card>
  )
}

type Found = Awaited<ReturnType<typeof client.plan.baseline>>

/** What a period's forecast rests on, in a word or two. */
const methodOf = (row: Found['periods'][number], carried: boolean): string => {
  if (row.forecast === null) return row.naive !== null ? 'last year' : carried ? 'over a year away' : '–'
  if (row.season === null) return 'what came'
  if (row.season === 0) return 'the models'
  return row.season === 1 ? 'the season' : 'models, then season'
}

/** How the months beyond the models are made, and how far that was off when it was tried. */
const aheadWords = (ahead: Found['ahead']): string =>
  ahead === null
    ? 'The models look thirteen weeks ahead. The season carries on beyond them once there is a year of sales.'
    : `The models look thirteen weeks ahead. Beyond them the season of other years goes on (weekdays, and events wherever they fall), at the level of the last ${ahead.levelDays} days. ${
        ahead.tried === 0 || ahead.error === null
          ? 'With so short a history that could not be tried: the range is a first guess, wider the further away.'
          : `Tried from ${ahead.tried} earlier ${ahead.tried === 1 ? 'day' : 'days'}, a period was off by ${percent(ahead.error, 0)} on average; the range is from that, wider the further away.`
      } ${ahead.notes.join(' ')}`.trim()
