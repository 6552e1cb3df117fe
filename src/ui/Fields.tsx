import type { ReactNode } from 'react'
import css from './form.module.css'

/** Questions of a form. Where they may only be read, none can be answered and nothing ends it. */
export function Fields({ readOnly, children }: { readOnly?: boolean; children: ReactNode }) {
  return (
    <fieldset className={css.fields} disabled={readOnly}>
      {children}
    </fieldset>
  )
}
