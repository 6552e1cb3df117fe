import { Button, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable, type TableColumn } from '#ui/DataTable.tsx'
import { saveCsv } from '#ui/download.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { placeOf, show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { Discuss } from '../Discuss.tsx'
import { baseOf, type Lens, measureOf } from '../Lens.tsx'
import css from '../performance.module.css'
import { type AccountState, accountStates, writeCell } from './model.ts'
import type { AccountLine, AccountsAsked, AccountsTold } from './shape.ts'

const names = Object.keys(accountStates) as AccountState[]

/** The accounts of the trade by name: what they bought, when they ordered last, and which of them are leaving. */
export function Accounts({ lens }: { lens: Lens }) {
  const state = names.find(name => name === lens.search.accounts)
  const { metrics: _, ...view } = lens.ask({ metrics: ['net_sales'] })
  const comparison = lens.comparisons.at(-1)
  const asked = useQuery(
    api.performance.accounts.queryOptions({
      input: {
        ...view,
        compare: comparison as AccountsAsked['compare'],
        ...(state && { state }),
      },
      enabled: lens.ready && !lens.empty,
      placeholderData: keepPreviousData,
    }),
  )
  const told = asked.data
  return (
    <Card
      id="accounts"
      title="Accounts"
      note={state ? accountStates[state].about : 'all that ever ordered; figures of the period'}
      flush={!!told?.rows.length}
      stale={asked.isPlaceholderData}
      actions={
        <>
          <Discuss lens={lens} id="accounts" days={lens.days} />
          <SegmentedControl
            aria-label="Which accounts"
            value={state ?? 'all'}
            onChange={next => lens.setUrl({ accounts: next === 'all' ? undefined : next }, { replace: true })}
            data={[
              { value: 'all', label: 'All' },
              ...names.map(value => ({
                value,
                label: `${accountStates[value].label}${told ? ` ${told.counts[value] ?? 0}` : ''}`,
              })),
            ]}
          />
          <Button disabled={!told?.rows.length} onClick={() => told && saveCsv(sheetOf(told))}>
            CSV
          </Button>
        </>
      }
    >
      {asked.isError ? (
        <ErrorState
          compact
          title="The accounts could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !told ? (
        <Skeleton height={240} />
      ) : (
        <DataTable
          caption="B2B accounts, the largest of the period first"
          rows={told.rows}
          rowKey={row => `${row.store} ${row.account}`}
          onRow={row =>
            lens.setUrl({ rows: writeCell({ metric: 'net_sales', values: { account: row.account } }) })
          }
          maxHeight={520}
          columns={columns(lens, told)}
          empty={<EmptyState compact kind="no_match" title="No account stands so" />}
        />
      )}
    </Card>
  )
}

function columns(lens: Lens, told: AccountsTold): TableColumn<AccountLine>[] {
  const comparison = Object.keys(told.meta.comparisons)[0]
  const figure = (name: string, label: string): TableColumn<AccountLine> => ({
    key: name,
    label,
    name: lens.label(name),
    numeric: true,
    render: row => (
      <Figure
        value={row.figures[name] ?? null}
        measure={measureOf(told as never, name)}
        place={placeOf(
          told.rows.map(one => one.figures[name]),
          measureOf(told as never, name),
        )}
      />
    ),
  })
  const several = new Set(told.rows.map(row => row.store)).size > 1
  return [
    {
      key: 'name',
      label: 'Account',
      pinned: true,
      render: row => (
        <>
          {row.name}{' '}
          <span className={css.aside}>
            {[row.segment, several && (lens.stores[row.store] ?? row.store)].filter(Boolean).join(' · ')}
          </span>
        </>
      ),
    },
    { key: 'state', label: 'State', render: row => <State of={row.state} /> },
    figure('net_sales', 'Net sales'),
    ...(comparison
      ? [
          {
            key: 'change',
            label: baseOf(told as never, comparison).base,
            name: `change of net sales ${baseOf(told as never, comparison).base}`,
            numeric: true,
            render: (row: AccountLine) => (
              <Delta
                against={row.compare[comparison]?.values.net_sales}
                measure={measureOf(told as never, 'net_sales')}
                quiet
                {...baseOf(told as never, comparison)}
              />
            ),
          },
        ]
      : []),
    figure('orders', 'Orders'),
    figure('aov', 'AOV'),
    figure('discount_rate', 'Discount'),
    {
      key: 'penetration',
      label: 'Categories',
      name: 'categories bought, of those accounts bought',
      numeric: true,
      render: row => show(row.penetration, { unit: 'share', currency: null }, 'axis'),
    },
    {
      key: 'last',
      label: 'Last order',
      render: row => (
        <>
          {showDay(row.lastOrder, 'card')} <span className={css.aside}>{row.daysSince} d ago</span>
        </>
      ),
    },
    {
      key: 'interval',
      label: 'Usually every',
      numeric: true,
      render: row => (row.interval === null ? 'N/A' : `${Math.round(row.interval)} d`),
    },
  ]
}

/** Only who is leaving is marked. */
const State = ({ of }: { of: AccountState }) => (
  <span className={of === 'lapsing' || of === 'lapsed' ? css.bad : css.aside} title={accountStates[of].about}>
    {accountStates[of].label}
  </span>
)

const sheetOf = (told: AccountsTold) => ({
  name: `accounts-${told.meta.from}-${told.meta.to}`,
  columns: [
    { key: 'account', label: 'Account id' },
    { key: 'name', label: 'Account' },
    { key: 'store', label: 'Store' },
    { key: 'segment', label: 'Segment' },
    { key: 'state', label: 'State' },
    { key: 'lastOrder', label: 'Last order' },
    { key: 'interval', label: 'Usual days between orders', numeric: true },
    ...Object.keys(told.rows[0]?.figures ?? {}).map(key => ({ key, label: key, numeric: true })),
    { key: 'penetration', label: 'Categories bought', numeric: true },
  ],
  rows: told.rows.map(({ figures, compare: _, interval, daysSince: _d, ...row }) => ({
    ...row,
    ...figures,
    state: accountStates[row.state].label,
    interval: interval === null ? null : interval.toFixed(1),
  })),
})
