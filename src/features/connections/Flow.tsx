import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import type { FlowMove } from './flow-model.ts'
import { platforms, shownDay, TitleLink } from './WorkShown.tsx'

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })
const inDays = (days: number | null) =>
  days === null ? 'Not known' : `${number.format(days)} ${days === 1 ? 'day' : 'days'}`

/** How long work stands in each section, how long it takes from start to done, and what moved this week. */
export function Flow({ platform, project }: { platform?: string; project?: string }) {
  const found = useQuery({
    ...api.connections.workFlow.queryOptions({
      input: { ...(platform && { platform }), ...(project && { project }) },
    }),
    placeholderData: keepPreviousData,
  })
  const { data } = found
  if (found.error)
    return (
      <ErrorState
        title="How work moves could not be read"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  if (!data) return <Skeleton lines={8} />
  if (!data.any)
    return (
      <EmptyState title="No moves are read yet">
        Once the history of Asana or Trello is read, it says here how long work stands in each section and how
        long it takes from start to done.
      </EmptyState>
    )
  const { all, week } = data
  return (
    <>
      <TileRow label="Work in short">
        <StatTile
          label="Start to done, half of it within"
          value={inDays(all.median)}
          deltas={all.most === null ? undefined : `85 of 100 within ${inDays(all.most)}`}
        />
        <StatTile
          label={`Done in ${data.days} days`}
          value={number.format(all.done)}
          deltas={`Work began on ${number.format(all.started)}`}
        />
        <StatTile
          label="Moved this week"
          value={number.format(week.moved)}
          deltas={`${number.format(week.tasks)} tasks touched, ${number.format(week.made)} made, ${number.format(week.done)} done`}
        />
        <StatTile
          label="Put off this week"
          value={number.format(week.putOff)}
          deltas="Due days moved to later ones"
        />
      </TileRow>
      <Card
        flush
        title="Where work stands, and for how long"
        note={`Stays that ended in the last ${data.days} days, and those that have not ended`}
        stale={found.isPlaceholderData}
      >
        <DataTable
          caption="Time in each section"
          rows={data.sections}
          rowKey={row => `${row.platform} ${row.project} ${row.section}`}
          columns={[
            { key: 'section', label: 'Section', pinned: true, render: row => row.section || 'No section' },
            { key: 'project', label: 'Project', render: row => row.project },
            {
              key: 'stage',
              label: 'Work there',
              spare: true,
              render: row => (row.stage === 'doing' ? 'In progress' : 'Waits'),
            },
            {
              key: 'median',
              label: 'Half stood within',
              numeric: true,
              render: row => (row.left === 0 ? 'None left it' : inDays(row.median)),
            },
            { key: 'left', label: 'Left it', numeric: true, render: row => number.format(row.left) },
            { key: 'now', label: 'There now', numeric: true, render: row => number.format(row.now) },
            {
              key: 'longest',
              label: 'Longest there now',
              numeric: true,
              render: row => (row.longest === null ? '' : inDays(row.longest)),
            },
            {
              key: 'system',
              label: 'Kept in',
              spare: true,
              render: row => platforms[row.platform] ?? row.platform,
            },
          ]}
        />
      </Card>
      <Card
        flush
        title="From start to done, by project"
        note="Start is the first move into a section of work in progress"
        stale={found.isPlaceholderData}
      >
        <DataTable
          caption="Cycle time by project"
          rows={data.projects}
          rowKey={row => `${row.platform} ${row.project}`}
          columns={[
            { key: 'project', label: 'Project', pinned: true, render: row => row.project },
            {
              key: 'median',
              label: 'Half within',
              numeric: true,
              render: row => inDays(row.median),
            },
            {
              key: 'most',
              label: '85 of 100 within',
              numeric: true,
              render: row => inDays(row.most),
            },
            { key: 'done', label: 'Done', numeric: true, render: row => number.format(row.done) },
            {
              key: 'timed',
              label: 'Of those, start known',
              numeric: true,
              render: row => number.format(row.timed),
            },
            { key: 'started', label: 'Begun', numeric: true, render: row => number.format(row.started) },
          ]}
        />
      </Card>
      <Card
        flush
        title="What moved this week"
        note={data.moves.length === 100 ? 'The latest 100' : undefined}
        stale={found.isPlaceholderData}
      >
        <DataTable
          caption="Moves of the last seven days, the latest at the top"
          rows={data.moves}
          rowKey={(row, index) => `${row.store} ${row.platform} ${row.task} ${index}`}
          empty={<EmptyState kind="no_match" title="Nothing moved in the last seven days" />}
          columns={[
            { key: 'title', label: 'Task', pinned: true, render: row => <TitleLink {...row} /> },
            { key: 'what', label: 'What happened', wraps: 'name', render: whatOf },
            {
              key: 'at',
              label: 'When',
              render: row => `${shownDay(row.at.slice(0, 10))} ${row.at.slice(11, 16)}`,
            },
            { key: 'project', label: 'Project', render: row => row.project },
          ]}
        />
      </Card>
    </>
  )
}

/** A move in words. */
function whatOf({ kind, from, to }: FlowMove): string {
  if (kind === 'made') return `Made in ${to || 'no section'}`
  if (kind === 'section') return from === '' ? `Came to ${to}` : `${from} → ${to}`
  if (kind === 'due')
    return to === ''
      ? `No longer due on ${shownDay(from)}`
      : from === ''
        ? `Due on ${shownDay(to)}`
        : `Due ${shownDay(from)} → ${shownDay(to)}`
  if (kind === 'assignee')
    return to === '' ? `Taken from ${from || 'somebody'}` : `${from ? `${from} → ` : 'Given to '}${to}`
  return to === 'done' ? 'Done' : to === 'archived' ? 'Put away' : `Open again, was ${from}`
}
