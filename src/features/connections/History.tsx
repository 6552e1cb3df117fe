import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { FormRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import css from './connections.module.css'
import type { ImportRow } from './model.ts'
import { StoreName } from './Names.tsx'
import { Outcome } from './Outcome.tsx'

const count = new Intl.NumberFormat('en-GB')
const states = { queued: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed' } as const
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Every import there was, newest first; a click shows what became of its rows. */
export function History({ onAgain }: { onAgain: (row: ImportRow) => void }) {
  const [shown, setShown] = useState<ImportRow | null>(null)
  const { data, error, refetch } = useQuery({
    ...api.connections.imports.queryOptions({ input: {} }),
    refetchInterval: query =>
      // Files of watched folders come without being asked for.
      query.state.data?.some(row => row.status === 'queued' || row.status === 'running') ? 1_000 : 30_000,
  })
  if (error)
    return (
      <ErrorState
        compact
        title="Earlier imports could not be read"
        {...words(error)}
        onRetry={() => refetch()}
      />
    )
  if (!data) return <Skeleton lines={4} />
  if (data.length === 0)
    return (
      <EmptyState title="No file was imported yet">
        Each import will be listed here with what became of its rows.
      </EmptyState>
    )
  const number = (value: number | undefined) => (value === undefined ? '' : count.format(value))
  return (
    <>
      <Card title="Imports" flush>
        <DataTable
          caption="Imports, newest first"
          entries
          rows={data}
          rowKey={row => row.id}
          onRow={setShown}
          columns={[
            { key: 'file', label: 'File', render: row => row.file },
            { key: 'store', label: 'Store', render: row => <StoreName of={row.store} /> },
            {
              key: 'state',
              label: 'State',
              render: row =>
                row.error ? (
                  <span className={`${css.state} ${css.failed}`} data-state="trouble">
                    Failed: {row.error.message}
                  </span>
                ) : row.waits ? (
                  <span className={`${css.state} ${css.failed}`} data-state="waiting">
                    Waiting: {row.waits.message}
                  </span>
                ) : row.result?.replacedBy ? (
                  'Mapped again'
                ) : (
                  states[row.status]
                ),
            },
            {
              key: 'accepted',
              label: 'Accepted',
              numeric: true,
              render: row => number(row.result?.accepted),
            },
            { key: 'repeats', label: 'Repeats', numeric: true, render: row => number(row.result?.repeats) },
            {
              key: 'rejected',
              label: 'Rejected',
              numeric: true,
              render: row => number(row.result?.rejected),
            },
            { key: 'by', label: 'By', render: row => row.by },
            { key: 'when', label: 'When', render: row => when.format(new Date(row.createdAt)) },
          ]}
        />
      </Card>
      <Drawer
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown?.file ?? ''}
        note={shown && <StoreName of={shown.store} />}
      >
        {shown?.result && <Outcome result={shown.result} id={shown.id} />}
        {shown?.result && !shown.result.replacedBy && (
          <May atLeast="contributor">
            <FormRow
              label="Were the columns wrong?"
              help="Choose them anew: the kept file is read again, and nothing is counted twice."
            >
              <Button
                variant="default"
                onClick={() => {
                  setShown(null)
                  onAgain(shown)
                }}
              >
                Map again
              </Button>
            </FormRow>
          </May>
        )}
        {shown?.error && (
          <ErrorState
            compact
            title="Nothing was imported"
            message={shown.error.message}
            {...(shown.error.next && { next: shown.error.next })}
          />
        )}
        {shown && !shown.result && !shown.error && <EmptyState compact title={states[shown.status]} />}
      </Drawer>
    </>
  )
}
