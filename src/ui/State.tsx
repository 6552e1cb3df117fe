import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import css from './state.module.css'
import { isRefused, words } from './words.ts'

/**
 * Nothing here yet. Says what will be here, why it is worth it, and offers one act.
 * `kind` keeps apart "nothing was ever there", "nothing matches" and "all is done".
 */
export function EmptyState(props: {
  kind?: 'nothing_yet' | 'no_match' | 'all_done'
  title: string
  children?: ReactNode
  action?: ReactNode
  compact?: boolean
}) {
  return (
    <div
      className={css.state}
      data-kind={props.kind ?? 'nothing_yet'}
      data-compact={props.compact || undefined}
    >
      <p className={css.title}>{props.title}</p>
      {props.children && <div className={css.text}>{props.children}</div>}
      {props.action && <div className="no-print">{props.action}</div>}
    </div>
  )
}

/**
 * Something failed: what happened, what still works or what to do next, one act. What one may not read is no failure, and
 * trying again is no act.
 */
export function ErrorState(props: {
  title: string
  /** The error's own words. */
  message: string
  /** The next step, when the error knows one. */
  next?: string
  /** Id of the request, to be quoted to whoever looks into it. */
  request?: string
  refused?: boolean
  onRetry?: () => void
  compact?: boolean
}) {
  const closed = props.refused && props.onRetry
  return (
    <div
      className={css.state}
      data-kind={closed ? 'closed' : 'failed'}
      data-compact={props.compact || undefined}
      role={closed ? 'status' : 'alert'}
    >
      <p className={css.title}>{props.title}</p>
      <div className={css.text}>
        {props.message}
        {props.next && <p className={css.next}>{props.next}</p>}
        {props.request && (
          <p className={css.request}>
            When you ask for help, quote the request <code>{props.request}</code>.
          </p>
        )}
      </div>
      {props.onRetry && !closed && (
        <Button onClick={props.onRetry} className="no-print">
          Try again
        </Button>
      )}
    </div>
  )
}

/** In place of a part of a screen that cannot be read, in a line: silence would say that there is nothing. Nothing where one may not read it. */
export function Unread({
  what,
  of,
}: {
  what: string
  of: { data?: unknown; error: unknown; refetch(): unknown }
}) {
  if (of.data !== undefined || !of.error || isRefused(of.error)) return null
  const { message, next } = words(of.error)
  return (
    <p className={`${css.unread} no-print`} role="status">
      {what} could not be read. {message} {next}{' '}
      <Button size="compact-sm" variant="default" onClick={() => of.refetch()}>
        Try again
      </Button>
    </p>
  )
}

/** Grey bars where content will be; only for a first load, after that the old data stay. */
export function Skeleton({ height = 120, lines = 0 }: { height?: number; lines?: number }) {
  return (
    <div className={css.skeleton} style={{ height: lines ? undefined : height }} aria-hidden="true">
      {Array.from({ length: lines }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <span key={n} className={css.bar} style={{ width: `${90 - ((n * 17) % 45)}%` }} />
      ))}
    </div>
  )
}

/** The thin bar at the top of the screen while something is being fetched. */
export function ProgressLine({ active }: { active: boolean }) {
  return (
    <div className={`${css.line} no-print`} data-active={active || undefined} role="status">
      {active && <span className="sr-only">Loading</span>}
    </div>
  )
}

/** Long work: what is being done, how many of how many, time left. `total` is null while it is not known. */
export function WorkProgress(props: {
  label: string
  done: number
  total: number | null
  unit: string
  secondsLeft?: number | null
}) {
  const share = props.total ? Math.min(1, props.done / props.total) : null
  const count = new Intl.NumberFormat('en-GB')
  const left = props.secondsLeft == null ? '' : ` · ${duration(props.secondsLeft)} left`
  return (
    <div className={css.work}>
      <div className={css.workWords}>
        <span>{props.label}</span>
        <span>
          {count.format(props.done)}
          {props.total ? ` of ${count.format(props.total)}` : ''} {props.unit}
          {left}
        </span>
      </div>
      <div
        className={css.track}
        role="progressbar"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div
          className={css.fill}
          data-measure
          data-unknown={share === null || undefined}
          style={share === null ? undefined : { width: `${share * 100}%` }}
        />
      </div>
    </div>
  )
}

const duration = (seconds: number) =>
  seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
