import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { titleOf } from '#kernel/capital.ts'
import { valueName } from '#kernel/value-names.ts'
import type { RowsRequest } from '#metrics/engine.ts'
import type { Query } from '#metrics/query.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { saveCsv } from '#ui/download.ts'
import { Row } from '#ui/Page.tsx'
import { usePhone } from '#ui/phone.ts'
import { Scroll } from '#ui/Scroll.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import css from './performance.module.css'

const page = 100
const numeric =
  /^(quantity|gross|discounts|reversals|shipping|taxes|duties|fees|tips|gift_cards|cost|.*_amount|net|price)$/

const nothing = /^(0(\.0+)?)?$/

/** Exact, without the zeros a fixed number of places leaves behind: 9.3600 is 9.36, 24.0000 is 24. */
const trimmed = (value: string) => (/^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value)

/** The ledger rows a number rests on, in a sheet from the right. */
export function RowsSheet({
  request,
  title,
  onClose,
  onDiscuss,
}: {
  request: RowsRequest | null
  title: string
  onClose: () => void
  /** Opens the conversation about the number. */
  onDiscuss?: (() => void) | undefined
}) {
  const [offset, setOffset] = useState(0)
  const found = useQuery(
    api.performance.rows.queryOptions({
      input: { ...(request as RowsRequest), limit: page, offset },
      enabled: request !== null,
      placeholderData: keepPreviousData,
    }),
  )
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const stores = Object.fromEntries((settings.data?.stores ?? []).map(one => [one.store, one.name]))
  // Its head and what stands under it wrap there.
  const narrow = usePhone()
  const data = found.data
  // A page of rows has much that is empty: those columns are left out here, not of the file.
  const telling = (data?.columns ?? [])
    .map((name, at) => ({ name, at }))
    .filter(({ at }) => data?.rows.some(row => !nothing.test(row[at] ?? '')))
  return (
    <Drawer
      opened={request !== null}
      onClose={() => {
        setOffset(0)
        onClose()
      }}
      title={title}
      note={
        data &&
        `${data.count.toLocaleString('en-GB')} rows of ${data.table.replaceAll('_', ' ')}${telling.length < data.columns.length ? ` · ${data.columns.length - telling.length} empty columns not shown` : ''}`
      }
      size="min(1080px, 94vw)"
    >
      {found.isError ? (
        <ErrorState
          title="The rows could not be read"
          {...words(found.error)}
          onRetry={() => found.refetch()}
        />
      ) : !data ? (
        <Skeleton lines={10} />
      ) : (
        <>
          <DataTable
            caption={title}
            compact
            maxHeight={`calc(100dvh - ${narrow ? 252 : 150}px)`}
            columns={telling.map(({ name, at }, n) => ({
              key: name,
              label: titleOf(name),
              numeric: numeric.test(name),
              pinned: n === 0,
              render: (row: (string | null)[]) =>
                name === 'store' ? valueName(name, row[at] ?? '', stores) : trimmed(row[at] ?? ''),
            }))}
            rows={data.rows}
            rowKey={(_, n) => String(n)}
            empty={<EmptyState kind="no_match" title="No rows" compact />}
          />
          <div className={css.pager}>
            <span>
              {data.count === 0
                ? '0 rows'
                : `${(offset + 1).toLocaleString('en-GB')}–${Math.min(offset + page, data.count).toLocaleString('en-GB')} of ${data.count.toLocaleString('en-GB')}`}
            </span>
            <Row>
              <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - page))}>
                Previous
              </Button>
              <Button disabled={offset + page >= data.count} onClick={() => setOffset(offset + page)}>
                Next
              </Button>
              {onDiscuss && (
                <Button variant="subtle" onClick={onDiscuss}>
                  Discuss
                </Button>
              )}
              <Button
                onClick={() =>
                  saveCsv({
                    name: 'rows',
                    columns: data.columns.map(key => ({ key, label: key })),
                    rows: data.rows.map(row =>
                      Object.fromEntries(data.columns.map((key, n) => [key, row[n] ?? null])),
                    ),
                  })
                }
              >
                CSV of this page
              </Button>
            </Row>
          </div>
        </>
      )}
    </Drawer>
  )
}

/** How a number was worked out: its formula, the steps, and the questions put to the warehouse. */
export function WorkingsSheet({ query, onClose }: { query: Query | null; onClose: () => void }) {
  const found = useQuery(
    api.performance.explain.queryOptions({ input: query as Query, enabled: query !== null }),
  )
  return (
    <Drawer opened={query !== null} onClose={onClose} title="How this is worked out" size="min(820px, 94vw)">
      {found.isError ? (
        <ErrorState
          title="This could not be explained"
          {...words(found.error)}
          onRetry={() => found.refetch()}
        />
      ) : !found.data ? (
        <Skeleton lines={8} />
      ) : (
        <>
          {Object.entries(found.data.metrics).map(([name, { definition, expanded }]) => (
            <section key={name}>
              <h3 className={css.section}>{definition.label}</h3>
              <p>{definition.description}</p>
              <Scroll label={`Formula of ${definition.label}`}>
                <pre className={css.code}>
                  {definition.formula}
                  {expanded && expanded !== definition.formula ? `\n= ${expanded}` : ''}
                </pre>
              </Scroll>
            </section>
          ))}
          {found.data.passes.length > 0 && (
            <>
              <h3 className={css.section}>Steps</h3>
              <ol className={css.steps}>
                {found.data.passes.map(pass => (
                  <li key={pass.name}>
                    {pass.about || pass.name} <span style={{ color: 'var(--ink-3)' }}>({pass.name})</span>
                  </li>
                ))}
              </ol>
            </>
          )}
          {found.data.statements.map((statement, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: statements stand in the order they run
            <section key={n}>
              <h3 className={css.section}>{titleOf(statement.about)}</h3>
              <Scroll label={statement.about}>
                <pre className={css.code}>
                  {statement.sql}
                  {Object.keys(statement.parameters).length > 0 &&
                    `\n\n-- ${Object.entries(statement.parameters)
                      .map(([key, value]) => `${key} = ${String(value)}`)
                      .join('\n-- ')}`}
                </pre>
              </Scroll>
            </section>
          ))}
        </>
      )}
    </Drawer>
  )
}
