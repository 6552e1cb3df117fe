import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { capital } from '#kernel/capital.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import { Activity } from './Activity.tsx'
import { Again } from './Again.tsx'
import css from './connections.module.css'
import { Leaving } from './Leaving.tsx'
import { ago } from './model.ts'
import { StoresOf } from './Names.tsx'
import { OwnTotals } from './OwnTotals.tsx'
import { Purchases } from './Purchases.tsx'
import { Readings } from './Readings.tsx'
import type { ConnectionRow } from './systems-model.ts'

const count = new Intl.NumberFormat('en-GB')
/** Streams are called in small letters inside sentences. */

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

/** One connection: what each of its streams brought, what is wrong and what helps, and what the last turns did. */
export function Connection(props: {
  row: ConnectionRow | null
  onClose: () => void
  /** Asks for the form of its system, to give it new credentials. */
  onRenew: (row: ConnectionRow) => void
}) {
  const { row, onClose } = props
  return (
    <Drawer
      opened={row !== null}
      onClose={onClose}
      title={row?.vendorName ?? ''}
      note={row?.account}
      size={980}
    >
      {row && <Inside key={row.id} row={row} onClose={onClose} onRenew={() => props.onRenew(row)} />}
    </Drawer>
  )
}

function Inside({ row, onClose, onRenew }: { row: ConnectionRow; onClose: () => void; onRenew: () => void }) {
  const cache = useQueryClient()
  const [asked, setAsked] = useState<'again' | 'leave' | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: api.connections.key() })
  const connection = row.id
  const sync = useMutation(api.connections.sync.mutationOptions({ onSuccess: refresh }))
  const pause = useMutation(api.connections.pause.mutationOptions({ onSuccess: refresh }))
  const resume = useMutation(api.connections.resume.mutationOptions({ onSuccess: refresh }))
  const nameOf = (stream: string) => capital(row.streams.find(one => one.name === stream)?.label ?? stream)
  const isTold = row.streams.some(one => one.trouble || one.unmapped > 0 || one.remarks.length > 0)
  const failed = sync.error ?? pause.error ?? resume.error
  // What is refused is mended by other credentials, or by a right that is given at the vendor.
  const isRefused = row.trouble?.code === 'unauthenticated' || row.trouble?.code === 'forbidden'
  const refused = isRefused && /credential|token|secret|\bkey\b/i.test(row.trouble?.next ?? 'credentials')
  const toggle = (what: 'again' | 'leave') => setAsked(asked === what ? null : what)
  return (
    <div className={css.inside}>
      <p className={css.state} data-state={row.state}>
        {row.says}
      </p>
      {row.trouble?.next && <p className={css.next}>{row.trouble.next}</p>}
      <p className={css.times}>
        <span>Last read {ago(row.lastAt, Date.now()) || 'never'}</span>
        {row.nextAt && <span>Next {ago(row.nextAt, Date.now())}</span>}
        <span>
          {row.byHost ? '' : 'Brings '}
          <StoresOf row={row} />
        </span>
        {row.privacy && <span>Nothing personal is kept</span>}
        {row.quotas?.list.map(({ name, used, limit }) => (
          <span key={name} data-near={used > 0.8 * limit || undefined}>
            {count.format(used)} of {count.format(limit)} {name}
          </span>
        ))}
      </p>
      <Row>
        {refused && (
          <May atLeast="director">
            <Button variant="filled" onClick={onRenew}>
              Give new credentials
            </Button>
          </May>
        )}
        {row.state !== 'paused' && (
          <May atLeast="contributor">
            <Button
              {...(isRefused && !refused && { variant: 'filled' })}
              onClick={() => sync.mutate({ connection })}
              loading={sync.isPending}
            >
              Read now
            </Button>
          </May>
        )}
        <May atLeast="lead">
          {row.state === 'paused' ? (
            <Button onClick={() => resume.mutate({ connection })} loading={resume.isPending}>
              Resume
            </Button>
          ) : (
            <Button onClick={() => pause.mutate({ connection })} loading={pause.isPending}>
              Pause
            </Button>
          )}
          {row.streams.some(one => one.byTime) && (
            <Button onClick={() => toggle('again')}>Read days again…</Button>
          )}
        </May>
        <May atLeast="director">{!refused && <Button onClick={onRenew}>New credentials…</Button>}</May>
        <May atLeast="owner">
          <Button onClick={() => toggle('leave')}>Disconnect…</Button>
        </May>
      </Row>
      {failed && <ErrorState compact title="That did not work" {...words(failed)} />}
      {asked === 'again' && (
        <Again
          row={row}
          onDone={() => {
            setAsked(null)
            refresh()
          }}
        />
      )}
      {asked === 'leave' && (
        <Leaving
          connection={connection}
          onStay={() => setAsked(null)}
          onGone={() => {
            refresh()
            onClose()
          }}
        />
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
              label: 'Records read',
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
                    wraps: 'sentence' as const,
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
      <OwnTotals connection={connection} trouble={row.uncompared} />
      <Readings connection={connection} live={row.running !== null} nameOf={nameOf} />
    </div>
  )
}
