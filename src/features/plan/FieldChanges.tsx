import { showDay } from '#kernel/format.ts'
import { DataTable } from '#ui/DataTable.tsx'
import type { FieldChange } from './model.ts'

const exactFigure = (text: string) =>
  Number(text).toLocaleString('en-GB', { maximumFractionDigits: 2 }).replace('-', '−')

/** Fields of the budget before and after, by whom and why. `one` leaves out the line's name where all are of one. */
export function FieldChanges(props: { caption: string; changes: readonly FieldChange[]; one?: boolean }) {
  const value = (change: FieldChange, text: string | null) =>
    text === null ? '–' : change.amount ? exactFigure(text) : text
  return (
    <DataTable
      caption={props.caption}
      compact
      maxHeight={420}
      rows={props.changes}
      rowKey={(row, n) => `${n} ${row.at}`}
      columns={[
        ...(props.one
          ? []
          : [{ key: 'label', label: 'Line', pinned: true, render: (row: FieldChange) => row.label }]),
        { key: 'field', label: 'What', render: row => whatOf(row) },
        { key: 'before', label: 'Before', numeric: true, render: row => value(row, row.before) },
        { key: 'after', label: 'Now', numeric: true, render: row => value(row, row.after) },
        { key: 'by', label: 'Who', render: row => row.byName },
        { key: 'at', label: 'When', render: row => showDay(row.at.slice(0, 10)) },
        { key: 'why', label: 'Why', render: row => row.why || '–' },
      ]}
    />
  )
}

const whatOf = ({ field, before, after }: FieldChange) =>
  field !== 'Name' ? field : before === null ? 'Line added' : after === null ? 'Line removed' : field
