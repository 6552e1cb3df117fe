import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Unread } from '#ui/State.tsx'
import css from './attention.module.css'
import type { FirstThings } from './FirstThings.tsx'

/** What waits for the reader today: actions due and overdue, plans to be approved. Nothing where nothing does. */
export function WaitsForYou({ waiting }: { waiting: FirstThings['waiting'] }) {
  const { data } = waiting
  if (!data) return <Unread what="What waits for you" of={waiting} />
  if (data.rows.length === 0) return null
  return (
    <Card
      id="waiting"
      title="Waits for you"
      note={data.count > data.rows.length ? `the first ${data.rows.length} of ${data.count}` : undefined}
    >
      <ul className={css.list}>
        {data.rows.map(one => (
          <li key={`${one.href} ${one.words} ${one.due}`}>
            <a className={css.item} href={one.href}>
              <span className={css.title}>{one.words}</span>
              <span>{one.who}</span>
              <span className={css.when} data-late={one.late || undefined}>
                {one.due && `due ${showDay(one.due, 'card')}${one.late ? ', overdue' : ''}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  )
}
