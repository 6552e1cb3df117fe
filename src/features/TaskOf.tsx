import { Anchor, Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import type { MadeTask, TaskPlace } from './tasks.ts'

const names: Readonly<Record<string, string>> = { asana: 'Asana', trello: 'Trello' }

/** A task made elsewhere, by its link, with its state there. */
export function TaskLink({ task }: { task: MadeTask }) {
  const where = names[task.platform] ?? task.platform
  const state = {
    open: 'open',
    done: task.done ? `done on ${showDay(task.done, 'card')}` : 'done',
    archived: 'archived',
    unread: 'made, not read back yet',
  }[task.state]
  return (
    <Anchor href={task.url} target="_blank" rel="noreferrer" size="sm">
      {`In ${where}, ${task.project}: ${state}`}
    </Anchor>
  )
}

/** Makes a task of something in a connected task system; nothing where none is connected. */
export function TaskOf(props: {
  task: MadeTask | null
  onMake: (place: TaskPlace) => void
  making: boolean
  failed: unknown
}) {
  const { task, onMake, making, failed } = props
  const [chosen, choose] = useState<string | null>(null)
  const places = useQuery(
    api.connections.taskPlaces.queryOptions({ enabled: task === null, staleTime: 60_000 }),
  )
  if (task) return <TaskLink task={task} />
  const all = (places.data ?? []).flatMap(({ connection, platform, account, projects }) =>
    projects.map(project => ({
      value: JSON.stringify([connection, project]),
      label: `${project} · ${names[platform] ?? platform}${account ? `, ${account}` : ''}`,
    })),
  )
  if (all.length === 0) return null
  const make = () => {
    const [connection, project] = JSON.parse(chosen ?? '[]') as string[]
    if (connection && project) onMake({ connection, project })
  }
  return (
    <>
      <Row>
        <Select
          aria-label="Project or board of the task"
          placeholder="Project or board"
          data={all}
          value={chosen}
          onChange={choose}
          searchable
        />
        <Button variant="default" disabled={chosen === null} loading={making} onClick={make}>
          Make a task of it
        </Button>
      </Row>
      {failed ? <ErrorState compact title="The task was not made" {...words(failed)} /> : null}
    </>
  )
}
