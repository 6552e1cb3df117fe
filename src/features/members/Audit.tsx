import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, client, words } from '#features/client.ts'
import { actWords } from '#kernel/act-words.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { saveCsv } from '#ui/download.ts'
import { FindField } from '#ui/FindField.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { auditAnswer, auditColumns, auditRows, changes } from './model.ts'

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
/** In the list; the second is in the detail. */
const brief = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const page = 100
/** Entries of a file: more are had over the API. */
const mostSaved = 20_000

const said = (entry: { operation: string; named: string; before: unknown; after: unknown }) =>
  actWords(entry.operation, entry.named, entry)

/** Every write: who, what, when, before and after. */
export function Audit() {
  const [{ find, page: at, entry: shown }, setUrl] = useUrl()
  const search = find ? { search: find } : {}
  const offset = page * Math.max(0, Math.trunc(Number(at) || 1) - 1)
  const turn = (to: number) => setUrl({ page: to > 0 ? String(to / page + 1) : undefined })
  const found = useQuery({
    ...api.members.audit.queryOptions({ input: { ...search, limit: page, offset } }),
    placeholderData: keepPreviousData,
  })
  const entry = found.data?.entries.find(e => e.id === shown)
  const newest = offset === 0 ? found.data?.entries[0] : undefined
  const latest = newest && `${said(newest)}, by ${newest.actorName} on ${brief.format(new Date(newest.at))}`
  const take = async () => {
    const rows: Record<string, string>[] = []
    for (let from = 0; from < mostSaved; from += 500) {
      const { entries } = await client.members.audit({ ...search, limit: 500, offset: from })
      rows.push(...auditRows(entries))
      if (entries.length < 500) break
    }
    saveCsv({ name: 'audit', columns: auditColumns, rows })
  }
  return (
    <Page
      question="Who changed what?"
      title={
        found.error
          ? 'The audit cannot be shown'
          : !found.data || found.isPlaceholderData
            ? 'Reading the changes…'
            : auditAnswer(found.data.count, { find, latest })
      }
      note="None can be altered or removed here."
      actions={
        <Row>
          <FindField label="Search the audit" placeholder="Search person, thing or act" also={['page']} />
          <Button onClick={take}>CSV</Button>
        </Row>
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
            entries
            rows={found.data.entries}
            rowKey={row => row.id}
            onRow={row => setUrl({ entry: row.id })}
            empty={
              <EmptyState
                kind={find ? 'no_match' : 'nothing_yet'}
                title={find ? 'Nothing matches' : 'Nothing was changed yet'}
              >
                {find
                  ? 'Search for a name, for what was done (approved, moved), or for the thing it was done to.'
                  : 'Whatever somebody changes is told here: who, when, and what stood there before.'}
              </EmptyState>
            }
            columns={[
              { key: 'what', label: 'What', render: said },
              { key: 'who', label: 'Who', wraps: 'name', render: row => row.actorName },
              { key: 'at', label: 'When', wraps: 'name', render: row => brief.format(new Date(row.at)) },
            ]}
          />
        </Card>
      )}
      {found.data && found.data.count > page && (
        <Row end>
          <Button variant="default" disabled={offset === 0} onClick={() => turn(offset - page)}>
            Newer
          </Button>
          <Button
            variant="default"
            disabled={offset + page >= found.data.count}
            onClick={() => turn(offset + page)}
          >
            Older
          </Button>
        </Row>
      )}
      <Drawer
        opened={entry !== undefined}
        onClose={() => setUrl({ entry: undefined })}
        title={entry ? said(entry) : ''}
        note={
          entry &&
          `${entry.actorName}, ${when.format(new Date(entry.at))} · ${entry.operation}${entry.named === entry.subject ? '' : ` · ${entry.subject}`}${entry.request ? ` · request ${entry.request}` : ''}`
        }
      >
        {entry && (
          <DataTable
            caption="Before and after"
            entries
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
