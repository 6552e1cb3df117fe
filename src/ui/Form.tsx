import { Select, Switch, Textarea, TextInput } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import css from './form.module.css'

/** Presses what ends the form: by Ctrl or ⌘ and Enter also from several lines of text. Enter in an open list only chooses. */
function byKeys(event: KeyboardEvent<HTMLFormElement>) {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
  const { target } = event
  if (target instanceof Element && target.ariaExpanded === 'true') return event.preventDefault()
  if (!(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  event.currentTarget.querySelector<HTMLButtonElement>('button[type=submit]:not(:disabled)')?.click()
}

/**
 * Questions that are sent together: by the button of type submit, by Enter in a field of one line, by Ctrl or ⌘ and Enter in any.
 * A sheet around it asks before it closes over what was typed. A button that waits for an answer holds the keys back as well.
 */
export function Form(props: { onSubmit: () => void; className?: string | undefined; children: ReactNode }) {
  return (
    <form
      noValidate
      className={props.className}
      onKeyDown={byKeys}
      onSubmit={event => {
        event.preventDefault()
        // What a form within it opens beside itself tells of its own sending here as well.
        if (event.target === event.currentTarget) props.onSubmit()
      }}
    >
      {props.children}
    </form>
  )
}

/** One question of a form: its label and help on the left, the control on the right. Pass the control's id for the label. */
export function FormRow(props: {
  label: string
  for?: string
  help?: ReactNode
  error?: ReactNode
  children: ReactNode
}) {
  return (
    <div className={css.row}>
      <div className={css.words}>
        <label htmlFor={props.for} className={css.label}>
          {props.label}
        </label>
        {props.help && <p className={css.help}>{props.help}</p>}
      </div>
      <div className={css.control}>
        {props.children}
        {props.error && (
          <p className={css.error} role="alert">
            {props.error}
          </p>
        )}
      </div>
    </div>
  )
}

/** The buttons that end a form. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>
}

/** One line of text, with its label. `decimal` brings the keypad of numbers up. */
export function TextRow(props: {
  label: string
  value: string
  onChange: (value: string) => void
  help?: ReactNode
  error?: ReactNode
  placeholder?: string
  disabled?: boolean
  decimal?: boolean
  type?: 'text' | 'date'
}) {
  const id = useId()
  return (
    <FormRow label={props.label} for={id} help={props.help} error={props.error}>
      <TextInput
        id={id}
        type={props.type ?? 'text'}
        {...(props.decimal && { inputMode: 'decimal' as const })}
        placeholder={props.placeholder}
        disabled={props.disabled}
        error={Boolean(props.error)}
        value={props.value}
        onChange={event => props.onChange(event.currentTarget.value)}
      />
    </FormRow>
  )
}

/** Several lines of text, with their label. */
export function LongTextRow(props: {
  label: string
  value: string
  onChange: (value: string) => void
  help?: ReactNode
  error?: ReactNode
  placeholder?: string
  rows?: number
}) {
  const id = useId()
  return (
    <FormRow label={props.label} for={id} help={props.help} error={props.error}>
      <Textarea
        id={id}
        autosize
        minRows={props.rows ?? 2}
        maxRows={20}
        placeholder={props.placeholder}
        error={Boolean(props.error)}
        value={props.value}
        onChange={event => props.onChange(event.currentTarget.value)}
      />
    </FormRow>
  )
}

/** One of a list, with its label. */
export function ChoiceRow<Value extends string>(props: {
  label: string
  value: Value
  data: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  help?: ReactNode
  error?: ReactNode
  disabled?: boolean
  searchable?: boolean
}) {
  const id = useId()
  return (
    <FormRow label={props.label} for={id} help={props.help} error={props.error}>
      <Select
        id={id}
        allowDeselect={false}
        searchable={props.searchable}
        disabled={props.disabled}
        data={[...props.data]}
        error={Boolean(props.error)}
        value={props.value}
        onChange={value => props.onChange((value ?? props.value) as Value)}
      />
    </FormRow>
  )
}

/** Yes or no, with its label. */
export function SwitchRow(props: {
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
  help?: ReactNode
}) {
  const id = useId()
  return (
    <FormRow label={props.label} for={id} help={props.help}>
      <Switch
        id={id}
        checked={props.checked}
        onChange={event => props.onChange(event.currentTarget.checked)}
      />
    </FormRow>
  )
}
