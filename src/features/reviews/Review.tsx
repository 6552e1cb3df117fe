import { Button, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { WayIn } from '#features/WayIn.tsx'
import { showDay } from '#kernel/format.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { Grid, Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { Actions } from './Actions.tsx'
import { AsPdf } from './AsPdf.tsx'
import { Stale } from './Coming.tsx'
import { DeckEditor } from './DeckEditor.tsx'
import { Differences } from './Differences.tsx'
import { Exceptions } from './Exceptions.tsx'
import { answerOf } from './model.ts'
import { PeriodTable } from './PeriodTable.tsx'
import css from './reviews.module.css'
import { SixTwelveCard } from './SixTwelveCard.tsx'
import type { Block, Content, Review as Shape } from './shape.ts'

const question = 'How did the week go, and what do we do about it?'

/** The weekly business review: actions and exceptions first, then every figure in the same place every week. */
export function Review() {
  const [search, setUrl] = useUrl()
  const [editing, setEditing] = useState(false)
  const cache = useQueryClient()
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const decks = useQuery(api.reviews.decks.queryOptions({ input: {} }))
  const deck = search.deck ?? decks.data?.[0]?.id
  const asked = useQuery(
    api.reviews.review.queryOptions({
      input: { ...(deck && { deck }), ...(search.week && { week: search.week }) },
      enabled: deck !== undefined,
      placeholderData: before => before,
    }),
  )
  const issue = useMutation(
    api.reviews.issue.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.key() }),
    }),
  )
  const lead = useMay('lead')
  const begin = useMutation(
    api.reviews.startDeck.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.key() }),
    }),
  )
  const failed = decks.error ?? asked.error
  if (failed)
    return (
      <Page question={question} title="There is no review to show">
        {(failed as { status?: number }).status === 404 ? (
          <EmptyState title="Your weekly review will be here" action={<WayIn />}>
            {words(failed).message} {words(failed).next}
          </EmptyState>
        ) : (
          <ErrorState
            title="The review could not be read"
            {...words(failed)}
            onRetry={() => (decks.error ? decks : asked).refetch()}
          />
        )}
      </Page>
    )
  if (decks.data?.length === 0)
    return (
      <Page question={question} title="No review of your stores yet">
        <EmptyState
          title="A review of your stores will be here"
          action={
            lead && (
              <Button variant="filled" loading={begin.isPending} onClick={() => begin.mutate({})}>
                Begin one of your stores
              </Button>
            )
          }
        >
          The company’s own is of stores you do not see.{' '}
          {lead ? 'One of yours begins with its usual figures.' : 'A lead of your stores can begin one.'}
        </EmptyState>
        {begin.error && <ErrorState compact title="It could not be begun" {...words(begin.error)} />}
      </Page>
    )
  const review = asked.data
  if (!review)
    return (
      <Page question={question} title="Reading the week…">
        <Skeleton height={320} />
      </Page>
    )
  const { content } = review
  return (
    <div className={css.paper}>
      <Page
        question={question}
        title={`${content.deck.name}, ${periodLabel(content.week.key).replace(/^W/, 'w')}: ${answerOf(content, review.notes)}`}
        note={
          <>
            {spanWords(content.week.from, content.week.to)}
            {content.deck.target &&
              ` · target: ${settings.data?.plans[content.deck.target] ?? content.deck.target}`}
            {content.lastDay && ` · data to ${showDay(content.lastDay, 'card')}`}
            {review.issue &&
              ` · issued by ${review.issue.by} on ${showDay(review.issue.at.slice(0, 10), 'table')}; figures as they were then`}
          </>
        }
        actions={
          <>
            {decks.data && decks.data.length > 1 && (
              <Select
                aria-label="Review"
                w={200}
                allowDeselect={false}
                data={decks.data.map(one => ({ value: one.id, label: one.name }))}
                value={content.deck.id}
                onChange={value => setUrl({ deck: value ?? undefined, week: undefined })}
              />
            )}
            <Select
              aria-label="Week"
              w={170}
              allowDeselect={false}
              data={review.weeks.map(one => ({
                value: one.week,
                label: `${one.label}${one.issued ? ' · issued' : ''}`,
              }))}
              value={content.week.to}
              onChange={value => setUrl({ week: value ?? undefined })}
            />
            <AsPdf of={{ which: 'review', deck: content.deck.id, week: content.week.to }} />
            {lead && <Button onClick={() => setEditing(true)}>Edit</Button>}
            {lead && !review.issue && (
              <Button
                variant="filled"
                loading={issue.isPending}
                onClick={() => issue.mutate({ deck: content.deck.id, week: content.week.to })}
              >
                Issue
              </Button>
            )}
          </>
        }
      >
        {issue.error && <ErrorState compact title="Not issued yet" {...words(issue.error)} />}
        <Stale trust={{ coming: content.coming }} />
        <Grid columns={2}>
          <Exceptions review={review} />
          {/* That nothing is agreed yet is not worth a page of paper. */}
          <div className={review.actions.length === 0 ? 'no-print' : undefined}>
            <Actions
              deck={content.deck.id}
              week={content.week.to}
              actions={review.actions}
              closed={review.issue !== null}
            />
          </div>
        </Grid>
        {review.issue && <Differences deck={content.deck.id} week={content.week.to} content={content} />}
        {content.deck.sections.map(section => (
          <section key={section.id} className={css.section} aria-labelledby={`section-${section.id}`}>
            <h2 id={`section-${section.id}`}>{section.name}</h2>
            <div className={css.blocks}>
              {section.blocks.map(block => (
                <div key={block.id} data-whole={block.kind !== 'chart' || undefined}>
                  <Shown
                    block={block}
                    review={review}
                    onDiscuss={() =>
                      setUrl({ talk: `block:${content.deck.id}:${block.id}:${content.week.to}` })
                    }
                  />
                </div>
              ))}
            </div>
          </section>
        ))}
        <Appendix content={content} />
      </Page>
      {editing && <DeckEditor deck={content.deck} onClose={() => setEditing(false)} />}
    </div>
  )
}

function Shown(props: { block: Block; review: z.output<typeof Shape>; onDiscuss: () => void }) {
  const { block, review, onDiscuss } = props
  const { content } = review
  const charts = content.charts.filter(one => one.block === block.id).map(one => one.chart)
  const [first, second] = charts
  if (block.kind === 'text')
    return (
      <Card title={block.title || undefined} note={block.owner?.name}>
        <p className={css.prose}>{block.text}</p>
      </Card>
    )
  if (block.kind === 'chart')
    return first ? (
      <SixTwelveCard content={content} block={block} chart={first} second={second} onDiscuss={onDiscuss} />
    ) : null
  return <PeriodTable content={content} block={block} charts={charts} />
}

/** What every figure means, so that nobody has to ask in the meeting. */
function Appendix({ content }: { content: Content }) {
  return (
    <section className={css.section} aria-labelledby="definitions">
      <h2 id="definitions">What the figures mean</h2>
      <dl className={css.terms}>
        {Object.values(content.definitions).map(one => (
          <div key={one.name}>
            <dt>{one.label}</dt>
            <dd>{one.description}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
