import { Button, MultiSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { check, type Problem } from '#kernel/plan/check.ts'
import { changedLine, lineNamed, type Placed, withLine, withoutLine } from '#kernel/plan/line-draft.ts'
import type { Line, Sheet } from '#kernel/plan/sheet.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormActions, FormRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import type { Version } from './model.ts'

const rolls = [
  { value: 'sum', label: 'Added up' },
  { value: 'last', label: 'The last period, as of stock' },
  { value: 'ratio', label: 'Its formula again on the totals' },
  { value: 'weighted', label: 'Averaged by another line' },
  { value: 'none', label: 'Has no total' },
] as const
const goods = [
  { value: 'up', label: 'More is better' },
  { value: 'down', label: 'Less is better' },
  { value: 'none', label: 'Neither' },
] as const

/** What a plan is made of: its lines with their formulas, changed here, with what is wrong told while it is written. */
export function Lines(props: { version: Version; sheet: Sheet; onClose: () => void }) {
  const [edited, setEdited] = useState<Line | 'new' | null>(null)
  if (edited !== null)
    return (
      <EditLine
        version={props.version}
        sheet={props.sheet}
        line={edited === 'new' ? null : edited}
        onClose={() => setEdited(null)}
      />
    )
  return (
    <Drawer
      opened
      size={720}
      title="Lines of the plan"
      note="Filled in by people, or worked out from other lines by a formula."
      onClose={props.onClose}
    >
      <DataTable
        caption="Lines of the plan"
        rows={[...props.sheet.lines]}
        rowKey={line => line.name}
        onRow={line => setEdited(line)}
        columns={[
          { key: 'label', label: 'Line', render: line => line.label },
          { key: 'name', label: 'In formulas', render: line => line.name },
          { key: 'unit', label: 'Measured in', spare: true, render: line => line.unit },
          {
            key: 'formula',
            label: 'Formula',
            wraps: 'sentence',
            render: line => line.formula ?? 'filled in',
          },
        ]}
      />
      <FormActions>
        <Button variant="filled" onClick={() => setEdited('new')}>
          Add a line
        </Button>
      </FormActions>
    </Drawer>
  )
}

/** One line: what it is called, measured in, varies by, and how it is worked out. */
function EditLine(props: { version: Version; sheet: Sheet; line: Line | null; onClose: () => void }) {
  const { sheet, line } = props
  const over = useId()
  const cache = useQueryClient()
  const [draft, setDraft] = useState<Placed>(() => changedLine(sheet, line))
  const set = (part: Partial<Placed>) => setDraft(before => ({ ...before, ...part }))
  const filled = line !== null && line.formula === null
  const name = line?.name ?? lineNamed(sheet, draft.label)
  const next = useMemo(() => withLine(sheet, line, name, draft), [sheet, line, name, draft])
  const fresh = useMemo(() => newProblems(sheet, next), [sheet, next])
  const own = fresh.find(one => one.line === name) ?? fresh[0]
  const save = useMutation(
    api.plan.reshape.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.plan.open.key() })
        props.onClose()
      },
    }),
  )
  const send = (changed: Sheet) =>
    save.mutate({
      version: props.version.id,
      revision: props.version.revision,
      sheet: structuredClone(changed) as Parameters<typeof save.mutate>[0]['sheet'],
    })
  const missed = line && newProblems(sheet, withoutLine(sheet, line.name))[0]
  return (
    <EditDrawer
      opened
      title={line ? line.label : 'A new line'}
      note={line?.case ? 'It comes from a business case and is changed there.' : `In formulas: ${name}`}
      onClose={props.onClose}
      onSave={() => send(next)}
      saving={save.isPending}
      disabled={fresh.length > 0 || line?.case !== undefined}
      missing={[draft.label.trim() === '' && 'a name']}
      failed={save.error ? words(save.error) : null}
      remove={
        line && !line.case
          ? {
              run: () => send(withoutLine(sheet, line.name)),
              running: save.isPending,
              disabled: missed !== undefined,
            }
          : undefined
      }
    >
      <TextRow label="Name" value={draft.label} onChange={label => set({ label })} />
      <TextRow
        label="Measured in"
        value={draft.unit}
        onChange={unit => set({ unit })}
        help="money, share, sessions, orders, or one by another: money/orders"
      />
      <LongTextRow
        label="Formula"
        value={draft.formula}
        onChange={formula => set({ formula })}
        placeholder="empty: people fill it in"
        help="Over the names of other lines: sessions * conversion; stock_end[-1] is the period before"
        error={own && [own.message, own.next].filter(Boolean).join(' ')}
      />
      <ChoiceRow label="Its total" value={draft.roll} data={rolls} onChange={roll => set({ roll })} />
      {draft.roll === 'weighted' && (
        <ChoiceRow
          label="Averaged by"
          value={draft.weight}
          data={sheet.lines.map(one => ({ value: one.name, label: one.label }))}
          onChange={weight => set({ weight })}
          searchable
        />
      )}
      {sheet.dimensions.length > 0 && (
        <FormRow
          label="Varies by"
          for={over}
          help={
            filled ? 'A line people fill in keeps what it varies by.' : 'Nothing: it is of the whole plan.'
          }
        >
          <MultiSelect
            id={over}
            disabled={filled}
            data={sheet.dimensions.map(one => ({ value: one.name, label: one.label }))}
            value={draft.over}
            onChange={some => set({ over: some })}
          />
        </FormRow>
      )}
      <ChoiceRow label="Which way is good" value={draft.good} data={goods} onChange={good => set({ good })} />
      <ChoiceRow
        label="Stands after"
        value={draft.after}
        data={[
          { value: '', label: 'At the top' },
          ...sheet.lines.filter(one => one !== line).map(one => ({ value: one.name, label: one.label })),
        ]}
        onChange={after => set({ after })}
        searchable
      />
      {missed && <p>Other lines read it, so it cannot be removed: {missed.message}</p>}
    </EditDrawer>
  )
}

/** What is wrong in a sheet that was not before. */
function newProblems(before: Sheet, after: Sheet): Problem[] {
  const known = new Set(check(before).problems.map(one => `${one.line} ${one.message}`))
  return check(after).problems.filter(one => !known.has(`${one.line} ${one.message}`))
}
