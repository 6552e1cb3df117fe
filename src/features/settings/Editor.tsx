import { Button } from '@mantine/core'
import { type UseMutationResult, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, words } from '#features/client.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { FormActions } from '#ui/Form.tsx'
import { ErrorState } from '#ui/State.tsx'

/** Settings are on every screen: whatever was saved, all that was asked is asked again. */
export const useSaved = (done: () => void) => {
  const cache = useQueryClient()
  return async () => {
    done()
    await cache.invalidateQueries({ queryKey: api.settings.key() })
    await cache.invalidateQueries({ queryKey: api.performance.key() })
  }
}

type Act = Pick<UseMutationResult<unknown, Error, never>, 'error' | 'isPending' | 'reset'>

/** The sheet a thing is added or changed in. */
export function Editor(props: {
  opened: boolean
  title: string
  onClose: () => void
  save: Act
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
    <Drawer opened={props.opened} onClose={close} title={props.title} size={560}>
      {props.children}
      {failed && <ErrorState compact title="That was not saved" {...words(failed)} />}
      <FormActions>
        {props.onRemove && (
          <Button
            color="red"
            variant="subtle"
            loading={props.remove?.isPending ?? false}
            onClick={props.onRemove}
          >
            Remove
          </Button>
        )}
        <Button variant="filled" loading={props.save.isPending} onClick={props.onSave}>
          Save
        </Button>
      </FormActions>
    </Drawer>
  )
}
