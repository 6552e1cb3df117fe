import { Button } from '@mantine/core'
import { useState } from 'react'
import type { z } from 'zod'
import { May } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { placeOf, show } from '#ui/number.ts'
import { EmptyState } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { AskedTransfers } from './AskedTransfers.tsx'
import { BudgetItem } from './BudgetItem.tsx'
import { FieldChanges } from './FieldChanges.tsx'
import { type BudgetLine, type BudgetShape, isOver, soonestFirst, type Version } from './model.ts'
import css from './plan.module.css'
import { Transfer } from './Transfer.tsx'

/** Every line with a bar of what is used, where its actuals are known from, and a sheet to change it in. */
export function BudgetLines(props: {
  budget: z.output<typeof BudgetShape>
  version: Version
  adding: boolean
  onAdded: () => void
}) {
  const { budget } = props
  // What is open is in the address: a line can be linked to, and Back closes it.
  const [search, setUrl] = useUrl()
  const line = budget.lines.find(one => one.id === search.line) ?? null
  const setLine = (one: BudgetLine | null) => setUrl({ line: one?.id })
  const [moving, setMoving] = useState(false)
  const { approved } = budget
  const changed = new Set(approved?.changes.flatMap(one => one.item ?? []))
  const measure = { unit: 'money', currency: budget.currency } as const
  // The columns are read against each other: one precision for all of them.
  const place = placeOf(
    budget.lines.flatMap(({ use }) => [use.budget, use.actual, use.committed, use.remaining]),
    measure,
  )
  /** A figure that lacks what has no rate is not known. */
  const known = (row: BudgetLine, value: string) =>
    row.unrated.length > 0 ? (
      <span title={`There is no rate for ${row.unrated.join(', ')}`}>N/A</span>
    ) : Number(value) === 0 ? (
      '–'
    ) : (
      show(value, measure, place)
    )
  return (
    <>
      <AskedTransfers budget={budget} version={props.version.id} />
      <Card
        flush
        title="Budget lines"
        note="full: spent · striped: committed · mark: budget to date"
        actions={
          budget.lines.length > 1 &&
          budget.state !== 'locked' &&
          budget.state !== 'submitted' && (
            <May atLeast="contributor">
              <Button size="compact-sm" variant="default" onClick={() => setMoving(true)}>
                Move money between lines
              </Button>
            </May>
          )
        }
      >
        {budget.shut && (
          <p className={css.inset}>{[budget.shut.message, budget.shut.next].filter(Boolean).join(' ')}</p>
        )}
        <DataTable
          caption="Budget lines"
          rows={soonestFirst(budget.lines)}
          rowKey={row => row.id}
          onRow={setLine}
          empty={
            <EmptyState compact title="No lines yet">
              Add software, agencies, media and people with what they may cost. Media and fees are then filled
              from your ad platforms and sales; the rest from your ledger’s export or by hand.
            </EmptyState>
          }
          columns={[
            {
              key: 'label',
              label: 'Line',
              wraps: 'name',
              pinned: true,
              render: row => (
                <>
                  {changed.has(row.id) ? (
                    <span className={css.moved} title="Changed since the approval">
                      {row.label}
                    </span>
                  ) : (
                    row.label
                  )}{' '}
                  <small className={css.whose}>
                    {[row.department, row.vendor].filter(Boolean).join(' · ') || 'no department'}
                  </small>
                </>
              ),
            },
            { key: 'bar', label: 'Used', render: row => <Bullet use={row.use} /> },
            {
              key: 'remaining',
              label: 'Left',
              numeric: true,
              render: row => (
                <span
                  style={
                    row.unrated.length === 0 && Number(row.use.remaining) < 0
                      ? { color: 'var(--bad)' }
                      : undefined
                  }
                >
                  {known(row, row.use.remaining)}
                </span>
              ),
            },
            {
              key: 'runsOut',
              label: 'Runs out',
              render: row =>
                row.unrated.length > 0 ? (
                  'N/A'
                ) : row.use.runsOut ? (
                  <span style={{ color: 'var(--warn)' }}>
                    {isOver(row, budget.today) ? 'already' : showDay(row.use.runsOut)}
                  </span>
                ) : (
                  'lasts'
                ),
            },
            { key: 'budget', label: 'Budget', numeric: true, render: row => known(row, row.use.budget) },
            {
              key: 'actual',
              label: 'Spent',
              numeric: true,
              spare: true,
              render: row => known(row, row.use.actual),
            },
            {
              key: 'committed',
              label: 'Committed',
              numeric: true,
              spare: true,
              render: row => known(row, row.use.committed),
            },
            {
              key: 'sources',
              label: 'Spent is known from',
              wraps: 'sentence',
              spare: true,
              render: row => row.sources.map(one => one.source).join(', ') || 'nothing yet',
            },
          ]}
        />
      </Card>
      {approved && approved.changes.length > 0 && (
        <Card
          flush
          title="Changed since the approval"
          note={`${approved.byName} approved it on ${showDay(approved.at.slice(0, 10))}${approved.more > 0 ? `; ${approved.more.toLocaleString('en-GB')} more changes` : ''}`}
        >
          <FieldChanges caption="Changes since the approval" changes={approved.changes} />
        </Card>
      )}
      {(line || props.adding) && (
        <BudgetItem
          key={line?.id ?? 'new'}
          line={line}
          budget={budget}
          version={props.version}
          onClose={() => {
            setLine(null)
            props.onAdded()
          }}
        />
      )}
      {moving && <Transfer budget={budget} onClose={() => setMoving(false)} />}
    </>
  )
}

/** Spent and committed against the budget, with a mark where the budget to date stands. */
function Bullet({ use }: { use: BudgetLine['use'] }) {
  const [budget, toDate, actual, committed] = [use.budget, use.budgetToDate, use.actual, use.committed].map(
    Number,
  ) as [number, number, number, number]
  const whole = Math.max(budget, actual + committed) || 1
  const share = (value: number) => `${Math.max(0, Math.min(100, (100 * value) / whole))}%`
  return (
    <div
      className={css.bullet}
      data-measure
      role="img"
      aria-label={`${Math.round((100 * (actual + committed)) / (budget || 1))} % spent or committed`}
    >
      <i style={{ width: share(actual) }} />
      <i style={{ left: share(actual), width: share(committed) }} />
      <b style={{ left: share(toDate) }} />
    </div>
  )
}
