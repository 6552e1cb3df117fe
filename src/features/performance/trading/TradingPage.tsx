import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { words } from '#features/client.ts'
import { WayIn } from '#features/WayIn.tsx'
import { cellFilters, readCell } from '#kernel/address.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { spanWords, whenWords } from '#kernel/view.ts'
import type { Answer } from '#metrics/query.ts'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { RowsBehind } from '../Behind.tsx'
import { Filters } from '../Filters.tsx'
import type { Lens } from '../Lens.tsx'
import { Notices } from '../Notices.tsx'
import css from '../performance.module.css'

/** What a trading screen shares: the question, what is wrong or missing, filters, and the rows behind a line. */
export function TradingPage(props: {
  lens: Lens
  question: string
  title: string
  answer:
    | {
        meta: Pick<Answer['meta'], 'from' | 'to' | 'warnings'> &
          Partial<Pick<Answer['meta'], 'stores' | 'storeNames'>>
      }
    | undefined
  error: unknown
  onRetry: () => void
  /** Said in place of the figures where there are none. */
  empty: { title: string; words: string } | null
  note?: ReactNode
  children: ReactNode
}) {
  const { lens, answer, question } = props
  const error = lens.error ?? props.error
  const cell = readCell(lens.search.rows)
  const { known } = lens
  const outside = known && answer && (answer.meta.to < known.firstDay || answer.meta.from > known.lastDay)
  const waiting = !error && !answer && !lens.empty
  return (
    <Page
      question={question}
      title={
        error
          ? 'The figures cannot be shown'
          : waiting
            ? 'Reading the figures…'
            : props.empty
              ? props.empty.title
              : props.title
      }
      note={
        answer &&
        !error && (
          <div className={css.facts}>
            {props.note}
            {lens.asked.anchor && (
              <span>
                The data end on {spanWords(lens.asked.anchor, lens.asked.anchor)}; periods are counted back
                from there.
              </span>
            )}
            <Notices of={answer.meta} />
          </div>
        )
      }
    >
      {/* With the note above it, which would move it away under the reader's hand. */}
      {!lens.empty && !waiting && <Filters lens={lens} />}
      {error ? (
        <ErrorState
          title="The figures could not be read"
          {...words(error)}
          onRetry={lens.error ? lens.retry : props.onRetry}
        />
      ) : waiting ? (
        <Skeleton height={320} />
      ) : props.empty ? (
        <EmptyState
          kind={lens.filters.length ? 'no_match' : 'nothing_yet'}
          title={lens.filters.length ? 'Nothing matches these filters in this period' : props.empty.title}
          action={
            lens.filters.length ? (
              <Button variant="filled" onClick={() => lens.setFilters([])}>
                Clear the filters
              </Button>
            ) : outside ? (
              <Button variant="filled" onClick={() => lens.setUrl({ period: undefined })}>
                Show the latest month with sales
              </Button>
            ) : (
              <WayIn />
            )
          }
        >
          {outside ? `Sales are known ${whenWords(known.firstDay, known.lastDay)}.` : props.empty.words}
        </EmptyState>
      ) : (
        props.children
      )}
      <RowsBehind
        request={
          cell && lens.ready
            ? { query: lens.ask({ metrics: [cell.metric], by: Object.keys(cell.values ?? {}) }), ...cell }
            : null
        }
        title={`Rows behind ${cell ? lens.label(cell.metric) : ''}`}
        onClose={() => lens.setUrl({ rows: undefined })}
        onDiscuss={
          cell && answer
            ? () =>
                lens.setUrl({
                  talk: figureSubject(cell.metric, answer.meta, cellFilters(cell, lens.filters)),
                })
            : undefined
        }
      />
    </Page>
  )
}
