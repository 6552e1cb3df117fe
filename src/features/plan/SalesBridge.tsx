import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { ChartCard } from '#ui/ChartCard.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { type Bridge, BridgeChart, bridgeDrawing } from './BridgeChart.tsx'
import { type Period, signedCents } from './model.ts'
import css from './plan.module.css'

const cuts = [
  { value: 'product', label: 'By product' },
  { value: 'category', label: 'By category' },
  { value: 'brand', label: 'By brand' },
  { value: 'country', label: 'By country' },
  { value: 'channel', label: 'By channel' },
]
const effects = [
  ['volume', 'Volume'],
  ['mix', 'Mix'],
  ['price', 'Price'],
  ['currency', 'Currency'],
  ['new', 'New'],
  ['gone', 'Gone'],
] as const

/** Sales against the year before by volume, mix, price and currency: a bridge, and the items behind it. */
export function SalesBridge({ period }: { period: Period }) {
  const [search, setUrl] = useUrl()
  const by = cuts.find(one => one.value === search.by)?.value ?? 'product'
  const asked = useQuery(
    api.plan.salesVariance.queryOptions({
      input: { by, from: period.from, to: period.to, currency: period.currency },
      retry: false,
    }),
  )
  const found = asked.data
  const bridge = useMemo<Bridge | null>(
    () =>
      found
        ? {
            before: { name: 'Year before', value: Number(found.plan), look: 'lastYear' },
            after: { name: 'Now', value: Number(found.actual) },
            steps: effects.flatMap(([name, label]) => {
              const value = Number(found.effects[name])
              return value === 0 ? [] : [{ name: label, value, bad: value < 0 }]
            }),
          }
        : null,
    [found],
  )
  const drawing = useMemo(() => bridge && bridgeDrawing(bridge), [bridge])
  if (asked.error)
    return (
      <ErrorState
        title="The change cannot be explained"
        {...words(asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (!found || !bridge || !drawing) return <Skeleton height={420} />
  const money = (value: string) => show(value, { unit: 'money', currency: period.currency })
  return (
    <ChartCard
      id="sales-bridge"
      name="Net sales against the year before"
      title="Net sales against the year before"
      note={`${money(found.plan)} then, ${money(found.actual)} now; each part to the cent`}
      actions={
        <Select
          aria-label="Explained by"
          allowDeselect={false}
          data={cuts}
          value={by}
          onChange={value => setUrl({ by: value ?? undefined })}
        />
      }
      sheet={{
        name: 'price-volume-mix',
        columns: [
          { key: 'key', label: 'Item' },
          { key: 'delta', label: 'Change', numeric: true },
          ...effects.map(([key, label]) => ({ key, label, numeric: true })),
        ],
        rows: found.items.map(item => ({ key: item.key, delta: item.delta, ...item.effects })),
      }}
      drawing={drawing}
    >
      <BridgeChart bridge={bridge} drawing={drawing} />
      <DataTable
        caption="Items by the size of their change"
        compact
        maxHeight={480}
        rows={found.items.slice(0, 100)}
        rowKey={row => row.key}
        columns={[
          { key: 'key', label: 'Store and item', pinned: true, render: row => row.key },
          { key: 'delta', label: 'Change', numeric: true, render: row => signedCents(row.delta) },
          ...effects.map(([name, label]) => ({
            key: name,
            label,
            numeric: true,
            render: (row: (typeof found.items)[number]) => signedCents(row.effects[name]),
          })),
        ]}
      />
      {found.more + found.items.length > 100 && (
        <p className={css.after}>
          The 100 largest of {(found.more + found.items.length).toLocaleString('en-GB')} items.
        </p>
      )}
    </ChartCard>
  )
}
