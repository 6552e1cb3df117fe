import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { TaskLink, TaskOf } from '#features/TaskOf.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { FormRow } from '#ui/Form.tsx'
import { EmptyState } from '#ui/State.tsx'
import css from './reviews.module.css'
import type { Action } from './shape.ts'

type Form = Omit<Action, 'id' | 'version' | 'week' | 'doneWeek' | 'task'> & { id?: string; version?: number }

/** What a person may change of an action. */
const formOf = ({ week: _, doneWeek: __, task: ___, ...form }: Action): Form => form

/** What was agreed: open from weeks before, agreed this week, done this week. */
export function Actions(props: {
  deck: string
  week: string
  actions: Action[]
  closed: boolean
  title?: string
}) {
  const { deck, week, actions, closed } = props
  const [form, setForm] = useState<Form | null>(null)
  const cache = useQueryClient()
  const people = useQuery(api.reviews.people.queryOptions({ input: {}, enabled: form !== null }))
  const save = useMutation(
    api.reviews.saveAction.mutationOptions({
      onSuccess: () => {
        setForm(null)
        cache.invalidateQueries({ queryKey: api.reviews.key() })
      },
    }),
  )
  const make = useMutation(
    api.reviews.makeTask.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.key() }),
    }),
  )
  const set = (change: Partial<Form>) => setForm(now => now && { ...now, ...change })
  const open = actions.filter(one => !one.done).length
  return (
    <Card
      title={props.title ?? 'Actions'}
      note={actions.length > 0 ? `${open} open` : undefined}
      actions={
        !closed && (
          <May atLeast="contributor">
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                setForm({
                  about: '',
                  text: '',
                  owner: { id: '', name: '' },
                  due: '',
                  done: false,
                  outcome: '',
                })
              }
            >
              Agree an action
            </Button>
          </May>
        )
      }
    >
      {actions.length === 0 ? (
        <EmptyState compact title="No actions yet">
          What is agreed here stands on every review until it is done.
        </EmptyState>
      ) : (
        <ul className={css.actions}>
          {actions.map(one => (
            <li key={one.id} data-done={one.done || undefined}>
              <span aria-hidden="true">{one.done ? '✓' : '○'}</span>
              <div>
                <p>
                  {closed ? (
                    one.text
                  ) : (
                    <button type="button" className={css.link} onClick={() => setForm(formOf(one))}>
                      {one.text}
                    </button>
                  )}
                  <span className="sr-only">{one.done ? ', done' : ', open'}</span>
                </p>
                <p className={css.quiet}>
                  {one.owner.name} ·{' '}
                  <span data-late={(!one.done && one.due < week) || undefined}>
                    due {showDay(one.due, 'card')}
                    {!one.done && one.due < week && ', overdue'}
                  </span>
                  {one.week < week && ` · carried from the week to ${showDay(one.week, 'card')}`}
                  {one.outcome && ` · ${one.outcome}`}
                </p>
                {one.task && <TaskLink task={one.task} />}
              </div>
            </li>
          ))}
        </ul>
      )}
      <EditDrawer
        opened={form !== null}
        onClose={() => setForm(null)}
        title={form?.id ? 'The action' : 'Agree an action'}
        size={520}
        saving={save.isPending}
        failed={save.error ? words(save.error) : null}
        missing={[
          ...(form?.text.trim() ? [] : ['what will be done']),
          ...(form?.owner.name ? [] : ['an owner']),
          ...(form?.due ? [] : ['a day it is due']),
        ]}
        onSave={() => form && save.mutate({ ...form, deck, week })}
      >
        {form && (
          <>
            <FormRow label="What will be done" for="action-text">
              <Textarea
                id="action-text"
                autosize
                minRows={2}
                value={form.text}
                onChange={event => set({ text: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Owner" for="action-owner" help="One person answers for it.">
              <Select
                id="action-owner"
                placeholder="Choose a person"
                searchable
                data={(people.data ?? []).map(one => ({ value: one.id, label: one.name }))}
                value={form.owner.id || null}
                onChange={(id, option) => set({ owner: { id: id ?? '', name: option?.label ?? '' } })}
              />
            </FormRow>
            <FormRow label="Due" for="action-due">
              <TextInput
                id="action-due"
                type="date"
                value={form.due}
                onChange={event => set({ due: event.currentTarget.value })}
              />
            </FormRow>
            {form.id && (
              <>
                <FormRow label="Done" for="action-done">
                  <Checkbox
                    id="action-done"
                    aria-label="Done"
                    checked={form.done}
                    onChange={event => set({ done: event.currentTarget.checked })}
                  />
                </FormRow>
                <FormRow
                  label="Did it work?"
                  for="action-outcome"
                  help="What came of it, with the amount where there is one."
                >
                  <Textarea
                    id="action-outcome"
                    autosize
                    value={form.outcome}
                    onChange={event => set({ outcome: event.currentTarget.value })}
                  />
                </FormRow>
              </>
            )}
            {form.id && !form.done && (
              <TaskOf
                task={actions.find(one => one.id === form.id)?.task ?? null}
                onMake={place => make.mutate({ deck, id: form.id ?? '', ...place })}
                making={make.isPending}
                failed={make.error}
              />
            )}
          </>
        )}
      </EditDrawer>
    </Card>
  )
}
