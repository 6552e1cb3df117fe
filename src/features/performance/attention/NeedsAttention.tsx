import { Button } from '@mantine/core'
import { words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './attention.module.css'
import type { FirstThings } from './FirstThings.tsx'
import { perDay, quietTitle } from './model.ts'
import { Waiting } from './Waiting.tsx'

/** What needs somebody today: the first five alerts, the most money a day first. Quiet where there is nothing. */
export function NeedsAttention({ first }: { first: FirstThings }) {
  const [, setUrl] = useUrl()
  const { alerts: data, error } = first
  // Silence would say that nothing does.
  if (error)
    return (
      <Card title="Needs attention">
        <ErrorState
          compact
          title="What needs attention could not be read"
          {...words(error)}
          onRetry={first.retry}
        />
      </Card>
    )
  if (!data || (data.lookedAt === null && data.lookingTo === null && data.waiting.length === 0)) return null
  const whole = data.lookingTo === null && data.waiting.length === 0
  const open = (id?: string) => setUrl({ alert: id }, { to: '/alerts' })
  return (
    <Card
      id="attention"
      title="Needs attention"
      note={data.count > data.rows.length ? `the first ${data.rows.length} of ${data.count}` : undefined}
      actions={
        <Button variant="subtle" onClick={() => open()}>
          All alerts
        </Button>
      }
    >
      {data.rows.length === 0 ? (
        <EmptyState kind={whole ? 'all_done' : 'nothing_yet'} compact title={quietTitle(data)}>
          {whole && 'Everything that is watched is as usual.'}
        </EmptyState>
      ) : (
        <ul className={css.list}>
          {data.rows.map(one => (
            <li key={one.id}>
              <button type="button" className={css.item} onClick={() => open(one.id)}>
                <span className={css.title} data-bad={one.bad || undefined}>
                  {one.what}
                </span>
                <span>{one.where || 'The company'}</span>
                <span className={css.when}>
                  {one.until
                    ? `${showDay(one.since, 'card')} to ${showDay(one.until, 'card')}`
                    : `since ${showDay(one.since, 'card')}`}
                </span>
                <span className={css.cause}>
                  {one.doubt && <b>Data first: </b>}
                  {one.cause && <Sentence of={one.cause} />}
                </span>
                <span className={css.amount}>
                  {one.moneyPerDay !== null && `${perDay(one.moneyPerDay, one.currency)} a day`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Waiting waiting={data.waiting} folded />
    </Card>
  )
}
