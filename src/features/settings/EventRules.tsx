import { Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api } from '#features/client.ts'
import { eventKinds } from '#kernel/event-kind.ts'
import { FormRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Editor, Listed, useSaved } from './Editor.tsx'
import type { EventRule } from './model.ts'

type Rule = z.output<typeof EventRule>

const platforms = { any: 'Asana or Trello', asana: 'Asana', trello: 'Trello' } as const
const blank: Rule = { platform: 'any', label: '', kind: 'promotion' }

/** Which tasks are events: those with a tag or label, on the day they are due. */
export function EventRules({ rules }: { rules: Rule[] }) {
  const [form, setForm] = useState<Rule | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveEventRule.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeEventRule.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<Rule>) => setForm(now => now && { ...now, ...change })
  const id = form?.id
  return (
    <>
      <Listed
        title="Events from tasks"
        note="tasks with a tag are events on the day they are due"
        atLeast="lead"
        add="Add a rule"
        onAdd={() => setForm(blank)}
        caption="Rules for events from tasks"
        rows={rules}
        rowKey={row => row.id ?? row.label}
        onRow={setForm}
        empty={
          <EmptyState compact title="No rules yet">
            Tag the tasks of a promotion or a launch where they are planned, and they stand on every chart
            here.
          </EmptyState>
        }
        columns={[
          { key: 'label', label: 'Tag or label', render: row => row.label },
          { key: 'platform', label: 'In', render: row => platforms[row.platform] },
          { key: 'kind', label: 'Becomes', render: row => eventKinds[row.kind] },
        ]}
      />
      <Editor
        atLeast="lead"
        opened={form !== null}
        title={id ? `Tasks labelled ${form?.label}` : 'Events from tasks'}
        onClose={() => setForm(null)}
        save={save}
        onSave={() => form && save.mutate(form)}
        remove={remove}
        onRemove={id ? () => remove.mutate({ id }) : undefined}
      >
        {form && (
          <>
            <FormRow label="Tag or label" for="rule-label" help="As it is called in Asana or Trello.">
              <TextInput
                id="rule-label"
                value={form.label}
                onChange={event => set({ label: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="In" for="rule-platform">
              <Select
                id="rule-platform"
                allowDeselect={false}
                data={Object.entries(platforms).map(([value, label]) => ({ value, label }))}
                value={form.platform}
                onChange={value => set({ platform: (value ?? 'any') as Rule['platform'] })}
              />
            </FormRow>
            <FormRow label="Becomes" for="rule-kind">
              <Select
                id="rule-kind"
                allowDeselect={false}
                data={Object.entries(eventKinds).map(([value, label]) => ({ value, label }))}
                value={form.kind}
                onChange={value => set({ kind: (value ?? 'other') as Rule['kind'] })}
              />
            </FormRow>
          </>
        )}
      </Editor>
    </>
  )
}
