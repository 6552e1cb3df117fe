import type { FormEvent, ReactNode } from 'react'
import css from './door.module.css'
import { Mark } from './Shell.tsx'

/** The frame of the pages one sees before being inside. */
export function DoorPage(props: {
  title: string
  children: ReactNode
  note?: ReactNode
  error?: string | null
  onSubmit: () => void
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.onSubmit()
  }
  return (
    <main className={css.door}>
      <div className={css.box}>
        <p className={css.brand}>
          <Mark />
          Quarterdeck
        </p>
        <h1 className={css.title}>{props.title}</h1>
        {props.note && <p className={css.note}>{props.note}</p>}
        <form className={css.form} onSubmit={submit}>
          {props.error && (
            <p className={css.error} role="alert">
              {props.error}
            </p>
          )}
          {props.children}
        </form>
      </div>
    </main>
  )
}
