import { Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import type { LetterKind } from './pack-shape.ts'
import css from './reviews.module.css'

const when = { flash: 'every day at 07:00', monday: 'on Mondays at 07:00' } as const
const states = {
  held: 'waits for data',
  claimed: 'was on its way',
  sent: 'was sent',
  failed: 'could not be sent',
}

/** Takes a letter by mail, or no longer; says what became of the latest. */
export function Subscribe({ kind }: { kind: LetterKind }) {
  const cache = useQueryClient()
  const taken = useQuery(api.reviews.subscriptions.queryOptions({ input: {} }))
  const subscribe = useMutation(
    api.reviews.subscribe.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.reviews.subscriptions.key() }),
    }),
  )
  const own = taken.data?.find(one => one.kind === kind)
  // Its line is kept for it: what stands below must not move when it comes.
  if (!own) return taken.isLoading ? '\u00a0' : null
  const { last } = own
  return (
    <span className={`${css.subscribe} no-print`}>
      <Switch
        size="xs"
        label={`By mail ${when[kind]}`}
        checked={subscribe.isPending ? subscribe.variables.on : own.on}
        disabled={!own.mail && !own.on}
        onChange={event => subscribe.mutate({ kind, on: event.currentTarget.checked })}
      />
      <span className={css.quiet}>
        {subscribe.error
          ? words(subscribe.error).message
          : !own.mail
            ? 'Nothing is sent by mail here yet: whoever runs Quarterdeck can set that up.'
            : last &&
              `That of ${showDay(last.day, 'card')} ${states[last.state]}${last.said && `: ${last.said}`}`}
      </span>
    </span>
  )
}
