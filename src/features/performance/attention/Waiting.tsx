import css from './attention.module.css'
import type { AlertsTold } from './shape.ts'

/** What is not watched yet, store by store, and why: quiet is no news while something has not come. */
export function Waiting({ waiting }: Pick<AlertsTold, 'waiting'>) {
  if (waiting.length === 0) return null
  return (
    <div className={css.waiting}>
      <b>Not watched yet</b>
      <ul>
        {waiting.map(one => (
          <li key={`${one.store} ${one.words}`}>
            {one.store}: {one.words}.{' '}
            <span className={css.quiet}>
              {one.rules.length} {one.rules.length === 1 ? 'rule waits' : 'rules wait'}:{' '}
              {one.rules.join(', ')}.
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
