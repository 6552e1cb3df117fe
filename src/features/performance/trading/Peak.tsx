import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { api } from '#features/client.ts'
import { addDays } from '#kernel/day.ts'
import { hourName } from '#kernel/period-words.ts'
import { forecastComparison, spanWords } from '#kernel/view.ts'
import type { Query } from '#metrics/query.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { baseOf, measureOf, useLens } from '../Lens.tsx'
import { Trend } from '../Trend.tsx'
import { against, cell, dayOfHour, daySoFar, numberOf, untilNow } from './model.ts'
import { TradingPage } from './TradingPage.tsx'

/** Screens on a wall are read by people who do not touch them. */
const everyMinute = 60_000
/** Days over which the busiest hour is looked for. */
const ceilingDays = 365

/** The latest day hour by hour, for a wall: read anew each minute, against the same hours of another day and the forecast. */
export function Peak() {
  const lens = useLens()
  const day = lens.known?.lastDay ?? lens.today
  const { window: _window, ...view } = lens.ask({ metrics: ['net_sales'] })
  const comparison =
    lens.view.compare?.find(name => !name.startsWith('target:')) ??
    (lens.known && lens.known.firstDay <= addDays(day, -364) ? 'last_year_weekday' : 'previous_period')
  const live = { enabled: lens.ready && !lens.empty, refetchInterval: everyMinute }
  const query: Query = {
    ...view,
    metrics: ['net_sales', 'orders'],
    from: day,
    to: day,
    grain: 'hour',
    compare: [comparison] as Query['compare'],
  }
  const asked = useQuery(api.performance.query.queryOptions({ input: query, ...live }))
  const forecast = useQuery(
    api.performance.query.queryOptions({
      input: { ...view, metrics: ['net_sales'], from: day, to: day, compare: [forecastComparison] },
      ...live,
    }),
  )
  const busiest = useQuery(
    api.performance.query.queryOptions({
      input: {
        ...view,
        metrics: ['orders'],
        from: addDays(day, 1 - ceilingDays),
        to: day,
        grain: 'hour',
        sort: { by: 'orders', desc: true },
        limit: 1,
      },
      enabled: live.enabled,
      staleTime: 600_000,
    }),
  )
  const over = day < lens.today
  const answer = useMemo(
    () => asked.data && (over ? asked.data : untilNow(asked.data, ['net_sales', 'orders'])),
    [asked.data, over],
  )
  const hours = answer ? daySoFar(answer, comparison) : null
  const sales = measureOf(answer, 'net_sales')
  const orders = measureOf(answer, 'orders')
  const base = baseOf(answer, comparison)
  const foreseen = against(forecast.data?.totals, forecastComparison, 'net_sales')?.value ?? null
  const record = busiest.data?.rows[0]
  const ceiling = numberOf(record, 'orders')
  const perMinute = (count: number | null) => (count === null ? null : (count / 60).toFixed(4))
  const rate = { unit: 'ratio', good: 'up', currency: null } as const
  return (
    <TradingPage
      lens={lens}
      question="How is the day going?"
      title={
        hours && hours.until === null
          ? `No orders yet on ${spanWords(day, day)}`
          : hours && hours.until !== null && hours.until < 23
            ? `${spanWords(day, day)} until ${hourName(String(hours.until + 1))}:00`
            : spanWords(day, day)
      }
      answer={answer}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty
          ? {
              title: 'No sales are known yet',
              words:
                'Connect a shop: this screen then follows the day hour by hour and refreshes itself, for a wall on peak days.',
            }
          : null
      }
      note={
        <span>
          Store time; compared with the same hours. Read anew every minute; how fresh it is depends on how
          often the shop is read.
        </span>
      }
    >
      {answer && hours && (
        <>
          <TileRow label="The day so far">
            <StatTile
              label="Net sales so far"
              value={<Figure value={hours.sales.value} measure={sales} place="card" />}
              deltas={<Delta against={hours.sales} measure={sales} {...base} />}
            />
            <StatTile
              label="Orders so far"
              value={<Figure value={hours.orders.value} measure={orders} place="card" />}
              deltas={<Delta against={hours.orders} measure={orders} {...base} />}
            />
            <StatTile
              label="Forecast for the whole day"
              value={<Figure value={foreseen} measure={sales} place="card" why="No forecast of this day" />}
              deltas={
                foreseen && Number(foreseen) > 0 && hours.sales.value ? (
                  <Small>
                    {Math.round((Number(hours.sales.value) / Number(foreseen)) * 100)} % of it is in
                  </Small>
                ) : undefined
              }
            />
            <StatTile
              label="Orders a minute, last hour"
              value={<Figure value={perMinute(hours.lastOrders)} measure={rate} place="card" />}
            />
            <StatTile
              label="Order ceiling, a minute"
              value={<Figure value={perMinute(ceiling)} measure={rate} place="card" />}
              deltas={
                record?.period ? (
                  <Small>
                    the most in {ceilingDays} days: {cell(record, 'orders')} in an hour on{' '}
                    {spanWords(dayOfHour(record.period), dayOfHour(record.period))}
                  </Small>
                ) : undefined
              }
            />
          </TileRow>
          <Trend lens={lens} metric="net_sales" answer={answer} query={query} stale={false} />
          <Trend lens={lens} metric="orders" answer={answer} query={query} stale={false} />
        </>
      )}
    </TradingPage>
  )
}

const Small = ({ children }: { children: ReactNode }) => (
  <span style={{ fontSize: 12, lineHeight: '16px', color: 'var(--ink-3)' }}>{children}</span>
)
