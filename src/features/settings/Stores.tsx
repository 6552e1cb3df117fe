import { Select } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api } from '#features/client.ts'
import { FormRow, TextRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Editor, Listed, useSaved } from './Editor.tsx'
import type { Store } from './model.ts'

type Shown = z.output<typeof Store>

const zones = Intl.supportedValuesOf('timeZone')
const currencies = Intl.supportedValuesOf('currency')
const kinds = { b2c: 'Consumers', b2b: 'Companies', both: 'Both' } as const
const blank: Shown = { store: '', name: '', currency: 'GBP', timezone: 'Europe/London', kind: 'both' }

/** Shops with a till of their own. Currency and time zone are for ever: the ledger is booked in them. */
export function Stores({ stores }: { stores: Shown[] }) {
  const [form, setForm] = useState<Shown | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveStore.mutationOptions({ onSuccess: saved }))
  const old = form?.version !== undefined
  return (
    <>
      <Listed
        title="Stores"
        atLeast="director"
        add="Add a store"
        onAdd={() => setForm(blank)}
        caption="Stores"
        rows={stores}
        rowKey={row => row.store}
        onRow={setForm}
        empty={
          <EmptyState compact title="No store yet">
            The first import makes one, or add it here.
          </EmptyState>
        }
        columns={[
          { key: 'name', label: 'Name', render: row => row.name },
          { key: 'store', label: 'Handle', render: row => <code>{row.store}</code> },
          { key: 'currency', label: 'Currency', render: row => row.currency },
          { key: 'timezone', label: 'Time zone', render: row => row.timezone },
          { key: 'kind', label: 'Sells to', render: row => kinds[row.kind] },
        ]}
      />
      <Editor
        atLeast="director"
        opened={form !== null}
        title={old ? (form?.name ?? '') : 'Add a store'}
        onClose={() => setForm(null)}
        save={save}
        missing={form ? [!form.name.trim() && 'a name', !form.store.trim() && 'a handle'] : []}
        onSave={() => form && save.mutate(form)}
      >
        {form && (
          <>
            <TextRow label="Name" value={form.name} onChange={name => setForm({ ...form, name })} />
            <TextRow
              label="Handle"
              help="Short, for files and links; it stays."
              disabled={old}
              value={form.store}
              onChange={store => setForm({ ...form, store })}
            />
            <FormRow
              label="Currency"
              for="store-currency"
              help="The money its orders are booked in; it stays."
            >
              <Select
                id="store-currency"
                searchable
                limit={50}
                allowDeselect={false}
                disabled={old}
                data={currencies}
                value={form.currency}
                onChange={value => setForm({ ...form, currency: value ?? form.currency })}
              />
            </FormRow>
            <FormRow label="Time zone" for="store-zone" help="Days are cut at its midnight; it stays.">
              <Select
                id="store-zone"
                searchable
                limit={50}
                allowDeselect={false}
                disabled={old}
                data={zones}
                value={form.timezone}
                onChange={value => setForm({ ...form, timezone: value ?? form.timezone })}
              />
            </FormRow>
            <FormRow label="Sells to" for="store-kind">
              <Select
                id="store-kind"
                allowDeselect={false}
                data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
                value={form.kind}
                onChange={value => setForm({ ...form, kind: (value ?? 'both') as Shown['kind'] })}
              />
            </FormRow>
          </>
        )}
      </Editor>
    </>
  )
}
