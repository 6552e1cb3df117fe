import { ActionIcon, Indicator, UnstyledButton } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '#features/client.ts'
import { Popup } from '#ui/Popup.tsx'
import { EmptyState, Unread } from '#ui/State.tsx'
import css from './bell.module.css'

/** Where one was mentioned; opening one goes to the screen and the conversation. */
export function Bell() {
  const [opened, setOpened] = useState(false)
  const navigate = useNavigate()
  const cache = useQueryClient()
  const asked = useQuery(api.reviews.mentions.queryOptions({ input: {}, refetchInterval: 60_000 }))
  const seen = useMutation(
    api.reviews.markSeen.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.mentions.key() }),
    }),
  )
  const all = asked.data ?? []
  const fresh = all.filter(one => !one.seen)
  return (
    <Popup
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={340}
      trapFocus
      padding={0}
      button={opener => (
        <Indicator disabled={fresh.length === 0} label={fresh.length} size={15} color="bad">
          <ActionIcon
            color="gray"
            aria-label={fresh.length === 0 ? 'Mentions' : `Mentions, ${fresh.length} new`}
            {...opener}
          >
            <IconBell size={18} stroke={1.6} />
          </ActionIcon>
        </Indicator>
      )}
    >
      {!asked.data ? (
        <Unread what="Where you were mentioned" of={asked} />
      ) : all.length === 0 ? (
        <EmptyState compact title="Nobody mentioned you yet">
          When somebody writes @ and your name beside a figure, it is here.
        </EmptyState>
      ) : (
        <ul className={css.mentions} aria-label="Mentions">
          {all.map(one => (
            <li key={one.comment} data-new={!one.seen || undefined}>
              <UnstyledButton
                className={css.mention}
                onClick={() => {
                  setOpened(false)
                  if (!one.seen) seen.mutate({ comments: [one.comment] })
                  const url = new URL(one.path, location.origin)
                  const search = { ...Object.fromEntries(url.searchParams), talk: one.subject }
                  navigate({ to: url.pathname, search } as never)
                }}
              >
                <span className={css.title}>
                  {one.by}: {one.title}
                </span>
                <span className={css.text}>{one.text}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </Popup>
  )
}
