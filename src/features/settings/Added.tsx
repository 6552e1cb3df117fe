import { Select, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api } from '#features/client.ts'
import { FormRow, TextRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Editor, Listed, useSaved } from './Editor.tsx'
import { type Dimension, groupsOf, type Metric, type Settings, textOfGroups } from './model.ts'

type ShownMetric = z.output<typeof Metric>
type ShownDimension = Omit<z.output<typeof Dimension>, 'groups'> & { text: string }
type Named = { name: string; label: string }

/** Metrics of the company's own, as formulas over existing ones, and names for groups of a dimension's values. */
export function Added(props: {
  settings: z.output<typeof Settings>
  definitions: { metrics: Named[]; dimensions: Named[] }
}) {
  return (
    <>
      <Metrics metrics={props.settings.metrics} known={props.definitions.metrics} />
      <Groups dimensions={props.settings.dimensions} known={props.definitions.dimensions} />
    </>
  )
}

function Metrics({ metrics, known }: { metrics: ShownMetric[]; known: Named[] }) {
  const [form, setForm] = useState<ShownMetric | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveMetric.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeMetric.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<ShownMetric>) => setForm(now => now && { ...now, ...change })
  const blank: ShownMetric = { name: '', label: '', description: '', formula: '', good: 'up', owner: '' }
  return (
    <>
      <Listed
        title="Added metrics"
        atLeast="lead"
        add="Add a metric"
        onAdd={() => setForm(blank)}
        caption="Added metrics"
        rows={metrics}
        rowKey={row => row.name}
        onRow={setForm}
        empty={
          <EmptyState compact title="No metric is added yet">
            A figure of your own, worked out from the others: net_sales / sessions, say. It then stands in the
            explorer, in alerts and in reviews like any other.
          </EmptyState>
        }
        columns={[
          { key: 'label', label: 'Metric', render: row => row.label },
          { key: 'name', label: 'Name', render: row => <code>{row.name}</code> },
          { key: 'formula', label: 'Formula', render: row => <code>{row.formula}</code> },
          { key: 'owner', label: 'Owner', render: row => row.owner },
        ]}
      />
      <Editor
        atLeast="lead"
        opened={form !== null}
        title={form?.version ? form.label : 'Add a metric'}
        onClose={() => setForm(null)}
        save={save}
        missing={
          form
            ? [
                !form.label.trim() && 'a label',
                !form.name.trim() && 'a name',
                !form.formula.trim() && 'a formula',
              ]
            : []
        }
        onSave={() => form && save.mutate(form)}
        remove={remove}
        onRemove={form?.version ? () => remove.mutate({ name: form.name }) : undefined}
      >
        {form && (
          <>
            <TextRow label="Label" value={form.label} onChange={label => set({ label })} />
            <TextRow
              label="Name"
              help="For formulas, links and the API."
              disabled={Boolean(form.version)}
              value={form.name}
              onChange={name => set({ name })}
            />
            <FormRow
              label="Formula"
              for="metric-formula"
              help={`Names of metrics, numbers, + − * / and parentheses. There are ${known.length} metrics to build on.`}
            >
              <Textarea
                id="metric-formula"
                autosize
                minRows={2}
                value={form.formula}
                onChange={event => set({ formula: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Good is" for="metric-good">
              <Select
                id="metric-good"
                allowDeselect={false}
                data={[
                  { value: 'up', label: 'up' },
                  { value: 'down', label: 'down' },
                  { value: 'none', label: 'neither' },
                ]}
                value={form.good}
                onChange={value => set({ good: (value ?? 'up') as ShownMetric['good'] })}
              />
            </FormRow>
            <FormRow label="What it says" for="metric-description">
              <Textarea
                id="metric-description"
                autosize
                value={form.description}
                onChange={event => set({ description: event.currentTarget.value })}
              />
            </FormRow>
            <TextRow label="Owner" value={form.owner} onChange={owner => set({ owner })} />
          </>
        )}
      </Editor>
    </>
  )
}

function Groups({ dimensions, known }: { dimensions: z.output<typeof Dimension>[]; known: Named[] }) {
  const [form, setForm] = useState<ShownDimension | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveDimension.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeDimension.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<ShownDimension>) => setForm(now => now && { ...now, ...change })
  return (
    <>
      <Listed
        title="Groups"
        note="for example regions of countries"
        atLeast="lead"
        add="Add groups"
        onAdd={() => setForm({ name: '', label: '', of: 'country', otherwise: 'Other', text: '' })}
        caption="Groups of values"
        rows={dimensions}
        rowKey={row => row.name}
        onRow={({ groups, ...row }) => setForm({ ...row, text: textOfGroups(groups) })}
        empty={
          <EmptyState compact title="No groups are added yet">
            Put countries, products or campaigns together as you speak of them: any figure can then be split
            by them.
          </EmptyState>
        }
        columns={[
          { key: 'label', label: 'Groups', render: row => row.label },
          { key: 'of', label: 'Of', render: row => known.find(d => d.name === row.of)?.label ?? row.of },
          { key: 'names', label: 'Named', render: row => Object.keys(row.groups).join(', ') },
        ]}
      />
      <Editor
        atLeast="lead"
        opened={form !== null}
        title={form?.version ? form.label : 'Add groups'}
        onClose={() => setForm(null)}
        save={save}
        missing={
          form
            ? [
                !form.label.trim() && 'a label',
                !form.name.trim() && 'a name',
                !form.text.trim() && 'its groups',
              ]
            : []
        }
        onSave={() => {
          if (!form) return
          const { text, ...rest } = form
          save.mutate({ ...rest, groups: groupsOf(text) })
        }}
        remove={remove}
        onRemove={form?.version ? () => remove.mutate({ name: form.name }) : undefined}
      >
        {form && (
          <>
            <TextRow label="Label" value={form.label} onChange={label => set({ label })} />
            <TextRow
              label="Name"
              help="For links and the API."
              disabled={Boolean(form.version)}
              value={form.name}
              onChange={name => set({ name })}
            />
            <FormRow label="Groups values of" for="groups-of">
              <Select
                id="groups-of"
                searchable
                allowDeselect={false}
                data={known.map(d => ({ value: d.name, label: d.label }))}
                value={form.of}
                onChange={value => set({ of: value ?? form.of })}
              />
            </FormRow>
            <FormRow
              label="Groups"
              for="groups-values"
              help="A line each: name, colon, values parted by commas."
            >
              <Textarea
                id="groups-values"
                autosize
                minRows={4}
                placeholder={'Nordics: Denmark, Finland, Norway, Sweden'}
                value={form.text}
                onChange={event => set({ text: event.currentTarget.value })}
              />
            </FormRow>
            <TextRow
              label="All others are"
              value={form.otherwise}
              onChange={otherwise => set({ otherwise })}
            />
          </>
        )}
      </Editor>
    </>
  )
}
