import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { show } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import type { AlertRow, AlertTold } from './attention/shape.ts'
import css from './attention.module.css'

const views = {
  open: { label: 'Open', state: ['open', 'acknowledged'] },
  snoozed: { label: 'Put off', state: ['snoozed'] },
  resolved: { label: 'Closed', state: ['resolved'] },
} as const
type View = keyof typeof views

const stateWords: Readonly<Record<AlertRow['state'], string>> = {
  open: 'Open',
  acknowledged: 'Taken up',
  snoozed: 'Put off',
  resolved: 'Closed',
}

const money = (amount: number | null, currency: string) =>
  amount === null ? 'N/A' : show(amount.toFixed(2), { unit: 'money', currency: currency || null }, 'table')

/** Everything that left its usual way: the most money a day first, each with why and what to do. */
export function Alerts() {
  const [search, setUrl] = useUrl()
  const view: View = search.view === 'snoozed' || search.view === 'resolved' ? search.view : 'open'
  const found = useQuery({
    ...api.performance.alerts.queryOptions({ input: { state: [...views[view].state], limit: 200 } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Page
      question="What needs me?"
      title="Alerts"
      note={found.data?.lookedAt && `Looked at up to ${found.data.lookedAt}`}
      actions={
        <SegmentedControl
          aria-label="Which alerts"
          value={view}
          onChange={next => setUrl({ view: next === 'open' ? undefined : next })}
          data={Object.entries(views).map(([value, { label }]) => ({ value, label }))}
        />
      }
    >
      {found.error && (
        <ErrorState
          title="The alerts could not be read"
          {...words(found.error)}
          onRetry={() => found.refetch()}
        />
      )}
      {found.isLoading && <Skeleton lines={8} />}
      {found.data && (
        <Card flush stale={found.isPlaceholderData}>
          <DataTable
            caption="Alerts, the most money a day first"
            rows={found.data.rows}
            rowKey={row => row.id}
            onRow={row => setUrl({ alert: row.id })}
            empty={
              <EmptyState kind={view === 'open' ? 'all_done' : 'nothing_yet'} title="Nothing here">
                {view === 'open'
                  ? 'Everything that is watched is as usual. It is looked at after each load and every few hours.'
                  : 'Alerts that are put off or closed are kept here, to compare later ones with.'}
              </EmptyState>
            }
            columns={[
              { key: 'title', label: 'What', pinned: true, render: row => row.title },
              { key: 'since', label: 'Since', render: row => row.since },
              { key: 'until', label: 'Until', render: row => row.until ?? 'goes on' },
              {
                key: 'money',
                label: 'A day',
                numeric: true,
                render: row => money(row.moneyPerDay, row.currency),
              },
              {
                key: 'doubt',
                label: 'Broken',
                render: row => (row.doubt ? 'perhaps the data' : 'the business'),
              },
              { key: 'state', label: 'State', render: row => stateWords[row.state] },
            ]}
          />
        </Card>
      )}
      <Detail id={search.alert} onClose={() => setUrl({ alert: undefined })} />
    </Page>
  )
}

function Detail({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const found = useQuery(
    api.performance.alert.queryOptions({ input: { id: id ?? '' }, enabled: id !== undefined }),
  )
  const alert = found.data
  return (
    <Drawer opened={id !== undefined} onClose={onClose} title={alert?.title ?? 'Alert'} note={alert?.when}>
      {found.error && <ErrorState compact title="This alert could not be read" {...words(found.error)} />}
      {alert && <Told alert={alert} />}
    </Drawer>
  )
}

function Told({ alert }: { alert: AlertTold }) {
  return (
    <>
      {alert.doubt && (
        <section className={css.part}>
          <h3>Data or business?</h3>
          <p>{alert.doubt}</p>
        </section>
      )}
      <section className={css.part}>
        <h3>Look first</h3>
        <p>{alert.check}</p>
      </section>
      <section className={css.part}>
        <h3>Likely causes</h3>
        {alert.causes.length === 0 && (
          <p className={css.quiet}>None was looked for: it was found afterwards.</p>
        )}
        {alert.causes.map(one => (
          <p key={one.words}>
            {one.words} <span className={css.quiet}>{one.evidence}</span>
          </p>
        ))}
      </section>
      <section className={css.part}>
        <h3>Similar before</h3>
        {alert.similar.length === 0 && <p className={css.quiet}>Nothing like it yet.</p>}
        {alert.similar.map(one => (
          <p key={one.id}>
            {one.title}. {one.when} <span className={css.quiet}>{one.reason || stateWords[one.state]}</span>
          </p>
        ))}
      </section>
      <Acts alert={alert} />
      <section className={css.part}>
        {alert.acts.map(one => (
          <p key={one.at} className={css.quiet}>
            {one.at.slice(0, 10)} {one.by}: {one.act} {one.reason}
          </p>
        ))}
      </section>
    </>
  )
}

const week = 7 * 86_400_000

function Acts({ alert }: { alert: AlertTold }) {
  const [reason, setReason] = useState('')
  const queries = useQueryClient()
  const act = useMutation({
    ...api.performance.actOnAlert.mutationOptions(),
    onSuccess: () => {
      setReason('')
      void queries.invalidateQueries({ queryKey: api.performance.key() })
    },
  })
  const { id } = alert
  const later = new Date(Date.now() + week).toISOString().slice(0, 10)
  return (
    <section className={css.part}>
      <h3>What you do about it</h3>
      <TextInput
        aria-label="Reason"
        placeholder="Reason: needed to put it off"
        value={reason}
        onChange={event => setReason(event.currentTarget.value)}
        mb={8}
      />
      {act.error && <ErrorState compact title="That was not kept" {...words(act.error)} />}
      <div className={css.acts}>
        {alert.state === 'resolved' ? (
          <Button onClick={() => act.mutate({ id, act: 'reopen', reason })}>Open again</Button>
        ) : (
          <>
            <Button variant="filled" onClick={() => act.mutate({ id, act: 'acknowledge', reason })}>
              Take it up
            </Button>
            <Button
              disabled={reason === ''}
              onClick={() => act.mutate({ id, act: 'snooze', until: later, reason })}
            >
              Put off for a week
            </Button>
            <Button onClick={() => act.mutate({ id, act: 'resolve', as: 'fixed', reason })}>Mended</Button>
            <Button onClick={() => act.mutate({ id, act: 'resolve', as: 'expected', reason })}>
              Was expected
            </Button>
            <Button onClick={() => act.mutate({ id, act: 'resolve', as: 'not_real', reason })}>
              Was nothing
            </Button>
          </>
        )}
      </div>
    </section>
  )
}
