import { Button, MultiSelect } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { freeId, isMoney } from '#kernel/field-values.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, SwitchRow, TextRow } from '#ui/Form.tsx'
import type { ChannelTold } from '../../delivery/operations.ts'
import { LeastMoneyRow } from '../LeastMoneyRow.tsx'
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
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  const again = () => queries.invalidateQueries({ queryKey: api.performance.alertChannels.key() })
  const done = async () => {
    await again()
    onClose()
  }
  const save = useMutation({
    ...api.performance.saveAlertChannel.mutationOptions(),
    onSuccess: async ({ secret }) => {
      await done()
      if (secret)
        notifications.show({
          autoClose: false,
          title: 'Keep this secret: it is shown once',
          message: `Your system checks the signature of each message with it: ${secret}`,
        })
    },
  })
  const remove = useMutation({
    ...api.performance.removeAlertChannel.mutationOptions(),
    onSuccess: done,
  })
  const trial = useMutation({
    ...api.performance.tryAlertChannel.mutationOptions(),
    onSuccess: async () => {
      await again()
      notifications.show({ message: 'A test message is on its way: it should arrive within two minutes.' })
    },
  })
  const failed = save.error ?? remove.error ?? trial.error
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
      disabled={quiet.error !== null || !isMoney(leastMoney)}
      missing={[
        ...(form.name.trim() ? [] : ['a name']),
        ...(channel || form.to.trim() ? [] : ['an address']),
      ]}
      failed={failed ? words(failed) : null}
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
      <TextRow label="Name" value={form.name} onChange={name => set({ name })} />
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
        onChange={kind => set({ kind })}
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
        onChange={to => set({ to })}
      />
      <FormRow
        label="Stores"
        for="channel-stores"
        help="With none chosen: all of them, and what is of the company as a whole."
      >
        <MultiSelect
          id="channel-stores"
          placeholder={form.stores.length === 0 ? 'All stores' : undefined}
          data={[...stores]}
          value={form.stores}
          onChange={chosen => set({ stores: chosen })}
        />
      </FormRow>
      <SwitchRow label="Each alert as it comes" checked={form.alerts} onChange={alerts => set({ alerts })} />
      <LeastMoneyRow
        value={form.leastMoney}
        but="is not sent here"
        onChange={next => set({ leastMoney: next })}
      />
      <ChoiceRow
        label="Daily digest"
        value={form.digest}
        data={[{ value: 'none', label: 'None' }, ...hours]}
        help="In the company's time zone."
        onChange={digest => set({ digest })}
      />
      <ChoiceRow
        label="While data are late"
        value={form.stale}
        data={[
          { value: 'hold', label: 'Hold it up to 4 hours' },
          { value: 'flag', label: 'Send it, and say so' },
        ]}
        help="What becomes of a digest that is due."
        onChange={stale => set({ stale })}
      />
      <ChoiceRow
        label="Quiet from"
        value={form.quietFrom}
        data={[{ value: 'none', label: 'Never quiet' }, ...hours]}
        help="Nothing is sent here in quiet hours: what comes in them is sent when they are over."
        onChange={quietFrom => set({ quietFrom })}
      />
      {form.quietFrom !== 'none' && (
        <ChoiceRow
          label="Quiet until"
          value={form.quietTo}
          data={hours}
          help={quiet.words}
          error={quiet.error}
          onChange={quietTo => set({ quietTo })}
        />
      )}
      <SwitchRow label="On" checked={form.active} onChange={active => set({ active })} />
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
