import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import type { Day } from '#kernel/day.ts'
import { periodLabel } from '#kernel/period-words.ts'
import type { Query } from '#metrics/query.ts'
import { ChartCard } from '#ui/ChartCard.tsx'
import { HeatMap } from '#ui/HeatMap.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { discuss } from '../Discuss.tsx'
import { type Lens, measureOf } from '../Lens.tsx'
import css from '../performance.module.css'
import { type Cohort, cell, numberOf, paidBack, triangle, yearBefore } from './model.ts'

const views = {
  retained: { label: 'Came back', about: 'customers of the cohort who ordered in the month', unit: 'share' },
  orders: { label: 'Orders', about: 'orders to date per customer of the cohort', unit: 'ratio' },
  sales: { label: 'Net sales', about: 'net sales to date per customer of the cohort', unit: 'money' },
  profit: {
    label: 'Gross profit',
    about: 'net sales − cost of goods to date per customer (CM1: before fulfilment, fees and media)',
    unit: 'money',
  },
  contribution: {
    label: 'Contribution',
    about: 'contribution before media to date per customer: after goods and what orders cost',
    unit: 'money',
  },
} as const
type Look = keyof typeof views

/** The cohort triangle: each month's new customers, followed month by month, and when they paid back what they cost. */
export function Cohorts({ lens }: { lens: Lens }) {
  const until: Day | undefined = lens.days?.to ?? lens.known?.lastDay
  const from = until && yearBefore(until)
  // A cohort is followed from its own beginning, whatever the period: only its end is that of the screen.
  const { window: _window, ...view } = lens.ask({ metrics: ['cohort_customers'] })
  const ask = (more: Partial<Query>): Query => ({
    ...view,
    metrics: ['cohort_customers', 'cohort_orders', 'cohort_sales', 'cohort_profit', 'cohort_contribution'],
    grain: 'month',
    calendar: 'gregorian',
    from,
    to: until,
    limit: 10_000,
    ...more,
  })
  const enabled = lens.ready && !lens.empty && !!until
  const asked = useQuery(api.performance.query.queryOptions({ input: ask({ by: ['cohort'] }), enabled }))
  const costs = useQuery(api.performance.query.queryOptions({ input: ask({ metrics: ['ncac'] }), enabled }))
  const look = (Object.keys(views) as Look[]).find(name => name === lens.search.cohort) ?? 'retained'
  const cohorts =
    asked.data && until && from ? triangle(asked.data.rows, from.slice(0, 7), until.slice(0, 7)) : []
  const measure = {
    ...measureOf(asked.data, 'cohort_sales'),
    unit: views[look].unit,
  }
  const at = (month: string, age: string) =>
    cohorts.find(one => one.month === month)?.ages[Number(age)]?.[look] ?? null
  const text = (value: number | null, place: 'axis' | 'table') =>
    value === null ? '' : show(value.toFixed(4), measure, place)
  const ages = Array.from({ length: Math.max(0, ...cohorts.map(one => one.ages.length)) }, (_, n) =>
    String(n),
  )
  const name = (month: string) => periodLabel(month)
  return (
    <ChartCard
      id="cohorts"
      name={`Cohorts by month of first order: ${views[look].label.toLowerCase()}`}
      title="Newcomers, month by month"
      note={views[look].about}
      stale={asked.isPlaceholderData}
      more={[discuss(lens, 'cohorts', lens.days)]}
      actions={
        <SegmentedControl
          aria-label="What is followed"
          value={look}
          onChange={next =>
            lens.setUrl({ cohort: next === 'retained' ? undefined : next }, { replace: true })
          }
          data={Object.entries(views).map(([value, { label }]) => ({ value, label }))}
        />
      }
      sheet={
        cohorts.length
          ? {
              name: `cohorts-${look}`,
              columns: [
                { key: 'month', label: 'Month of first order' },
                { key: 'size', label: 'Customers', numeric: true },
                ...ages.map(key => ({ key, label: `Month ${key}`, numeric: true })),
              ],
              rows: cohorts.map(({ month, size }) => ({
                month,
                size: String(size),
                ...Object.fromEntries(ages.map(age => [age, at(month, age)?.toFixed(4) ?? null])),
              })),
            }
          : null
      }
    >
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !asked.data ? (
        <Skeleton height={240} />
      ) : cohorts.length === 0 ? (
        <EmptyState compact title="No first orders in the last twelve months">
          {asked.data.meta.missing.cohort_customers ?? 'Bring in orders that name their customer.'}
        </EmptyState>
      ) : (
        <>
          <HeatMap
            label={`Cohorts by month of first order: ${views[look].about}`}
            corner={{ name: 'Month of first order', width: 132 }}
            rows={cohorts.map(({ month, size }) => ({
              key: month,
              name: `${name(month)}, ${size.toLocaleString('en-GB')} new customers`,
              short: `${name(month)} · ${size.toLocaleString('en-GB')}`,
            }))}
            columns={ages.map(age => ({ key: age, name: `Month ${age}`, short: age }))}
            // The first month is everybody: shading it would leave the others pale.
            value={(month, age) => (look === 'retained' && age === '0' ? null : at(month, age))}
            text={(month, age) => text(at(month, age), 'axis')}
            words={(month, age) =>
              `${name(month)}, month ${age}: ${text(at(month, age), 'table') || 'not yet'}`
            }
          />
          <p className={css.grade}>{paybackWords(cohorts, costOf(costs.data?.rows))}</p>
        </>
      )}
    </ChartCard>
  )
}

const costOf = (rows: readonly Parameters<typeof numberOf>[0][] | undefined): ReadonlyMap<string, number> =>
  new Map(
    rows?.flatMap(row => {
      const cost = numberOf(row, 'ncac')
      return cost === null ? [] : [[cell(row, 'period') ?? '', cost] as const]
    }),
  )

/** When each month's newcomers had brought in what they cost, in a sentence. */
function paybackWords(cohorts: readonly Cohort[], costs: ReadonlyMap<string, number>): string {
  const known = cohorts.some(cohort => cohort.ages.some(age => age.contribution !== null))
  const of = known ? 'contribution' : 'profit'
  const judged = cohorts.flatMap(cohort => {
    const cost = costs.get(cohort.month)
    return cost === undefined ? [] : [paidBack(cohort, cost, of)]
  })
  if (!judged.length)
    return 'Payback needs media spend and the cost of goods: connect an ad platform and bring in costs.'
  const back = judged.filter(age => age !== null)
  const atOnce = back.filter(age => age === 0).length
  return `${known ? 'Contribution before media' : 'Gross profit'} per customer has reached the cost of a new customer (nCAC) in ${back.length} of ${judged.length} cohorts${back.length ? `, ${atOnce === back.length ? '' : `${atOnce} of them `}within the first month` : ''}${back.length > atOnce ? `, the others by month ${Math.max(...back)}` : ''}.${known ? '' : ' Gross profit is before fulfilment and fees.'}`
}
