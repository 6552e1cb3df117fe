import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { spanWords } from '#kernel/view.ts'
import type { AnswerRow, Query } from '#metrics/query.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Figure } from '#ui/Figure.tsx'
import { HeatMap } from '#ui/HeatMap.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { Discuss } from '../Discuss.tsx'
import { type Lens, measureOf } from '../Lens.tsx'
import css from '../performance.module.css'
import { cell, customerGroups, numberOf, writeCell } from './model.ts'

const metrics = ['grouped_customers', 'grouped_orders', 'grouped_sales']
const fifths = ['1', '2', '3', '4', '5']
type Look = 'groups' | 'grid'

/** Customers by how they stand now: recency, frequency and money in fifths, and the groups these make. */
export function Groups({ lens }: { lens: Lens }) {
  const look: Look = lens.search.groups === 'grid' ? 'grid' : 'groups'
  // A customer stands where all that is known puts them, whatever the period.
  const { from: _from, to: _to, ...view } = lens.ask({ metrics })
  const ask = (by: string[]): Query => ({ ...view, window: 'all_time', metrics, by, limit: 100 })
  const enabled = lens.ready && !lens.empty
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: ask(look === 'grid' ? ['recency', 'frequency'] : ['customer_group']),
      enabled,
      placeholderData: keepPreviousData,
    }),
  )
  const answer = asked.isPlaceholderData ? undefined : asked.data
  return (
    <Card
      id="groups"
      title="Customer groups"
      note={
        answer?.meta.lastDay
          ? `by all orders up to ${spanWords(answer.meta.lastDay, answer.meta.lastDay)}: recency, frequency and money in fifths of each shop’s customers`
          : undefined
      }
      flush={look === 'groups' && !!answer?.rows.length}
      actions={
        <>
          <Discuss lens={lens} id="customer-groups" days={answer?.meta} />
          <SegmentedControl
            aria-label="Customer groups as"
            value={look}
            onChange={next =>
              lens.setUrl({ groups: next === 'groups' ? undefined : next }, { replace: true })
            }
            data={[
              { value: 'groups', label: 'Groups' },
              { value: 'grid', label: 'Grid' },
            ]}
          />
        </>
      }
    >
      {asked.isError ? (
        <ErrorState
          compact
          title="This could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      ) : !answer ? (
        <Skeleton height={300} />
      ) : answer.rows.length === 0 ? (
        <EmptyState compact title="No known customers yet">
          {answer.meta.missing.grouped_customers ?? 'Bring in orders that name their customer.'}
        </EmptyState>
      ) : look === 'grid' ? (
        <Grid rows={answer.rows} />
      ) : (
        <GroupTable lens={lens} rows={answer.rows} totals={answer.totals} answer={answer} />
      )}
    </Card>
  )
}

const share = { unit: 'share', currency: null } as const

function GroupTable(props: {
  lens: Lens
  rows: readonly AnswerRow[]
  totals: AnswerRow
  answer: Parameters<typeof measureOf>[0]
}) {
  const { lens, totals, answer } = props
  const rows = Object.keys(customerGroups).flatMap((name): AnswerRow[] =>
    props.rows.filter(row => cell(row, 'customer_group') === name),
  )
  const part = (row: AnswerRow, name: string): number | null => {
    const [own, all] = [numberOf(row, name), numberOf(totals, name)]
    return own === null || !all ? null : own / all
  }
  const [sort, setSort] = useState<{ by: string; desc: boolean } | undefined>()
  const sorted = sort
    ? rows.toSorted(
        (a, b) => ((numberOf(a, sort.by) ?? 0) - (numberOf(b, sort.by) ?? 0)) * (sort.desc ? -1 : 1),
      )
    : rows
  const figure = (key: string, label: string) => [
    {
      key,
      label,
      numeric: true,
      sortable: true,
      render: (row: AnswerRow) => (
        <Figure value={cell(row, key)} measure={measureOf(answer, key)} place="table" />
      ),
    },
    {
      key: `${key}:share`,
      label: 'Share',
      name: `share of ${label.toLowerCase()}`,
      numeric: true,
      render: (row: AnswerRow) => show(part(row, key)?.toFixed(4) ?? null, share, 'axis'),
    },
  ]
  const each = (row: AnswerRow) => {
    const [sales, customers] = [numberOf(row, 'grouped_sales'), numberOf(row, 'grouped_customers')]
    return sales === null || !customers ? null : (sales / customers).toFixed(2)
  }
  return (
    <DataTable
      caption="Customer groups, the best first"
      rows={sorted}
      rowKey={row => cell(row, 'customer_group') ?? ''}
      totals={totals}
      {...(sort && { sort })}
      onSort={(by, desc) => setSort({ by, desc })}
      onRow={row =>
        lens.setUrl({
          rows: writeCell({
            metric: 'grouped_sales',
            values: { customer_group: cell(row, 'customer_group') ?? '' },
          }),
        })
      }
      columns={[
        {
          key: 'customer_group',
          label: 'Group',
          pinned: true,
          render: row =>
            row === totals ? (
              'All'
            ) : (
              <>
                {cell(row, 'customer_group')}{' '}
                <span className={css.aside}>
                  {customerGroups[cell(row, 'customer_group') as keyof typeof customerGroups]}
                </span>
              </>
            ),
        },
        ...figure('grouped_customers', 'Customers'),
        ...figure('grouped_orders', 'Orders'),
        ...figure('grouped_sales', 'Net sales'),
        {
          key: 'each',
          label: 'Each',
          name: 'net sales per customer',
          numeric: true,
          render: row => (
            <Figure value={each(row)} measure={measureOf(answer, 'grouped_sales')} place="table" />
          ),
        },
      ]}
    />
  )
}

/** How many customers stand where: recency down, frequency across. */
function Grid({ rows }: { rows: readonly AnswerRow[] }) {
  const at = new Map(
    rows.map(row => [
      `${cell(row, 'recency')} ${cell(row, 'frequency')}`,
      numberOf(row, 'grouped_customers') ?? 0,
    ]),
  )
  const count = (row: string, column: string) => at.get(`${row} ${column}`) ?? null
  const text = (row: string, column: string) => count(row, column)?.toLocaleString('en-GB') ?? ''
  return (
    <>
      <HeatMap
        label="Customers by recency and frequency, in fifths"
        corner={{ name: 'Recency', width: 108 }}
        rows={fifths.toReversed().map(key => ({
          key,
          name: `Recency ${key} of 5`,
          short: key === '5' ? '5 · latest' : key === '1' ? '1 · longest ago' : key,
        }))}
        columns={fifths.map(key => ({
          key,
          name: `Frequency ${key} of 5`,
          short: key === '5' ? '5 · most' : key === '1' ? '1 · fewest' : key,
        }))}
        value={count}
        text={text}
        words={(row, column) => `Recency ${row}, frequency ${column}: ${text(row, column) || 'no'} customers`}
      />
      <p className={css.facts}>
        Down: how lately they ordered; across: how often. Who ordered equally often stands together, so a
        fifth may be empty.
      </p>
    </>
  )
}
