import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { useWhole } from '#features/May.tsx'
import { WayIn } from '#features/WayIn.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { FindField } from '#ui/FindField.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import css from './connections.module.css'
import { FewFirst } from './FewFirst.tsx'
import { Flow } from './Flow.tsx'
import { isLate, platforms, shownDay, TitleLink, today } from './WorkShown.tsx'
import type { WorkRow } from './work-model.ts'

const states = [
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
  { value: 'archived', label: 'Archived' },
] as const
type State = (typeof states)[number]['value']

/** Tasks and cards of the task systems, those due first at the top. */
export function Work() {
  const [{ tab, find: search = '', state: asked = 'open' }, setUrl] = useUrl()
  const state = states.find(one => one.value === asked)?.value ?? null
  const setState = (one: State | null) =>
    setUrl({ state: one === 'open' ? undefined : (one ?? 'all') }, { replace: true })
  const [place, setPlace] = useState<string | null>(null)
  const [platform, project] = place === null ? [] : (JSON.parse(place) as [string, string])
  const whole = useWhole()
  const filtered = Boolean(search || state || place)
  const found = useQuery({
    ...api.connections.work.queryOptions({
      input: {
        asOf: today(),
        ...(search && { search }),
        ...(state && { state }),
        ...(platform && project && { platform, project }),
      },
    }),
    placeholderData: keepPreviousData,
  })
  const nothing = found.data?.projects.length === 0
  const tasks = () => (
    <>
      {found.error && (
        <ErrorState
          title="The work could not be read"
          {...words(found.error)}
          onRetry={() => found.refetch()}
        />
      )}
      {found.isLoading && <Skeleton lines={8} />}
      {found.data && (
        <Card flush stale={found.isPlaceholderData}>
          <FewFirst rows={found.data.rows}>
            {shown => (
              <DataTable
                caption="Tasks and cards, those due first at the top"
                entries
                rows={shown}
                rowKey={row => `${row.store} ${row.platform} ${row.task}`}
                empty={
                  nothing || !filtered ? (
                    <EmptyState
                      title={whole ? 'No task system is connected yet' : 'No tasks of your stores'}
                      action={whole && <WayIn />}
                    >
                      {whole
                        ? 'Connect Asana or Trello, and their tasks are listed here.'
                        : 'Tasks belong to the store their system was connected for; none is connected for a store you see.'}
                    </EmptyState>
                  ) : (
                    <EmptyState kind="no_match" title="Nothing matches" />
                  )
                }
                columns={[
                  { key: 'title', label: 'Task', pinned: true, render: row => <TitleLink {...row} /> },
                  // What says whether it is late, and whose it is, before where it stands: a phone shows the first few.
                  {
                    key: 'due',
                    label: 'Due',
                    wraps: 'name',
                    render: row => (
                      <span className={css.state} data-state={isLate(row) ? 'trouble' : undefined}>
                        {shownDay(row.due)}
                        {isLate(row) && ', late'}
                      </span>
                    ),
                  },
                  { key: 'assignee', label: 'Who', wraps: 'name', render: row => row.assignee },
                  // What one asked for need not stand in every row.
                  ...(state === null
                    ? [
                        {
                          key: 'state',
                          label: 'State',
                          render: (row: WorkRow) => states.find(one => one.value === row.state)?.label,
                        },
                      ]
                    : []),
                  { key: 'project', label: 'Project', render: row => row.project },
                  { key: 'section', label: 'Section', render: row => row.section },
                  { key: 'system', label: 'Kept in', render: row => platforms[row.platform] ?? row.platform },
                  ...(state === 'open'
                    ? []
                    : [{ key: 'done', label: 'Done on', render: (row: WorkRow) => shownDay(row.done) }]),
                ]}
              />
            )}
          </FewFirst>
        </Card>
      )}
    </>
  )
  return (
    <Page
      question="Are we doing it?"
      title={found.data && !nothing ? answerOf(found.data.late, state) : 'Work'}
      // Its line is kept for it: what stands below must not move when it comes.
      note={
        found.data
          ? !nothing && noteOf(found.data.rows.length, found.data.count)
          : found.isLoading && '\u00a0'
      }
      actions={
        <Row>
          <Select
            aria-label="Project or board"
            placeholder="All projects and boards"
            clearable
            data={(found.data?.projects ?? []).map(one => ({
              value: JSON.stringify([one.platform, one.project]),
              label: `${one.project} · ${platforms[one.platform] ?? one.platform}`,
            }))}
            value={place}
            onChange={setPlace}
          />
          {tab !== 'flow' && (
            <>
              <Select
                aria-label="State"
                placeholder="Any state"
                clearable
                data={[...states]}
                value={state}
                onChange={value => setState(states.find(one => one.value === value)?.value ?? null)}
              />
              <FindField label="Search the work" placeholder="Search title or person" />
            </>
          )}
        </Row>
      }
    >
      <UrlTabs
        tabs={[
          { name: 'tasks', label: 'Tasks', show: tasks },
          {
            name: 'flow',
            label: 'How it moves',
            show: () => <Flow {...(platform && project && { platform, project })} />,
          },
        ]}
      />
    </Page>
  )
}

/** The answer in a sentence, of all that are late: there may be more than are shown. */
const answerOf = (late: number, state: State | null): string => {
  if (state !== null && state !== 'open') return 'Work'
  if (late === 0) return 'Nothing is late'
  return `${late.toLocaleString('en-GB')} ${late === 1 ? 'task is' : 'tasks are'} late`
}

const noteOf = (shown: number, count: number) =>
  shown < count
    ? `The first ${shown.toLocaleString('en-GB')} of ${count.toLocaleString('en-GB')}`
    : `${count.toLocaleString('en-GB')} ${count === 1 ? 'task' : 'tasks'}`
