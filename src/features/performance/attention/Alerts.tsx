import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { useMay, useWhole } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Page } from '#ui/Page.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import css from './attention.module.css'
import { AlertChannels } from './channels/AlertChannels.tsx'
import { AlertDrawer } from './evidence/AlertDrawer.tsx'
import { alertsTitle, perDay, stateWords } from './model.ts'
import { AlertRules } from './rules/AlertRules.tsx'
import { Waiting } from './Waiting.tsx'

const views = {
  open: { label: 'Open', state: ['open', 'acknowledged'] },
  snoozed: { label: 'Snoozed', state: ['snoozed'] },
  resolved: { label: 'Resolved', state: ['resolved'] },
} as const
type View = keyof typeof views

const asking = (view: View) =>
  api.performance.alerts.queryOptions({ input: { state: [...views[view].state], limit: 200 } })

/** Everything that left its usual way, what is watched for, and who is told. */
export function Alerts() {
  const [search, setUrl] = useUrl()
  const open = useQuery(asking('open'))
  // Others are refused them.
  const mayTell = [useMay('director'), useWhole()].every(Boolean)
  return (
    <Page question="What needs me?" title={open.data ? alertsTitle(open.data) : 'Alerts'}>
      <UrlTabs
        tabs={[
          { name: 'alerts', label: 'Alerts', show: () => <AlertList /> },
          { name: 'rules', label: 'Rules', show: () => <AlertRules /> },
          ...(mayTell ? [{ name: 'channels', label: 'Channels', show: () => <AlertChannels /> }] : []),
        ]}
      />
      <AlertDrawer id={search.alert} onClose={() => setUrl({ alert: undefined })} />
    </Page>
  )
}

/** The most money a day first; a row opens its evidence. */
function AlertList() {
  const [search, setUrl] = useUrl()
  const view: View = search.view === 'snoozed' || search.view === 'resolved' ? search.view : 'open'
  const found = useQuery({ ...asking(view), placeholderData: keepPreviousData })
  if (found.error)
    return (
      <ErrorState
        title="The alerts could not be read"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  if (!found.data) return <Skeleton lines={8} />
  const { rows, lookedAt, lookingTo, waiting } = found.data
  const whole = lookedAt !== null && lookingTo === null && waiting.length === 0
  return (
    <>
      <div className={css.bar}>
        <SegmentedControl
          aria-label="Which alerts"
          value={view}
          onChange={next => setUrl({ view: next === 'open' ? undefined : next })}
          data={Object.entries(views).map(([value, { label }]) => ({ value, label }))}
        />
        <span className={css.quiet}>
          {lookedAt
            ? `Looked at up to ${showDay(lookedAt)}${lookingTo ? ', going on' : ''}${rows.length > 1 ? ' · what goes on stands first, then the most money a day' : ''}`
            : 'Not looked at yet'}
        </span>
      </div>
      <Waiting waiting={waiting} />
      <Card flush stale={found.isPlaceholderData}>
        <DataTable
          caption="Alerts: what goes on first, then the most money a day"
          entries
          rows={rows}
          rowKey={row => row.id}
          onRow={row => setUrl({ alert: row.id })}
          empty={
            <EmptyState
              kind={view === 'open' && whole ? 'all_done' : 'nothing_yet'}
              title={view === 'open' ? 'No alert is open' : 'Nothing here yet'}
            >
              {view === 'open'
                ? 'Figures that leave their usual way will be here, with the money a day and the likely cause. It is looked at after each load and a few times a day.'
                : 'Alerts that are snoozed or resolved are kept here, to compare later ones with.'}
            </EmptyState>
          }
          columns={[
            {
              key: 'what',
              label: 'What',
              pinned: true,
              render: row => <span className={css.what}>{row.what}</span>,
            },
            {
              key: 'money',
              label: 'Money a day',
              numeric: true,
              render: row => perDay(row.moneyPerDay, row.currency),
            },
            { key: 'where', label: 'Where', wraps: 'name', render: row => row.where || 'The company' },
            {
              key: 'since',
              label: 'Since',
              wraps: 'name',
              render: row => (
                <>
                  {showDay(row.since, 'card')}
                  {row.until && <span className={css.quiet}> to {showDay(row.until, 'card')}</span>}
                </>
              ),
            },
            {
              key: 'cause',
              label: 'Likely cause',
              render: row => (
                <span className={css.cause} title={row.cause ?? undefined}>
                  {row.doubt && <b>Data first: </b>}
                  {row.cause ? <Sentence of={row.cause} /> : <span className={css.quiet}>not known</span>}
                </span>
              ),
            },
            {
              key: 'state',
              label: 'State',
              render: row => <span className={css.quiet}>{stateWords(row)}</span>,
            },
          ]}
        />
      </Card>
    </>
  )
}
