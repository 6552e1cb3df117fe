import { MultiSelect, NumberInput, Select } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api } from '#features/client.ts'
import { eventKinds } from '#kernel/event-kind.ts'
import { show, showDay } from '#kernel/format.ts'
import { FormRow, TextRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Editor, Listed, useSaved } from './Editor.tsx'
import { type Event, missingIn } from './model.ts'

type Shown = z.output<typeof Event>

/** An event as it is shown: with where it came from. */
type Told = Shown & { origin: string }
const origins: Readonly<Record<string, string>> = {
  hand: 'By hand',
  file: 'A file',
  asana: 'Asana',
  trello: 'Trello',
}
const blank: Shown = {
  name: '',
  series: '',
  kind: 'promotion',
  from: '',
  to: '',
  stores: [],
  percent: null,
}
/** What a kind does that its name does not say. */
const kindHelp: Partial<Record<Shown['kind'], string>> = {
  closed: 'Nothing is sold on these days: forecasts and plans count none, and no alert minds it.',
}
/** What a percentage of an event is of, where its kind has one. */
const byHowMuch: Partial<Record<Shown['kind'], string>> = {
  promotion: 'What comes off prices. Half of the usual discount is forecast as half as strong.',
  price: 'What prices rise by; −5 where they fall.',
}

const kindOf = ({ kind, percent }: Shown): string =>
  percent === null
    ? eventKinds[kind]
    : `${eventKinds[kind]}, ${kind === 'price' && percent > 0 ? '+' : ''}${show(String(percent / 100), { unit: 'share', currency: null }, 'whole')}`

/** What happens in the year. Events of one series are compared with each other, whenever they fall. */
export function Events({ events, stores }: { events: Told[]; stores: string[] }) {
  const [form, setForm] = useState<Shown | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveEvent.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeEvent.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<Shown>) => setForm(now => now && { ...now, ...change })
  const id = form?.id
  return (
    <>
      <Listed
        title="Events"
        note="Easter, mothers’ days and Black Friday are known, and the public holidays of the country whose time zone a store keeps"
        atLeast="contributor"
        add="Add an event"
        onAdd={() => setForm(blank)}
        caption="Events"
        rows={events}
        rowKey={row => row.id ?? row.name}
        onRow={({ origin: _, ...event }) => setForm(event)}
        empty={
          <EmptyState compact title="No events yet">
            Promotions, launches, outages, price changes and closed days: charts mark them, and years are
            compared event with event.
          </EmptyState>
        }
        columns={[
          { key: 'name', label: 'Event', render: row => row.name },
          { key: 'kind', label: 'Kind', render: kindOf },
          { key: 'from', label: 'First day', render: row => showDay(row.from) },
          { key: 'to', label: 'Last day', render: row => showDay(row.to) },
          { key: 'series', label: 'Compared within', render: row => row.series },
          { key: 'origin', label: 'From', render: row => origins[row.origin] ?? row.origin },
          {
            key: 'stores',
            label: 'Stores',
            render: row => (row.stores.length > 0 ? row.stores.join(', ') : 'All'),
          },
        ]}
      />
      <Editor
        atLeast="contributor"
        opened={form !== null}
        title={id ? (form?.name ?? '') : 'Add an event'}
        onClose={() => setForm(null)}
        save={save}
        missing={form ? missingIn(form) : []}
        onSave={() =>
          form &&
          save.mutate({
            ...form,
            series: form.series || form.name,
            to: form.to || form.from,
            percent: byHowMuch[form.kind] ? form.percent : null,
          })
        }
        remove={remove}
        onRemove={id ? () => remove.mutate({ id }) : undefined}
      >
        {form && (
          <>
            <TextRow label="Name" value={form.name} onChange={name => set({ name })} />
            <FormRow label="Kind" for="event-kind" help={kindHelp[form.kind]}>
              <Select
                id="event-kind"
                allowDeselect={false}
                data={Object.entries(eventKinds).map(([value, label]) => ({ value, label }))}
                value={form.kind}
                onChange={value => set({ kind: (value ?? 'other') as Shown['kind'] })}
              />
            </FormRow>
            {byHowMuch[form.kind] && (
              <FormRow label="By how much" for="event-percent" help={byHowMuch[form.kind]}>
                <NumberInput
                  id="event-percent"
                  suffix=" %"
                  placeholder="%"
                  value={form.percent ?? ''}
                  onChange={value => set({ percent: typeof value === 'number' ? value : null })}
                />
              </FormRow>
            )}
            <TextRow label="First day" type="date" value={form.from} onChange={from => set({ from })} />
            <TextRow label="Last day" type="date" value={form.to} onChange={to => set({ to })} />
            <TextRow
              label="Compared within"
              help="The same words in two years: their days are compared. Empty: its name."
              value={form.series}
              onChange={series => set({ series })}
            />
            <FormRow label="Stores" for="event-stores" help="None chosen: all.">
              <MultiSelect
                id="event-stores"
                data={stores}
                value={form.stores}
                onChange={chosen => set({ stores: chosen })}
              />
            </FormRow>
          </>
        )}
      </Editor>
    </>
  )
}
