import { Select, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api } from '#features/client.ts'
import { FormRow, TextRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Editor, Listed, useSaved } from './Editor.tsx'
import { type Calendar, pasted, type Target } from './model.ts'

type Shown = z.output<typeof Target>

interface Form extends Omit<Shown, 'values'> {
  text: string
}

const grains = ['day', 'week', 'month', 'quarter', 'year'] as const
const textOf = (values: Shown['values']) =>
  Object.entries(values)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([day, value]) => `${day}\t${value}`)
    .join('\n')

/** What is aimed for, metric by metric and period by period; each is a comparison on every screen. */
export function Targets(props: {
  targets: Shown[]
  metrics: { name: string; label: string }[]
  calendar: z.output<typeof Calendar>
}) {
  const [form, setForm] = useState<Form | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveTarget.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeTarget.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<Form>) => setForm(now => now && { ...now, ...change })
  const read = form ? pasted(form.text, form.grain, props.calendar) : null
  const label = (name: string) => props.metrics.find(m => m.name === name)?.label ?? name
  return (
    <>
      <Listed
        title="Targets"
        atLeast="lead"
        add="Add a target"
        onAdd={() =>
          setForm({
            name: 'plan',
            metric: 'net_sales',
            grain: 'month',
            text: '',
            store: null,
            currency: null,
          })
        }
        caption="Targets"
        rows={props.targets}
        rowKey={row => `${row.name}:${row.metric}:${row.store ?? ''}`}
        onRow={({ values, ...row }) => setForm({ ...row, text: textOf(values) })}
        empty={
          <EmptyState compact title="No targets yet">
            Paste a year of months from a spreadsheet; actuals are then compared with it everywhere.
          </EmptyState>
        }
        columns={[
          { key: 'name', label: 'Target', render: row => row.name },
          { key: 'metric', label: 'Metric', render: row => label(row.metric) },
          { key: 'grain', label: 'By', render: row => row.grain },
          {
            key: 'periods',
            label: 'Periods',
            numeric: true,
            render: row => Object.keys(row.values).length,
          },
        ]}
      />
      <Editor
        atLeast="lead"
        opened={form !== null}
        title={form?.version ? `${form.name}: ${label(form.metric)}` : 'Add a target'}
        onClose={() => setForm(null)}
        save={save}
        onSave={() => {
          if (!form || !read) return
          const { text: _, ...rest } = form
          save.mutate({ ...rest, values: read.values })
        }}
        remove={remove}
        onRemove={
          form?.version
            ? () => remove.mutate({ name: form.name, metric: form.metric, store: form.store })
            : undefined
        }
      >
        {form && read && (
          <>
            <TextRow
              label="Name"
              help="The same name for several metrics makes one plan."
              disabled={Boolean(form.version)}
              value={form.name}
              onChange={name => set({ name })}
            />
            <FormRow label="Metric" for="target-metric">
              <Select
                id="target-metric"
                searchable
                allowDeselect={false}
                disabled={Boolean(form.version)}
                data={props.metrics.map(m => ({ value: m.name, label: m.label }))}
                value={form.metric}
                onChange={value => set({ metric: value ?? form.metric })}
              />
            </FormRow>
            <FormRow label="For each" for="target-grain" help="Days share their period’s figure evenly.">
              <Select
                id="target-grain"
                allowDeselect={false}
                data={[...grains]}
                value={form.grain}
                onChange={value => set({ grain: (value ?? 'month') as Form['grain'] })}
              />
            </FormRow>
            <FormRow
              label="Figures"
              for="target-values"
              help="Two columns, pasted: any day of the period, and the figure."
              error={
                read.wrong.length > 0 ? `Not understood: ${read.wrong.slice(0, 3).join('; ')}` : undefined
              }
            >
              <Textarea
                id="target-values"
                autosize
                minRows={6}
                maxRows={16}
                placeholder={'2026-01-01\t120000\n2026-02-01\t98000'}
                value={form.text}
                onChange={event => set({ text: event.currentTarget.value })}
              />
            </FormRow>
          </>
        )}
      </Editor>
    </>
  )
}
