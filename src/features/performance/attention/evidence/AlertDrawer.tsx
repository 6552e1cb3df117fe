import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { TaskOf } from '#features/TaskOf.tsx'
import { inSentence, showDay } from '#kernel/format.ts'
import { type Snooze, snoozed, snoozes } from '#kernel/snooze.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from '../attention.module.css'
import type { AlertTold } from '../shape.ts'
import { AlertEvidence } from './AlertEvidence.tsx'
import { alertStates, causeLink, perDay, stateWords } from './model.ts'

/** One alert: its course, why it is so, what was alike before, and what one does about it. */
export function AlertDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const found = useQuery(
    api.performance.alert.queryOptions({ input: { id: id ?? '' }, enabled: id !== undefined }),
  )
  const alert = found.data
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      title={alert?.title ?? 'Alert'}
      note={alert && <Sentence of={`${alert.when} ${stateWords(alert)}.`} />}
    >
      {found.error && <ErrorState compact title="This alert could not be read" {...words(found.error)} />}
      {found.isLoading && <Skeleton lines={8} />}
      {alert && <Told key={alert.id} alert={alert} />}
    </Drawer>
  )
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={css.part}>
    <h3>{title}</h3>
    {children}
  </section>
)

function Told({ alert }: { alert: AlertTold }) {
  return (
    <>
      <AlertEvidence alert={alert} />
      {alert.judged && <p className={css.held}>Held against: {inSentence(alert.judged)}</p>}
      {alert.doubt && (
        <Part title="The data first">
          <p>{alert.doubt}</p>
        </Part>
      )}
      <Part title="Check first">
        <p>{alert.check}</p>
      </Part>
      <Part title="Likely causes">
        {alert.causes.length === 0 ? (
          <p className={css.quiet}>
            {alert.explained
              ? 'Nothing that went the same way stands out.'
              : 'Causes are looked for while an alert is fresh. This one was found afterwards.'}
          </p>
        ) : (
          <ol className={css.causes}>
            {alert.causes.map(one => (
              <li key={one.words}>
                <span>
                  <a href={causeLink(alert, one)}>
                    <Sentence of={one.words} />
                  </a>{' '}
                  <span className={css.quiet}>
                    <Sentence of={one.evidence} />
                  </span>
                </span>
                <span className={css.amount}>
                  {one.perDay !== null && `${perDay(one.perDay, alert.currency)} a day`}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Part>
      <Part title="Similar before">
        {alert.similar.length === 0 && <p className={css.quiet}>Nothing like it yet.</p>}
        {alert.similar.map(one => (
          <p key={one.id}>
            <Sentence of={`${one.title}. ${one.when}`} />{' '}
            <span className={css.quiet}>{one.reason || alertStates[one.state]}</span>
          </p>
        ))}
      </Part>
      <Acts alert={alert} />
      {alert.acts.length > 0 && (
        <Part title="What was done">
          {alert.acts.map(one => (
            <p key={one.at}>
              {showDay(one.at.slice(0, 10))}, {one.by}: {acts[one.act] ?? one.act}{' '}
              <span className={css.quiet}>{one.reason}</span>
            </p>
          ))}
        </Part>
      )}
    </>
  )
}

const acts: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledged',
  snooze: 'snoozed',
  resolve: 'resolved',
  reopen: 'opened again',
}

function Acts({ alert }: { alert: AlertTold }) {
  const [, setUrl] = useUrl()
  const [reason, setReason] = useState('')
  const [how, setHow] = useState<Snooze>('week')
  const [own, setOwn] = useState('')
  const queries = useQueryClient()
  const act = useMutation({
    ...api.performance.actOnAlert.mutationOptions(),
    onSuccess: () => {
      setReason('')
      void queries.invalidateQueries({ queryKey: api.performance.key() })
    },
  })
  const make = useMutation({
    ...api.performance.makeTaskOfAlert.mutationOptions(),
    onSuccess: () => queries.invalidateQueries({ queryKey: api.performance.key() }),
  })
  const mayAct = useMay('contributor')
  const { id } = alert
  const today = new Date().toISOString().slice(0, 10)
  const { until, words: snooze } = snoozed(how, today, own)
  const resolve = (as: 'fixed' | 'expected' | 'not_real') => () =>
    act.mutate({ id, act: 'resolve', as, reason })
  return (
    <Part title={mayAct ? 'What you do about it' : 'What is said of it'}>
      {mayAct && (
        <TextInput
          aria-label="Reason"
          placeholder="Reason, for whoever sees the next one; needed to snooze"
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          mb={8}
        />
      )}
      {act.error && <ErrorState compact title="That was not kept" {...words(act.error)} />}
      <div className={css.acts}>
        {mayAct &&
          (alert.state === 'resolved' ? (
            <Button variant="filled" onClick={() => act.mutate({ id, act: 'reopen', reason })}>
              Open again
            </Button>
          ) : (
            <>
              {alert.state !== 'acknowledged' && (
                <Button variant="filled" onClick={() => act.mutate({ id, act: 'acknowledge', reason })}>
                  Acknowledge
                </Button>
              )}
              <Button onClick={resolve('fixed')}>Resolve: fixed</Button>
              <Button onClick={resolve('expected')}>Resolve: expected</Button>
              <Button onClick={resolve('not_real')}>Resolve: false alarm</Button>
            </>
          ))}
        <Button variant="subtle" onClick={() => setUrl({ talk: `alert:${id}` })}>
          Discuss
        </Button>
      </div>
      {mayAct && alert.state !== 'resolved' && (
        <div className={css.putOff}>
          <Select
            aria-label="Put off"
            allowDeselect={false}
            w={180}
            data={[...snoozes]}
            value={how}
            onChange={next => setHow(next ?? how)}
          />
          {how === 'date' && (
            <TextInput
              aria-label="Put off until"
              type="date"
              min={snoozed('day', today, '').until ?? undefined}
              value={own}
              error={own !== '' && until === null && 'Choose a day after today.'}
              onChange={event => setOwn(event.currentTarget.value)}
            />
          )}
          <Button
            disabled={reason.trim() === '' || until === null}
            onClick={() => until && act.mutate({ id, act: 'snooze', until, reason })}
          >
            {snooze}
          </Button>
        </div>
      )}
      {mayAct && (
        <TaskOf
          task={alert.task}
          onMake={place => make.mutate({ id, ...place })}
          making={make.isPending}
          failed={make.error}
        />
      )}
    </Part>
  )
}
