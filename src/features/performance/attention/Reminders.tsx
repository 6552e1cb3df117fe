import { Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { MayChange } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { ErrorState } from '#ui/State.tsx'

/** Whether owners are reminded by mail of what is due, for the whole company. */
export function Reminders() {
  const cache = useQueryClient()
  const asked = useQuery(api.reviews.subscriptions.queryOptions({ input: {} }))
  const set = useMutation(
    api.reviews.setReminders.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.subscriptions.key() }),
    }),
  )
  const reminder = asked.data?.find(one => one.kind === 'reminder')
  if (!reminder) return null
  return (
    <Card title="Reminders to owners" note="once each, by mail at 07:00">
      <MayChange atLeast="director">
        <Switch
          label="Remind owners of actions that are due and of exceptions without a word"
          description={
            reminder.sent
              ? 'Each person can decline theirs under Members.'
              : 'Nobody is reminded. What is due stands on the cockpit and in the review all the same.'
          }
          checked={set.isPending ? set.variables.on : reminder.sent}
          onChange={event => set.mutate({ on: event.currentTarget.checked })}
        />
      </MayChange>
      {set.error && <ErrorState compact title="That was not done" {...words(set.error)} />}
    </Card>
  )
}
