import type { z } from 'zod'
import { capital } from '#kernel/capital.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { EmptyState } from '#ui/State.tsx'
import type { BudgetDifference } from './budget-compare.ts'
import { shownChange } from './model.ts'
import css from './plan.module.css'

type Difference = z.output<typeof BudgetDifference>
type Line = Difference['lines'][number]

/** Periods that are shown at once. */
const mostMonths = 200

/** Budget lines of two versions: what came, went, changed or moved, month by month, and what that makes in all. */
export function BudgetCompare({ budget, a, b }: { budget: Difference; a: string; b: string }) {
  const { currency, lines, departments, total, same, more, missing } = budget
  const money = (value: string | null, of = currency) =>
    value === null || Number(value) === 0 ? '–' : show(value, { unit: 'money', currency: of })
  const months = lines.flatMap(line => line.months.map(month => ({ ...month, line })))
  const sides = [
    { key: 'a', label: a, numeric: true, render: (row: Sides) => money(row.a) },
    { key: 'b', label: b, numeric: true, render: (row: Sides) => money(row.b) },
    {
      key: 'change',
      label: 'Change',
      numeric: true,
      render: (row: Sides) => (row.change === null ? 'N/A' : shownChange('0', row.change, 'money')),
    },
  ]
  return (
    <>
      <Card
        flush
        title="Budget lines that differ"
        note={`${money(total.a)} → ${money(total.b)} in all · ${same.toLocaleString('en-GB')} ${same === 1 ? 'line is' : 'lines are'} the same`}
      >
        <DataTable
          caption="Budget lines that differ"
          rows={lines}
          rowKey={row => row.line}
          empty={
            <EmptyState compact title="The budgets are the same">
              No line came, went, changed or moved.
            </EmptyState>
          }
          columns={[
            { key: 'label', label: 'Line', pinned: true, render: row => row.label },
            ...sides,
            { key: 'what', label: 'What', render: row => whatOf(row) },
          ]}
        />
        {more > 0 && <p className={css.inset}>{more.toLocaleString('en-GB')} more lines differ.</p>}
        {missing.map(one => (
          <p key={one} className={css.inset}>
            {one}
          </p>
        ))}
      </Card>
      {months.length > 0 && (
        <Card
          flush
          title="Budget by period"
          note={
            months.length > mostMonths
              ? `the first ${mostMonths} of ${months.length.toLocaleString('en-GB')}, in the currency of each line`
              : 'what differs, in the currency of each line'
          }
        >
          <DataTable
            caption="Budget by period"
            compact
            maxHeight={420}
            rows={months.slice(0, mostMonths)}
            rowKey={row => `${row.line.line} ${row.period}`}
            columns={[
              { key: 'label', label: 'Line', pinned: true, render: row => row.line.label },
              { key: 'when', label: 'Period', render: row => row.when },
              { key: 'a', label: a, numeric: true, render: row => money(row.before, row.line.currency) },
              { key: 'b', label: b, numeric: true, render: row => money(row.after, row.line.currency) },
              {
                key: 'change',
                label: 'Change',
                numeric: true,
                render: row => shownChange(row.before ?? '0', row.after ?? '0', 'money'),
              },
            ]}
          />
        </Card>
      )}
      {departments.length > 0 && (
        <Card flush title="Budget by department">
          <DataTable
            caption="Budget by department"
            compact
            rows={[...departments, { department: null, ...total }]}
            rowKey={row => row.department ?? 'all'}
            columns={[
              {
                key: 'label',
                label: 'Department',
                pinned: true,
                render: row => (row.department === null ? 'All' : row.department || 'None'),
              },
              ...sides,
            ]}
          />
        </Card>
      )}
    </>
  )
}

type Sides = Difference['total']

const came = { added: 'Added', gone: 'Gone' }

/** "Added", "Moved from IT to Operations; vendor: Acme → Other". */
function whatOf({ what, moved, fields, months }: Line): string {
  if (what !== 'changed') return came[what]
  const said = [
    moved && `moved from ${moved.from || 'no department'} to ${moved.to || 'no department'}`,
    months.length > 0 && 'amounts',
    ...fields.map(
      one => `${one.field.toLowerCase()}: ${one.before ?? 'nothing'} → ${one.after ?? 'nothing'}`,
    ),
  ].filter(Boolean)
  const words = said.join('; ') || 'its rate'
  return capital(words)
}
