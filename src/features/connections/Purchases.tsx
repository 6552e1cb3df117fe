import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable, type TableColumn } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StoreName } from './Names.tsx'
import type { PurchaseDay } from './purchases.ts'

const count = new Intl.NumberFormat('en-GB')
const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 })

/** Counts that explain why analytics and the shop differ, in the order one asks; each stands in one place only. */
const reasons = [
  {
    key: 'notOnline',
    label: 'Not sold online',
    about: 'The till, sales people, imports: analytics never sees these channels',
  },
  {
    key: 'unseen',
    label: 'Consent, blockers',
    about: 'Refused, blocked, or the page was left before it told',
  },
  { key: 'otherDay', label: 'Other day', about: 'Told of, but on another day: time zones cut days apart' },
  {
    key: 'reversed',
    label: 'Changed since',
    about: 'Cancelled, edited or refunded after they were told of: their value differs',
  },
  {
    key: 'noOrder',
    label: 'No such order',
    about: 'Told of, but not in the ledger: test orders, deleted ones',
  },
  { key: 'notYetRead', label: 'Not read yet', about: 'Later than what is read of the shop' },
  {
    key: 'repeated',
    label: 'Told again',
    about: 'A confirmation page seen twice: one transaction id, two purchases',
  },
] as const satisfies readonly { key: keyof PurchaseDay; label: string; about: string }[]

/** Analytics' purchases beside the shop's orders: totals, the gap by store and day, and its likely causes. */
export function Purchases({ connection, from, to }: { connection: string; from: string; to: string }) {
  const asked = useQuery(api.connections.purchases.queryOptions({ input: { connection, from, to } }))
  if (asked.error)
    return <ErrorState compact title="The purchases could not be matched" {...words(asked.error)} />
  if (!asked.data) return <Skeleton lines={4} />
  const { days, totals } = asked.data
  const stores = totals.map(one => ({
    ...one,
    ...added(days.filter(day => day.store === one.store)),
  }))
  const all = added(days)
  return (
    <>
      <Card title="Purchases against orders" note={answerOf(all)} flush>
        <DataTable
          caption="What analytics told of, beside the orders of each store"
          compact
          rows={stores}
          rowKey={row => row.store}
          empty={
            <EmptyState compact title="Analytics has told of no purchases yet">
              Once it does, they are matched with the shop's orders by their numbers.
            </EmptyState>
          }
          columns={[
            { key: 'store', label: 'Store', pinned: true, render: row => <StoreName of={row.store} /> },
            { key: 'orders', label: 'Orders', numeric: true, render: row => count.format(row.orders) },
            {
              key: 'transactions',
              label: 'Purchases told of',
              numeric: true,
              render: row => count.format(row.transactions),
            },
            {
              key: 'seen',
              label: 'Orders seen',
              numeric: true,
              render: row =>
                row.orders === 0 ? 'N/A' : share.format((row.seen + row.otherDay) / row.orders),
            },
            {
              key: 'sales',
              label: 'Total sales',
              numeric: true,
              render: row => show(row.sales, { unit: 'money', currency: row.currency }, 'card'),
            },
            {
              key: 'revenue',
              label: 'Revenue told of',
              numeric: true,
              render: row => show(row.revenue, { unit: 'money', currency: row.currency }, 'card'),
            },
          ]}
        />
      </Card>
      {days.length > 0 && (
        <Card
          title="Why they differ"
          note="each order and purchase in one column only, but for those changed since"
          flush
        >
          <DataTable
            caption="Orders and purchases that do not match, by store and day, with the likely cause"
            compact
            maxHeight={320}
            rows={days}
            rowKey={row => `${row.store} ${row.day}`}
            totals={{ ...all, store: '', day: '' }}
            columns={[
              {
                key: 'day',
                label: 'Day',
                pinned: true,
                render: row => (row.day === '' ? 'All' : showDay(row.day, 'axis')),
              },
              { key: 'store', label: 'Store', render: row => <StoreName of={row.store} /> },
              { key: 'orders', label: 'Orders', numeric: true, render: row => count.format(row.orders) },
              { key: 'seen', label: 'Same day', numeric: true, render: row => count.format(row.seen) },
              ...reasons
                .filter(({ key }) => all[key] > 0)
                .map(
                  ({ key, label, about }): TableColumn<PurchaseDay> => ({
                    key,
                    label: <abbr title={about}>{label}</abbr>,
                    name: label,
                    numeric: true,
                    render: row => (row[key] === 0 ? '' : count.format(row[key])),
                  }),
                ),
            ]}
          />
        </Card>
      )}
    </>
  )
}

type Counts = Omit<PurchaseDay, 'store' | 'day'>

function added(days: readonly PurchaseDay[]): Counts {
  const total = (of: keyof Counts) => days.reduce((sum, day) => sum + day[of], 0)
  return {
    orders: total('orders'),
    seen: total('seen'),
    otherDay: total('otherDay'),
    notOnline: total('notOnline'),
    unseen: total('unseen'),
    reversed: total('reversed'),
    transactions: total('transactions'),
    fromOtherDay: total('fromOtherDay'),
    notYetRead: total('notYetRead'),
    noOrder: total('noOrder'),
    repeated: total('repeated'),
  }
}

const answerOf = ({ orders, seen, otherDay, notOnline }: Counts): string =>
  orders === 0
    ? ''
    : `analytics saw ${share.format((seen + otherDay) / orders)} of all orders, ${share.format((seen + otherDay) / Math.max(1, orders - notOnline))} of those sold online`
