import { Button, Checkbox } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { percent } from '#kernel/format.ts'
import { initiativesIn, type Strategy } from '#kernel/plan/strategy.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, LongTextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { CaseForm, calledOf, type Kept } from './CaseForm.tsx'
import css from './plan.module.css'

const stateOf: Record<string, string> = {
  draft: 'Draft',
  submitted: 'Waits for approval',
  approved: 'Approved',
}

/** The versions a case is in: two by name, more counted. */
const placesOf = (those: readonly { name: string }[]): string =>
  those.length > 2
    ? `${those[0]?.name} and ${those.length - 1} more`
    : those.map(one => one.name).join(' and ')

/** What each of its periods is. */
const spanOf = ({ periodsPerYear }: { periodsPerYear: number }) =>
  periodsPerYear === 12 ? 'month' : periodsPerYear === 4 ? 'quarter' : 'year'

/** What is asked about a case: into which version, out of which, or why it is withdrawn. */
type Asked = { id: string; title: string } & (
  | { act: 'in'; version: string; budgetLine: boolean }
  | { act: 'out'; version: string; why: string }
  | { act: 'withdraw'; why: string }
  | { act: 'refuse'; why: string }
)

/** Business cases: what an initiative costs, brings and is worth, how sure that is, and which plans count on it. */
export function Cases({ strategy }: { strategy: Strategy }) {
  const cache = useQueryClient()
  const cases = useQuery(api.plan.cases.queryOptions({ input: {} }))
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  // What is open is in the address: a case can be linked to, and Back closes it.
  const [search, setUrl] = useUrl()
  const setForm = (one: Kept | 'new' | null) =>
    setUrl({ case: one === null || one === 'new' ? (one ?? undefined) : one.id })
  const [asked, setAsked] = useState<Asked | null>(null)
  const [mayDecide, mayWithdraw] = [useMay('lead'), useMay('director')]
  const again = async () => {
    setAsked(null)
    await cache.invalidateQueries({ queryKey: api.plan.key() })
  }
  const approve = useMutation(
    api.plan.approveCase.mutationOptions({
      onSuccess: async ({ into, outside, kept }, { id }) => {
        const one = cases.data?.find(each => each.id === id)?.content
        if (into)
          notifications.show({
            title: `${one?.title ?? 'It'} is in ${into}`,
            message: outsideWords(outside, one?.currency) ?? 'Its lines are in the plan and in its result.',
            autoClose: 10_000,
          })
        if (kept)
          notifications.show({ title: 'Approved, and in no plan yet', message: kept, autoClose: 10_000 })
        await again()
      },
    }),
  )
  if (cases.error)
    return (
      <ErrorState
        title="The cases could not be read"
        {...words(cases.error)}
        onRetry={() => cases.refetch()}
      />
    )
  if (!cases.data) return <Skeleton height={240} />
  const form: Kept | 'new' | null =
    search.case === 'new' ? 'new' : (cases.data.find(one => one.id === search.case) ?? null)
  const initiatives = initiativesIn(strategy)
  const currency = settings.data?.currency ?? settings.data?.stores[0]?.currency ?? 'GBP'
  const money = (value: string, code: string) => show(value, { unit: 'money', currency: code }, 'card')
  const open = (versions.data ?? []).filter(one => one.state === 'draft' || one.state === 'approved')
  type Row_ = NonNullable<typeof cases.data>[number]
  const freeFor = (row: Row_) => open.filter(one => !row.in.some(each => each.version === one.id))
  const inOpen = (row: Row_) => row.in.find(one => one.state === 'draft' || one.state === 'approved')
  const putIn = (row: Row_) =>
    setAsked({
      act: 'in',
      id: row.id,
      title: row.content.title,
      version: freeFor(row)[0]?.id ?? '',
      budgetLine: true,
    })
  /** The one thing to be done next. */
  const next = (row: Row_): ReactNode => {
    if (!mayDecide) return null
    if (row.state === 'submitted')
      return (
        <Button size="compact-sm" loading={approve.isPending} onClick={() => approve.mutate({ id: row.id })}>
          Approve
        </Button>
      )
    return row.state === 'approved' && row.in.length === 0 && freeFor(row).length > 0 ? (
      <Button size="compact-sm" onClick={() => putIn(row)}>
        Put into a plan
      </Button>
    ) : null
  }
  const acts = (row: Row_): ReactNode => {
    const { id } = row
    const { title } = row.content
    const place = inOpen(row)
    const put = row.state === 'approved' && freeFor(row).length > 0
    const withdraws = row.state === 'approved' && mayWithdraw
    if (!mayDecide) return null
    const ask = (asking: Asked) => {
      setForm(null)
      setAsked(asking)
    }
    if (row.state === 'submitted')
      return (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => ask({ act: 'refuse', id, title, why: '' })}
        >
          Give back
        </Button>
      )
    if (!put && !place && !withdraws) return null
    return (
      <Row>
        {put && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setForm(null)
              putIn(row)
            }}
          >
            Put into a plan
          </Button>
        )}
        {place && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => ask({ act: 'out', id, title, version: place.version, why: '' })}
          >
            Take out of a plan
          </Button>
        )}
        {withdraws && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => ask({ act: 'withdraw', id, title, why: '' })}
          >
            Withdraw approval
          </Button>
        )}
      </Row>
    )
  }
  const actsOf = (id: string) => {
    const row = cases.data?.find(one => one.id === id)
    return row ? acts(row) : null
  }
  return (
    <>
      {approve.error && <ErrorState compact title="That was not done" {...words(approve.error)} />}
      {approve.data && approve.data.wanting.length > 0 && (
        <Card title="Still wanting">{approve.data.wanting.join('; ')}</Card>
      )}
      <Card
        flush
        title="Business cases"
        note="net present value at the yearly rate, benefits times their likelihood; eight of ten outcomes lie in the range"
        actions={
          <May atLeast="contributor">
            <Button size="compact-sm" variant="filled" onClick={() => setForm('new')}>
              Add a case
            </Button>
          </May>
        }
      >
        <DataTable
          caption="Business cases"
          entries
          rows={cases.data}
          rowKey={row => row.id}
          onRow={setForm}
          empty={
            <EmptyState compact title="No business case yet">
              What an initiative costs and brings, period by period: it is worth this much, pays back then,
              and this is how sure it is. Approved, it goes into the plan.
            </EmptyState>
          }
          columns={[
            { key: 'title', label: 'Case', pinned: true, wraps: 'name', render: row => row.content.title },
            {
              key: 'state',
              label: 'State',
              wraps: 'name',
              render: row => (
                <span className={css.standing}>
                  {`${stateOf[row.state] ?? row.state}${row.in.length > 0 ? `, in ${placesOf(row.in)}` : ''}`}
                  {/* biome-ignore lint/a11y/noStaticElementInteractions: what is inside acts; this keeps it from opening the row */}
                  <span
                    onClick={event => event.stopPropagation()}
                    onKeyDown={event => event.stopPropagation()}
                  >
                    {next(row)}
                  </span>
                </span>
              ),
            },
            {
              key: 'npv',
              label: 'Worth today',
              numeric: true,
              render: row => (
                <span
                  title={
                    row.content.likelihood < 1
                      ? `${money(row.worth.npv, row.content.currency)} if it works`
                      : undefined
                  }
                >
                  {money(row.worth.adjusted, row.content.currency)}
                </span>
              ),
            },
            {
              key: 'range',
              label: 'Range',
              numeric: true,
              render: row =>
                `${money(row.worth.range.p10.toFixed(0), row.content.currency)} to ${money(row.worth.range.p90.toFixed(0), row.content.currency)}`,
            },
            {
              key: 'likely',
              label: 'Chance to gain',
              numeric: true,
              render: row => percent(row.worth.range.likely, 0),
            },
            {
              key: 'irr',
              label: 'Rate of return',
              numeric: true,
              render: row =>
                row.worth.irr === null ? (
                  <span title={row.worth.irrWhy ?? undefined}>N/A</span>
                ) : (
                  `${percent(Number(row.worth.irr))} a ${spanOf(row.content)}`
                ),
            },
            {
              key: 'payback',
              label: 'Paid back after',
              numeric: true,
              render: row =>
                row.worth.payback === null
                  ? 'not within it'
                  : `${Number(row.worth.payback).toFixed(1)} ${spanOf(row.content)}s`,
            },
            {
              key: 'initiative',
              label: 'Initiative',
              wraps: 'name',
              render: row => (row.initiative ? calledOf(row.initiative) : '–'),
            },
          ]}
        />
      </Card>
      {asked && (
        <Act
          asked={asked}
          versions={
            asked.act === 'in'
              ? open.filter(
                  one =>
                    !cases.data.find(each => each.id === asked.id)?.in.some(each => each.version === one.id),
                )
              : open.filter(one =>
                  cases.data.find(each => each.id === asked.id)?.in.some(each => each.version === one.id),
                )
          }
          onAsk={setAsked}
          onDone={again}
        />
      )}
      {form && (
        <CaseForm
          key={form === 'new' ? 'new' : form.id}
          one={form === 'new' ? null : form}
          currency={currency}
          initiatives={initiatives}
          versions={open}
          {...(form !== 'new' && { acts: actsOf(form.id) })}
          onClose={() => setForm(null)}
        />
      )}
    </>
  )
}

/** What of a case lies outside the plan it went into; undefined where nothing does. */
const outsideWords = (
  outside: { benefit: string; cost: string } | null,
  currency = 'GBP',
): string | undefined =>
  outside && (Number(outside.benefit) !== 0 || Number(outside.cost) !== 0)
    ? `${show(outside.benefit, { unit: 'money', currency })} of benefit and ${show(outside.cost, { unit: 'money', currency })} of cost lie outside the plan’s periods.`
    : undefined

/** Into a version, out of it, or its approval withdrawn: one question, and what follows from the answer. */
function Act(props: {
  asked: Asked
  versions: readonly { id: string; name: string }[]
  onAsk: (asked: Asked | null) => void
  onDone: () => Promise<void>
}) {
  const { asked, versions } = props
  const told = (title: string, message: string) => notifications.show({ title, message, autoClose: 10_000 })
  const put = useMutation(
    api.plan.attachCase.mutationOptions({
      onSuccess: async ({ outside, currency }) => {
        const words = outsideWords(outside, currency)
        if (words) told('It is in the plan', words)
        await props.onDone()
      },
    }),
  )
  const take = useMutation(
    api.plan.detachCase.mutationOptions({
      onSuccess: async ({ budgetLineKept }) => {
        if (budgetLineKept)
          told(
            'It is out of the plan',
            'Its budget line stays, with nothing budgeted: money was spent on it.',
          )
        await props.onDone()
      },
    }),
  )
  const withdraw = useMutation(
    api.plan.withdrawCase.mutationOptions({
      onSuccess: async ({ removed, kept }) => {
        if (removed.length + kept.length > 0)
          told(
            'Its approval is withdrawn',
            [
              removed.length > 0 && `It left ${removed.join(', ')}.`,
              kept.length > 0 && `It stays in ${kept.join(', ')}, which is locked.`,
            ]
              .filter(Boolean)
              .join(' '),
          )
        await props.onDone()
      },
    }),
  )
  const refuse = useMutation(api.plan.refuseCase.mutationOptions({ onSuccess: props.onDone }))
  const failed = put.error ?? take.error ?? withdraw.error ?? refuse.error
  const words_ = {
    in: {
      title: `Put “${asked.title}” into a plan`,
      note: 'What it brings and costs becomes lines of the plan, by period, and flows into its result. Months that are closed are left as they were.',
      save: 'Put it in',
    },
    out: {
      title: `Take “${asked.title}” out of a plan`,
      note: 'Its lines and its budget line go; the case stays approved.',
      save: 'Take it out',
    },
    withdraw: {
      title: `Withdraw the approval of “${asked.title}”`,
      note: 'It becomes a draft again and leaves every plan that is not locked.',
      save: 'Withdraw',
    },
    refuse: {
      title: `Give “${asked.title}” back`,
      note: 'It becomes a draft again; what you say stays with it.',
      save: 'Give it back',
    },
  }[asked.act]
  return (
    <EditDrawer
      opened
      title={words_.title}
      note={words_.note}
      saveLabel={words_.save}
      onClose={() => props.onAsk(null)}
      saving={put.isPending || take.isPending || withdraw.isPending || refuse.isPending}
      missing={['why' in asked && !asked.why.trim() && 'a reason']}
      failed={failed ? words(failed) : null}
      onSave={() => {
        const { id } = asked
        if (asked.act === 'in') put.mutate({ id, version: asked.version, budgetLine: asked.budgetLine })
        else if (asked.act === 'out') take.mutate({ id, version: asked.version, why: asked.why })
        else if (asked.act === 'refuse') refuse.mutate({ id, comment: asked.why })
        else withdraw.mutate({ id, why: asked.why })
      }}
    >
      {'version' in asked && (
        <ChoiceRow
          label="Version"
          value={asked.version}
          data={versions.map(one => ({ value: one.id, label: one.name }))}
          onChange={version => props.onAsk({ ...asked, version })}
        />
      )}
      {asked.act === 'in' && (
        <FormRow label="Budget" help="So that what is spent on it can be held against it.">
          <Checkbox
            label="Also make its costs a budget line"
            checked={asked.budgetLine}
            onChange={event => props.onAsk({ ...asked, budgetLine: event.currentTarget.checked })}
          />
        </FormRow>
      )}
      {'why' in asked && (
        <LongTextRow label="Why" value={asked.why} onChange={why => props.onAsk({ ...asked, why })} />
      )}
    </EditDrawer>
  )
}
