import type { ReactNode } from 'react'
import css from './page.module.css'
import { Sentence } from './Sentence.tsx'

export interface PageProps {
  /** The one question the screen answers; small, above the answer. */
  question: string
  /** The answer in a sentence, or the name of the screen where there is none; as a title it ends without a full stop. */
  title: ReactNode
  /** A line under the title: freshness, scope. */
  note?: ReactNode
  actions?: ReactNode
  /** Tables may use the full width; prose and cards stop at the content width. */
  wide?: boolean
  children: ReactNode
}

/** A screen: question, answer, then the evidence. */
export function Page({ question, title, note, actions, wide, children }: PageProps) {
  return (
    <div className={css.page} data-wide={wide || undefined}>
      <header className={css.head}>
        <div className={css.words}>
          <p className={css.question}>{question}</p>
          <h1 className={css.title}>
            {typeof title === 'string' ? <Sentence of={title.replace(/\.$/, '')} /> : title}
          </h1>
          {note && <div className={css.note}>{note}</div>}
        </div>
        {actions && <div className={`${css.actions} no-print`}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** Lays cards out in columns that fold on narrow screens. `columns` is the count at full width; '2+1' gives the first two thirds. */
export function Grid({ columns = 2, children }: { columns?: 1 | 2 | 3 | 4 | '2+1'; children: ReactNode }) {
  return (
    <div className={css.grid} data-columns={columns}>
      {children}
    </div>
  )
}

/** A row of controls that wraps. */
export function Row({
  children,
  gap = 8,
  end,
}: {
  children: ReactNode
  gap?: 4 | 8 | 12 | 16
  end?: boolean
}) {
  return (
    <div className={css.row} style={{ gap, justifyContent: end ? 'flex-end' : undefined }}>
      {children}
    </div>
  )
}
