import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, post, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { ErrorState, Unread } from '#ui/State.tsx'
import { browserWords } from './model.ts'

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Where I am signed in; each can be ended from here. */
export function Sessions() {
  const cache = useQueryClient()
  const asked = useQuery(api.members.sessions.queryOptions({ input: {} }))
  const { data } = asked
  const refresh = () => cache.invalidateQueries({ queryKey: api.members.sessions.key() })
  const revoke = useMutation(api.members.revokeSession.mutationOptions({ onSuccess: refresh }))
  const others = useMutation({
    mutationFn: async () => {
      const outcome = await post('/api/auth/revoke-other-sessions', {})
      if (!outcome.ok) throw new Error(outcome.message)
    },
    onSuccess: refresh,
  })
  if (!data) return <Unread what="Where you are signed in" of={asked} />
  if (data.length === 0) return null
  const failed = revoke.error ?? others.error
  return (
    <Card
      title="Where you are signed in"
      flush
      actions={
        data.length > 1 && (
          <Button
            size="compact-sm"
            variant="default"
            loading={others.isPending}
            onClick={() => others.mutate()}
          >
            Sign out everywhere else
          </Button>
        )
      }
    >
      {failed && <ErrorState compact title="That was not done" {...words(failed)} />}
      <DataTable
        caption="Your open sessions"
        entries
        rows={data}
        rowKey={row => row.id}
        columns={[
          {
            key: 'agent',
            label: 'Browser',
            render: row => (
              <span title={row.agent}>
                {browserWords(row.agent)}
                {row.current && ' (this one)'}
              </span>
            ),
          },
          { key: 'address', label: 'Address', render: row => row.address },
          { key: 'since', label: 'Since', render: row => when.format(new Date(row.since)) },
          { key: 'seen', label: 'Last seen', render: row => when.format(new Date(row.lastSeen)) },
          {
            key: 'act',
            label: '',
            acts: true,
            name: 'End',
            render: row =>
              !row.current && (
                <Button size="compact-sm" variant="default" onClick={() => revoke.mutate({ id: row.id })}>
                  Sign out there
                </Button>
              ),
          },
        ]}
      />
    </Card>
  )
}
