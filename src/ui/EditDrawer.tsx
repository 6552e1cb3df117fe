import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Drawer } from './Drawer.tsx'
import { Fields } from './Fields.tsx'
import { Form, FormActions } from './Form.tsx'
import { ErrorState } from './State.tsx'

/** A sheet in which a thing is added or changed: its rows, what went wrong, and the buttons that end it. */
export function EditDrawer(props: {
  opened: boolean
  title: ReactNode
  note?: ReactNode
  onClose: () => void
  onSave: () => void
  /** On the button; Save when absent. */
  saveLabel?: string
  saving: boolean
  disabled?: boolean
  /** What has to be filled in before it can be saved: "a name"; the button waits for it and says so. */
  missing?: readonly (string | false)[]
  /** To be looked at: nothing can be changed, and no button ends it. */
  readOnly?: boolean
  /** The error in words: why nothing was saved. */
  failed?: { message: string; next?: string } | null
  remove?: { run: () => void; running: boolean; disabled?: boolean } | undefined
  /** On its button; Remove when absent. */
  removeLabel?: string
  size?: number
  children: ReactNode
}) {
  const lacking = (props.missing ?? []).filter(one => one !== false)
  const lacks = lacking.length > 0
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      note={props.note}
      size={props.size ?? 560}
    >
      <Form onSubmit={props.onSave}>
        <Fields readOnly={props.readOnly}>
          {props.children}
          {props.failed && <ErrorState compact title="That was not saved" {...props.failed} />}
          <FormActions>
            {props.remove && (
              <Button
                color="bad"
                variant="subtle"
                disabled={props.remove.disabled}
                loading={props.remove.running}
                onClick={props.remove.run}
              >
                {props.removeLabel ?? 'Remove'}
              </Button>
            )}
            {lacks && (
              <span style={{ fontSize: 12, color: 'var(--ink-2)' }}>
                Needs {new Intl.ListFormat('en-GB').format(lacking)}
              </span>
            )}
            <Button type="submit" variant="filled" loading={props.saving} disabled={props.disabled || lacks}>
              {props.saveLabel ?? 'Save'}
            </Button>
          </FormActions>
        </Fields>
      </Form>
    </Drawer>
  )
}
