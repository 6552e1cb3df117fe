import { Button, CopyButton, MultiSelect, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { type Role, roles } from '#kernel/actor.ts'
import { capital } from '#kernel/capital.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { ByMail } from './ByMail.tsx'
import { Keys } from './Keys.tsx'
import { LockedOut } from './LockedOut.tsx'
import css from './members.module.css'
import { chosenStores, ownAnswer, peopleAnswer, roleWords, storesWords } from './model.ts'
import { Sessions } from './Sessions.tsx'
import { SignInSafety } from './SignInSafety.tsx'

interface Access {
  id: string | null
  email: string
  role: Role
  /** Not touched yet: the stores stay as they are. */
  stores: string[] | undefined
  /** Those there are when nothing is touched. */
  had: 'all' | string[]
  /** Was asked to be removed, and is once it is said again. */
  removing?: boolean
}

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

/** Who may see and do what: people, invitations, keys, one's own sessions. */
export function Members() {
  const cache = useQueryClient()
  const [form, setForm] = useState<Access | null>(null)
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const lists = me.data?.role !== 'viewer' && me.data?.role !== 'contributor'
  const list = useQuery({ ...api.members.list.queryOptions({ input: {} }), enabled: lists })
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const refresh = () => cache.invalidateQueries({ queryKey: api.members.key() })
  const invite = useMutation(api.members.invite.mutationOptions({ onSuccess: refresh }))
  const setRole = useMutation(
    api.members.setRole.mutationOptions({
      onSuccess: () => {
        setForm(null)
        return refresh()
      },
    }),
  )
  const remove = useMutation(
    api.members.remove.mutationOptions({
      onSuccess: () => {
        setForm(null)
        return refresh()
      },
    }),
  )
  const withdraw = useMutation(api.members.withdraw.mutationOptions({ onSuccess: refresh }))
  const mayInvite = me.data?.role === 'owner' || me.data?.role === 'director'
  const failed = setRole.error ?? remove.error ?? invite.error ?? withdraw.error
  const act = {
    key: 'act',
    label: '',
    acts: true,
    name: 'Withdraw',
    render: (row: { id: string }) => (
      <Button size="compact-sm" variant="default" onClick={() => withdraw.mutate({ id: row.id })}>
        Withdraw
      </Button>
    ),
  }
  const mine = me.data?.stores ?? 'all'
  const names = Object.fromEntries((settings.data?.stores ?? []).map(one => [one.store, one.name]))
  return (
    <Page
      question="Who may see and do what?"
      title={
        list.data
          ? peopleAnswer(list.data.people.length, list.data.invitations.length)
          : me.data && !lists
            ? ownAnswer(me.data, names)
            : list.error
              ? 'The members cannot be shown'
              : 'Reading who may come in…'
      }
      actions={
        mayInvite &&
        settings.data?.demo === null && (
          <Button
            onClick={() => {
              invite.reset()
              setForm({ id: null, email: '', role: 'viewer', stores: [], had: 'all' })
            }}
          >
            Invite somebody
          </Button>
        )
      }
    >
      {list.error && (
        <ErrorState
          title="The members could not be read"
          {...words(list.error)}
          onRetry={() => list.refetch()}
        />
      )}
      {list.isLoading && <Skeleton lines={5} />}
      {list.data && (
        <Card title="People" flush>
          <DataTable
            caption="People and what they may do"
            entries
            rows={list.data.people}
            rowKey={person => person.id}
            onRow={
              mayInvite
                ? person =>
                    setForm({
                      id: person.id,
                      email: person.email,
                      role: person.role,
                      stores: undefined,
                      had: person.stores,
                    })
                : undefined
            }
            empty={
              <EmptyState compact title="Nobody has an account yet">
                This is a demo, open on this machine alone: everybody who opens it here is its owner, so
                nobody is invited.
              </EmptyState>
            }
            columns={[
              { key: 'name', label: 'Name', render: person => person.name },
              { key: 'email', label: 'E-mail', render: person => person.email },
              { key: 'role', label: 'Role', render: person => capital(person.role) },
              { key: 'stores', label: 'Stores', render: person => storesWords(person.stores, names) },
              { key: 'second', label: 'Second factor', render: person => (person.twoFactor ? 'On' : 'Off') },
              { key: 'since', label: 'Since', render: person => when.format(new Date(person.since)) },
            ]}
          />
        </Card>
      )}
      {list.data && list.data.invitations.length > 0 && (
        <Card title="Invited" note="the link opens once, within seven days" flush>
          <DataTable
            caption="Open invitations"
            entries
            rows={list.data.invitations}
            rowKey={row => row.id}
            columns={[
              { key: 'email', label: 'E-mail', render: row => row.email },
              { key: 'role', label: 'Role', render: row => capital(row.role) },
              { key: 'stores', label: 'Stores', render: row => storesWords(row.stores, names) },
              { key: 'by', label: 'By', render: row => row.invitedBy },
              { key: 'expires', label: 'Until', render: row => when.format(new Date(row.expires)) },
              ...(mayInvite ? [act] : []),
            ]}
          />
        </Card>
      )}
      {/* After the people: who comes would move what stands below them. */}
      {me.data && !list.isLoading && (
        <>
          {me.data.email && <SignInSafety twoFactor={me.data.twoFactor} />}
          {me.data.kind === 'person' && <ByMail />}
          <Sessions />
          <Keys me={me.data} stores={names} />
        </>
      )}
      <Drawer
        opened={form !== null}
        onClose={() => setForm(null)}
        title={form?.id ? form.email : 'Invite somebody'}
        size={520}
      >
        {invite.data && (
          <FormRow
            label={invite.data.mailed ? 'The invitation was mailed' : 'Send this link'}
            help="It opens once, within seven days, and is not shown again."
          >
            <TextInput readOnly aria-label="Invitation link" value={invite.data.link} />
            <CopyButton value={invite.data.link}>
              {({ copied, copy }) => (
                <Button mt={8} onClick={copy}>
                  {copied ? 'Copied' : 'Copy the link'}
                </Button>
              )}
            </CopyButton>
          </FormRow>
        )}
        {form && !invite.data && (
          <Form
            onSubmit={() =>
              form.id
                ? setRole.mutate({
                    id: form.id,
                    role: form.role,
                    ...(form.stores && { stores: chosenStores(form.stores, mine) }),
                  })
                : invite.mutate({
                    email: form.email,
                    role: form.role,
                    stores: chosenStores(form.stores ?? [], mine),
                  })
            }
          >
            {!form.id && (
              <FormRow label="E-mail" for="email">
                <TextInput
                  id="email"
                  type="email"
                  value={form.email}
                  onChange={event => setForm({ ...form, email: event.currentTarget.value })}
                />
              </FormRow>
            )}
            <FormRow label="Role" for="role" help={roleWords[form.role]}>
              <Select
                id="role"
                allowDeselect={false}
                data={[...roles]
                  .filter(role => me.data?.role === 'owner' || role !== 'owner')
                  .map(value => ({ value, label: capital(value) }))}
                value={form.role}
                onChange={value => setForm({ ...form, role: (value ?? 'viewer') as Role })}
              />
            </FormRow>
            <FormRow
              label="Stores"
              for="stores"
              help={
                form.stores === undefined && form.had !== 'all' && form.had.length === 0
                  ? 'They see no store.'
                  : mine === 'all'
                    ? 'None chosen: all of them, also those to come.'
                    : 'None chosen: all that you see.'
              }
            >
              <MultiSelect
                id="stores"
                data={Object.entries(names).map(([value, label]) => ({ value, label }))}
                value={form.stores ?? (form.had === 'all' ? [] : form.had)}
                onChange={stores => setForm({ ...form, stores })}
              />
            </FormRow>
            {form.id && form.id !== me.data?.id && me.data?.role === 'owner' && (
              <LockedOut
                key={form.id}
                id={form.id}
                email={form.email}
                twoFactor={list.data?.people.find(person => person.id === form.id)?.twoFactor ?? false}
              />
            )}
            {failed && <ErrorState compact title="That was not done" {...words(failed)} />}
            <FormActions>
              {form.id && (
                <Button
                  color="bad"
                  variant="subtle"
                  loading={remove.isPending}
                  onClick={() =>
                    form.id && form.removing
                      ? remove.mutate({ id: form.id })
                      : setForm({ ...form, removing: true })
                  }
                >
                  {form.removing ? 'Really remove' : 'Remove'}
                </Button>
              )}
              {form.removing && (
                <span role="status" className={css.warned}>
                  Their sessions and keys end at once.
                </span>
              )}
              <Row end>
                <Button
                  type="submit"
                  variant="filled"
                  loading={invite.isPending || setRole.isPending}
                  disabled={!form.id && !form.email.includes('@')}
                >
                  {form.id ? 'Save' : 'Invite'}
                </Button>
              </Row>
            </FormActions>
          </Form>
        )}
      </Drawer>
    </Page>
  )
}
