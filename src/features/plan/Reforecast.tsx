import { Button, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, type client, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { inSentence, showDay } from '#kernel/format.ts'
import { expectedWords, mayComeWords } from '#kernel/plan/reforecast.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { placeOf, show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { useUrl } from '#ui/url.ts'
import { Approval } from './Approval.tsx'
import { Baseline } from './Baseline.tsx'
import { Checks } from './Checks.tsx'
import { showSum, type Version } from './model.ts'
import { Overlays } from './Overlays.tsx'
import css from './plan.module.css'
import { Risks } from './Risks.tsx'

export type Found = Awaited<ReturnType<typeof client.plan.reforecast>>
type Step = Found['blockers'][number]['step']

const question = 'Where will we land, and is it settled?'
const steps: { step: Step; label: string; about: string }[] = [
  { step: 'baseline', label: '1 Baseline', about: 'Closed months are actuals, the rest a baseline' },
  { step: 'expectations', label: '2 Expectations', about: 'What owners expect otherwise, and why' },
  { step: 'checks', label: '3 Constraints', about: 'Stock, capacity, budget, what is promised' },
  { step: 'risks', label: '4 Risks', about: 'What may yet come, beside the landing' },
  { step: 'lock', label: '5 Lock', about: 'Approval, and then nothing changes any more' },
]

/** A reforecast step by step: where one stands, what is still wanting, and where the year lands. */
export function Reforecast() {
  const [search, setUrl] = useUrl()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const all = versions.data ?? []
  const estimates = all.filter(one => one.kind === 'le')
  const version = estimates.find(one => one.id === search.version) ?? estimates[0]
  if (versions.error)
    return (
      <Page question={question} title="The reforecast cannot be shown">
        <ErrorState
          title="The versions of the plan could not be read"
          {...words(versions.error)}
          onRetry={() => versions.refetch()}
        />
      </Page>
    )
  if (!versions.data)
    return (
      <Page question={question} title="Opening the reforecast…">
        <Skeleton height={320} />
      </Page>
    )
  if (!version)
    return (
      <Page question={question} title="No reforecast yet">
        <EmptyState
          title="It begins with a latest estimate"
          action={
            <May atLeast="lead">
              <Button component="a" href="/plan?start=yes" variant="filled">
                {all.length > 0 ? 'Make one from a version' : 'Start a plan'}
              </Button>
            </May>
          }
        >
          {all.length > 0
            ? 'Under Plan, start a version of the kind “Latest estimate” from another version, with the months that are closed. Then it goes step by step here: baseline, what owners expect, constraints, risks, lock.'
            : 'First a plan, then its reforecasts: closed months as they were, the rest as it looks now.'}
        </EmptyState>
      </Page>
    )
  return (
    <Open
      version={version}
      select={
        <Select
          aria-label="Latest estimate"
          allowDeselect={false}
          data={estimates.map(one => ({ value: one.id, label: one.name }))}
          value={version.id}
          onChange={value => value && setUrl({ version: value, line: undefined })}
        />
      }
    />
  )
}

function Open({ version, select }: { version: Version; select: ReactNode }) {
  const [search, setUrl] = useUrl()
  const asked = useQuery(
    api.plan.reforecast.queryOptions({
      input: { version: version.id, ...(search.line && { line: search.line }) },
      placeholderData: before => before,
    }),
  )
  const found = asked.data
  if (asked.error)
    return (
      <Page question={question} title="The reforecast cannot be shown" actions={select}>
        <ErrorState
          title="It could not be worked out"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      </Page>
    )
  if (!found)
    return (
      <Page question={question} title="Working out where it lands…" actions={select}>
        <Skeleton height={420} />
      </Page>
    )
  const first = steps.find(({ step }) => wanting(found, step).length > 0)?.step ?? 'lock'
  const current = steps.find(({ step }) => step === search.step)?.step ?? first
  const money = (value: string | null) => showSum(value, found.currency)
  const before = found.before
  return (
    <Page
      question={question}
      title={titleOf(found, money)}
      note={`${version.name}, ${found.periods.filter(one => one.closed && one.known).length} of ${found.periods.length} periods are actuals · ${standing(found)}`}
      actions={
        <Row>
          {select}
          <Select
            aria-label="Told by"
            allowDeselect={false}
            data={found.lines.map(one => ({ value: one.name, label: one.label }))}
            value={found.line.name}
            onChange={line => line && setUrl({ line })}
          />
        </Row>
      }
    >
      <ol className={css.steps} aria-label="Steps of the reforecast">
        {steps.map(({ step, label, about }) => {
          const left = wanting(found, step)
          return (
            <li key={step}>
              <button
                type="button"
                aria-current={step === current ? 'step' : undefined}
                onClick={() => setUrl({ step })}
              >
                <b>{label}</b>
                <small data-needs={left.length > 0 || undefined}>{stateOf(found, step, left, about)}</small>
              </button>
            </li>
          )
        })}
      </ol>
      <TileRow label="Where it lands">
        <StatTile label="Baseline" value={money(found.baseline)} deltas={found.line.label} />
        <StatTile
          label="Landing"
          value={money(found.landing)}
          deltas={expectedWords(found.expectations, minus(found.landing, found.baseline), money)}
        />
        <StatTile
          label="Weighed risks"
          value={Number(found.weighed.net) === 0 ? 'None' : signed(found.weighed.net, money)}
          deltas={
            <span>
              <Sentence of={`beside the landing, not in it; ${mayComeWords(found.weighed, money)}`} />
            </span>
          }
        />
        {before && (
          <StatTile
            label={before.name}
            value={money(before.total)}
            deltas={`landing ${signed(minus(found.landing, before.total), money)} against it`}
          />
        )}
      </TileRow>
      <StepBody step={current} found={found} version={version} />
    </Page>
  )
}

function StepBody({ step, found, version }: { step: Step; found: Found; version: Version }) {
  if (step === 'baseline')
    return (
      <>
        <Sign found={found} step="baseline" what="The baseline is right" />
        <Baseline version={version} mayEdit={found.maySign} />
        <Landing found={found} />
      </>
    )
  if (step === 'expectations')
    return (
      <>
        <Sign found={found} step="expectations" what="The owners are done" />
        <Overlays version={version} />
        <Landing found={found} />
      </>
    )
  if (step === 'checks') return <Checks found={found} />
  if (step === 'risks')
    return (
      <>
        <Sign found={found} step="risks" what="The list is complete" />
        <Risks found={found} />
      </>
    )
  return (
    <>
      <Card
        title={
          found.version.state === 'locked'
            ? 'It is locked'
            : found.blockers.length === 0
              ? 'Nothing blocks the lock'
              : `${found.blockers.length} ${found.blockers.length === 1 ? 'thing blocks' : 'things block'} the lock`
        }
      >
        {found.version.state !== 'locked' && found.blockers.length === 0 && (
          <p className={css.plain}>
            {found.version.state === 'approved'
              ? 'Every step is signed and every check passes or is accepted: a director may lock it below.'
              : 'Every step is signed and every check passes or is accepted. It is to be approved, then a director locks it.'}
          </p>
        )}
        {found.version.state === 'locked' && (
          <p className={css.plain}>Its figures stand beside the actuals; changes go into the next one.</p>
        )}
        <Blockers found={found} />
      </Card>
      <Approval version={{ ...version, state: found.version.state }} />
    </>
  )
}

function Blockers({ found }: { found: Found }) {
  const [, setUrl] = useUrl()
  if (found.version.state === 'locked' || found.blockers.length === 0) return null
  return (
    <ul className={css.blockers}>
      {found.blockers.map(({ step, says }) => (
        <li key={`${step} ${says}`}>
          {says}{' '}
          <button type="button" onClick={() => setUrl({ step })}>
            {steps.find(one => one.step === step)?.label.slice(2)}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Who signed a step, or the button to do it. */
function Sign(props: { found: Found; step: 'baseline' | 'expectations' | 'risks'; what: string }) {
  const { found, step, what } = props
  const cache = useQueryClient()
  const sign = useMutation(
    api.plan.signStep.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.plan.reforecast.key() }),
    }),
  )
  const by = found.steps[step]
  const signed = by !== undefined && !by.lapsed
  const left = found.blockers.filter(one => one.step === step && !/^Nobody has signed/.test(one.says))
  return (
    <Card
      title={
        by
          ? `${by.lapsed ? 'Lapsed: signed' : 'Signed'} by ${by.byName}, ${showDay(by.at.slice(0, 10))}: ${inSentence(what)}`
          : `To sign: ${inSentence(what)}`
      }
      actions={
        found.maySign && (
          <Button
            size="compact-sm"
            variant={signed ? 'default' : 'filled'}
            loading={sign.isPending}
            onClick={() => sign.mutate({ version: found.version.id, step, signed: !signed })}
          >
            {signed ? 'Take the signature back' : by ? 'Sign it again' : 'Sign it'}
          </Button>
        )
      }
    >
      {left.length === 0 ? (
        <p className={css.plain}>
          {by ? 'Nothing else is wanting here.' : 'Look it through, change what is wrong, then sign.'}
        </p>
      ) : (
        left.map(one => (
          <p key={one.says} className={css.plain}>
            {one.says}
          </p>
        ))
      )}
      {sign.error && <ErrorState compact title="It was not signed" {...words(sign.error)} />}
    </Card>
  )
}

/** Period by period: what is actual, the baseline, and what it becomes with what owners expect. */
function Landing({ found }: { found: Found }) {
  const measure = { unit: 'money', currency: found.currency } as const
  // One precision for all of it: months and what was added to them are read across.
  const place = placeOf(
    found.periods.map(row => row.landing),
    measure,
  )
  const money = (value: string | null) => show(value, measure, place)
  return (
    <Card flush title={`${found.line.label} by period`} note="the weighed risks stand beside it, never in it">
      <DataTable
        caption={`${found.line.label} by period`}
        compact
        rows={found.periods}
        rowKey={row => row.key}
        columns={[
          { key: 'label', label: 'Period', pinned: true, render: row => row.label },
          { key: 'baseline', label: 'Baseline', numeric: true, render: row => money(row.baseline) },
          {
            key: 'change',
            label: 'Owners',
            numeric: true,
            render: row => {
              const change = minus(row.landing, row.baseline)
              return change === null || Number(change) === 0 ? '–' : signed(change, money)
            },
          },
          { key: 'landing', label: 'Landing', numeric: true, render: row => money(row.landing) },
          {
            key: 'risk',
            label: 'Weighed risks',
            numeric: true,
            render: row => {
              const value = found.weighed.byPeriod[row.key]
              return value === undefined || Number(value) === 0 ? '–' : signed(value, money)
            },
          },
          {
            key: 'is',
            label: 'Is',
            render: row => (!row.closed ? 'expected' : row.known ? 'actual' : 'as planned: no sales known'),
          },
        ]}
      />
    </Card>
  )
}

const wanting = (found: Found, step: Step) =>
  found.version.state === 'locked' ? [] : found.blockers.filter(one => one.step === step)

const stateOf = (found: Found, step: Step, left: Found['blockers'], about: string): string => {
  if (step === 'lock')
    return found.version.state === 'locked'
      ? 'Locked'
      : found.blockers.length > 0
        ? `${found.blockers.length} wanting before it`
        : found.version.state === 'approved'
          ? 'Ready to be locked'
          : 'Ready for approval'
  if (left.length === 0) {
    const by = step === 'checks' ? undefined : found.steps[step]
    return by ? `Signed by ${by.byName}` : step === 'checks' ? 'All pass or are accepted' : about
  }
  return step === 'checks'
    ? `${left.length} to be settled`
    : left.length > 1
      ? `${left.length} wanting`
      : about
}

const standing = (found: Found): string =>
  found.version.state === 'locked'
    ? 'locked'
    : found.blockers.length === 0
      ? 'nothing blocks the lock'
      : `${found.blockers.length} ${found.blockers.length === 1 ? 'thing blocks' : 'things block'} the lock`

const titleOf = (found: Found, money: (value: string | null) => string): string => {
  if (found.landing === null) return `${found.line.label} cannot be worked out yet`
  const against = found.before ? minus(found.landing, found.before.total) : null
  return `${found.line.label} lands at ${money(found.landing)}${
    against !== null && Number(against) !== 0 && found.before
      ? `, ${money(against.replace('-', ''))} ${Number(against) < 0 ? 'below' : 'above'} ${found.before.name}`
      : ''
  }`
}

const minus = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : (Number(a) - Number(b)).toFixed(2)
const signed = (value: string | null, money: (value: string | null) => string): string =>
  value === null ? 'N/A' : Number(value) > 0 ? `+${money(value)}` : money(value)
