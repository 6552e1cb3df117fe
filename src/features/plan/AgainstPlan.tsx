import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { useWhole } from '#features/May.tsx'
import { showSigned } from '#kernel/format.ts'
import {
  changeIn,
  measureOf,
  placeIn,
  type Row,
  rateIn,
  saying,
  whereOff,
} from '#kernel/plan/variance-words.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { comparisonName } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { usePhone } from '#ui/phone.ts'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { filtersOf, type Period, toneOf, versionsAgainst, whereOf } from './model.ts'
import css from './plan.module.css'

const shown = [
  'net_sales',
  'gross_sales',
  'orders',
  'aov',
  'units_sold',
  'sessions',
  'conversion',
  'new_customers',
  'discounts',
  'returns',
  'cost_of_goods',
  'gross_profit',
  'gross_margin',
  'spend',
  'mer',
]

/** What the days came to beside plans and comparisons: the rows, what each stands against by name, and how far off they are. */
export function useAgainst(period: Period) {
  // Who sees only some stores is refused the plans, and stands against the other comparisons.
  const whole = useWhole()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {}, enabled: whole, retry: false }))
  const meanings = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const named = new Set(period.compare)
  const plans = versionsAgainst(versions.data ?? [], period)
    .map(one => one.id)
    .filter(id => !named.has(planComparison(id)))
  const metrics = shown.filter(name => meanings.data?.metrics.some(one => one.name === name))
  const compare = period.compare.slice(0, 4)
  const asked = useQuery(
    api.plan.variance.queryOptions({
      input: {
        metrics,
        from: period.from,
        to: period.to,
        versions: plans,
        compare,
        ...(period.stores.length > 0 && { stores: period.stores }),
        currency: period.currency,
        filters: filtersOf(period.slice),
      },
      enabled: metrics.length > 0 && !versions.isLoading,
      placeholderData: keepPreviousData,
    }),
  )
  const rows = (asked.data ?? []).filter(row => row.actual !== null)
  const { told, silent } = saying(rows, [...plans.map(planComparison), ...compare])
  /** A plan as the company called it. */
  const called = (base: string) => (versions.data ?? []).find(one => planComparison(one.id) === base)?.name
  const nameOf = (base: string) => called(base) ?? comparisonName(base).label
  const said = (base: string) => called(base) ?? comparisonName(base).said
  const [first] = told
  return {
    asked,
    rows,
    told,
    silent,
    nameOf,
    said,
    waiting: asked.isPending && (meanings.isPending || metrics.length > 0),
    none: plans.length === 0 && named.size === 0,
    answer: whereOff(rows, first, first === undefined ? '' : said(first)),
  }
}

/** Each figure beside what was planned, last year and forecast; what is unfavourable is red. A row opens the explorer. */
export function AgainstPlan({ period, of }: { period: Period; of: ReturnType<typeof useAgainst> }) {
  const [search, setUrl] = useUrl()
  const phone = usePhone()
  const { asked, rows, told, silent, nameOf, said } = of
  // On a phone they stand against one at a time, and nothing is out of sight.
  const chosen = told.find(base => base === search.beside) ?? told[0]
  const beside = phone && chosen !== undefined ? [chosen] : told
  if (asked.error)
    return (
      <ErrorState
        title="The figures could not be read"
        {...words(asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (!asked.data) return <Skeleton height={420} />
  return (
    <Card
      flush
      title="Actual against each"
      note={
        of.none
          ? 'no version of these days is approved yet: an approved one stands here by itself'
          : `red is unfavourable by its effect; costs that follow sales are judged by their rate, at the sales there were; a row opens it in the explorer${silent.length > 0 ? ` · nothing is known of ${silent.map(said).join(', ')}` : ''}`
      }
      actions={
        phone &&
        told.length > 1 && (
          <Select
            aria-label="Stands against"
            allowDeselect={false}
            data={told.map(base => ({ value: base, label: nameOf(base) }))}
            value={chosen ?? null}
            onChange={base => base && setUrl({ beside: base })}
          />
        )
      }
    >
      <DataTable
        caption="Actual against plan and last year"
        // Four comparisons stand side by side without scrolling.
        compact={beside.length > 3}
        rows={rows}
        rowKey={row => row.metric}
        onRow={row =>
          setUrl(
            {
              metrics: row.metric,
              tab: undefined,
              slice: undefined,
              beside: undefined,
              where: whereOf(period.slice),
              compare: [...told, ...silent].join(','),
            },
            { to: '/explore' },
          )
        }
        groups={[{ label: '', span: 2 }, ...beside.map(base => ({ label: nameOf(base), span: 3 }))]}
        columns={[
          { key: 'label', label: 'Figure', pinned: true, render: row => row.label },
          {
            key: 'actual',
            label: 'Actual',
            numeric: true,
            render: row => show(row.actual, measureOf(row), placeIn(row)),
          },
          ...beside.flatMap(base => {
            // What more sales cost is neither good nor bad: the verdict is of the rate alone.
            const toned = (row: Row, text: string) => {
              const rate = rateIn(row, base)
              const tone = toneOf(row.bases[base]?.verdict ?? '')
              return rate === null ? <span style={tone}>{text}</span> : text
            }
            // Beneath the change and its percentage: four comparisons stand side by side without scrolling.
            const rated = (row: Row, text: string | null) =>
              rateIn(row, base) !== null && (
                <>
                  <br />
                  <small style={toneOf(row.bases[base]?.verdict ?? '')}>{text}</small>
                </>
              )
            return [
              {
                key: `${base} value`,
                label: planIn(base) === null ? 'Then' : 'Planned',
                numeric: true,
                render: (row: Row) =>
                  row.bases[base]?.value != null ? (
                    show(row.bases[base]?.value, measureOf(row), placeIn(row))
                  ) : (
                    <small className={css.unsaid}>
                      {planIn(base) === null ? 'not known' : 'not planned'}
                    </small>
                  ),
              },
              {
                key: `${base} delta`,
                label: 'Change',
                numeric: true,
                render: (row: Row) =>
                  row.bases[base]?.value != null && (
                    <>
                      {toned(row, changeIn(row, base))}
                      {rated(row, rateIn(row, base))}
                    </>
                  ),
              },
              {
                key: `${base} ratio`,
                label: '%',
                numeric: true,
                render: (row: Row) => (
                  <>
                    {toned(
                      row,
                      row.unit === 'share' || row.bases[base]?.value == null
                        ? ''
                        : showSigned(row.bases[base]?.ratio, { unit: 'share', currency: null }),
                    )}
                    {rated(row, 'by rate')}
                  </>
                ),
              },
            ]
          }),
        ]}
      />
    </Card>
  )
}
