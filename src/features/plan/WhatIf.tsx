import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { type Asked, driversOf, openWords, resultsOf, type Version } from './model.ts'
import { asUsual, type GivenProps, Ranges, useRange } from './Ranges.tsx'
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
  const [given, setGiven] = useState(asUsual)
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
  const choose = (
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
  )
  if (!target || drivers.length === 0)
    return (
      <Page question={question} title={`Nothing can be asked of ${version.name} yet`} actions={choose}>
        <EmptyState title="It needs drivers and a result">
          Type figures into the drivers of the plan, and give it a line worked out from them.
        </EmptyState>
      </Page>
    )
  return (
    <Asking
      key={target.name}
      given={given}
      onGiven={setGiven}
      name={version.name}
      choose={choose}
      version={version.id}
      sheet={sheet}
      drivers={drivers}
      target={target}
      stillOpen={openWords(sheet, opened.data.closed)}
    />
  )
}

function Asking({
  name,
  choose,
  given,
  onGiven,
  ...asked
}: Asked & GivenProps & { name: string; choose: ReactNode }) {
  const { sheet, target, stillOpen } = asked
  const range = useRange(asked, given)
  const { data: found, error } = range.asked
  const money = (value: number) => show(value.toFixed(2), { unit: 'money', currency: sheet.currency }, 'card')
  return (
    <Page
      question={question}
      title={
        found
          ? `${name} plans ${money(found.base)} ${target.label}; four times in five it ends between ${money(found.p10)} and ${money(found.p90)}`
          : error
            ? `${target.label}, ${name}`
            : 'Working out how sure the plan is…'
      }
      note={`Where each driver may be off by ${Object.keys(given.shares).length ? 'what is said below' : '10 %'}${stillOpen && `${stillOpen}; what is closed stands`}. Estimates from the plan’s own formulas; asking changes nothing.`}
      actions={choose}
    >
      {/* Under a title that is there: a longer one would move the tabs away under the reader’s hand. */}
      {!found && !error ? (
        <Skeleton height={480} />
      ) : (
        <UrlTabs
          tabs={[
            {
              name: 'range',
              label: 'How sure',
              show: () => <Ranges {...asked} given={given} onGiven={onGiven} range={range} />,
            },
            { name: 'goal', label: 'What makes the goal', show: () => <GoalSeek {...asked} /> },
            { name: 'table', label: 'What a change does', show: () => <Sensitivity {...asked} /> },
          ]}
        />
      )}
    </Page>
  )
}
