import { Button } from '@mantine/core'
import { type Query, useIsFetching, useQueryClient } from '@tanstack/react-query'
import { type PropsWithChildren, useCallback, useSyncExternalStore } from 'react'
import { isFault, isSaid, plainWords } from '#ui/words.ts'
import { failureOf, isOld, waitedFor } from './queries.ts'
import css from './standing.module.css'

/** After how long a wait is told. */
const longMs = 10_000

const isLate = (query: Query) => waitedFor(query, Date.now()) >= longMs

/** Whether a first reading failed, the server being silent or at fault. */
const isMissing = ({ state }: Query) =>
  state.status === 'error' && state.data === undefined && isFault(state.error)

const at = (time: number) => {
  const day = new Date(time).toDateString() === new Date().toDateString()
  return `${day ? 'at ' : 'on '}${new Intl.DateTimeFormat('en-GB', {
    ...(!day && { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time)}`
}

/**
 * At the foot of the screen, each with a way on: that an answer takes long, that something is missing, and that what stands may
 * be old and since when. `narrows`: whether a shorter period is a way on.
 */
export function Standing({ narrows }: { narrows: boolean }) {
  const client = useQueryClient()
  const cache = client.getQueryCache()
  const told = useCallback(
    (tell: () => void) => {
      const stop = cache.subscribe(tell)
      const clock = setInterval(tell, 1000)
      return () => {
        stop()
        clearInterval(clock)
      }
    },
    [cache],
  )
  const shown = (which: (query: Query) => boolean) =>
    cache.getAll().filter(query => query.isActive() && which(query))
  const late = useSyncExternalStore(told, () => shown(isLate).length > 0)
  // Where a part of the screen says that it failed, that is enough: what else failed is told once that part is mended.
  const missing = useSyncExternalStore<unknown>(told, () => {
    const errors = shown(isMissing).map(query => query.state.error)
    return errors.some(isSaid) ? undefined : errors[0]
  })
  const since = useSyncExternalStore(told, () =>
    Math.min(...shown(isOld).map(query => query.state.dataUpdatedAt)),
  )
  const trying = useIsFetching({ type: 'active', predicate: isOld }) > 0
  const old = shown(isOld).map(failureOf)[0]
  const again = (which: (query: Query) => boolean) => async () => {
    const these = shown(which)
    const filter = { predicate: (query: Query) => these.includes(query) }
    // One that hangs would be waited for again.
    await client.cancelQueries(filter)
    client.refetchQueries(filter)
  }
  return (
    <div className={css.standing} role="status">
      {late && (
        <Line act="Ask again" onAct={again(isLate)}>
          <strong>This takes longer than usual.</strong> Other screens can be used meanwhile
          {narrows && '; a shorter period or fewer stores answer sooner'}. If nothing comes, check that
          Quarterdeck is running.
        </Line>
      )}
      {missing !== undefined && (
        <Line act="Try again" onAct={again(isMissing)}>
          <strong>Something is missing here that could not be read.</strong> <Said of={missing} />
        </Line>
      )}
      {old !== undefined && (
        <Line act="Try again" trying={trying} onAct={again(isOld)}>
          <strong>What stands here may be old.</strong> It was read {at(since)} and could not be read again.{' '}
          <Said of={old} />
        </Line>
      )}
    </div>
  )
}

function Line(props: PropsWithChildren<{ act: string; trying?: boolean; onAct: () => void }>) {
  return (
    <p>
      <span>{props.children}</span>
      <Button
        size="compact-sm"
        variant="default"
        className="no-print"
        loading={props.trying ?? false}
        onClick={props.onAct}
      >
        {props.act}
      </Button>
    </p>
  )
}

function Said({ of }: { of: unknown }) {
  const { message, next } = plainWords(of)
  return [message, next].filter(Boolean).join(' ')
}
