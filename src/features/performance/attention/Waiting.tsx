import css from './attention.module.css'
import type { AlertsTold } from './shape.ts'

/**
 * What is not watched yet, store by store, and why: quiet is no news while something has not come. `folded`: how many stores
 * in a line, and the rest for whoever opens it.
 */
export function Waiting({ waiting, folded = false }: Pick<AlertsTold, 'waiting'> & { folded?: boolean }) {
  if (waiting.length === 0) return null
  const list = (
    <ul>
      {waiting.map(one => (
        <li key={`${one.store} ${one.words}`}>
          {one.store}: {one.words.replace(` of ${one.store}`, '')}.{' '}
          <span className={css.quiet}>
            {one.rules.length} {one.rules.length === 1 ? 'rule waits' : 'rules wait'}: {one.rules.join(', ')}.
          </span>
        </li>
      ))}
    </ul>
  )
  const stores = new Set(waiting.map(one => one.store)).size
  return folded && waiting.length > 1 ? (
    <details className={css.waiting}>
      <summary>
        {stores === 1 ? 'A store is' : `${stores} stores are`} not watched in full yet: what waits, and for
        what
      </summary>
      {list}
    </details>
  ) : (
    <div className={css.waiting}>
      <b>Not watched yet</b>
      {list}
    </div>
  )
}
