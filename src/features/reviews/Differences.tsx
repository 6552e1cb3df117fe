import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { Unread } from '#ui/State.tsx'
import { measureIn } from './SixTwelveCard.tsx'
import type { Content } from './shape.ts'

/** What data loaded since say otherwise than the review as it was issued; nothing where they agree. */
export function Differences({ deck, week, content }: { deck: string; week: string; content: Content }) {
  const asked = useQuery(api.reviews.differences.queryOptions({ input: { deck, week } }))
  if (!asked.data) return <Unread what="What changed since it was issued" of={asked} />
  if (asked.data.length === 0) return null
  return (
    <Card
      title="Changed since it was issued"
      note={`${asked.data.length} figures read differently with the data of today; the review keeps those of then`}
      flush
    >
      <DataTable
        caption="Figures changed since the review was issued"
        compact
        maxHeight={240}
        rows={asked.data}
        rowKey={row => `${row.block} ${row.metric} ${row.where}`}
        columns={[
          {
            key: 'metric',
            label: 'Figure',
            render: row => content.definitions[row.metric]?.label ?? row.metric,
          },
          { key: 'where', label: 'Period', render: row => row.where },
          {
            key: 'issued',
            label: 'As issued',
            numeric: true,
            render: row => show(row.issued, measureIn(content, row.metric)),
          },
          {
            key: 'now',
            label: 'Now',
            numeric: true,
            render: row => show(row.now, measureIn(content, row.metric)),
          },
        ]}
      />
    </Card>
  )
}
