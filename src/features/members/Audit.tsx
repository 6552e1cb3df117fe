import { Button, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { actWords, changes } from './model.ts'

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
/** In the list; the second is in the detail. */
const brief = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const page = 100

/** Every write: who, what, when, before and after. */
export function Audit() {
  const [search, setSearch] = useState('')
  const [offset, setOffset] = useState(0)
  const [shown, setShown] = useState<string | null>(null)
  const found = useQuery({
    ...api.members.audit.queryOptions({ input: { ...(search && { search }), limit: page, offset } }),
    placeholderData: keepPreviousData,
  })
  const entry = found.data?.entries.find(e => e.id === shown)
  return (
    <Page
      question="Who changed what?"
      title="Audit"
      note={
        found.data &&
        `${found.data.count.toLocaleString('en-GB')} changes; none can be altered or removed here`
      }
      actions={
        <TextInput
          aria-label="Search the audit"
          placeholder="Search person, thing or act"
          value={search}
          onChange={event => {
            setSearch(event.currentTarget.value)
            setOffset(0)
          }}
        />
      }
    >
      {found.error && (
        <ErrorState
          title="The audit could not be read"
          {...words(found.error)}
          onRetry={() => found.refetch()}
        />
      )}
      {found.isLoading && <Skeleton lines={8} />}
      {found.data && (
        <Card flush stale={found.isPlaceholderData}>
          <DataTable
            caption="Changes, newest first"
            rows={found.data.entries}
            rowKey={row => row.id}
            onRow={row => setShown(row.id)}
            empty={
              <EmptyState
                kind={search ? 'no_match' : 'nothing_yet'}
                title={search ? 'Nothing matches' : 'Nothing was changed yet'}
              />
            }
            columns={[
              { key: 'at', label: 'When', render: row => brief.format(new Date(row.at)) },
              { key: 'who', label: 'Who', render: row => row.actorName },
              {
                key: 'operation',
                label: 'Act',
                render: row => <span title={row.operation}>{actWords(row.operation)}</span>,
              },
              { key: 'subject', label: 'On', render: row => row.subject },
            ]}
          />
        </Card>
      )}
      {found.data && found.data.count > page && (
        <Row end>
          <Button variant="default" disabled={offset === 0} onClick={() => setOffset(offset - page)}>
            Newer
          </Button>
          <Button
            variant="default"
            disabled={offset + page >= found.data.count}
            onClick={() => setOffset(offset + page)}
          >
            Older
          </Button>
        </Row>
      )}
      <Drawer
        opened={entry !== undefined}
        onClose={() => setShown(null)}
        title={entry ? actWords(entry.operation) : ''}
        note={
          entry &&
          `${entry.actorName}, ${when.format(new Date(entry.at))}${entry.subject && `, on ${entry.subject}`}${entry.request ? ` · request ${entry.request}` : ''}`
        }
      >
        {entry && (
          <DataTable
            caption="Before and after"
            rows={changes(entry.before, entry.after)}
            rowKey={row => row.field}
            empty={<EmptyState compact title="No detail was kept" />}
            columns={[
              { key: 'field', label: 'What', render: row => row.field },
              { key: 'before', label: 'Before', render: row => row.before },
              { key: 'after', label: 'After', render: row => row.after },
            ]}
          />
        )}
      </Drawer>
    </Page>
  )
}
