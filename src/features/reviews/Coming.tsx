import { IconAlertTriangle } from '@tabler/icons-react'
import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { EmptyState } from '#ui/State.tsx'
import css from './reviews.module.css'
import type { Content } from './shape.ts'

/** What is in the calendar of the days to come. */
export function Coming({ title, events }: { title: string; events: Content['events'] }) {
  return (
    <Card title={title}>
      {events.length === 0 ? (
        <EmptyState compact title="Nothing in the calendar">
          Promotions, launches and price changes noted in <a href="/settings?tab=events">Settings</a> stand
          here.
        </EmptyState>
      ) : (
        <ul className={css.coming}>
          {events.map(event => (
            <li key={`${event.from} ${event.name}`}>
              <span className={css.quiet}>{spanWords(event.from, event.to)}</span> {event.name}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Says that the figures, or what they are compared with, are not whole, and why. */
export function Stale({ trust }: { trust: { stale?: string | null; coming?: string | null | undefined } }) {
  return [trust.stale, trust.coming]
    .filter(words => words)
    .map(words => (
      <p key={words} className={css.stale} role="status">
        <IconAlertTriangle size={15} aria-hidden="true" /> {words}
      </p>
    ))
}
