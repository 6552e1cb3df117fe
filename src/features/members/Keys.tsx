import { Button, CopyButton, MultiSelect, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { mayAct, type Role, roles } from '#kernel/actor.ts'
import { capital } from '#kernel/capital.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Unread } from '#ui/State.tsx'
import { chosenStores, type Me, storesWords } from './model.ts'

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

/** API keys for scripts and agents: each sees and does no more than the one who made it. */
export function Keys({
  me,
  stores,
}: {
  me: z.output<typeof Me> | undefined
  stores: Record<string, string>
}) {
  const cache = useQueryClient()
  const [form, setForm] = useState<{ name: string; role: Role; stores: string[]; days: string } | null>(null)
  const keys = useQuery(api.members.keys.queryOptions({ input: {} }))
  const refresh = () => cache.invalidateQueries({ queryKey: api.members.keys.key() })
  const create = useMutation(api.members.createKey.mutationOptions({ onSuccess: refresh }))
  const revoke = useMutation(api.members.revokeKey.mutationOptions({ onSuccess: refresh }))
  const open = () => {
    create.reset()
    setForm({ name: '', role: 'viewer', stores: [], days: '365' })
  }
  return (
    <>
      <Card
        title="API keys"
        note="for scripts and agents"
        flush
        actions={
          me?.kind === 'person' && (
            <Button size="compact-sm" variant="default" onClick={open}>
              New key
            </Button>
          )
        }
      >
        {revoke.error && <ErrorState compact title="The key was not revoked" {...words(revoke.error)} />}
        <DataTable
          caption="API keys"
          entries
          rows={keys.data ?? []}
          rowKey={key => key.id}
          empty={
            keys.data ? (
              <EmptyState compact title="No keys">
                A key lets a script or an agent ask the same figures, with a role and stores of its own.
              </EmptyState>
            ) : (
              <Unread what="Which keys there are" of={keys} />
            )
          }
          columns={[
            { key: 'name', label: 'Name', render: key => key.name },
            { key: 'start', label: 'Begins with', render: key => <code>{key.start}…</code> },
            { key: 'owner', label: 'Of', render: key => key.owner },
            { key: 'role', label: 'Role', render: key => capital(key.role) },
            { key: 'stores', label: 'Stores', render: key => storesWords(key.stores, stores) },
            {
              key: 'used',
              label: 'Last used',
              render: key => (key.lastUsed ? when.format(new Date(key.lastUsed)) : 'Never'),
            },
            {
              key: 'until',
              label: 'Until',
              render: key => (key.expires ? when.format(new Date(key.expires)) : 'No end'),
            },
            {
              key: 'act',
              label: '',
              acts: true,
              name: 'Revoke',
              render: key => (
                <Button size="compact-sm" variant="default" onClick={() => revoke.mutate({ id: key.id })}>
                  Revoke
                </Button>
              ),
            },
          ]}
        />
      </Card>
      <Drawer opened={form !== null} onClose={() => setForm(null)} title="New API key" size={520}>
        {form && create.data && (
          <FormRow label="The key" help="It is shown this once. Send it as x-api-key, or as a bearer token.">
            <TextInput readOnly aria-label="API key" value={create.data.key} />
            <CopyButton value={create.data.key}>
              {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the key'}</Button>}
            </CopyButton>
          </FormRow>
        )}
        {form && !create.data && (
          <Form
            onSubmit={() =>
              me &&
              create.mutate({
                name: form.name,
                role: form.role,
                stores: chosenStores(form.stores, me.stores),
                days: form.days === 'never' ? null : Number(form.days),
              })
            }
          >
            <FormRow label="Name" for="key-name" help="What will use it.">
              <TextInput
                id="key-name"
                value={form.name}
                onChange={event => setForm({ ...form, name: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Role" for="key-role">
              <Select
                id="key-role"
                allowDeselect={false}
                data={[...roles]
                  .filter(role => me && mayAct(me.role, role))
                  .map(value => ({ value, label: capital(value) }))}
                value={form.role}
                onChange={value => setForm({ ...form, role: (value ?? 'viewer') as Role })}
              />
            </FormRow>
            <FormRow label="Stores" for="key-stores" help="None chosen: all that you may see.">
              <MultiSelect
                id="key-stores"
                data={Object.entries(stores).map(([value, label]) => ({ value, label }))}
                value={form.stores}
                onChange={chosen => setForm({ ...form, stores: chosen })}
              />
            </FormRow>
            <FormRow label="Ends after" for="key-days">
              <Select
                id="key-days"
                allowDeselect={false}
                data={[
                  { value: '30', label: '30 days' },
                  { value: '365', label: 'a year' },
                  { value: 'never', label: 'no end' },
                ]}
                value={form.days}
                onChange={value => setForm({ ...form, days: value ?? '365' })}
              />
            </FormRow>
            {create.error && <ErrorState compact title="No key was made" {...words(create.error)} />}
            <FormActions>
              <Button type="submit" variant="filled" disabled={!form.name.trim()} loading={create.isPending}>
                Make the key
              </Button>
            </FormActions>
          </Form>
        )}
      </Drawer>
    </>
  )
}
