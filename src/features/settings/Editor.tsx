import { Button } from '@mantine/core'
import { type UseMutationResult, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import type { Role } from '#kernel/actor.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable, type DataTableProps } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'

/** Settings are on every screen: whatever was saved, all that was asked is asked again. */
export const useSaved = (done: () => void) => {
  const cache = useQueryClient()
  return async () => {
    done()
    await cache.invalidateQueries({ queryKey: api.settings.key() })
    await cache.invalidateQueries({ queryKey: api.performance.key() })
  }
}

/** What was set so far, and the way to set one more; a row opens its editor. */
export function Listed<Row>({
  title,
  note,
  add,
  onAdd,
  atLeast,
  ...table
}: {
  title: string
  note?: string
  /** The words of the button. */
  add: string
  onAdd: () => void
  /** Who may add one. */
  atLeast: Role
} & DataTableProps<Row>) {
  return (
    <Card
      title={title}
      note={note}
      flush
      actions={
        <May atLeast={atLeast}>
          <Button size="compact-sm" variant="default" onClick={onAdd}>
            {add}
          </Button>
        </May>
      }
    >
      <DataTable entries {...table} />
    </Card>
  )
}

type Act = Pick<UseMutationResult<unknown, Error, never>, 'error' | 'isPending' | 'reset'>

/** The sheet a thing is added or changed in. */
export function Editor(props: {
  opened: boolean
  title: string
  /** Who may change it; others look at it. */
  atLeast: Role
  onClose: () => void
  save: Act
  /** What has to be filled in before. */
  missing?: readonly (string | false)[]
  onSave: () => void
  remove?: Act
  onRemove?: () => void
  children: ReactNode
}) {
  const failed = props.save.error ?? props.remove?.error
  const close = () => {
    props.save.reset()
    props.remove?.reset()
    props.onClose()
  }
  return (
    <EditDrawer
      opened={props.opened}
      title={props.title}
      onClose={close}
      onSave={props.onSave}
      missing={props.missing}
      saving={props.save.isPending}
      readOnly={!useMay(props.atLeast)}
      failed={failed ? words(failed) : null}
      remove={props.onRemove && { run: props.onRemove, running: props.remove?.isPending ?? false }}
    >
      {props.children}
    </EditDrawer>
  )
}
