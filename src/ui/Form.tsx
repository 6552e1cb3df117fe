import type { ReactNode } from 'react'
import css from './form.module.css'

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
