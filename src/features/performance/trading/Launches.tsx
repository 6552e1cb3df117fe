import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { lines } from '#ui/drawings.ts'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { discuss } from '../Discuss.tsx'
import type { Lens } from '../Lens.tsx'
import css from '../performance.module.css'
import type { LaunchesTold } from './shape.ts'

/** New products by week since their launch, one of them drawn against the middle of all. */
export function Launches({ lens }: { lens: Lens }) {
  const to = lens.days?.to ?? lens.known?.lastDay
  const { metrics: _, from: _from, to: _to, window: _window, ...view } = lens.ask({ metrics: ['net_sales'] })
  const asked = useQuery(
    api.performance.launches.queryOptions({
      input: { ...view, to: to ?? '' },
      enabled: lens.ready && !lens.empty && !!to,
    }),
  )
  const told = asked.data
  // The newest that has a course to be seen, until one is chosen.
  const chosen =
    told?.items.find(one => one.product === lens.search.launch) ??
    told?.items.find(one => one.curve.length >= 4) ??
    told?.items[0]
  const drawing = useMemo(() => (told && chosen ? drawn(told, chosen) : null), [told, chosen])
  return (
    <ChartCard
      id="launches"
      name="New products by week since launch"
      title="New products"
      note="net sales to date by week since the first sale, against the middle of the year’s launches"
      stale={asked.isPlaceholderData}
      drawing={drawing ?? undefined}
      sheet={told?.items.length ? sheetOf(told) : null}
      more={[discuss(lens, 'new-products', lens.days)]}
    >
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !told ? (
        <Skeleton height={320} />
      ) : !chosen || !drawing ? (
        <EmptyState compact title="Nothing was launched in the year before">
          A product counts as launched on the first day it sells; what sold in the first eight weeks of the
          data may be older, and is left out.
        </EmptyState>
      ) : (
        <>
          <Chart
            drawing={drawing}
            height={240}
            points={Math.max(chosen.curve.length, 1)}
            label={`${nameOf(chosen)}: net sales to date by week since launch; pale the middle of all launches.`}
            describe={n => `Week ${n + 1}: ${money(told, chosen.curve[n] ?? null)}`}
          />
          <DataTable
            compact
            caption="New products, the newest first"
            rows={told.items}
            rowKey={row => row.product}
            onRow={row => lens.setUrl({ launch: row.product }, { replace: true })}
            maxHeight={320}
            columns={[
              {
                key: 'title',
                label: 'Product',
                pinned: true,
                render: row => (
                  <>
                    {row === chosen ? <b>{nameOf(row)}</b> : nameOf(row)}{' '}
                    <span className={css.aside}>{row.category}</span>
                  </>
                ),
              },
              { key: 'launched', label: 'First sold', render: row => showDay(row.launched, 'card') },
              { key: 'weeks', label: 'Weeks', numeric: true, render: row => row.curve.length },
              {
                key: 'sales',
                label: 'Net sales to date',
                numeric: true,
                render: row => money(told, row.curve.at(-1) ?? null),
              },
              {
                key: 'middle',
                label: 'Middle at that age',
                numeric: true,
                render: row => money(told, told.middle[row.curve.length - 1]?.half ?? null),
              },
              {
                key: 'against',
                label: 'Against it',
                name: 'to date ÷ the middle at that age',
                numeric: true,
                render: row =>
                  row.against === null ? (
                    'N/A'
                  ) : (
                    <span className={row.against < 0.5 ? css.bad : undefined}>
                      {row.against.toFixed(1)} ×
                    </span>
                  ),
              },
            ]}
          />
        </>
      )}
    </ChartCard>
  )
}

type Item = LaunchesTold['items'][number]

const nameOf = (one: Item) => one.title || one.product
const money = ({ currency }: LaunchesTold, value: number | null) =>
  show(value === null ? null : value.toFixed(2), { unit: 'money', currency }, 'table')

function drawn(told: LaunchesTold, chosen: Item) {
  const weeks = Math.max(chosen.curve.length, Math.min(told.middle.length, 12))
  const at = <T,>(values: readonly T[]) => Array.from({ length: weeks }, (_, n) => values[n] ?? null)
  const middle = at(told.middle)
  return lines({
    height: 240,
    labels: Array.from({ length: weeks }, (_, n) => `wk ${n + 1}`),
    lines: [
      { name: nameOf(chosen), values: at(chosen.curve), look: 'actual' },
      {
        name: 'Middle',
        values: middle.map(one => one?.half ?? null),
        look: 'last_year',
        band: { low: middle.map(one => one?.low ?? null), high: middle.map(one => one?.high ?? null) },
      },
    ],
    axis: value => show(String(value), { unit: 'money', currency: told.currency }, 'axis'),
    fromZero: true,
    tip: n => ({
      title: `Week ${n + 1} since launch`,
      rows: [
        [nameOf(chosen), money(told, chosen.curve[n] ?? null)],
        [`Middle of ${middle[n]?.products ?? 0}`, money(told, middle[n]?.half ?? null)],
      ],
    }),
  })
}

const sheetOf = (told: LaunchesTold) => ({
  name: `launches-${told.to}`,
  columns: [
    { key: 'product', label: 'Code' },
    { key: 'title', label: 'Product' },
    { key: 'category', label: 'Category' },
    { key: 'launched', label: 'First sold' },
    { key: 'week', label: 'Week since launch', numeric: true },
    { key: 'sales', label: 'Net sales to date', numeric: true },
    { key: 'middle', label: 'Middle of all launches', numeric: true },
  ],
  rows: told.items.flatMap(({ curve, against: _, ...one }) =>
    curve.map((sales, n) => ({
      ...one,
      week: String(n + 1),
      sales: sales.toFixed(2),
      middle: told.middle[n]?.half.toFixed(2) ?? null,
    })),
  ),
})
