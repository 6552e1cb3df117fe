import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { client, words } from '#features/client.ts'
import { placeWords, type Sheet } from '#kernel/plan/sheet.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { LongTextRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import { useMembers } from './Members.tsx'
import { shownCell } from './model.ts'
import css from './plan.module.css'

const counted = (count: number, one: string, more: string) =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : more}`

/** A workbook or CSV that was downloaded and changed: what differs is shown, then taken as one change. */
export function TakeBack(props: {
  version: { id: string; name: string; state: string }
  sheet: Sheet
  onClose: () => void
  onTaken: () => void
}) {
  const { version, sheet } = props
  const input = useRef<HTMLInputElement>(null)
  const named = useMembers()
  const [why, setWhy] = useState('')
  const read = useMutation({
    mutationFn: (file: File) => client.plan.differences({ version: version.id, file }),
  })
  const take = useMutation({
    mutationFn: async () => {
      const edits = (read.data?.edits ?? []).map(({ before: _, meanwhile: _by, ...edit }) => edit)
      // A large file goes in parts, each of them a change of its own.
      for (let n = 0; n < edits.length; n += 20_000)
        await client.plan.edit({ version: version.id, edits: edits.slice(n, n + 20_000), why })
    },
    onSuccess: props.onTaken,
  })
  const found = read.data
  const both = (found?.edits ?? []).filter(one => one.meanwhile !== null)
  const unit = (name: string) => sheet.lines.find(line => line.name === name)?.unit ?? 'money'
  return (
    <EditDrawer
      opened
      size={760}
      title={`A changed file of ${version.name}`}
      note={
        found
          ? `${counted(found.edits.length, 'cell differs', 'cells differ')}${found.left > 0 ? `; ${counted(found.left, 'cell that others changed since stays as it is', 'cells that others changed since stay as they are')}` : ''}${found.unknown.length > 0 ? `; rows that are not of this plan: ${found.unknown.slice(0, 5).join(', ')}` : ''}${found.of === null ? '' : `; the file was made of ${found.of}, not of this version`}`
          : 'Use the XLSX or CSV you downloaded here: nothing is taken before you have seen what differs.'
      }
      onClose={props.onClose}
      saveLabel={found ? `Take ${counted(found.edits.length, 'change', 'changes')}` : 'Take the changes'}
      saving={take.isPending}
      disabled={found !== undefined && (found.edits.length === 0 || found.wrong.length > 0)}
      missing={[
        !found && 'the file',
        found !== undefined &&
          found.edits.length > 0 &&
          version.state === 'approved' &&
          !why.trim() &&
          'a reason',
      ]}
      failed={take.error ? words(take.error) : null}
      onSave={() => take.mutate()}
    >
      <Button variant="default" loading={read.isPending} onClick={() => input.current?.click()}>
        Choose the file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".xlsx,.csv"
        aria-label="Changed file"
        onChange={event => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) read.mutate(file)
        }}
      />
      {read.error && <ErrorState compact title="The file could not be read" {...words(read.error)} />}
      {found && found.wrong.length > 0 && (
        <p role="alert">
          Mend these in the file first: {found.wrong.slice(0, 5).join('; ')}
          {found.wrong.length > 5 && ` and ${found.wrong.length - 5} more`}.
        </p>
      )}
      {found && (
        <DataTable
          caption="Cells that differ"
          compact
          maxHeight={460}
          rows={[...both, ...found.edits.filter(one => one.meanwhile === null)].slice(0, 500)}
          rowKey={row => `${row.line}${row.slice.join()}${row.period}`}
          empty={
            <EmptyState compact kind="all_done" title="Nothing differs">
              The file says what the plan says.
            </EmptyState>
          }
          columns={[
            { key: 'place', label: 'Cell', render: row => placeWords(sheet, row, named) },
            {
              key: 'before',
              label: 'Now',
              numeric: true,
              render: row => shownCell(row.before, unit(row.line)),
            },
            {
              key: 'value',
              label: 'In the file',
              numeric: true,
              render: row => shownCell(row.value, unit(row.line)),
            },
            ...(both.length > 0
              ? [
                  {
                    key: 'meanwhile',
                    label: 'Changed since by',
                    render: (row: (typeof both)[number]) => row.meanwhile?.by ?? '–',
                  },
                ]
              : []),
          ]}
        />
      )}
      {both.length > 0 && (
        <p className={css.after}>
          {counted(both.length, 'cell was', 'cells were')} changed since the file was made. Both figures are
          kept, and the grid shows them until somebody types the right one.
        </p>
      )}
      {found && found.edits.length > 500 && <p className={css.after}>The first 500 are shown.</p>}
      <LongTextRow
        label="Why"
        value={why}
        rows={1}
        help={
          version.state === 'approved'
            ? 'This version is approved: a reason is needed.'
            : 'Stays with the cells.'
        }
        onChange={setWhy}
      />
    </EditDrawer>
  )
}
