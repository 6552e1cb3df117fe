import { Button, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState } from '#ui/State.tsx'
import { noteOn, shownAtOnce } from './model.ts'
import css from './reviews.module.css'
import type { Exception, Review } from './shape.ts'

type Shown = z.output<typeof Review>
type Said = Shown['notes'][number]

/** What is out of the ordinary this week, and what its owners say of it. */
export function Exceptions({ review }: { review: Shown }) {
  const { content, notes } = review
  const silent = content.exceptions.filter(one => !noteOn(one, notes)).length
  return (
    <Card
      title="Exceptions"
      note={
        content.exceptions.length === 0
          ? undefined
          : silent > 0
            ? `${silent} of ${content.exceptions.length} still without a note`
            : 'each with a note'
      }
    >
      {content.exceptions.length === 0 ? (
        <EmptyState compact kind="all_done" title="Nothing out of the ordinary">
          Every figure kept to its own range, and to its target where it has one.
        </EmptyState>
      ) : (
        <ul className={css.exceptions}>
          {content.exceptions.map(one => (
            <Line key={one.key} exception={one} said={noteOn(one, notes)} review={review} />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** What left its usual way together with an exception, each leading to its chart. */
function Also({ of }: { of: NonNullable<Exception['also']> }) {
  return of.map((one, n) => (
    <span key={one.key}>
      {n > 0 && <span className={css.between}>; </span>}
      <a href={`#${one.block}`} className={css.with}>
        <Sentence of={one.words} />
      </a>
    </span>
  ))
}

function Line(props: { exception: Exception; said: Said | undefined; review: Shown }) {
  const { exception, said, review } = props
  const { deck, week } = review.content
  const [text, setText] = useState<string | null>(null)
  const cache = useQueryClient()
  const write = useMutation(
    api.reviews.writeNote.mutationOptions({
      // The review is not asked for again: its figures are as they were.
      onSuccess: noted => {
        cache.setQueriesData<Shown>({ queryKey: api.reviews.review.key() }, shown =>
          shown?.content.week.to === week.to && shown.content.deck.id === deck.id
            ? { ...shown, notes: [...shown.notes.filter(one => one.exception !== noted.exception), noted] }
            : shown,
        )
        setText(null)
      },
    }),
  )
  const open = !review.issue
  const also = exception.also ?? []
  const first = shownAtOnce(also.length)
  return (
    <li data-tone={exception.tone}>
      <p>
        <a href={`#${exception.block}`}>
          <Sentence of={exception.words} />
        </a>
        {exception.owner && <span className={css.quiet}> · {exception.owner.name}</span>}
      </p>
      {also.length > 0 && (
        <div className={css.quiet}>
          With it: <Also of={also.slice(0, first)} />
          {also.length > first && (
            <details className={css.more}>
              <summary>{also.length - first} more</summary>
              <Also of={also.slice(first)} />
            </details>
          )}
        </div>
      )}
      {text === null ? (
        <p className={css.note}>
          {said ? (
            <>
              {said.text} <span className={css.quiet}>{said.by}</span>
            </>
          ) : (
            <span className={css.wanted}>No note yet</span>
          )}{' '}
          {open && (
            <May atLeast="contributor">
              <Button
                size="compact-xs"
                variant="subtle"
                className="no-print"
                onClick={() => setText(said?.text ?? '')}
                aria-label={`${said ? 'Change the note' : 'Write a note'}: ${exception.words}`}
              >
                {said ? 'Change' : 'Write a note'}
              </Button>
            </May>
          )}
        </p>
      ) : (
        <div className={css.write}>
          <Textarea
            aria-label="Note"
            autosize
            minRows={2}
            autoFocus
            placeholder="What is behind it. “We don’t know yet” is an answer."
            value={text}
            onChange={event => setText(event.currentTarget.value)}
            error={write.error ? words(write.error).message : undefined}
          />
          <Button
            size="compact-sm"
            variant="filled"
            loading={write.isPending}
            disabled={text.trim() === ''}
            onClick={() => write.mutate({ deck: deck.id, week: week.to, exception: exception.key, text })}
          >
            Save the note
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => setText(null)}>
            Cancel
          </Button>
        </div>
      )}
    </li>
  )
}
