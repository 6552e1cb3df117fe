import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Where I am signed in; each can be ended from here. */
export function Sessions() {
  const cache = useQueryClient()
  const { data } = useQuery(api.members.sessions.queryOptions({ input: {} }))
  const revoke = useMutation(
    api.members.revokeSession.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.members.sessions.key() }),
    }),
  )
  if (!data || data.length === 0) return null
  return (
    <Card title="Where you are signed in" flush>
      <DataTable
        caption="Your open sessions"
        rows={data}
        rowKey={row => row.id}
        columns={[
          { key: 'agent', label: 'Browser', render: row => row.agent || 'Unknown' },
          { key: 'address', label: 'Address', render: row => row.address },
          { key: 'seen', label: 'Last seen', render: row => when.format(new Date(row.lastSeen)) },
          {
            key: 'act',
            label: '',
            name: 'End',
            render: row => (
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
