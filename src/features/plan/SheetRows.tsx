import { Button, Select } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { client, words } from '#features/client.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { FormRow, LongTextRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'

/** A sheet somebody brought, and what each of its rows is. */
export type Rows = Awaited<ReturnType<typeof client.plan.readRows>>

const own = ' own'
const out = ' out'

/** A spreadsheet chosen or pasted, its rows said once to be lines of the plan: the next file with the same rows knows. */
export function SheetRows(props: {
  text: string
  trade: 'b2c' | 'b2b' | 'both'
  rows: Rows | null
  onText: (text: string) => void
  onRows: (rows: Rows) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const file = useRef<File | null>(null)
  const read = useMutation({
    mutationFn: (what: { text?: string; file?: File; sheet?: string }) =>
      client.plan.readRows({ ...what, trade: props.trade }),
    onSuccess: props.onRows,
  })
  const { rows } = props
  return (
    <>
      <LongTextRow
        label="Cells"
        rows={5}
        value={props.text}
        help="Periods in the first row, a line in each row below, its name first. Or choose a workbook."
        onChange={props.onText}
      />
      <Row>
        <Button
          variant="default"
          loading={read.isPending}
          disabled={props.text.trim() === ''}
          onClick={() => read.mutate({ text: props.text })}
        >
          Read the cells
        </Button>
        <Button variant="default" loading={read.isPending} onClick={() => input.current?.click()}>
          Choose an XLSX
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".xlsx"
          aria-label="Workbook to start from"
          onChange={event => {
            const [chosen] = event.currentTarget.files ?? []
            event.currentTarget.value = ''
            if (!chosen) return
            file.current = chosen
            read.mutate({ file: chosen })
          }}
        />
      </Row>
      {read.error && <ErrorState compact title="The sheet could not be read" {...words(read.error)} />}
      {rows && rows.sheets.length > 1 && (
        <FormRow label="Sheet" for="plan-sheet">
          <Select
            id="plan-sheet"
            allowDeselect={false}
            data={rows.sheets}
            value={rows.sheet}
            onChange={sheet => sheet && file.current && read.mutate({ file: file.current, sheet })}
          />
        </FormRow>
      )}
      {rows && (
        <DataTable
          caption="What the rows are"
          compact
          maxHeight={360}
          rows={rows.rows}
          rowKey={(row, n) => `${n} ${row.label}`}
          columns={[
            { key: 'label', label: 'Row', render: row => row.label },
            {
              key: 'line',
              label: 'Is',
              width: 190,
              render: row => (
                <Select
                  size="xs"
                  miw={180}
                  aria-label={`${row.label} is`}
                  allowDeselect={false}
                  searchable
                  data={[
                    { value: own, label: 'A line of its own' },
                    { value: out, label: 'Left out' },
                    ...rows.lines.map(one => ({ value: one.name, label: one.label })),
                  ]}
                  value={row.line === null ? own : row.line === '' ? out : row.line}
                  onChange={value =>
                    props.onRows({
                      ...rows,
                      rows: rows.rows.map(one =>
                        one.label === row.label
                          ? { ...one, line: value === own ? null : value === out ? '' : value }
                          : one,
                      ),
                    })
                  }
                />
              ),
            },
            { key: 'cells', label: 'First figures', render: row => row.cells.join(' · ') },
          ]}
        />
      )}
    </>
  )
}
