import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import type { Query } from '#metrics/query.ts'
import { BarList } from '#ui/BarList.tsx'
import { Card } from '#ui/Card.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import type { Lens } from '../Lens.tsx'
import css from '../performance.module.css'
import { gaps } from './model.ts'

/** How long customers take to come back: the median of the days between an order and the next, and how they spread. */
export function Intervals({ lens }: { lens: Lens }) {
  const query: Query = lens.ask({ metrics: ['orders_again'], by: ['days_since_order'], limit: 10_000 })
  const asked = useQuery(
    api.performance.query.queryOptions({ input: query, enabled: lens.ready && !lens.empty }),
  )
  const found = asked.data ? gaps(asked.data.rows) : null
  return (
    <Card id="intervals" title="Days between orders" note="orders of the period that were not the first">
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !asked.data ? (
        <Skeleton height={240} />
      ) : !found ? (
        <EmptyState compact title="Nobody came back in this period">
          {asked.data.meta.missing.orders_again ??
            'Choose a longer period: this shows how long customers take to order again.'}
        </EmptyState>
      ) : (
        <>
          <p className={css.lead}>
            {found.median} {found.median === 1 ? 'day' : 'days'}{' '}
            <span className={css.aside}>
              the median of {found.orders.toLocaleString('en-GB')} orders: half came again within it
            </span>
          </p>
          <BarList
            label="Days since the order before"
            bars={found.spans.map(one => ({
              key: one.name,
              name: one.name,
              size: one.orders,
              value: one.orders.toLocaleString('en-GB'),
              delta: show((one.orders / found.orders).toFixed(4), { unit: 'share', currency: null }, 'axis'),
            }))}
          />
        </>
      )}
    </Card>
  )
}
