import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { Connect } from './Connect.tsx'
import { Connection } from './Connection.tsx'
import css from './connections.module.css'
import { ago } from './model.ts'
import { StoreName } from './Names.tsx'
import { Person } from './Person.tsx'
import type { ConnectionRow } from './systems-model.ts'

const count = new Intl.NumberFormat('en-GB')

/** The answer in a sentence: how many systems there are, and whether any needs somebody. */
const answer = (rows: readonly ConnectionRow[]): string => {
  const troubled = rows.filter(row => row.state === 'trouble')
  const held = rows.filter(row => row.state === 'held')
  const reading = rows.filter(row => row.history < 1 && !['trouble', 'paused', 'held'].includes(row.state))
  const systems = `${rows.length} ${rows.length === 1 ? 'system is' : 'systems are'} connected`
  if (troubled.length > 0)
    return `${systems}; ${troubled.length === 1 ? `${troubled[0]?.vendorName} needs` : `${troubled.length} need`} attention`
  if (held.length > 0)
    return `${systems}; ${held.length === 1 ? `${held[0]?.vendorName} wants` : `${held.length} want`} to be left alone for a while`
  if (reading.length > 0)
    return `${systems}; the history of ${reading.length === 1 ? reading[0]?.vendorName : reading.length} is still coming in`
  return `${systems} and up to date`
}

/** What is connected, how fresh it is, and the one thing that helps where something is wrong. */
export function Connections() {
  // A link from a figure leads to the connection it came by.
  const [{ open }, setUrl] = useUrl()
  const setOpen = (id: string | null) => setUrl({ open: id ?? undefined })
  /** What the form is open for: any system, or one of whose connection the credentials change. */
  const [adding, setAdding] = useState<'any' | ConnectionRow | null>(null)
  const { data, error, refetch } = useQuery({
    ...api.connections.systems.queryOptions(),
    refetchInterval: query =>
      query.state.data?.some(row => row.running !== null || row.history < 1) ? 2_000 : 15_000,
  })
  const add = (
    <May atLeast="director">
      <Button variant="filled" onClick={() => setAdding('any')}>
        Connect a system
      </Button>
    </May>
  )
  const shown = data?.find(row => row.id === open) ?? null
  return (
    <Page
      question="Can I trust the data?"
      title={data && data.length > 0 ? answer(data) : 'Connections'}
      note="Systems are read at their times, and sooner when they say that something happened."
      actions={data && data.length > 0 && add}
    >
      {error && (
        <ErrorState title="The connections could not be read" {...words(error)} onRetry={() => refetch()} />
      )}
      {!data && !error && <Skeleton lines={6} />}
      {data?.length === 0 && (
        <EmptyState title="No system is connected yet" action={add}>
          Connect the shop, analytics and the other systems you work with: their orders, traffic, spend and
          tasks come in by themselves, and every figure says how fresh it is.
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <Card flush>
          <DataTable
            caption="Connected systems"
            entries
            rows={data}
            rowKey={row => row.id}
            onRow={row => setOpen(row.id)}
            columns={[
              {
                key: 'system',
                label: 'System',
                pinned: true,
                render: row => (
                  <span className={css.named}>
                    <span className={css.system}>{row.vendorName}</span>
                    <span className={css.account}>{row.account}</span>
                  </span>
                ),
              },
              {
                key: 'state',
                label: 'State',
                render: row => (
                  <span className={css.state} data-state={row.state}>
                    {row.says}
                  </span>
                ),
              },
              {
                key: 'history',
                label: 'History',
                render: row => <History share={row.history} />,
              },
              {
                key: 'records',
                label: 'Records read',
                numeric: true,
                render: row => count.format(row.records),
              },
              { key: 'last', label: 'Last read', render: row => ago(row.lastAt, Date.now()) },
              { key: 'next', label: 'Next', render: row => row.nextAt && nextAt(row.nextAt) },
              {
                key: 'stores',
                label: 'Stores',
                render: row => (row.byHost ? 'Each by its pages' : <StoreName of={row.stores} />),
              },
            ]}
          />
        </Card>
      )}
      {data && <Person />}
      <Connection
        row={shown}
        onClose={() => setOpen(null)}
        onRenew={row => {
          setOpen(null)
          setAdding(row)
        }}
      />
      <Connect
        opened={adding !== null}
        renews={adding === 'any' ? null : adding}
        onClose={() => setAdding(null)}
        onConnected={id => {
          setAdding(null)
          setOpen(id)
          refetch()
        }}
      />
    </Page>
  )
}

/** When it is read next; what is due stands in line. */
const nextAt = (at: string) => (Date.parse(at) <= Date.now() ? 'now' : ago(at, Date.now()))

function History({ share }: { share: number }) {
  const percent = Math.floor(share * 100)
  if (percent >= 100) return <>All</>
  return (
    <span className={css.history}>
      <span className={css.bar} aria-hidden="true">
        <span style={{ width: `${percent}%` }} />
      </span>
      {percent}
      {'\u00a0'}%
    </span>
  )
}
