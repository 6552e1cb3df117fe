import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { useWhole } from '#features/May.tsx'
import { earlier } from '#kernel/day.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { comparisonName, spanWords } from '#kernel/view.ts'
import { ChartCard } from '#ui/ChartCard.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { type Bridge, BridgeChart, bridgeDrawing } from './BridgeChart.tsx'
import { filtersOf, guarded, type Period, signedCents, sliceText, titlesOf, whereOf } from './model.ts'
import css from './plan.module.css'
import { cuts } from './SliceBar.tsx'

const effects = [
  ['volume', 'Volume'],
  ['mix', 'Mix'],
  ['price', 'Price'],
  ['rate', 'Discounts and returns'],
  ['currency', 'Currency'],
  ['new', 'New'],
  ['gone', 'Gone'],
] as const
const unitWords: Record<string, string> = {
  net_units: 'units, after returns',
  units_sold: 'units sold',
  orders: 'orders',
}

/** Sales against any comparison by volume, mix, price, rate and currency: a bridge, and the items behind it, each down to its rows. */
export function SalesBridge({ period }: { period: Period }) {
  const [search, setUrl] = useUrl()
  // What is one member already is split by something else.
  const open = cuts.filter(one => !(one.value in period.slice))
  const by = (open.find(one => one.value === search.by) ?? open[0])?.value ?? 'product'
  const choices = period.compare.length > 0 ? period.compare : ['last_year']
  const compare = choices.find(one => one === search.against) ?? choices[0] ?? 'last_year'
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const versions = useQuery(api.plan.versions.queryOptions({ input: {}, enabled: useWhole(), retry: false }))
  const asked = useQuery(
    api.plan.salesVariance.queryOptions({
      input: {
        by,
        compare,
        from: period.from,
        to: period.to,
        currency: period.currency,
        filters: filtersOf(period.slice),
        ...(period.stores.length > 0 && { stores: period.stores }),
      },
      retry: false,
    }),
  )
  const found = asked.data
  // Products are told by what they are called; a code alone says nothing to whoever decides.
  const codes = by === 'product' ? (found?.items.slice(0, 100).flatMap(one => one.member || []) ?? []) : []
  const called = useQuery(
    api.performance.query.queryOptions({
      input: {
        ...{ metrics: ['units_sold'], by: ['product', 'title'], limit: 1000 },
        ...{ from: earlier(found?.base?.from ?? period.from, period.from), to: period.to },
        filters: [{ dimension: 'product', is: [...new Set(codes)].toSorted() }],
        ...(period.stores.length > 0 && { stores: period.stores }),
      },
      enabled: codes.length > 0,
      staleTime: 300_000,
      retry: false,
    }),
  )
  const titles = useMemo(() => titlesOf(called.data), [called.data])
  const ownName = (one: string) => versions.data?.find(version => planComparison(version.id) === one)?.name
  const nameOf = (one: string) => ownName(one) ?? comparisonName(one).label
  const name = nameOf(compare)
  const planned = planIn(compare) !== null
  const bridge = useMemo<Bridge | null>(
    () =>
      found
        ? {
            before: { name, value: Number(found.plan), look: planned ? 'target' : 'lastYear' },
            after: { name: 'Actual', value: Number(found.actual) },
            steps: effects.flatMap(([effect, label]) => {
              const value = Number(found.effects[effect])
              return value === 0 ? [] : [{ name: label, value, bad: value < 0 }]
            }),
            currency: period.currency,
          }
        : null,
    [found, name, planned, period.currency],
  )
  const drawing = useMemo(() => bridge && bridgeDrawing(bridge), [bridge])
  const sizes = found?.items.map(one => one.delta)
  const chooser = (
    <Row>
      {choices.length > 1 && (
        <Select
          aria-label="Against"
          allowDeselect={false}
          data={choices.map(value => ({ value, label: nameOf(value) }))}
          value={compare}
          onChange={value => setUrl({ against: value ?? undefined })}
        />
      )}
      <Select
        aria-label="Explained by"
        allowDeselect={false}
        data={open}
        value={by}
        onChange={value => setUrl({ by: value ?? undefined })}
      />
    </Row>
  )
  if (asked.error)
    return (
      <>
        {chooser}
        <ErrorState
          title="The change cannot be explained"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      </>
    )
  if (!found || !bridge || !drawing) return <Skeleton height={420} />
  const money = (value: string) => show(value, { unit: 'money', currency: period.currency })
  const several = new Set(found.items.map(one => one.store)).size > 1
  const storeName = (store: string) =>
    store === '' ? 'All stores' : (settings.data?.stores.find(one => one.store === store)?.name ?? store)
  const labelOf = ({ store, member }: (typeof found.items)[number]) => {
    const known = by === 'store' ? storeName : (one: string) => titles.get(one) ?? one
    const own = member === null ? 'Not split' : known(member) || 'Not known'
    return several && by !== 'store' ? `${storeName(store)} · ${own}` : own
  }
  const opened = ({ store, member }: (typeof found.items)[number]) =>
    setUrl(
      {
        tab: undefined,
        by: undefined,
        against: undefined,
        slice: undefined,
        metrics: `net_sales,gross_sales,${found.quantity}`,
        store: store || search.store,
        compare: choices.join(','),
        period: `${period.from}..${period.to}`,
        where: whereOf(member === null ? period.slice : { ...period.slice, [by]: member }),
        ...(member !== null && { rows: `net_sales;${by}=${guarded(member)}` }),
      },
      { to: '/explore' },
    )
  /** Narrows to a member: what moved it is told by another dimension. */
  const into = ({ store, member }: (typeof found.items)[number]) =>
    by === 'store'
      ? setUrl({ store, by: undefined })
      : setUrl({
          slice: sliceText({ ...period.slice, [by]: member ?? '' }),
          // A row is of one store where there are several.
          store: store || search.store,
          by: undefined,
        })
  return (
    <>
      {chooser}
      <ChartCard
        id="sales-bridge"
        name={`Net sales against ${name}`}
        title={`Net sales against ${ownName(compare) ?? comparisonName(compare).said}`}
        note={`${money(found.plan)} ${planned ? 'planned' : `then${found.base ? ` (${spanWords(found.base.from, found.base.to)})` : ''}`}, ${money(found.actual)} now; volume in ${unitWords[found.quantity] ?? found.quantity}`}
        sheet={{
          name: 'price-volume-mix',
          columns: [
            { key: 'key', label: 'Item' },
            { key: 'delta', label: 'Change', numeric: true },
            ...effects.map(([key, label]) => ({ key, label, numeric: true })),
          ],
          rows: found.items.map(item => ({ key: labelOf(item), delta: item.delta, ...item.effects })),
        }}
        drawing={drawing}
      >
        <BridgeChart bridge={bridge} drawing={drawing} />
        {found.notes.map(note => (
          <p key={note} className={css.after}>
            {note}
          </p>
        ))}
        <DataTable
          caption="Items by the size of their change"
          compact
          maxHeight={480}
          rows={found.items.slice(0, 100)}
          rowKey={row => row.key}
          onRow={opened}
          empty={<EmptyState compact title="Nothing was sold here, now or then" />}
          columns={[
            {
              key: 'key',
              label: 'Item',
              pinned: true,
              render: row => (
                <>
                  {labelOf(row)}
                  {row.member && titles.has(row.member) && <small className={css.code}> {row.member}</small>}
                </>
              ),
            },
            { key: 'delta', label: 'Change', numeric: true, render: row => signedCents(row.delta, sizes) },
            ...effects.map(([effect, label], n) => ({
              key: effect,
              label,
              numeric: true,
              // The three it is named for; the rest is in the drawing and in what the row opens.
              spare: n > 2,
              render: (row: (typeof found.items)[number]) => signedCents(row.effects[effect], sizes),
            })),
            {
              key: 'into',
              label: '',
              acts: true,
              render: (row: (typeof found.items)[number]) =>
                row.member !== null &&
                by !== 'product' && (
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={`What moved it: ${labelOf(row)}`}
                    onClick={event => {
                      event.stopPropagation()
                      into(row)
                    }}
                  >
                    What moved it
                  </Button>
                ),
            },
          ]}
        />
        <p className={css.after}>
          {found.more + found.items.length > 100 &&
            `The 100 largest of ${(found.more + found.items.length).toLocaleString('en-GB')} items. `}
          Each part is to the cent and leaves nothing over; a row opens the sales it rests on.
        </p>
      </ChartCard>
    </>
  )
}
