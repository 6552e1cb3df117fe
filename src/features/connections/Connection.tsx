import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { causeWords } from '#kernel/agreement.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import { Activity } from './Activity.tsx'
import css from './connections.module.css'
import { ago } from './model.ts'
import { Purchases } from './Purchases.tsx'
import type { ConnectionRow } from './systems-model.ts'

const count = new Intl.NumberFormat('en-GB')
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short' })
const kinds: Record<string, string> = {
  fresh: 'Changes',
  history: 'History',
  again: 'Read again',
  replay: 'Mapped again',
}

/** Streams are called in small letters inside sentences. */
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

const agreement = (days: readonly { agrees: boolean }[]): string => {
  const same = days.filter(day => day.agrees).length
  return `${count.format(same)} of ${count.format(days.length)} days`
}

/** One connection: what each of its streams brought, what is wrong and what helps, and what the last turns did. */
export function Connection({ row, onClose }: { row: ConnectionRow | null; onClose: () => void }) {
  return (
    <Drawer
      opened={row !== null}
      onClose={onClose}
      title={row?.vendorName ?? ''}
      note={row?.account}
      size={980}
    >
      {row && <Inside row={row} onClose={onClose} />}
    </Drawer>
  )
}

function Inside({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const cache = useQueryClient()
  const [leaving, setLeaving] = useState(false)
  const [deletes, setDeletes] = useState(false)
  const refresh = () => cache.invalidateQueries({ queryKey: api.connections.key() })
  const connection = row.id
  const sync = useMutation(api.connections.sync.mutationOptions({ onSuccess: refresh }))
  const pause = useMutation(api.connections.pause.mutationOptions({ onSuccess: refresh }))
  const resume = useMutation(api.connections.resume.mutationOptions({ onSuccess: refresh }))
  const disconnect = useMutation(
    api.connections.disconnect.mutationOptions({
      onSuccess: () => {
        refresh()
        onClose()
      },
    }),
  )
  const turns = useQuery({
    ...api.connections.turns.queryOptions({ input: { connection, limit: 30 } }),
    refetchInterval: row.running ? 2_000 : 15_000,
  })
  const strange = useQuery(api.connections.unmapped.queryOptions({ input: { connection } }))
  const totals = useQuery(
    api.connections.reconciliation.queryOptions({ input: { connection, from: daysAgo(35), to: daysAgo(0) } }),
  )
  const nameOf = (stream: string) => capital(row.streams.find(one => one.name === stream)?.label ?? stream)
  const isTold = row.streams.some(one => one.trouble || one.unmapped > 0 || one.remarks.length > 0)
  const differing = totals.data?.filter(day => !day.agrees) ?? []
  const failed = sync.error ?? pause.error ?? resume.error ?? disconnect.error
  return (
    <div className={css.inside}>
      <p className={css.state} data-state={row.state}>
        {row.says}
      </p>
      {row.trouble?.next && <p className={css.next}>{row.trouble.next}</p>}
      <Row>
        {row.state === 'paused' ? (
          <Button onClick={() => resume.mutate({ connection })} loading={resume.isPending}>
            Resume
          </Button>
        ) : (
          <>
            <Button onClick={() => sync.mutate({ connection })} loading={sync.isPending}>
              Read now
            </Button>
            <Button variant="default" onClick={() => pause.mutate({ connection })} loading={pause.isPending}>
              Pause
            </Button>
          </>
        )}
        <Button variant="default" onClick={() => setLeaving(!leaving)}>
          Disconnect…
        </Button>
      </Row>
      {failed && <ErrorState compact title="That did not work" {...words(failed)} />}
      {leaving && (
        <Card title="Disconnect">
          <p className={css.next}>
            Nothing more is read. What it brought stays, and the same account can be connected again later.
          </p>
          <Switch
            label="Also delete everything it brought"
            checked={deletes}
            onChange={event => setDeletes(event.currentTarget.checked)}
          />
          <Button
            mt={12}
            color="red"
            loading={disconnect.isPending}
            onClick={() => disconnect.mutate({ connection, keepData: !deletes })}
          >
            {deletes ? 'Disconnect and delete' : 'Disconnect, keep the data'}
          </Button>
        </Card>
      )}
      {row.told && (
        <p className={css.next} data-well={row.told.well}>
          {[row.told.says, row.told.next].filter(Boolean).join(' ')}
        </p>
      )}
      {row.limits.length > 0 && (
        <Card title="What works only in part">
          <ul className={css.limits}>
            {row.limits.map(limit => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </Card>
      )}
      <Card title="What it brings" flush>
        <DataTable
          caption="Streams"
          compact
          rows={row.streams}
          rowKey={stream => stream.name}
          columns={[
            { key: 'what', label: 'What', render: stream => capital(stream.label) },
            {
              key: 'records',
              label: 'Records',
              numeric: true,
              render: stream => count.format(stream.records),
            },
            {
              key: 'history',
              label: 'History',
              numeric: true,
              render: stream => (stream.history >= 1 ? 'All' : `${Math.floor(stream.history * 100)} %`),
            },
            { key: 'last', label: 'Last read', render: stream => ago(stream.lastAt, Date.now()) },
            ...(isTold
              ? [
                  {
                    key: 'words',
                    label: 'What to know',
                    render: (stream: ConnectionRow['streams'][number]) => (
                      <span data-state={stream.trouble ? 'trouble' : undefined} className={css.state}>
                        {stream.trouble
                          ? [stream.trouble.message, stream.trouble.next].filter(Boolean).join(' ')
                          : [
                              ...(stream.unmapped > 0
                                ? [`${count.format(stream.unmapped)} records were not understood.`]
                                : []),
                              ...stream.remarks,
                            ].join(' ')}
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Card>
      <Activity connection={connection} live={row.running !== null} />
      {row.vendor === 'ga4' && <Purchases connection={connection} from={daysAgo(30)} to={daysAgo(1)} />}
      {totals.data && totals.data.length > 0 && (
        <Card title="Agrees with its own totals" note={agreement(totals.data)} flush>
          {differing.length === 0 ? (
            <EmptyState compact kind="all_done" title="Every day of the last five weeks agrees" />
          ) : (
            <DataTable
              caption="Days, as the source counts them and as they stand here"
              compact
              maxHeight={280}
              rows={differing}
              rowKey={day => `${day.store} ${day.day}`}
              columns={[
                { key: 'day', label: 'Day', render: day => day.day },
                { key: 'store', label: 'Store', render: day => day.store },
                {
                  key: 'what',
                  label: 'Differs by',
                  render: day =>
                    day.figures
                      .filter(one => Number(one.difference) !== 0)
                      .map(one => `${one.metric.replaceAll('_', ' ')} ${one.difference}`)
                      .join(' · '),
                },
                { key: 'why', label: 'Why', render: day => day.cause && causeWords[day.cause] },
              ]}
            />
          )}
        </Card>
      )}
      {strange.data && strange.data.length > 0 && (
        <Card title="Not understood" note="kept, and tried again with each new version" flush>
          <DataTable
            caption="Records that were not understood"
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
      <Card title="Latest readings" flush>
        <DataTable
          caption="Latest readings, newest first"
          compact
          maxHeight={360}
          rows={turns.data ?? []}
          rowKey={(turn, n) => `${turn.startedAt} ${turn.stream} ${n}`}
          empty={<EmptyState compact title="Nothing has been read yet" />}
          columns={[
            { key: 'when', label: 'When', render: turn => when.format(new Date(turn.startedAt)) },
            { key: 'stream', label: 'What', render: turn => nameOf(turn.stream) },
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
            { key: 'error', label: '', name: 'Error', render: turn => turn.error ?? '' },
          ]}
        />
      </Card>
    </div>
  )
}
