import { Button, MultiSelect, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { freeId, isMoney } from '#kernel/field-values.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, TextRow } from '#ui/Form.tsx'
import type { ChannelTold } from '../../delivery/operations.ts'
import { channelKinds, hourWords, quietHours } from './model.ts'

const hours = Array.from({ length: 24 }, (_, at) => ({ value: String(at), label: hourWords(at) }))
const hourOf = (chosen: string) => (chosen === 'none' ? null : Number(chosen))
const chosenOf = (at: number | null) => (at === null ? 'none' : String(at))

/** Where alerts go: by what, of which stores, at which hours. `taken` are the ids that other channels have. */
export function ChannelForm({
  channel,
  taken,
  stores,
  onClose,
}: {
  channel: ChannelTold | undefined
  taken: readonly string[]
  stores: readonly { value: string; label: string }[]
  onClose: () => void
}) {
  const queries = useQueryClient()
  const [form, setForm] = useState({
    name: channel?.name ?? '',
    kind: channel?.kind ?? ('mail' as const),
    to: channel?.kind === 'mail' ? channel.to : '',
    alerts: channel?.alerts ?? true,
    leastMoney: channel?.leastMoney ?? '',
    digest: chosenOf(channel ? channel.digestAt : 7),
    stores: channel?.stores ?? [],
    quietFrom: chosenOf(channel?.quietFrom ?? null),
    quietTo: chosenOf(channel?.quietTo ?? 7),
    stale: channel?.stale ?? ('hold' as const),
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
  const id = channel?.id ?? freeId(form.name || form.kind, taken)
  const digestAt = hourOf(form.digest)
  const quiet = quietHours(hourOf(form.quietFrom), hourOf(form.quietTo), digestAt)
  const leastMoney = form.leastMoney.trim()
  return (
    <EditDrawer
      opened
      readOnly={!useMay('director')}
      title={channel?.name ?? 'Add a channel'}
      onClose={onClose}
      saving={save.isPending}
      disabled={
        !form.name.trim() || (!channel && !form.to.trim()) || quiet.error !== null || !isMoney(leastMoney)
      }
      failed={save.error ? words(save.error) : null}
      remove={channel && { run: () => remove.mutate({ id }), running: remove.isPending }}
      onSave={() =>
        save.mutate({
          id,
          name: form.name.trim(),
          kind: form.kind,
          ...(form.to.trim() && { to: form.to.trim() }),
          stores: form.stores.length > 0 ? form.stores : null,
          alerts: form.alerts,
          leastMoney: leastMoney || null,
          digestAt,
          quietFrom: quiet.from,
          quietTo: quiet.to,
          stale: form.stale,
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
          { value: 'mail', label: channelKinds.mail },
          { value: 'slack', label: channelKinds.slack },
          { value: 'teams', label: channelKinds.teams },
          { value: 'webhook', label: channelKinds.webhook },
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
      <FormRow
        label="Stores"
        for="channel-stores"
        help="None chosen: all of them, and what is of the company as a whole."
      >
        <MultiSelect
          id="channel-stores"
          data={[...stores]}
          value={form.stores}
          onChange={chosen => setForm({ ...form, stores: chosen })}
        />
      </FormRow>
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
        error={!isMoney(leastMoney) && 'Give an amount, such as 250.'}
        onChange={leastMoney => setForm({ ...form, leastMoney })}
      />
      <ChoiceRow
        label="Daily digest"
        value={form.digest}
        data={[{ value: 'none', label: 'None' }, ...hours]}
        help="In the company's time zone."
        onChange={digest => setForm({ ...form, digest })}
      />
      <ChoiceRow
        label="While data are late"
        value={form.stale}
        data={[
          { value: 'hold', label: 'Hold it up to 4 hours' },
          { value: 'flag', label: 'Send it, and say so' },
        ]}
        help="What becomes of a digest whose hour has come."
        onChange={stale => setForm({ ...form, stale })}
      />
      <ChoiceRow
        label="Quiet from"
        value={form.quietFrom}
        data={[{ value: 'none', label: 'Never quiet' }, ...hours]}
        help="Nothing is sent here in quiet hours: what comes in them is sent when they are over."
        onChange={quietFrom => setForm({ ...form, quietFrom })}
      />
      {form.quietFrom !== 'none' && (
        <ChoiceRow
          label="Quiet until"
          value={form.quietTo}
          data={hours}
          help={quiet.words}
          error={quiet.error}
          onChange={quietTo => setForm({ ...form, quietTo })}
        />
      )}
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
