import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { Cases } from './Cases.tsx'
import { StrategyForm } from './StrategyForm.tsx'
import { StrategyMap } from './StrategyMap.tsx'

const question = 'Where are we going, and by what?'

/** The strategy as a map of pillars and as one page of text; each saving keeps the one before. */
export function Strategy() {
  const [writing, setWriting] = useState(false)
  const read = useQuery(api.plan.strategy.queryOptions({ input: {} }))
  const metrics = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  if (read.error)
    return (
      <Page question={question} title="The strategy cannot be shown">
        <ErrorState
          title="The strategy could not be read"
          {...words(read.error)}
          onRetry={() => read.refetch()}
        />
      </Page>
    )
  if (!read.data)
    return (
      <Page question={question} title="Reading the strategy…">
        <Skeleton height={320} />
      </Page>
    )
  const { content, history, revision } = read.data
  const open = () => setWriting(true)
  const last = history[0]
  return (
    <Page
      question={question}
      title={content.ambition || 'No strategy yet'}
      note={
        last &&
        `${content.horizon ? `${content.horizon} · ` : ''}revision ${revision} by ${last.byName}: ${last.why}`
      }
      actions={
        <Row>
          <May atLeast="director">
            <Button onClick={open}>{revision === 0 ? 'Write it' : 'Change it'}</Button>
          </May>
        </Row>
      }
    >
      <UrlTabs
        tabs={[
          {
            name: 'map',
            label: 'Map',
            show: () => (
              <StrategyMap strategy={content} revision={revision} history={history} onWrite={open} />
            ),
          },
          { name: 'cases', label: 'Business cases', show: () => <Cases strategy={content} /> },
        ]}
      />
      {writing && metrics.data && (
        <StrategyForm
          strategy={content}
          revision={revision}
          metrics={metrics.data.metrics}
          onClose={() => setWriting(false)}
        />
      )}
    </Page>
  )
}
