import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import css from './connections.module.css'

const count = new Intl.NumberFormat('en-GB')
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const kinds: Record<string, string> = {
  fresh: 'Changes',
  history: 'History',
  again: 'Read again',
  replay: 'Mapped again',
}

interface Props {
  connection: string
  live: boolean
  /** What a stream brings, as it is called on screen. */
  nameOf: (stream: string) => string
}

/** What the last turns of a connection did, and the records nobody understood. */
export function Readings({ connection, live, nameOf }: Props) {
  const turns = useQuery({
    ...api.connections.turns.queryOptions({ input: { connection, limit: 30 } }),
    refetchInterval: live ? 2_000 : 15_000,
  })
  const strange = useQuery(api.connections.unmapped.queryOptions({ input: { connection } }))
  const failed = turns.data?.some(turn => turn.error)
  return (
    <>
      {strange.data && strange.data.length > 0 && (
        <Card title="Not understood" note="kept, and tried again with each new version" flush>
          <DataTable
            caption="Records that were not understood"
            entries
            compact
            rows={strange.data}
            rowKey={one => `${one.stream} ${one.reason}`}
            columns={[
              { key: 'stream', label: 'What', render: one => nameOf(one.stream) },
              { key: 'reason', label: 'Reason', render: one => one.reason },
              { key: 'records', label: 'Records', numeric: true, render: one => count.format(one.records) },
            ]}
          />
        </Card>
      )}
      {turns.error && <ErrorState compact title="The readings could not be listed" {...words(turns.error)} />}
      <Card title="Latest readings" flush>
        <DataTable
          caption="Latest readings, newest first"
          entries
          compact
          maxHeight={360}
          rows={turns.data ?? []}
          rowKey={(turn, n) => `${turn.startedAt} ${turn.stream} ${n}`}
          empty={turns.data && <EmptyState compact title="Nothing has been read yet" />}
          columns={[
            { key: 'stream', label: 'What', pinned: true, render: turn => nameOf(turn.stream) },
            { key: 'when', label: 'When', render: turn => when.format(new Date(turn.startedAt)) },
            { key: 'kind', label: 'Why', render: turn => kinds[turn.kind] ?? turn.kind },
            { key: 'records', label: 'Read', numeric: true, render: turn => count.format(turn.records) },
            {
              key: 'rows',
              label: 'New or changed',
              numeric: true,
              render: turn => count.format(turn.inserted + turn.changed),
            },
            {
              key: 'seconds',
              label: 'Seconds',
              numeric: true,
              render: turn => (turn.seconds === null ? 'now' : turn.seconds.toFixed(1)),
            },
            ...(failed
              ? [
                  {
                    key: 'error',
                    label: 'Before its end',
                    render: (turn: { error: string | null; stopped: boolean }) =>
                      turn.error && (
                        <span className={css.state} data-state={turn.stopped ? 'paused' : 'trouble'}>
                          {turn.error}
                        </span>
                      ),
                  },
                ]
              : []),
          ]}
        />
      </Card>
    </>
  )
}
