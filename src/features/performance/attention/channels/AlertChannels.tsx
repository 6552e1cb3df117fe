import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import type { MessageTold } from '../../delivery/operations.ts'
import css from '../attention.module.css'
import { Reminders } from '../Reminders.tsx'
import { ChannelForm } from './ChannelForm.tsx'
import { channelKinds, hourWords, quietWords } from './model.ts'

const messageStates: Readonly<Record<MessageTold['state'], string>> = {
  waiting: 'waits',
  claimed: 'on its way',
  sent: 'sent',
  unsure: 'perhaps sent',
  failed: 'failed',
}

/** Where alerts and the daily digest go, and what became of the last messages. */
export function AlertChannels() {
  const [search, setUrl] = useUrl()
  const found = useQuery(api.performance.alertChannels.queryOptions({ input: {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const again = useMutation({
    ...api.performance.sendAgain.mutationOptions(),
    onSettled: () => found.refetch(),
  })
  const names = new Map(settings.data?.stores.map(one => [one.store, one.name]))
  if (found.error)
    return (
      <ErrorState
        title="The channels could not be read"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  if (!found.data) return <Skeleton lines={6} />
  const { channels, messages } = found.data
  const edited = channels.find(one => one.id === search.channel)
  const add = (
    <May atLeast="director">
      <Button variant="filled" onClick={() => setUrl({ channel: 'new' })}>
        Add a channel
      </Button>
    </May>
  )
  return (
    <>
      <Card
        flush
        title="Channels"
        note="who is told of alerts, without opening this screen"
        actions={channels.length > 0 && add}
      >
        <DataTable
          caption="Channels"
          entries
          rows={channels}
          rowKey={row => row.id}
          onRow={row => setUrl({ channel: row.id })}
          empty={
            <EmptyState title="Nobody is told yet" action={add}>
              Send each alert, or a digest every morning, to a mailbox, Slack, Teams or your own system.
            </EmptyState>
          }
          columns={[
            { key: 'name', label: 'Name', pinned: true, render: row => row.name },
            { key: 'kind', label: 'By', render: row => channelKinds[row.kind] },
            { key: 'to', label: 'To', render: row => row.to },
            {
              key: 'stores',
              label: 'Of',
              wraps: 'name',
              render: row =>
                row.stores === null
                  ? 'all stores'
                  : row.stores.map(store => names.get(store) ?? store).join(', '),
            },
            { key: 'alerts', label: 'Each alert', render: row => (row.alerts ? 'yes' : 'no') },
            {
              key: 'digest',
              label: 'Digest',
              render: row => (row.digestAt === null ? 'none' : hourWords(row.digestAt)),
            },
            { key: 'quiet', label: 'Quiet', render: row => quietWords(row) ?? 'never' },
            { key: 'active', label: 'On', render: row => (row.active ? 'yes' : 'no') },
          ]}
        />
      </Card>
      <Reminders />
      {messages.length > 0 && (
        <Card flush title="Last messages" note={again.error && words(again.error).message}>
          <DataTable
            caption="Last messages"
            entries
            compact
            rows={messages}
            rowKey={row => row.id}
            columns={[
              { key: 'subject', label: 'Message', pinned: true, render: row => row.subject },
              {
                key: 'channel',
                label: 'Channel',
                render: row => channels.find(one => one.id === row.channel)?.name ?? row.channel,
              },
              {
                key: 'again',
                label: '',
                render: row =>
                  (row.state === 'failed' || row.state === 'unsure') && (
                    <May atLeast="director">
                      <Button
                        size="compact-xs"
                        aria-label={`Send again: ${row.subject}`}
                        loading={again.isPending && again.variables.id === row.id}
                        onClick={() => again.mutate({ id: row.id })}
                      >
                        Send again
                      </Button>
                    </May>
                  ),
              },
              { key: 'at', label: 'Made', render: row => showDay(row.at.slice(0, 10)) },
              {
                key: 'state',
                label: 'State',
                render: row => (
                  <>
                    {messageStates[row.state]} {row.error && <span className={css.quiet}>{row.error}</span>}
                  </>
                ),
              },
            ]}
          />
        </Card>
      )}
      {(edited || search.channel === 'new') && (
        <ChannelForm
          key={search.channel}
          channel={edited}
          taken={channels.map(one => one.id)}
          stores={[...names].map(([value, label]) => ({ value, label }))}
          onClose={() => setUrl({ channel: undefined })}
        />
      )}
    </>
  )
}
