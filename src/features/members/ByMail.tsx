import { Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { ErrorState, Skeleton, Unread } from '#ui/State.tsx'
import css from './members.module.css'

const letters = {
  flash: { name: 'Daily flash', about: 'Yesterday in eight figures and three exceptions, at 07:00.' },
  monday: { name: 'Monday pack', about: 'How the week traded and why, on Mondays at 07:00.' },
  reminder: {
    name: 'Reminders',
    about: 'Actions of yours that are due and exceptions that need your word: of each once, at 07:00.',
  },
} as const

/** What comes to me by mail; each can be taken or declined. */
export function ByMail() {
  const cache = useQueryClient()
  const taken = useQuery(api.reviews.subscriptions.queryOptions({ input: {} }))
  const subscribe = useMutation(
    api.reviews.subscribe.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.subscriptions.key() }),
    }),
  )
  /** What was pressed shows at once, and not only when the server has kept it. */
  const pressed = subscribe.isPending ? subscribe.variables : undefined
  // As high as its card will be: what stands below must not move when it comes.
  if (taken.isLoading) return <Skeleton height={218} />
  if (!taken.data) return <Unread what="What comes to you by mail" of={taken} />
  const mail = taken.data.every(one => one.mail)
  return (
    <Card
      title="What comes to you by mail"
      note={mail ? undefined : 'nothing is sent by mail here yet: whoever runs Quarterdeck can set that up'}
    >
      <div className={css.ways}>
        {taken.data.map(({ kind, on, sent }) => (
          <div key={kind} className={css.way}>
            <div>
              <p className={css.what}>{letters[kind].name}</p>
              <p className={css.about}>
                {sent
                  ? letters[kind].about
                  : 'Your company has switched these off for everybody, under Alerts.'}
              </p>
            </div>
            <Switch
              aria-label={letters[kind].name}
              checked={(pressed?.kind === kind ? pressed.on : on) && sent}
              disabled={!sent || (!mail && !on)}
              onChange={event => subscribe.mutate({ kind, on: event.currentTarget.checked })}
            />
          </div>
        ))}
      </div>
      {subscribe.error && <ErrorState compact title="That was not done" {...words(subscribe.error)} />}
    </Card>
  )
}
