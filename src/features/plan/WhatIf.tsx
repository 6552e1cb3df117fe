import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { driversOf, resultsOf, type Version } from './model.ts'
import { Ranges } from './Ranges.tsx'
import { GoalSeek, Sensitivity } from './Seeking.tsx'
import { WithVersion } from './WithVersion.tsx'

const question = 'How sure is the plan, and what would make it?'

/** What a plan may come to when its drivers are unsure, what makes a goal, and what a change would do. Nothing is changed. */
export function WhatIf() {
  return (
    <WithVersion
      question={question}
      promise="Once there is one, this tells what it may come to when its drivers are unsure, and what would make the goal."
    >
      {(version, select) => <Opened key={version.id} version={version} select={select} />}
    </WithVersion>
  )
}

function Opened({ version, select }: { version: Version; select: ReactNode }) {
  const [search, setUrl] = useUrl()
  const opened = useQuery(api.plan.open.queryOptions({ input: { version: version.id } }))
  const drivers = useMemo(
    () => (opened.data ? driversOf(opened.data.sheet, opened.data.rows) : []),
    [opened.data],
  )
  if (opened.error)
    return (
      <Page question={question} title="The plan cannot be shown" actions={select}>
        <ErrorState
          title="The plan could not be read"
          {...words(opened.error)}
          onRetry={() => opened.refetch()}
        />
      </Page>
    )
  if (!opened.data)
    return (
      <Page question={question} title="Opening the plan…">
        <Skeleton height={320} />
      </Page>
    )
  const { sheet } = opened.data
  const results = resultsOf(sheet)
  const target = results.find(one => one.name === search.line) ?? results[0]
  const asked = { version: version.id, sheet, drivers }
  return (
    <Page
      question={question}
      title={target ? `${target.label}, ${version.name}` : version.name}
      note="Estimates from the plan’s own formulas; asking changes nothing."
      actions={
        <Row>
          {select}
          <Select
            aria-label="Result"
            allowDeselect={false}
            data={results.map(one => ({ value: one.name, label: one.label }))}
            value={target?.name ?? null}
            onChange={name => name && setUrl({ line: name })}
          />
        </Row>
      }
    >
      {!target || drivers.length === 0 ? (
        <EmptyState title="Nothing can be asked yet">
          The plan needs figures in its drivers and a result worked out from them.
        </EmptyState>
      ) : (
        <UrlTabs
          tabs={[
            { name: 'range', label: 'How sure', show: () => <Ranges {...asked} target={target} /> },
            {
              name: 'goal',
              label: 'What makes the goal',
              show: () => <GoalSeek {...asked} target={target} />,
            },
            {
              name: 'table',
              label: 'What a change does',
              show: () => <Sensitivity {...asked} target={target} />,
            },
          ]}
        />
      )}
    </Page>
  )
}
