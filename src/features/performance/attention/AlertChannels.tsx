import { Button, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, TextRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import type { ChannelTold, MessageTold } from '../delivery/operations.ts'
import css from './attention.module.css'
import { idOf } from './model.ts'
import { Reminders } from './Reminders.tsx'

const kinds = {
  mail: 'Mail',
  slack: 'Slack',
  teams: 'Microsoft Teams',
  webhook: 'Signed webhook',
} as const

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
            { key: 'kind', label: 'By', render: row => kinds[row.kind] },
            { key: 'to', label: 'To', render: row => row.to },
            { key: 'alerts', label: 'Each alert', render: row => (row.alerts ? 'yes' : 'no') },
            {
              key: 'digest',
              label: 'Digest',
              render: row => (row.digestAt === null ? 'none' : hour(row.digestAt)),
            },
            { key: 'active', label: 'On', render: row => (row.active ? 'yes' : 'no') },
          ]}
        />
      </Card>
      <Reminders />
      {messages.length > 0 && (
        <Card flush title="Last messages">
          <DataTable
            caption="Last messages"
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
        <ChannelForm key={search.channel} channel={edited} onClose={() => setUrl({ channel: undefined })} />
      )}
    </>
  )
}

const hour = (at: number) => `${String(at).padStart(2, '0')}:00`
const hours = Array.from({ length: 24 }, (_, at) => ({ value: String(at), label: hour(at) }))

function ChannelForm({ channel, onClose }: { channel: ChannelTold | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  const [form, setForm] = useState({
    name: channel?.name ?? '',
    kind: channel?.kind ?? ('mail' as const),
    to: channel?.kind === 'mail' ? channel.to : '',
    alerts: channel?.alerts ?? true,
    leastMoney: channel?.leastMoney ?? '',
    digest: channel ? (channel.digestAt === null ? 'none' : String(channel.digestAt)) : '7',
    active: channel?.active ?? true,
  })
  const again = () => queries.invalidateQueries({ queryKey: api.performance.alertChannels.key() })
  const failed = (error: unknown) =>
    notifications.show({ color: 'bad', title: 'That did not work', message: words(error).message })
  const save = useMutation({
    ...api.performance.saveAlertChannel.mutationOptions(),
    onSuccess: async ({ secret }) => {
      await again()
      if (secret)
        notifications.show({
          autoClose: false,
          title: 'Keep this secret: it is shown once',
          message: `Your system checks the signature of each message with it: ${secret}`,
        })
      onClose()
    },
  })
  const remove = useMutation({
    ...api.performance.removeAlertChannel.mutationOptions(),
    onError: failed,
    onSuccess: async () => {
      await again()
      onClose()
    },
  })
  const trial = useMutation({
    ...api.performance.tryAlertChannel.mutationOptions(),
    onError: failed,
    onSuccess: async () => {
      await again()
      notifications.show({ message: 'A test message is on its way: it should arrive within two minutes.' })
    },
  })
  const id = channel?.id ?? idOf(form.name)
  const { stores = null, quietFrom = null, quietTo = null, stale = 'hold' } = channel ?? {}
  return (
    <EditDrawer
      opened
      readOnly={!useMay('director')}
      title={channel?.name ?? 'Add a channel'}
      onClose={onClose}
      saving={save.isPending}
      disabled={!id || (!channel && !form.to.trim())}
      failed={save.error ? words(save.error) : null}
      remove={channel && { run: () => remove.mutate({ id }), running: remove.isPending }}
      onSave={() =>
        save.mutate({
          id,
          name: form.name.trim(),
          kind: form.kind,
          ...(form.to.trim() && { to: form.to.trim() }),
          stores,
          alerts: form.alerts,
          leastMoney: form.leastMoney.trim() || null,
          digestAt: form.digest === 'none' ? null : Number(form.digest),
          quietFrom,
          quietTo,
          stale,
          active: form.active,
          ...(channel && { version: channel.version }),
        })
      }
    >
      <TextRow label="Name" value={form.name} onChange={name => setForm({ ...form, name })} />
      <ChoiceRow
        label="By"
        value={form.kind}
        disabled={channel !== undefined}
        data={[
          { value: 'mail', label: kinds.mail },
          { value: 'slack', label: kinds.slack },
          { value: 'teams', label: kinds.teams },
          { value: 'webhook', label: kinds.webhook },
        ]}
        onChange={kind => setForm({ ...form, kind })}
      />
      <TextRow
        label={form.kind === 'mail' ? 'Mail addresses' : 'Address of the webhook'}
        value={form.to}
        placeholder={
          channel && form.kind !== 'mail'
            ? `kept: on ${channel.to}`
            : form.kind === 'mail'
              ? 'ada@example.com, …'
              : 'https://…'
        }
        help={
          form.kind === 'mail'
            ? 'Several with commas between them.'
            : 'Kept secret: only its host is shown later.'
        }
        onChange={to => setForm({ ...form, to })}
      />
      <FormRow label="Each alert as it comes" for="channel-alerts">
        <Switch
          id="channel-alerts"
          checked={form.alerts}
          onChange={event => setForm({ ...form, alerts: event.currentTarget.checked })}
        />
      </FormRow>
      <TextRow
        label="Least money a day"
        value={form.leastMoney}
        decimal
        placeholder="none"
        help="Of less nothing is sent here, in the company's currency."
        onChange={leastMoney => setForm({ ...form, leastMoney })}
      />
      <ChoiceRow
        label="Daily digest"
        value={form.digest}
        data={[{ value: 'none', label: 'None' }, ...hours]}
        help="In the company's time zone."
        onChange={digest => setForm({ ...form, digest })}
      />
      <FormRow label="On" for="channel-active">
        <Switch
          id="channel-active"
          checked={form.active}
          onChange={event => setForm({ ...form, active: event.currentTarget.checked })}
        />
      </FormRow>
      {channel && (
        <May atLeast="director">
          <FormRow label="Test" help="Sends a short message with the settings as they are saved.">
            <Button loading={trial.isPending} onClick={() => trial.mutate({ id })}>
              Send a test message
            </Button>
          </FormRow>
        </May>
      )}
    </EditDrawer>
  )
}
