import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { api } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { addDays } from '#kernel/day.ts'
import { percent } from '#kernel/format.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { forecastComparison, spanWords } from '#kernel/view.ts'
import type { Query } from '#metrics/query.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { baseOf, measureOf, sayOf, useLens } from '../Lens.tsx'
import { Trend } from '../Trend.tsx'
import { against, basis, dayOfHour, daySoFar, dayTitle, paceWords, partIn, untilNow } from './model.ts'
import type { PeakAsked, PeakTold } from './shape.ts'
import { TradingPage } from './TradingPage.tsx'

/** Against the plan where the day has one, else against the other day. */
function titleOf(
  answer: PeakTold,
  hours: ReturnType<typeof daySoFar>,
  planned: ReturnType<typeof daySoFar> | null,
  other: string,
): string {
  const against = planned && planned.sales.delta !== null ? planned : hours
  const say = sayOf(answer)
  const definition = answer.meta.definitions.net_sales
  return dayTitle({
    day: spanWords(answer.meta.from, answer.meta.to),
    until: hours.until,
    apart: !!answer.soFar?.clocks,
    sales: definition && hours.sales.value ? say.value(hours.sales.value, definition) : 'not known',
    change: definition ? say.change(against.sales, definition) : null,
    below: Number(against.sales.delta) < 0,
    base:
      against.sales.delta === null
        ? ''
        : against === planned
          ? 'the plan for these hours'
          : `the same hours of ${other}`,
  })
}

/** Screens on a wall are read by people who do not touch them. */
const everyMinute = 60_000
/** The latest day hour by hour, for a wall: read anew each minute, against the same hours of another day and the plan. */
export function Peak() {
  const lens = useLens()
  const day = lens.known?.lastDay ?? lens.today
  const { window: _window, ...view } = lens.ask({ metrics: ['net_sales'] })
  const wanted = lens.view.compare
    ?.filter(name => name !== forecastComparison)
    .map(planIn)
    .find(name => name !== null)
  const comparison =
    lens.view.compare?.find(name => planIn(name) === null) ??
    (lens.known && lens.known.firstDay <= addDays(day, -364) ? 'last_year_weekday' : 'previous_period')
  const { metrics: _metrics, grain: _grain, ...seen } = view
  const asked = useQuery({
    ...api.performance.peakDay.queryOptions({
      input: {
        ...seen,
        day,
        compare: comparison as PeakAsked['compare'],
        ...(wanted && { target: wanted }),
      },
      enabled: lens.ready && !lens.empty,
      placeholderData: keepPreviousData,
    }),
    refetchInterval: everyMinute,
    // A wall is looked at by people who never touch it.
    refetchIntervalInBackground: true,
  })
  const forecast = useQuery(
    api.performance.query.queryOptions({
      input: {
        ...view,
        metrics: ['net_sales'],
        from: day,
        to: day,
        compare: [forecastComparison],
        wholeDays: true,
      },
      enabled: lens.ready && !lens.empty,
      refetchInterval: everyMinute,
    }),
  )
  const mayTarget = useMay('lead')
  const over = day < lens.today
  const answer = useMemo(
    () => asked.data && (over ? asked.data : untilNow(asked.data, ['net_sales', 'orders'])),
    [asked.data, over],
  )
  const plan = answer?.plan ? planComparison(answer.plan) : null
  const hours = answer ? daySoFar(answer, comparison, answer.soFar?.totals) : null
  const planned = answer && plan ? daySoFar(answer, plan, answer.soFar?.totals) : null
  const sales = measureOf(answer, 'net_sales')
  const orders = measureOf(answer, 'orders')
  const base = baseOf(answer, comparison)
  const otherDay = comparison === 'previous_period' ? base.base.replace(/^vs /, '') : basis(comparison)
  // As the title and the tiles call it; which plan it is stands at its line.
  const planBase = plan ? { ...baseOf(answer, plan), base: 'vs plan' } : null
  const foreseen = against(forecast.data?.totals, forecastComparison, 'net_sales')?.value ?? null
  const ceiling = answer?.ceiling ?? null
  const inDay = hours?.orders.value ?? null
  // The drawing shows the other day and the plan: the question names both.
  const query: Query = {
    ...view,
    metrics: ['net_sales', 'orders'],
    from: day,
    to: day,
    grain: 'hour',
    compare: [comparison, ...(plan ? [plan] : [])] as Query['compare'],
  }
  const perMinute = (count: number | null) => (count === null ? null : (count / 60).toFixed(4))
  const nowPerMinute = answer?.pace
    ? (over ? answer.pace.most.perMinute : answer.pace.five).toFixed(4)
    : perMinute(hours?.lastOrders ?? null)
  const rate = { unit: 'ratio', good: 'up', currency: null } as const
  return (
    <TradingPage
      lens={lens}
      question="How is the day going?"
      title={answer && hours ? titleOf(answer, hours, planned, otherDay) : spanWords(day, day)}
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
          Store time; {answer?.soFar?.clocks ? `up to ${answer.soFar.clocks}, each ` : ''}compared with the
          same hours.
          {plan && ' The plan of the day is shared out to hours as its weekday ran over twelve weeks.'} Read
          anew every minute; how fresh it is depends on how often the shop is read.
        </span>
      }
    >
      {answer && hours && (
        <>
          <TileRow label="The day so far">
            <StatTile
              label="Net sales so far"
              value={<Figure value={hours.sales.value} measure={sales} place="card" />}
              deltas={
                <>
                  {planned && planBase && <Delta against={planned.sales} measure={sales} {...planBase} />}
                  <Delta against={hours.sales} measure={sales} {...base} />
                </>
              }
            />
            <StatTile
              label="Orders so far"
              value={<Figure value={hours.orders.value} measure={orders} place="card" />}
              deltas={
                <>
                  {planned && planBase && <Delta against={planned.orders} measure={orders} {...planBase} />}
                  <Delta against={hours.orders} measure={orders} {...base} />
                </>
              }
            />
            <StatTile
              label="Plan for the whole day"
              value={
                <Figure
                  value={answer.planned?.net_sales ?? null}
                  measure={sales}
                  place="card"
                  why="No target or approved plan has this day: save one in Settings, or approve a plan"
                />
              }
              deltas={
                answer.planned?.net_sales ? (
                  <PartIn of={answer.planned.net_sales} is={hours.sales.value} />
                ) : !mayTarget ? (
                  <Small>Nobody has said it: a lead can save a target of net sales</Small>
                ) : (
                  <Small>
                    Nobody has said it:{' '}
                    <a href="/settings?tab=targets" style={{ textDecoration: 'underline' }}>
                      save a target
                    </a>{' '}
                    of net sales, or have a plan approved
                  </Small>
                )
              }
            />
            <StatTile
              label="Forecast for the whole day"
              value={<Figure value={foreseen} measure={sales} place="card" why="No forecast of this day" />}
              deltas={<PartIn of={foreseen} is={hours.sales.value} />}
            />
            <StatTile
              label={
                !answer.pace
                  ? 'Orders a minute, last hour'
                  : over
                    ? 'Orders a minute, at most'
                    : 'Orders a minute, latest'
              }
              value={<Figure value={nowPerMinute} measure={rate} place="card" />}
              deltas={
                <>
                  {answer.pace &&
                    paceWords(answer.pace, over, lens.stores).map(line => <Small key={line}>{line}</Small>)}
                  {answer.record && (
                    <Small>
                      {answer.pace ? 'the busiest hour in a year' : 'the most in a year'}:{' '}
                      {perMinute(Number(answer.record.orders))?.slice(0, 4)}, on{' '}
                      {spanWords(dayOfHour(answer.record.period), dayOfHour(answer.record.period))}
                    </Small>
                  )}
                </>
              }
            />
            <StatTile
              label="Orders that can be shipped today"
              value={
                <Figure
                  value={ceiling}
                  measure={orders}
                  place="card"
                  why="Save a target named “ceiling” for orders in Settings: the most that can be shipped in a day"
                />
              }
              deltas={
                ceiling && inDay ? (
                  <Small>
                    {percent(Number(inDay) / Number(ceiling), 0)} of it is in
                    {Number(inDay) >= Number(ceiling) && ': hold back what brings more'}
                  </Small>
                ) : ceiling ? undefined : !mayTarget ? (
                  <Small>
                    Nobody has said it: a lead can save a target of orders named “ceiling”, the most that can
                    be shipped in a day
                  </Small>
                ) : (
                  <Small>
                    Save a{' '}
                    <a href="/settings?tab=targets" style={{ textDecoration: 'underline' }}>
                      target
                    </a>{' '}
                    of orders named “ceiling”: the most that can be shipped in a day
                  </Small>
                )
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

const PartIn = ({ of, is }: { of: string | null; is: string | null }) => {
  const words = partIn(of, is)
  return words ? <Small>{words}</Small> : null
}

const Small = ({ children }: { children: ReactNode }) => (
  <span style={{ fontSize: 12, lineHeight: '16px', color: 'var(--ink-3)' }}>{children}</span>
)
