import { Button, Textarea, UnstyledButton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { subjectFilters, subjectWords } from '#kernel/discussion.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { Form } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { mentionAt, mentionedIn } from './model.ts'
import css from './talk.module.css'

/**
 * The conversation about what the address names in `talk`: a figure, a chart, a block. Any screen opens it by setting
 * that, and none needs to know of it.
 */
export function Talk() {
  const [search, setUrl] = useUrl()
  const subject = search.talk
  const stores = search.store?.split(',').filter(Boolean) ?? []
  const [text, setText] = useState('')
  const cache = useQueryClient()
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const definitions = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const people = useQuery(api.reviews.people.queryOptions({ input: {}, enabled: subject !== undefined }))
  const thread = useQuery(
    api.reviews.thread.queryOptions({
      input: { subject: subject ?? '', stores },
      enabled: subject !== undefined,
    }),
  )
  const again = () => cache.invalidateQueries({ queryKey: api.reviews.thread.key() })
  const say = useMutation(
    api.reviews.say.mutationOptions({
      onSuccess: () => {
        setText('')
        return again()
      },
    }),
  )
  const takeBack = useMutation(api.reviews.takeBack.mutationOptions({ onSuccess: again }))
  const label = (metric: string) =>
    definitions.data?.metrics.find(one => one.name === metric)?.label ?? metric
  const alert = useQuery(
    api.performance.alert.queryOptions({
      input: { id: subject?.slice('alert:'.length) ?? '' },
      enabled: subject?.startsWith('alert:') ?? false,
    }),
  )
  const called = useNames(subject)
  const title =
    thread.data?.title || alert.data?.title || (subject ? subjectWords(subject, label, called) : '')
  const asking = mentionAt(text)
  const near =
    asking === null
      ? []
      : (people.data ?? []).filter(one => one.name.toLowerCase().startsWith(asking.toLowerCase())).slice(0, 6)
  const send = () => {
    const { talk: _, ...rest } = search
    const query = new URLSearchParams(rest as Record<string, string>).toString()
    say.mutate({
      subject: subject ?? '',
      stores,
      title,
      path: `${location.pathname}${query && `?${query}`}`,
      text,
      mentions: mentionedIn(text, people.data ?? []),
    })
  }
  const failed = thread.error ?? say.error ?? takeBack.error
  return (
    <Drawer
      opened={subject !== undefined}
      onClose={() => {
        setText('')
        setUrl({ talk: undefined })
      }}
      title={title}
      note="Whoever sees these stores sees this"
      size={440}
    >
      <div className={css.talk}>
        {thread.isPending && subject !== undefined ? (
          <Skeleton lines={4} />
        ) : thread.data?.comments.length === 0 ? (
          <EmptyState compact title="Nothing said yet">
            Ask, explain, or point something out; @ and a name tells somebody.
          </EmptyState>
        ) : (
          <ol className={css.comments}>
            {thread.data?.comments.map(one => (
              <li key={one.id}>
                <p className={css.by}>
                  <strong>{one.by.name}</strong> <time dateTime={one.at}>{said(one.at)}</time>
                  {!one.removed && one.by.id === me.data?.id && (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      onClick={() => takeBack.mutate({ id: one.id })}
                    >
                      Take back
                    </Button>
                  )}
                </p>
                <p className={css.text} data-removed={one.removed || undefined}>
                  {one.removed ? 'Taken back' : one.text}
                </p>
              </li>
            ))}
          </ol>
        )}
        {failed && <ErrorState compact title="That did not work" {...words(failed)} />}
        {me.data?.role !== 'viewer' && (
          <Form className={css.say} onSubmit={send}>
            {near.length > 0 && (
              <ul className={css.people} aria-label="People">
                {near.map(one => (
                  <li key={one.id}>
                    <UnstyledButton
                      className={css.person}
                      onClick={() =>
                        setText(`${text.slice(0, text.length - (asking?.length ?? 0))}${one.name} `)
                      }
                    >
                      {one.name}
                    </UnstyledButton>
                  </li>
                ))}
              </ul>
            )}
            <Textarea
              aria-label="Comment"
              placeholder="Write a comment"
              autosize
              minRows={2}
              maxRows={8}
              value={text}
              onChange={event => setText(event.currentTarget.value)}
            />
            <Button type="submit" variant="filled" loading={say.isPending} disabled={!text.trim()}>
              Say it
            </Button>
          </Form>
        )}
      </div>
    </Drawer>
  )
}

/** What products and stores of a subject are called. */
function useNames(subject: string | undefined) {
  const products = subjectFilters(subject ?? '').flatMap(one =>
    'dimension' in one && one.dimension === 'product' ? (one.is ?? []) : [],
  )
  const settings = useQuery(
    api.settings.read.queryOptions({ input: {}, staleTime: 300_000, enabled: subject !== undefined }),
  )
  const titles = useQuery(
    api.performance.query.queryOptions({
      input: {
        metrics: ['units_sold'],
        by: ['product', 'title'],
        window: 'all_time',
        filters: [{ dimension: 'product', is: products }],
        sort: { by: 'units_sold', desc: true },
        limit: 100,
      },
      enabled: products.length > 0,
      staleTime: 300_000,
    }),
  )
  return (dimension: string, value: string): string | undefined => {
    if (dimension === 'store') return settings.data?.stores.find(one => one.store === value)?.name
    const title = dimension === 'product' && titles.data?.rows.find(row => row.product === value)?.title
    return typeof title === 'string' && title ? title : undefined
  }
}

const clock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const said = (at: string) => clock.format(new Date(at))
