import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { percent, showSigned, type Unit } from '#kernel/format.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { comparisonName } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { filtersOf, type Period, toneOf, versionsAgainst, whereOf } from './model.ts'

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

/** Each figure beside what was planned, last year and forecast; what is unfavourable is red. A row opens the explorer. */
export function AgainstPlan({ period }: { period: Period }) {
  const [, setUrl] = useUrl()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {}, retry: false }))
  const meanings = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const named = new Set(period.compare)
  const plans = versionsAgainst(versions.data ?? [], period)
    .map(one => one.id)
    .filter(id => !named.has(planComparison(id)))
  const metrics = shown.filter(name => meanings.data?.metrics.some(one => one.name === name))
  const asked = useQuery(
    api.plan.variance.queryOptions({
      input: {
        metrics,
        from: period.from,
        to: period.to,
        versions: plans,
        compare: period.compare.slice(0, 4),
        ...(period.stores.length > 0 && { stores: period.stores }),
        currency: period.currency,
        filters: filtersOf(period.slice),
      },
      enabled: metrics.length > 0 && !versions.isPending,
    }),
  )
  if (asked.error)
    return (
      <ErrorState
        title="The figures could not be read"
        {...words(asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (!asked.data) return <Skeleton height={420} />
  const rows = asked.data.filter(row => row.actual !== null)
  const bases = [...plans.map(planComparison), ...period.compare.slice(0, 4)]
  return (
    <Card
      flush
      title="Actual against each"
      note={
        plans.length === 0 && named.size === 0
          ? 'no version of these days is approved yet: an approved one stands here by itself'
          : 'red is unfavourable by its effect; a row opens it in the explorer'
      }
    >
      <DataTable
        caption="Actual against plan and last year"
        rows={rows}
        rowKey={row => row.metric}
        onRow={row =>
          setUrl(
            {
              metrics: row.metric,
              tab: undefined,
              slice: undefined,
              where: whereOf(period.slice),
              compare: bases.join(','),
            },
            { to: '/explore' },
          )
        }
        groups={[
          { label: '', span: 2 },
          ...bases.map(base => ({
            label:
              (versions.data ?? []).find(one => planComparison(one.id) === base)?.name ??
              comparisonName(base).label,
            span: 3,
          })),
        ]}
        columns={[
          { key: 'label', label: 'Figure', pinned: true, render: row => row.label },
          {
            key: 'actual',
            label: 'Actual',
            numeric: true,
            render: row => show(row.actual, { unit: row.unit as Unit, currency: row.currency }),
          },
          ...bases.flatMap(base => {
            const of = (row: (typeof rows)[number]) => row.bases[base]
            const money = (row: (typeof rows)[number]) => ({
              unit: row.unit as Unit,
              currency: row.currency,
            })
            return [
              {
                key: `${base} value`,
                label: planIn(base) === null ? 'Then' : 'Planned',
                numeric: true,
                render: (row: (typeof rows)[number]) => show(of(row)?.value, money(row)),
              },
              {
                key: `${base} delta`,
                label: 'Change',
                numeric: true,
                render: (row: (typeof rows)[number]) => (
                  <span style={toneOf(of(row)?.verdict ?? '')}>
                    {row.unit === 'share' ? points(of(row)?.delta) : showSigned(of(row)?.delta, money(row))}
                  </span>
                ),
              },
              {
                key: `${base} ratio`,
                label: '%',
                numeric: true,
                render: (row: (typeof rows)[number]) => (
                  <span style={toneOf(of(row)?.verdict ?? '')}>
                    {row.unit === 'share'
                      ? ''
                      : showSigned(of(row)?.ratio, { unit: 'share', currency: null })}
                  </span>
                ),
              },
            ]
          }),
        ]}
      />
    </Card>
  )
}

/** A change of a share in percentage points. */
const points = (delta: string | null | undefined): string => {
  if (delta == null) return 'N/A'
  const size = Number(delta)
  return `${size > 0 ? '+' : size < 0 ? '−' : ''}${percent(Math.abs(size)).replace('%', 'pp')}`
}
