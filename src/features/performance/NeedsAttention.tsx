import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { EmptyState } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './attention.module.css'

/** What needs somebody today: the first five alerts, the most money a day first. Quiet where there is nothing. */
export function NeedsAttention() {
  const [, setUrl] = useUrl()
  const found = useQuery(api.performance.alerts.queryOptions({ input: { limit: 5 } }))
  const data = found.data
  if (!data || data.lookedAt === null) return null
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
        <EmptyState kind="all_done" compact title="Nothing needs you">
          Everything that is watched is as usual.
        </EmptyState>
      ) : (
        <ul className={css.list}>
          {data.rows.map(one => (
            <li key={one.id}>
              <button type="button" className={css.item} onClick={() => open(one.id)}>
                <span className={css.title} data-bad={one.bad || undefined}>
                  {one.title}
                </span>
                <span className={css.when}>
                  {one.when}
                  {one.doubt && <em> Data first: {one.doubt}</em>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
